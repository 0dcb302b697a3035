"""What the quick road takes, it takes as typer would; the rest it leaves to typer."""

from typing import Any

import pytest

from stackdump_probe import __version__
from stackdump_probe.cli.options import Annotated, Argument, Literal, Option
from stackdump_probe.cli.quick import quick_values
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.typer_app import call_by_typer

calls: list[dict[str, Any]] = []


def command(
    first: Annotated[str, Argument("FIRST", "one")],
    rest: Annotated[list[str], Argument("REST...", "many")],
    flag: Annotated[bool, Option("-z --flag", "a flag")] = False,
    number: Annotated[int, Option("-l --number", "a number", "N", lowest=0)] = 5,
    theme: Annotated[Literal["dark", "light"], Option("-t --theme", "a choice")] = "dark",
    *,
    settings: Settings,
) -> dict[str, Any]:
    """Return what it was given."""
    given = {
        "first": first,
        "rest": rest,
        "flag": flag,
        "number": number,
        "theme": theme,
        "settings": settings,
    }
    calls.append(given)
    return given


def by_typer(arguments: list[str]) -> dict[str, Any]:
    calls.clear()
    call_by_typer({"command": command}, ["command", *arguments])
    return calls[0]


PLAIN = [
    "a b",
    "a b c d",
    "-z a b",
    "a -z b",
    "a b --flag",
    "a b -l 3",
    "a b --number=12",
    "a b -t light",
    "a b --theme=light",
    "a b --color never -v -v -q",
    "--verbose a b --color=always",
]


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line_means_the_same_on_both_roads(line: str) -> None:
    values = quick_values(command, line.split())
    assert values is not None
    assert command(**values) == by_typer(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a",
        "--help",
        "a b --nonsense",
        "a b -l",
        "a b -l -z",
        "a b -l x",
        "a b -l -1",
        "a b -t red",
        "a b --flag=yes",
        "a b --verbose=2",
        "a b -t=light",
        "a b -l5",
        "a b -vq",
        "a b --",
        "a b -",
    ],
)
def test_a_line_that_is_not_plain_is_left_to_typer(line: str) -> None:
    assert quick_values(command, line.split()) is None


def one(first: Annotated[str, Argument("FIRST", "one")], *, settings: Settings) -> None:
    """Takes one argument."""


def test_an_argument_too_many_is_left_to_typer() -> None:
    assert quick_values(one, ["a", "b"]) is None


def test_a_short_option_with_its_value_attached_is_understood_by_typer() -> None:
    assert by_typer(["a", "b", "-l5", "-zq"])["number"] == 5


def test_typer_knows_the_version_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert call_by_typer({"command": command}, ["--version"]) == 0
    assert capsys.readouterr().out == f"stackdump-probe {__version__}\n"


def with_choice(
    ram: Annotated[Literal["stack", "all"] | None, Option("--ram", "which", "stack|all")] = None,
) -> None:
    """Takes a choice or none."""
    calls.append({"ram": ram})


@pytest.mark.parametrize(("line", "ram"), [([], None), (["--ram", "all"], "all")])
def test_a_choice_may_be_left_out(line: list[str], ram: str | None) -> None:
    calls.clear()
    call_by_typer({"command": with_choice}, ["command", *line])
    assert calls == [{"ram": ram}]


def with_all_kinds(
    target: Annotated[str, Option("--target -t", "what", "NAME", variable="A_TARGET")],
    region: Annotated[list[str] | None, Option("--region", "where", "START:SIZE")] = None,
    count: Annotated[int | None, Option("--count", "how often", "N", lowest=2, highest=9)] = None,
    ram: Annotated[Literal["stack", "all"] | None, Option("--ram", "which", "stack|all")] = None,
    *,
    settings: Settings,
) -> None:
    """One option has no default, one may be repeated, the others may be left out."""
    del settings
    calls.append({"target": target, "region": region, "count": count, "ram": ram})


def quickly(line: str) -> dict[str, Any] | None:
    """What the quick road takes the line for."""
    values = quick_values(with_all_kinds, line.split())
    if values is None:
        return None
    calls.clear()
    with_all_kinds(**values)
    return calls[0]


@pytest.mark.parametrize(
    "line", ["-t m4", "--target=m4 --region 0:4 --region 8:4", "-t m4 --count 2 --ram all"]
)
def test_options_of_every_kind_mean_the_same_on_both_roads(line: str) -> None:
    quick = quickly(line)
    calls.clear()
    call_by_typer({"command": with_all_kinds}, ["command", *line.split()])
    assert [quick] == calls


@pytest.mark.parametrize("line", ["", "-t m4 --count 1", "-t m4 --count 10", "-t m4 --region"])
def test_a_value_that_is_missing_or_out_of_bounds_is_left_to_typer(line: str) -> None:
    assert quickly(line) is None


@pytest.mark.parametrize(("line", "target"), [("", "from afar"), ("-t m4", "m4")])
def test_the_environment_stands_for_an_option_left_out(
    line: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TARGET", "from afar")
    quick = quickly(line)
    assert quick is not None
    assert quick["target"] == target
    calls.clear()
    call_by_typer({"command": with_all_kinds}, ["command", *line.split()])
    assert [quick] == calls


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TARGET", "")
    assert quickly("") is None
