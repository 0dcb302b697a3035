"""Firmware that fills its stack: what the core makes of it, and what is still told of it."""

from pathlib import Path

import pytest

from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.image.elf import Image
from stackdump_probe.report.build import build_report
from stackdump_probe.report.model import Report, ReportFrame, StackOverflow
from stackdump_probe.simulator.bench import simulated_usb_probe
from tests.differential.matrix import TARGETS, CoreName
from tests.live.building import RAM_SIZE, built

SOURCE = Path(__file__).parent / "firmware" / "overflow.c"


def traced(core: CoreName, folder: Path, *how: str, target: str = "cortex_m") -> Report:
    """Let it run, capture it as a user would, and trace the dump."""
    elf, dump = built(SOURCE, core, folder, *how), folder / "x.dump"
    with simulated_usb_probe(elf, TARGETS[core].machine):
        arguments = ["-q", "capture", "-t", target, "--elf", str(elf), "--no-trace"]
        assert run([*arguments, "-o", str(dump)]) == 0
    image = Image.from_bytes(elf.read_bytes())
    return build_report(decode(dump.read_bytes()), image, elf_path="fw.elf", dumps=["x.dump"])


def level_of(frame: ReportFrame) -> str | None:
    return next(each.value for each in frame.variables if each.name == "level")


def assert_descends(report: Report, *, last: int | None = None) -> None:
    """From the first frame of the recursion on all are there, down to the one that began it."""
    frames = report.threads[0].frames
    first = next(at for at, frame in enumerate(frames) if frame.function == "descend")
    *descents, outermost = frames[first:]
    assert [frame.function for frame in descents] == ["descend"] * len(descents)
    assert [level_of(frame) for frame in descents] == [str(n) for n in range(len(descents))][::-1]
    assert outermost.function == "worker"
    assert report.threads[0].end.kind in ("reset", "thread_start")  # by lr, which is -1
    assert last is None or len(descents) == last + 1


def overflow_of(report: Report) -> StackOverflow:
    assert report.stack_overflow is not None
    return report.stack_overflow


@pytest.mark.parametrize("handler", [(), ("-DQUIET",)])
def test_a_thread_that_runs_off_the_start_of_ram(handler: tuple[str, ...], tmp_path: Path) -> None:
    report = traced("m4f", tmp_path, "-DON_PSP=worker_stack", *handler, target="stm32f4")
    found = overflow_of(report)
    assert (found.stack, found.limit_name, found.certain) == ("process", "worker_stack", True)
    assert found.sp < TARGETS["m4f"].ram
    assert report.fault is not None
    assert "STKERR" in [cause.bit for cause in report.fault.causes]
    entry = next(each for each in report.threads[0].frames if each.kind == "exception")
    assert (entry.function, entry.cfa) == ("HardFault", None)
    assert "which is not in the dump; its callers were searched for" in (entry.doubt or "")
    assert_descends(report)


def test_a_main_stack_that_runs_through_the_variables_and_off_ram(tmp_path: Path) -> None:
    report = traced("m4f", tmp_path, "-DQUIET", target="stm32f4")
    found = overflow_of(report)
    assert (found.stack, found.certain) == ("main", True)
    assert found.limit_name == "the RAM that .bss leaves to the main stack"
    assert_descends(report)


def test_a_main_stack_in_the_midst_of_the_variables(tmp_path: Path) -> None:
    report = traced("m3", tmp_path, "-DDEPTH=230")
    found = overflow_of(report)
    assert (found.stack, found.certain, report.fault) == ("main", True, None)
    assert found.text.endswith("in worker_stack")
    assert_descends(report, last=230)


def test_a_main_stack_below_the_limit_of_its_linker_script(tmp_path: Path) -> None:
    limit = TARGETS["m3"].ram + RAM_SIZE - 0x200
    report = traced("m3", tmp_path, "-DDEPTH=40", f"-Wl,--defsym=__StackLimit={limit:#x}")
    found = overflow_of(report)
    assert (found.limit, found.limit_name) == (limit, "the main stack (__StackLimit)")
    assert found.sp < limit
    assert_descends(report, last=40)


def test_a_thread_that_grows_into_the_stack_below_it(tmp_path: Path) -> None:
    report = traced("m3", tmp_path, "-DDEPTH=25", "-DON_PSP=worker_stack")
    found = overflow_of(report)
    assert (found.stack, found.limit_name) == ("process", "worker_stack")
    assert found.text.endswith("in other_stack")
    assert_descends(report, last=25)


def test_a_stack_that_has_room_left_has_not_overflowed(tmp_path: Path) -> None:
    report = traced("m3", tmp_path, "-DDEPTH=40")
    assert report.stack_overflow is None
    assert_descends(report, last=40)


@pytest.mark.parametrize(
    ("how", "stack", "register"),
    [
        (("-DON_PSP=worker_stack",), "process", "PSPLIM"),
        (("-DON_PSP=worker_stack", "-DQUIET"), "process", "PSPLIM"),
        (("-DQUIET",), "main", "MSPLIM"),
    ],
)
def test_a_stack_that_reaches_its_limit_register(
    how: tuple[str, ...], stack: str, register: str, tmp_path: Path
) -> None:
    report = traced("m33", tmp_path, "-DLIMIT", *how)
    found = overflow_of(report)
    assert (found.stack, found.limit_name, found.certain) == (stack, register, True)
    assert found.sp == found.limit
    assert report.fault is not None
    assert [cause.bit for cause in report.fault.causes] == ["STKOF", "FORCED"]
    assert report.fault.instruction is None
    entry = next(each for each in report.threads[0].frames if each.kind == "exception")
    assert f"the stack ended at its limit {register}" in (entry.doubt or "")
    assert_descends(report)
