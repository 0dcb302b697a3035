"""The entry point: choose the command, run it, turn an error into a line and an exit code.

A command lives in the module of its name in this package, as a function of that name. Its
parameters are marked with `options.Argument` and `options.Option`, or with typer's own marks; a
parameter `settings: Settings` receives the common options. It returns nothing or an exit code,
and raises our errors; `failures.py` maps them. Only the module of the command that runs is
imported.
"""

from __future__ import annotations

import gc
import os
import sys

from stackdump_probe import __version__

TYPE_CHECKING = False  # typing costs as much as the interpreter itself
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

COMMANDS = ("capture", "trace", "looks", "info", "probes", "targets", "doctor", "demo")
# The commands that a well-formed line reaches without typer.
QUICK = ("capture", "trace", "looks", "info")
# Nearly all that a command makes lives until it ends: to look through it for cycles at every 700
# new objects took a fifth of a trace.
_RARELY = 2_000_000


def main() -> NoReturn:
    """Run the command line of this process and exit."""
    gc.set_threshold(_RARELY)
    _open_what_is_closed()
    _end(run(sys.argv[1:]))


def _end(code: int) -> NoReturn:
    """Exit; at once if all that is left is memory, which the system takes back faster than Python.

    Whatever wants to be told of the end, such as pyOCD or logging, has loaded `threading`.
    """
    if "threading" in sys.modules:
        sys.exit(code)
    os._exit(code)  # `run` has left nothing unwritten


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code of CONTRACT."""
    _let_any_text_out()
    if not arguments:
        return run(["--help"]) or 2
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        from stackdump_probe.cli.failures import tell

        return tell(error, next((each for each in arguments if each in COMMANDS), ""))
    return code


def _dispatch(arguments: Sequence[str]) -> int:
    if "--version" in arguments[: _leading_options(arguments)]:
        print(f"stackdump-probe {__version__}")  # noqa: T201
        return 0
    arguments = _command_first(arguments)
    name = arguments[0] if arguments else ""
    if name in QUICK:
        from stackdump_probe.cli.quick import quick_values

        command = _command(name)
        values = quick_values(command, arguments[1:])
        if values is not None:
            return command(**values) or 0
    from stackdump_probe.cli.typer_app import call_by_typer

    names = (name,) if name in COMMANDS else COMMANDS
    commands = {each: _command(each) for each in names}
    return call_by_typer(commands, arguments)


def _command(name: str) -> Callable[..., Any]:
    from importlib import import_module

    command: Callable[..., Any] = getattr(import_module(f"stackdump_probe.cli.{name}"), name)
    return command


def _command_first(arguments: Sequence[str]) -> list[str]:
    """The common options may stand before the command's name; move them behind it."""
    at = _leading_options(arguments)
    if at >= len(arguments) or arguments[at] not in COMMANDS:
        return list(arguments)
    return [arguments[at], *arguments[:at], *arguments[at + 1 :]]


def _leading_options(arguments: Sequence[str]) -> int:
    """How many arguments stand before the command's name."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] == "--color" else 1
    return at


def _open_what_is_closed() -> None:
    """Who closed a stream (`>&-`) wants nothing of it; a capture is saved all the same."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115


def _let_any_text_out() -> None:
    """A name that the terminal's encoding lacks is escaped; it shall not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
