"""A capture with an ELF that may not be the program on the target."""

from pathlib import Path

import pytest

from stackdump_probe.capture.probe import Identity
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.memory import Memory, Segment
from tests.builders import an_elf, words
from tests.builders.elves import ALLOC, NOTE, ASection, code
from tests.builders.probes import FakeProbe
from tests.unit.cli.test_capture import FLASH, REGISTERS, TOP, ABench
from tests.unit.cli.test_capture import bench as bench

ON_TARGET = words(TOP, FLASH + 0x101) + bytes(0x3F8)  # as ABench has it
NOTED = FLASH + 0x2000
LINE = ["capture", "-t", "stm32f4", "-o", "x.dump", "--ram", "stack"]


def an_image(content: bytes) -> str:
    Path("fw.elf").write_bytes(an_elf(code(content, at=FLASH)))
    return "fw.elf"


@pytest.mark.usefixtures("bench")
def test_a_program_that_is_all_there_is_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LINE, "--elf", an_image(ON_TARGET), "--verify"]) == 0
    assert "verified: 1 KiB of the program are as in fw.elf" in capsys.readouterr().err


def test_a_difference_far_from_all_that_is_captured_is_found(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    elf = an_image(ON_TARGET[:-40] + b"\x01" + ON_TARGET[-39:])
    assert run([*LINE, "--elf", elf, "--no-trace"]) == 0
    capsys.readouterr()
    assert run([*LINE, "--elf", elf, "--verify", "--no-trace", "--force"]) == 0
    assert "1 of 1024 bytes differ" in capsys.readouterr().err
    Path("x.dump").unlink()
    assert run([*LINE, "--elf", elf, "--verify"]) == 7
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"the first at {FLASH + 0x3D8:#010x} is 0x00 there, 0x01 in the ELF" in shown.err
    assert decode(Path("x.dump").read_bytes()).registers["pc"]
    assert not bench.probe.is_halted


@pytest.mark.usefixtures("bench")
def test_another_program_is_refused_before_any_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LINE, "--elf", an_image(ON_TARGET[::-1])]) == 7
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "fw.elf is not the program in the dump" in shown.err
    assert Path("x.dump").exists()


def test_the_link_dies_while_the_program_is_compared(
    bench: ABench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    elf = an_image(ON_TARGET)
    run([*LINE, "--elf", elf, "--no-trace"])
    monkeypatch.setattr(bench.probe, "_dies_after", 2 * len(bench.probe.calls))
    assert run([*LINE, "--elf", elf, "--verify", "--force"]) == 5
    assert "what was read is in x.dump" in capsys.readouterr().err


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("elf", [[], ["--elf", "."]])
def test_only_a_file_can_be_verified(elf: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LINE, *elf, "--verify"]) == 2
    assert "--verify needs --elf" in capsys.readouterr().err


def test_in_a_directory_builds_that_differ_elsewhere_are_told_by_their_build_id(
    bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("builds").mkdir()
    for name, build_id in (("old", b"\x01" * 20), ("new", b"\x02" * 20)):
        held = words(4, 20, 3) + b"GNU\0" + build_id
        noted = ASection(".note.gnu.build-id", held, NOTED, ALLOC, NOTE, load_address=NOTED)
        Path("builds", f"{name}.elf").write_bytes(an_elf(code(ON_TARGET, at=FLASH), noted))
    target = Memory((*bench.memory.segments, Segment(NOTED, held)))
    bench.probe = FakeProbe(target, REGISTERS)
    assert run([*LINE, "--elf", "builds"]) == 0
    assert "builds/new.elf is the program in the dump: build id" in capsys.readouterr().out


@pytest.mark.parametrize(("part", "said"), [(0x413, True), (0xFFE, False)])
def test_an_stm32_that_hides_its_flash_is_told(
    part: int, said: bool, bench: ABench, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = Memory(each for each in bench.memory.segments if each.start != FLASH)
    bench.probe = FakeProbe(memory, REGISTERS)
    bench.probe.known = Identity(0x2BA01477, 0x020, part)
    assert run([*LINE]) == 0
    assert ("readout protection" in capsys.readouterr().err) == said
