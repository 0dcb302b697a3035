"""Firmware of both security states, run: every trace crosses them as the program has done."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from stackdump_probe.arch.debug import C_DEBUGEN, C_HALT, DBGKEY, DHCSR
from stackdump_probe.capture.capture import Request, capture
from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_probe import attached
from stackdump_probe.capture.targets import target_named
from stackdump_probe.dump import Dump, decode
from stackdump_probe.dump.codec import encode
from stackdump_probe.image.elf import Image
from stackdump_probe.report.beside import Beside
from stackdump_probe.report.build import build_report
from stackdump_probe.report.model import Access, ElfMatch, Report
from stackdump_probe.report.to_json import to_json
from stackdump_probe.simulator.bench import simulated_usb_probe
from tests.schemas import validator
from tests.trustzone.build import MACHINE, Build, elf_of, pair_of
from tests.trustzone.run import verdict_on
from tests.trustzone.watching import RAM

CALL = "S __gnu_cmse_nonsecure_call"
BASE = ["NS ns_main", "NS ns_Reset", CALL, "S s_main", "S Reset_Handler"]
WORK = ["S s_stop", "S s_work", "S s_work"]
NS_WORK = ["NS ns_stop", "NS ns_work", "NS ns_work"]
ASKS = [*WORK, "S s_gate", "NS ns_asks"]
MASKED = ["NS ns_is_interrupted", *BASE]
# What the program does, by scene: read it beside ns_main.
SCENES = {
    1: [*ASKS, *BASE],
    2: [*NS_WORK, "NS ns_answer", CALL, "S s_ask", *BASE],
    3: [*ASKS, CALL, "S s_ask", "NS ns_is_asked", *BASE],
    4: [*NS_WORK, "NS NS_IRQ", "NS IRQ 1 (NS_IRQ)", "S pend", "S s_is_interrupted", *BASE],
    5: [*ASKS, "NS NS_IRQ", "NS IRQ 1 (NS_IRQ)", "S pend", "S s_is_interrupted", *BASE],
    6: [*WORK, "S S_IRQ", "S IRQ 2 (S_IRQ)", *MASKED],
    7: [*NS_WORK, "NS ns_work", "NS ns_answer", CALL, "S S_IRQ", "S IRQ 2", *MASKED],
    8: [
        *WORK, "S s_work", "S s_gate", "NS ns_asks", CALL, "S s_ask", "NS ns_is_asked",
        CALL, "S S_IRQ", "S IRQ 2 (S_IRQ)", *MASKED,
    ],
    9: [*ASKS, "NS NS_SVC", "NS SVCall", *BASE],
    10: [*WORK, "S S_SVC", "S SVCall", "S s_service", *BASE],
    11: [*WORK, "S s_forgive", "S S_Fault", "S SecureFault", "NS ns_trespasses", *BASE],
}  # fmt: skip


def dumps(elf: Path, names: Mapping[str, int], wanted: Request) -> Iterator[tuple[int, Dump]]:
    """Each scene, and what is captured through pyOCD when it stops."""
    banks = tuple(Bank(start, size) for start, size in RAM)
    with simulated_usb_probe(elf, MACHINE, run_for=0) as bench:
        machine = bench.machine
        bench.core.write(DHCSR, DBGKEY | C_DEBUGEN | C_HALT)
        machine.reset()
        with attached(find_probe(None), target_named("cortex_m")) as probe:
            for _ in SCENES:
                assert machine.run_to({names["s_stop"], names["ns_stop"]})
                taken = capture(probe, wanted, banks=banks)
                assert taken.warnings == ()
                scene = machine.read_memory(names["scene"], 4) or b""
                yield int.from_bytes(scene, "little"), decode(encode(taken.dump))


def functions_in(*images: Image) -> dict[str, int]:
    return {symbol.name: symbol.address for each in images for symbol in each.symbols.all}


def report_of(dump: Dump, image: Image, *also: Image) -> Report:
    beside = [Beside("other.elf", each, ElfMatch("unknown", "not compared")) for each in also]
    return build_report(dump, image, elf_path="fw.elf", dumps=["x.dump"], also=beside)


def places(report: Report) -> list[str]:
    states = {"secure": "S", "nonsecure": "NS", None: "?"}
    frames = [each for each in report.threads[0].frames if each.kind != "inline"]
    return [f"{states[frame.security]} {frame.function}" for frame in frames]


@pytest.mark.parametrize("scene", [(), ("S_PSP", "NS_PSP", "TS")])
def test_a_capture_leads_through_both_states(scene: tuple[str, ...]) -> None:
    elf = elf_of(Build(("-O1",), scene))
    image = Image.from_bytes(elf.read_bytes())
    found = {at: report_of(d, image) for at, d in dumps(elf, functions_in(image), Request())}
    assert {at: places(report) for at, report in found.items()} == SCENES
    for report in found.values():
        assert report.threads[0].end.kind == "reset"
        assert report.stack_overflow is None
        assert not report.warnings
        validator("trace").validate(json.loads(to_json(report)))
    fault = found[11].fault
    assert fault is not None
    assert fault.instruction is not None
    assert [cause.bit for cause in fault.causes] == ["AUVIOL"]
    assert fault.instruction.access == Access("store", 0x38000000, 2)  # QEMU sets no SFAR


def test_two_elves_are_one_trace_whichever_is_named_first() -> None:
    pair = pair_of(Build(("-O1",), ("S_PSP",)))
    secure, nonsecure = (Image.from_bytes(e.read_bytes()) for e in (pair.secure, pair.nonsecure))
    names = functions_in(secure, nonsecure)
    for scene, dump in dumps(pair.bytes_of_both, names, Request("all")):
        report = report_of(dump, secure, nonsecure)
        again = report_of(dump, nonsecure, secure)
        assert places(report) == places(again) == SCENES[scene]
        assert (report.statics, report.also[0].statics) == (again.also[0].statics, again.statics)
        assert report.threads[0].frames == again.threads[0].frames
        assert report.threads[0].end.kind == "reset"
        assert (report.stack_overflow, report.warnings) == (None, ())
        validator("trace").validate(json.loads(to_json(report)))
        expect_statics(scene, report)
        if scene == 5:
            expect_sources(report)


def expect_statics(scene: int, report: Report) -> None:
    held = ({v.name: v.value for v in of} for of in (report.statics, report.also[0].statics))
    secure, nonsecure = held
    assert secure.keys() == {"s_result", "handler_calls", "s_vectors"}
    assert nonsecure.keys() == {"scene", "handler_asks", "ns_result", "ns_vectors"}
    assert nonsecure["scene"] == str(scene)
    called = "" if scene < 7 else "<ns_answer>" if scene == 7 else "<ns_is_asked>"
    assert (secure["handler_calls"] or "").partition(" ")[2] == called


def expect_sources(report: Report) -> None:
    inner = {frame.function: frame for frame in reversed(report.threads[0].frames)}
    for name, source in (("s_gate", "secure.c"), ("ns_asks", "nonsecure.c")):
        location = inner[name].location
        assert location is not None
        assert location.file.endswith(source)
        assert inner[name].variables[0].name == "level"


@pytest.mark.parametrize("apart", [False, True])
def test_every_frame_is_one_that_really_waits(apart: bool) -> None:
    build = Build(("-O2",), ("S_PSP", "NS_PSP", "TS"))
    verdict = verdict_on(build, every=90 + 30 * apart, apart=apart)
    assert verdict.states.total() >= 5
    assert verdict.states["right"] == verdict.states.total(), verdict.lines
