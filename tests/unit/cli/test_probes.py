import json

import pytest

from stackdump_probe.capture.choosing import ListedProbe
from stackdump_probe.capture.host import our_rules
from stackdump_probe.cli import probes as module
from stackdump_probe.cli.main import run
from tests.schemas import validator

FOUND = (
    ListedProbe("0240000034544E45", "Arm DAPLink", "ready"),
    ListedProbe(None, "ST-Link/V2-1", "denied"),
    ListedProbe("E660583883", "Raspberry Pi Debug Probe", "busy"),
    ListedProbe("000050123456", "J-Link", "unusable"),
)


def plug_in(monkeypatch: pytest.MonkeyPatch, found: tuple[ListedProbe, ...]) -> None:
    monkeypatch.setattr(module, "probes_plugged_in", lambda: found)


def test_probes_are_listed_with_id_name_and_what_stands_in_the_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(monkeypatch, FOUND)
    assert run(["probes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "0240000034544E45   Arm DAPLink               ready",
        "(id not readable)  ST-Link/V2-1              denied",
        "E660583883         Raspberry Pi Debug Probe  busy",
        "000050123456       J-Link                    unusable",
    ]
    assert lines[4].startswith("denied: ")
    assert our_rules() in lines[4]


def test_no_probe_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(monkeypatch, ())
    assert run(["probes"]) == 0
    assert capsys.readouterr().out.startswith("no debug probe found: `stackdump-probe doctor`")


def test_json_is_one_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plug_in(monkeypatch, FOUND)
    assert run(["probes", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    validator("probes").validate(document)
    assert document["schema"] == "stackdump-probe/probes/1"
    assert [probe["access"] for probe in document["probes"]] == [
        "ready",
        "denied",
        "busy",
        "unusable",
    ]
    assert document["probes"][0] == {
        "id": "0240000034544E45",
        "name": "Arm DAPLink",
        "access": "ready",
        "hint": None,
    }
