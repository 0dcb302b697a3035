"""`doctor` from what is found to lines, JSON and exit code."""

import json
from collections.abc import Iterator

import pytest

from stackdump_probe.capture.findings import Finding
from stackdump_probe.cli import doctor as module
from stackdump_probe.cli.main import run
from stackdump_probe.errors import CaptureError, ConnectError, NoProbe, ProbePermission
from tests.schemas import validator

GOOD = Finding("good", "usb", "libusb is there")
DOUBT = Finding("doubt", "state", "in lockup", "capture it")
BAD = Finding("bad", "state", "held in reset", "free the reset line")
OTHER = Finding("bad", "probe", "B2 ST-Link: busy", "close the IDE")


@pytest.fixture
def _finds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_up(*_arguments: object) -> Iterator[Finding | CaptureError]:
        yield from request.param

    monkeypatch.setattr(module, "check_up", check_up)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("STACKDUMP_TARGET", raising=False)


@pytest.mark.usefixtures("_finds")
@pytest.mark.parametrize("_finds", [[GOOD, DOUBT, BAD]], indirect=True)
def test_each_finding_has_a_mark_and_its_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 5
    assert capsys.readouterr().out.splitlines() == [
        "ok   usb:      libusb is there",
        "note state:    in lockup",
        "               -> capture it",
        "FAIL state:    held in reset",
        "               -> free the reset line",
    ]


@pytest.mark.usefixtures("_finds")
@pytest.mark.parametrize(
    ("_finds", "code"),
    [
        ([GOOD, DOUBT], 0),
        ([GOOD, OTHER], 0),
        ([GOOD, BAD], 5),
        ([NoProbe("none", hint="plug it in")], 3),
        ([ProbePermission("denied")], 4),
        ([GOOD, ConnectError("the target does not answer")], 5),
    ],
    indirect=["_finds"],
)
def test_the_exit_code_says_what_stands_in_the_way(
    code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor"]) == code
    assert ("FAIL" in capsys.readouterr().out) == (code != 0) or code == 0
    assert run(["doctor", "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    validator("doctor").validate(document)


@pytest.mark.usefixtures("_finds")
@pytest.mark.parametrize("_finds", [[GOOD, DOUBT, BAD]], indirect=True)
def test_colors_are_green_yellow_and_red(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--color", "always"])
    out = capsys.readouterr().out
    assert "\x1b[92m" in out
    assert "\x1b[93m" in out
    assert "\x1b[1;91m" in out


@pytest.mark.usefixtures("_finds")
@pytest.mark.parametrize(
    "_finds", [[Finding("good", "probe", "x\x1b[31m\n", "y\x1b]0;")]], indirect=True
)
def test_names_of_probes_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--color", "never"])
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
