"""Several probes are plugged in: a table, and on a terminal the question which one is meant."""

import sys
from collections.abc import Callable
from typing import TypeVar

from stackdump_probe.cli.tables import aligned
from stackdump_probe.cli.telling import say
from stackdump_probe.cli.terminal import columns
from stackdump_probe.errors import SeveralProbes
from stackdump_probe.report.escape import printable

_Result = TypeVar("_Result")
_TRIES = 3


def with_one_probe(action: Callable[[str | None], _Result], wanted: str | None) -> _Result:
    """The result of `action(probe)`, once more with the probe that the user chose from several."""
    try:
        return action(wanted)
    except SeveralProbes as error:
        return action(_chosen(error))


def _chosen(error: SeveralProbes) -> str:
    """The id of the one that the user names; raises the error where nobody can be asked."""
    rows = [
        (f"{number}:", printable(uid), printable(name))
        for number, (uid, name) in enumerate(error.probes, 1)
    ]
    for line in aligned(rows, columns=columns()):
        say(line)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise error
    for _ in range(_TRIES):
        print(f"which one? [1-{len(rows)}] ", end="", file=sys.stderr, flush=True)  # noqa: T201
        answer = sys.stdin.readline().strip()
        if answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= len(rows):
            return error.probes[int(answer) - 1][0]
    raise error
