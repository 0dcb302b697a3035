"""Several probes, and who is asked which one is meant."""

import io

import pytest

from stackdump_probe.cli.which_probe import with_one_probe
from stackdump_probe.errors import SeveralProbes

BOTH = SeveralProbes([("A1", "DAPLink"), ("B2", "ST-Link\x1b[31m")])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def needs_one(asked: list[str | None], uid: str | None) -> str:
    asked.append(uid)
    if uid is None:
        raise BOTH
    return f"through {uid}"


def answering(
    text: str, monkeypatch: pytest.MonkeyPatch, *, stdin: type[io.StringIO] = Terminal
) -> Terminal:
    errors = Terminal()
    monkeypatch.setattr("sys.stdin", stdin(text))
    monkeypatch.setattr("sys.stderr", errors)
    return errors


def test_on_a_terminal_the_user_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = answering("2\n", monkeypatch)
    asked: list[str | None] = []
    assert with_one_probe(lambda uid: needs_one(asked, uid), None) == "through B2"
    assert asked == [None, "B2"]
    lines = errors.getvalue().splitlines()
    assert lines[0].split() == ["1:", "A1", "DAPLink"]
    assert lines[-1] == "which one? [1-2] "
    assert "\x1b" not in errors.getvalue()


@pytest.mark.parametrize("text", ["", "3\n0\nno\n", "\n\n\n\n"])
def test_without_an_answer_that_makes_sense_it_is_an_error(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(text, monkeypatch)
    with pytest.raises(SeveralProbes, match="2 probes are plugged in: A1"):
        with_one_probe(lambda uid: needs_one([], uid), None)


def test_a_script_is_not_asked_but_sees_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = answering("1\n", monkeypatch, stdin=io.StringIO)
    with pytest.raises(SeveralProbes) as raised:
        with_one_probe(lambda uid: needs_one([], uid), None)
    assert "--probe" in (raised.value.hint or "")
    assert "A1" in errors.getvalue()
    assert "which one" not in errors.getvalue()
