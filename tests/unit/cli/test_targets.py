import json

import pytest

from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.targets import Target
from stackdump_probe.cli import targets as module
from stackdump_probe.cli.main import run
from tests.schemas import validator


@pytest.fixture(autouse=True)
def pyocd(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyOCD knows one part that the table has not, and one that it has."""
    bank = Bank(0x2000_0000, 0x2_8000)
    found = tuple(
        Target((name,), "any Cortex-M", (bank,), "pyOCD") for name in ("ncs36510", "nrf52")
    )
    monkeypatch.setattr(module, "pyocd_targets", lambda: found)
    monkeypatch.setenv("COLUMNS", "200")


def test_a_filter_is_a_part_of_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "WBA"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["stm32wba", "stm32wba5", "stm32wba5xxe", "stm32wba6xxg"]


def test_a_whole_part_number_finds_its_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "STM32G071RB"]) == 0
    assert capsys.readouterr().out == ("stm32g07, stm32g08  Cortex-M0+  36 KiB at 0x20000000\n")


def test_names_of_pyocd_are_found_by_a_filter(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "ncs"]) == 0
    assert capsys.readouterr().out == "ncs36510  from pyOCD  160 KiB at 0x20000000\n"


def test_without_a_filter_they_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("and 1 names of pyOCD's own")
    assert any(line.startswith("cortex_m ") and "whatever there is" in line for line in lines)


def test_a_filter_that_fits_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "z80"]) == 2
    assert capsys.readouterr().out == "no target of that name\n"


def test_a_filter_that_nearly_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "nfr52840"]) == 2
    assert capsys.readouterr().out.startswith("no target of that name; near it: nrf52840")


def test_json_lists_the_banks_in_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["targets", "stm32g07", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "stackdump-probe/targets/1"
    (target,) = document["targets"]
    assert target["name"] == "stm32g07"
    assert target["ram"] == [{"start": 0x2000_0000, "size": 36 * 1024}]


@pytest.mark.parametrize("line", ["targets", "targets f4", "targets ncs"])
def test_json_keeps_to_its_schema(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*line.split(), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validator("targets").validate(document)
    assert document["targets"]
