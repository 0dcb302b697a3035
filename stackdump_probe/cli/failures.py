"""The one place where an error becomes a line on standard error and an exit code."""

import os
import sys
from typing import NamedTuple

from stackdump_probe import errors

# CONTRACT: exit codes. The first class that fits counts.
DEFECT, USAGE, UNREADABLE_INPUT, INTERRUPTED = 1, 2, 6, 130
_EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (errors.InputError, UNREADABLE_INPUT),
    (errors.DumpFormatError, UNREADABLE_INPUT),
    (errors.ImageError, UNREADABLE_INPUT),
    (errors.ProgramMismatch, 7),
    (errors.UsageError, USAGE),
    (errors.UnknownTarget, USAGE),
    (errors.NoProbe, 3),
    (errors.ProbePermission, 4),
    (errors.Interrupted, INTERRUPTED),
    (errors.CaptureError, 5),
    (errors.OutputError, USAGE),
    (OSError, USAGE),
)
DEBUG_VARIABLE = "STACKDUMP_DEBUG"
LOOK_UP = "--help says what it takes"


class Failure(NamedTuple):
    """What the user is told of an error."""

    code: int
    message: str
    hint: str | None
    candidates: tuple[str, ...] = ()

    @property
    def whole_message(self) -> str:
        """The message with all that it lists, on one line."""
        return ": ".join(filter(None, (self.message, "; ".join(self.candidates))))


def tell(error: BaseException, command: str = "") -> int:
    """Write what went wrong to standard error; return the exit code.

    `command` is the one whose help may help. An exit on purpose is none of ours, and is raised
    again.
    """
    if isinstance(error, BrokenPipeError) or _is_exit_for_lost_reader(error):
        return _reader_gone()
    if isinstance(error, SystemExit):
        raise error
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        _write("interrupted")
        return INTERRUPTED
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        command = getattr(getattr(error, "ctx", None), "command_path", "stackdump-probe")
        _write(str(error.format_message()), f"{command} {LOOK_UP}")
        return USAGE
    failure = failure_of(error)
    if failure.code == DEFECT and os.environ.get(DEBUG_VARIABLE) == "1":
        raise error
    hint = " ".join(filter(None, ("stackdump-probe", command, LOOK_UP)))
    _write(failure.message, hint if failure.hint == LOOK_UP else failure.hint, failure.candidates)
    return failure.code


def failure_of(error: BaseException) -> Failure:
    """The exit code and the words, each on one line; what is no error of ours is a defect."""
    for kind, code in _EXIT_CODES:
        if isinstance(error, kind):
            hint = getattr(error, "hint", None) or (LOOK_UP if kind is errors.UsageError else None)
            listed = tuple(map(_one_line, getattr(error, "candidates", ())))
            return Failure(code, _one_line(_words(error)), hint and _one_line(hint), listed)
    return defect(f"{type(error).__name__}: {error}")


def defect(what: str) -> Failure:
    """What should never happen, and whom to tell."""
    hint = f"please report this with the output of the same command under {DEBUG_VARIABLE}=1"
    return Failure(DEFECT, _one_line(f"internal defect: {what}"), hint)


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _write(message: str, hint: str | None = None, candidates: tuple[str, ...] = ()) -> None:
    print(f"error: {_one_line(message)}", *candidates, sep="\n  ", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"hint: {_one_line(hint)}", file=sys.stderr)  # noqa: T201


def _one_line(text: str) -> str:
    """`text` as one line without control characters; it may quote names from a file."""
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in joined)


def _is_exit_for_lost_reader(error: BaseException) -> bool:
    """True for the exit that typer, click and rich each make of a BrokenPipeError."""
    return isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError)


def _reader_gone() -> int:
    """Standard output was closed by its reader (`| head`): no error, and nothing left to flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
