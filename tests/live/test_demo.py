"""The demo as a user sees it, with QEMU and without."""

import shutil
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from stackdump_probe.cli.demo import FOLDER
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.simulator import qemu

PROJECT = Path(__file__).parents[2]
# What a person reads in each trace, from top to bottom; the sources are in FOLDER.
HANG = (
    "thread mode",
    " 0: is_done (inline)\n      at hang/spi.c:20:8\n",
    ": wait_until_done\n      at hang/spi.c:26:13\n",
    ": spi_transfer\n      at hang/spi.c:47:5\n",
    "      size: size_t = 6\n",
    ": send\n      at hang/sdcard.c:25:12\n",
    "      head: uint8_t [6] = [88, 0, 0, 0, 0, 255]\n",
    ": card_write\n      at hang/sdcard.c:36:20\n",
    "      command: struct command = {index: 24, argument: 0, crc: 255}\n",
    ": flush\n      at hang/logger.c:14:10\n",
    "      fill: float = 0.3125\n",
    ": main\n      at hang/main.c:29:14\n",
    "celsius: 20.5, humidity: 41.0,",
    "end: reached Reset_Handler\n",
    'site: 0x080004c8 "Zugspitze"',
    "state: CARD_WRITING",
)
FAULT = (
    "fault: precise data bus error at 0x40800004\n",
    "handler mode, HardFault",
    " 0: panic\n",
    '"hard fault"\n      cfsr: uint32_t = 33280\n',
    " 1: HardFault_Handler\n",
    " 2: HardFault (exception)\n",
    " 3: is_exceeded (inline)\n      at fault/alarm.c:7:27\n",
    " 4: alarm_check\n      at fault/alarm.c:13:10\n",
    "      alarm: struct alarm * = 0x40800000\n      celsius: float = 20.125\n",
    " 5: alarms_check\n      at fault/alarm.c:30:19\n",
    " 6: main\n      at fault/main.c:54:9\n",
    "end: reached Reset_Handler\n",
    '"boiler", mode: MODE_HEATING',
)
READ = {"hang": HANG, "fault": FAULT}


def assert_in_order(parts: tuple[str, ...], text: str) -> None:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} not after\n{text[:at]}"
        at = found + len(part)


@pytest.fixture
def without_qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which only QEMU is missing."""
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == qemu.PROGRAM else which(name))


@pytest.mark.parametrize("name", READ)
def test_the_trace_of_a_live_capture(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = tmp_path / "x.dump"
    assert run(["demo", name, "-o", str(dump)]) == 0
    shown = capsys.readouterr()
    assert run(["trace", str(FOLDER / f"{name}.elf"), str(dump)]) == 0
    assert capsys.readouterr().out == shown.out
    # A SysTick may be under way at the halt; then its two frames stand on top of all others.
    in_interrupt = decode(dump.read_bytes()).registers["xpsr"] & 0x1FF == 15
    parts = READ[name][2:] if in_interrupt else READ[name]
    assert_in_order(parts, shown.out)
    assert "$ stackdump-probe capture --target stm32f4 --elf" in shown.err
    assert "runs on" in shown.err


@pytest.mark.usefixtures("without_qemu")
@pytest.mark.parametrize("name", READ)
def test_without_qemu_the_packaged_dump_is_traced_and_that_is_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo", name]) == 0
    shown = capsys.readouterr()
    assert_in_order(READ[name], shown.out)
    assert "qemu-system-arm is not installed" in shown.err
    assert "trace of a packaged dump" in shown.err
    assert "apt install qemu-system-arm" in shown.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / "x.dump"
    dump.write_bytes(b"kept")
    assert run(["demo", "-o", str(dump)]) == 2
    assert dump.read_bytes() == b"kept"
    assert "x.dump" in capsys.readouterr().err


def test_an_unknown_demo_is_a_usage_error() -> None:
    assert run(["demo", "crash"]) == 2


@pytest.mark.parametrize("name", READ)
def test_the_packaged_programs_name_no_path_of_the_machine_they_were_built_on(name: str) -> None:
    with (FOLDER / f"{name}.elf").open("rb") as file:
        units = [unit.get_top_DIE() for unit in ELFFile(file).get_dwarf_info().iter_CUs()]
    assert {unit.attributes["DW_AT_comp_dir"].value for unit in units} == {b"."}
    sources = [unit.attributes["DW_AT_name"].value.decode() for unit in units]
    assert all((FOLDER / source).is_file() for source in sources)


def test_the_same_compiler_makes_the_packaged_programs_in_another_folder(tmp_path: Path) -> None:
    compiler = "arm-none-eabi-gcc"
    version = subprocess.run([compiler, "-dumpversion"], check=True, capture_output=True, text=True)
    with (FOLDER / "hang.elf").open("rb") as file:
        units = [unit.get_top_DIE() for unit in ELFFile(file).get_dwarf_info().iter_CUs()]
    packaged_by = b" ".join(unit.attributes["DW_AT_producer"].value for unit in units).decode()
    shutil.copytree(FOLDER, tmp_path / FOLDER.relative_to(PROJECT))
    shutil.copytree(PROJECT / "scripts", tmp_path / "scripts")
    done = subprocess.run(
        [tmp_path / "scripts/firmware", "--check"], capture_output=True, text=True
    )
    assert (done.returncode == 0) == (f" {version.stdout.strip()} " in packaged_by), done.stderr
