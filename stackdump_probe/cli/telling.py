"""What a person hears of a capture, on standard error."""

import sys
from collections.abc import Sequence

from stackdump_probe.capture.capture import Capture
from stackdump_probe.cli import units
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.taking import Taken


def tell_of(taken: Taken, paths: Sequence[str], settings: Settings) -> None:
    """Warn of what is missing, and say what was saved where."""
    for warning in dict.fromkeys(each for one in taken.captures for each in one.warnings):
        settings.warn(warning)
    if len(taken.captures) < len(paths) and taken.left == "halted" and taken.ended is None:
        settings.warn("the core was halted already, so one look is all (`--after run` lets it run)")
    if settings.quiet:
        return
    if settings.verbose:
        for note in dict.fromkeys(each for one in taken.captures for each in one.notes):
            say(note)
    saved = paths[: len(taken.captures)]
    if len(paths) == 1:
        what = f"saved {paths[0]}: {_content(taken.captures[0])}"
    elif len(saved) == 1:
        what = f"saved 1 look: {saved[0]}"
    else:
        what = f"saved {len(saved)} looks: {saved[0]} to {saved[-1]}"
    say(f"{what}; {_state(taken)}")


def say(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr)  # noqa: T201


def _content(taken: Capture) -> str:
    memory = sum(end - start for start, end in taken.dump.memory.spans())
    return f"{len(taken.dump.registers.words)} registers, {units.size(memory)} of memory"


def _state(taken: Taken) -> str:
    match taken.left:
        case "halted" if taken.captures[0].was_halted:
            return "the core was halted and stays so"
        case "halted":
            return "the core is left halted"
        case "running":
            return _how_long(taken.captures)
        case "unknown":
            return "the core may still be halted (`--after run` lets it run)"


def _how_long(captures: Sequence[Capture]) -> str:
    known = [each.stood_still for each in captures if each.stood_still is not None]
    if len(known) < len(captures):
        return "the core runs again"
    if len(known) == 1:
        return f"the core stood still for {known[0] * 1000:.0f} ms and runs on"
    return f"the core stood still for {max(known) * 1000:.0f} ms at most and runs on"
