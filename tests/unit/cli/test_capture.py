import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stackdump_probe.arch.debug import S_LOCKUP, S_SLEEP
from stackdump_probe.capture.link import Terms
from stackdump_probe.capture.probe import Watcher
from stackdump_probe.capture.targets import Target
from stackdump_probe.cli import all_cores, wish
from stackdump_probe.cli import taking as module
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.errors import CaptureError, ConnectError, Interrupted, NoProbe, ProbePermission
from tests.builders import a_memory, an_elf, words
from tests.builders.dwarf import a_unit
from tests.builders.dwarf import debug_sections as written
from tests.builders.elves import NOTYPE, ASymbol, code, debug_sections, zeroed
from tests.builders.probes import FakeProbe, a_control_space
from tests.builders.type_dies import CPP14, INT, expression, language, variable
from tests.schemas import validator

RAM, FLASH = 0x2000_0000, 0x0800_0000
TOP = RAM + 0x2_0000
REGISTERS = {
    "sp": TOP - 0x100,
    "msp": TOP - 0x100,
    "pc": FLASH + 0x200,
    "lr": FLASH + 0x101,
    "xpsr": 0x0100_0000,
}


class ABench:
    """Stands in for pyOCD: `probe` is what a capture attaches to."""

    def __init__(self) -> None:
        flash = words(TOP, FLASH + 0x101) + bytes(0x3F8)
        space = a_control_space(vtor=FLASH)
        self.memory = a_memory({**space, FLASH: flash, RAM: b"\xa5" * 0x2_0000})
        self.probe = FakeProbe(self.memory, REGISTERS)
        self.asked: dict[str, Any] = {}
        self.finding: Exception | None = None
        self.leaving: Exception | None = None

    def find(self, wanted: str | None) -> str:
        self.asked["probe"] = wanted
        if self.finding:
            raise self.finding
        return "probe"

    @contextmanager
    def attached(
        self, _probe: str, target: Target, terms: Terms, *, watcher: Watcher
    ) -> Iterator[FakeProbe]:
        self.asked |= {"target": target.name, "frequency": terms.frequency, "core": terms.core}
        self.terms = terms
        watcher.check()
        yield self.probe
        if self.leaving:
            raise self.leaving


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ABench:
    made = ABench()
    monkeypatch.setattr(module, "find_probe", made.find)
    monkeypatch.setattr(module, "attached", made.attached)
    monkeypatch.chdir(tmp_path)
    for name in ("STACKDUMP_TARGET", "STACKDUMP_PROBE", "STACKDUMP_ELF"):
        monkeypatch.delenv(name, raising=False)
    return made


def spans(path: str) -> list[tuple[int, int]]:
    return list(decode(Path(path).read_bytes()).memory.spans())


@pytest.mark.usefixtures("bench")
def test_the_default_name_is_target_and_time() -> None:
    assert run(["capture", "--target", "STM32F4"]) == 0
    (file,) = Path().iterdir()
    assert re.fullmatch(r"stm32f4-\d{8}-\d{6}\.dump", file.name)


@pytest.mark.usefixtures("bench")
def test_what_was_saved_is_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("saved x.dump: 55 registers, 744 bytes of memory; ")
    assert "runs on" in shown.err
    assert shown.err.endswith("trace it: stackdump-probe trace FW.elf x.dump\n")


@pytest.mark.usefixtures("bench")
def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["capture", "-q", "-t", "stm32f4", "-o", "x.dump"]) == 0
    assert capsys.readouterr().err == ""


def test_options_reach_the_probe(bench: ABench) -> None:
    line = ["capture", "--chip", "stm32f407", "--uid", "0240", "-f", "500k", "--core", "1"]
    assert run([*line, "-o", "x.dump"]) == 0
    assert bench.asked == {
        "target": "stm32f405",
        "probe": "0240",
        "frequency": 500_000,
        "core": 1,
    }


def test_the_environment_names_target_and_probe(
    bench: ABench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STACKDUMP_TARGET", "nrf52")
    monkeypatch.setenv("STACKDUMP_PROBE", "ABC")
    assert run(["capture", "-o", "x.dump"]) == 0
    assert (bench.asked["target"], bench.asked["probe"]) == ("nrf52", "ABC")


@pytest.mark.usefixtures("bench")
def test_without_elf_only_the_stack_is_read() -> None:
    run(["capture", "-t", "stm32f4", "-o", "x.dump"])
    assert (TOP - 0x100, TOP) in spans("x.dump")


@pytest.mark.usefixtures("bench")
def test_with_an_elf_its_data_is_read_and_its_stack_top_counts() -> None:
    text, data = code(bytes(0x400), at=FLASH), zeroed(0x80, at=RAM)
    top = ASymbol("_estack", TOP - 0x80, type=NOTYPE)
    Path("fw.elf").write_bytes(an_elf(text, data, symbols=[top]))
    line = ["capture", "-t", "stm32f4", "--elf", "fw.elf", "--no-trace", "-o", "x.dump"]
    assert run(line) == 0
    assert (RAM, RAM + 0x80) in spans("x.dump")
    assert (TOP - 0x100, TOP - 0x80) in spans("x.dump")


@pytest.mark.usefixtures("bench")
def test_with_two_elves_the_data_of_both_is_read_and_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, at in (("fw", 0), ("boot", 0x1000)):
        text, data = code(bytes(0x400), at=FLASH + at), zeroed(0x80, at=RAM + at)
        Path(f"{name}.elf").write_bytes(an_elf(text, data))
    also = ["--also", "boot.elf", "--force"]
    assert run(["capture", "-t", "stm32f4", "--elf", "fw.elf", *also, "-o", "x.dump"]) == 0
    shown = capsys.readouterr().out
    assert {(RAM, RAM + 0x80), (RAM + 0x1000, RAM + 0x1080)} <= set(spans("x.dump"))
    assert run(["trace", "fw.elf", "x.dump", *also]) == 0
    assert shown == capsys.readouterr().out
    assert "elf:   boot.elf" in shown


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("options", [(), ("--all-statics",), ("--all-statics", "--json")])
def test_a_capture_with_an_elf_shows_what_trace_shows_of_its_dump(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    text, data = code(bytes(0x400), at=FLASH), zeroed(0x80, at=RAM)
    vtable = variable("_ZTV5Valve", "int", expression(b"\x03" + words(RAM)))
    dwarf = debug_sections(written(a_unit(INT, vtable, top=language(CPP14))))
    Path("fw.elf").write_bytes(an_elf(text, data, *dwarf))
    line = ["-t", "stm32f4", "--elf", "fw.elf", "-o", "x.dump", "--force"]
    assert run(["capture", *line, *options]) == 0
    captured = capsys.readouterr().out
    assert run(["trace", "fw.elf", "x.dump", *options, "--force"]) == 0
    assert capsys.readouterr().out == captured
    assert ("_ZTV5Valve" in captured) == bool(options)


@pytest.mark.usefixtures("bench")
def test_regions_are_read_too_and_one_that_faults_is_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = ["capture", "-t", "stm32f4", "-o", "x.dump"]
    assert run([*line, "--region", "0x20000000:16", "--region", "0x60000000:16"]) == 0
    assert (RAM, RAM + 16) in spans("x.dump")
    assert "warning: 16 bytes from 0x60000000 cannot be read" in capsys.readouterr().err


@pytest.mark.usefixtures("bench")
def test_json_without_an_elf_is_what_info_says_of_the_dump(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["capture", "-t", "stm32f4", "--json", "-o", "x.dump"]) == 0
    captured = json.loads(capsys.readouterr().out)
    assert run(["info", "x.dump", "--json"]) == 0
    assert captured == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-t", "stm32f4", "--region", "5"],
        ["-t", "stm32f4", "--frequency", "fast"],
        ["-t", "stm32f4", "--ram", "some"],
        ["-t", "stm32f4", "--after", "reset"],
        ["-t", "stm32f4", "--core", "-1"],
        ["-t", "smt32f4"],
        ["-t", "stm32f4", "--also", "boot.elf"],
    ],
)
def test_a_wrong_usage_is_exit_code_2_and_no_file(bench: ABench, arguments: list[str]) -> None:
    assert run(["capture", *arguments]) == 2
    assert list(Path().iterdir()) == []
    assert bench.probe.calls == []


@pytest.mark.usefixtures("bench")
def test_a_target_like_others_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    run(["capture", "-t", "smt32f4"])
    assert "did you mean stm32f4" in capsys.readouterr().err


def test_a_target_of_pyocd_is_taken_by_its_whole_name(bench: ABench) -> None:
    assert run(["capture", "-t", "max32625", "-o", "x.dump"]) == 0
    assert bench.asked["target"] == "max32625"


@pytest.mark.parametrize(
    ("error", "code"),
    [(NoProbe("none"), 3), (ProbePermission("denied"), 4), (ConnectError("dead"), 5)],
)
def test_a_probe_that_cannot_be_had_leaves_no_file(
    bench: ABench, error: Exception, code: int
) -> None:
    bench.finding = error
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == code
    assert list(Path().iterdir()) == []


def test_a_core_that_does_not_halt_leaves_no_file(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.probe = FakeProbe(bench.memory, REGISTERS, halts=False)
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == 5
    assert list(Path().iterdir()) == []
    assert "the core does not halt" in capsys.readouterr().err


def test_an_elf_that_cannot_be_read_is_found_before_the_target_is_touched(bench: ABench) -> None:
    assert run(["capture", "-t", "stm32f4", "-e", "none.elf", "-o", "x.dump"]) == 6
    assert bench.probe.calls == []


def test_a_link_that_dies_leaves_the_dump_and_exit_code_5(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.probe = FakeProbe(bench.memory, REGISTERS, dies_after=14, resumes=False)
    bench.leaving = ConnectError("cannot leave the target as it was found")
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == 5
    shown = capsys.readouterr().err
    assert "the core may still be halted" in shown
    assert "the probe is gone; what was read is in x.dump" in shown
    assert decode(Path("x.dump").read_bytes()).registers["pc"] == FLASH + 0x200


def test_a_core_that_is_let_go_only_through_a_fresh_connection_runs_again(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.probe = FakeProbe(bench.memory, REGISTERS, resumes=False)
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == 0
    assert "the core runs again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dhcsr", "words"),
    [(S_LOCKUP, "found in lockup, the core stood"), (S_SLEEP, "found asleep, the core stood")],
)
def test_the_state_that_the_core_was_found_in_is_told(
    bench: ABench, dhcsr: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.probe = FakeProbe(bench.memory, REGISTERS, dhcsr=dhcsr)
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == 0
    assert words in capsys.readouterr().err


def test_a_probe_that_cannot_be_left_costs_nothing_of_the_dump(bench: ABench) -> None:
    bench.leaving = ConnectError("cannot leave the target as it was found")
    assert run(["capture", "-t", "stm32f4", "-o", "x.dump"]) == 5
    assert (TOP - 0x100, TOP) in spans("x.dump")


@pytest.mark.usefixtures("bench")
def test_verbose_tells_where_the_ram_ends(capsys: pytest.CaptureFixture[str]) -> None:
    run(["capture", "-v", "-t", "stm32f4", "--ram", "all", "-o", "x.dump"])
    assert "bytes from 0x20020000 cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("was_halted", "after", "words"),
    [
        (True, "restore", "the core was halted and stays so"),
        (False, "halt", "the core is left halted"),
        (True, "run", "runs on"),
    ],
)
def test_the_state_that_the_core_is_left_in_is_told(
    bench: ABench,
    capsys: pytest.CaptureFixture[str],
    was_halted: bool,
    after: str,
    words: str,
) -> None:
    bench.probe = FakeProbe(bench.memory, REGISTERS, was_halted=was_halted)
    assert run(["capture", "-t", "stm32f4", "--after", after, "-o", "x.dump"]) == 0
    assert words in capsys.readouterr().err


@pytest.fixture
def two_cores(bench: ABench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes of each is decided by the test."""
    monkeypatch.setattr(all_cores, "cores_behind", lambda *_arguments: ("first", "second"))
    monkeypatch.setattr(all_cores, "find_probe", bench.find)


ALL_CORES = ["capture", "-t", "stm32f4", "-o", "x.dump", "--core", "all"]


@pytest.mark.parametrize(
    ("partly", "code"),
    [(False, 130), (True, 5)],
)
@pytest.mark.usefixtures("two_cores")
def test_whoever_stops_a_capture_of_all_cores_stops_it_for_all(
    partly: bool, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []

    def stopped(*_arguments: object) -> None:
        calls.append("stopped")
        stop = Interrupted("stopped by SIGINT")
        if partly:
            raise CaptureError("stopped by SIGINT; what was read is in x") from stop
        raise stop

    monkeypatch.setattr(all_cores, "fulfil", stopped)
    assert run(ALL_CORES) == code
    assert calls == ["stopped"]
    assert "stopped by SIGINT" in capsys.readouterr().err


@pytest.mark.usefixtures("two_cores")
def test_the_documents_of_all_cores_are_in_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_of_two(meant: wish.Wish, path: str, _settings: object, emit: wish.Emit) -> None:
        if meant.bench.terms.core == 1:
            raise ConnectError("it sleeps", hint="wake it")
        emit(f'{{"dumps": ["{path}"]}}')

    monkeypatch.setattr(all_cores, "fulfil", one_of_two)
    assert run([*ALL_CORES, "--json"]) == 5
    document = json.loads(capsys.readouterr().out)
    assert validator("cores").is_valid(document)
    assert document["cores"] == [
        {"number": 0, "name": "first", "document": {"dumps": ["x-core0.dump"]}, "error": None},
        {
            "number": 1,
            "name": "second",
            "document": None,
            "error": {"exit_code": 5, "message": "it sleeps", "hint": "wake it"},
        },
    ]


@pytest.mark.usefixtures("two_cores")
def test_each_core_has_pictures_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def looked(meant: wish.Wish, path: str, *_more: object) -> None:
        drawn.append((path, meant.flame, meant.speedscope))

    monkeypatch.setattr(all_cores, "fulfil", looked)
    pictures = ["--flame", "a.b/x.svg", "--speedscope", "y.json"]
    assert run([*ALL_CORES, "--count", "2", *pictures, "--elf", "."]) == 0
    assert drawn == [(f"x-core{n}.dump", f"a.b/x-core{n}.svg", f"y-core{n}.json") for n in range(2)]
