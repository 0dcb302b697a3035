"""What a person hears of a capture, on standard error."""

import sys
from collections.abc import Sequence

from stackdump_probe.arch.debug import DHCSR, S_LOCKUP, S_SLEEP
from stackdump_probe.capture.capture import Capture
from stackdump_probe.capture.verify import Verification
from stackdump_probe.cli import units
from stackdump_probe.cli.settings import Settings
from stackdump_probe.cli.taking import Taken
from stackdump_probe.errors import ProgramMismatch

STM32_FLASH = range(0x0800_0000, 0x0840_0000)
OTHER_PROGRAM = "name the ELF that was flashed, or trace all the same with --force"


def tell_of(taken: Taken, paths: Sequence[str], settings: Settings) -> None:
    """Warn of what is missing, and say what was saved where."""
    for warning in dict.fromkeys(each for one in taken.captures for each in one.warnings):
        settings.warn(warning)
    if _hides_its_flash(taken):
        settings.warn(
            "the code at pc cannot be read: that is how readout protection (RDP level 1) looks; "
            "registers and RAM are real, and opening the part erases its flash"
        )
    if len(taken.captures) < len(paths) and taken.left == "halted" and taken.ended is None:
        settings.warn("the core was halted already, so one look is all (`--after run` lets it run)")
    if settings.quiet:
        return
    if taken.part is not None:
        say(f"part: {taken.part.name} ({taken.part.evidence})")
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


def _hides_its_flash(taken: Taken) -> bool:
    """True for an STM32 that lets a debugger read no flash (RM0090 3.6.3, "Read protections")."""
    if taken.part is None or not taken.part.name.startswith("STM32"):
        return False
    dump, ended = taken.captures[0].dump, taken.ended
    pc = dump.registers.get("pc")
    return ended is None and pc is not None and pc in STM32_FLASH and not dump.memory.holds(pc)


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
        return f"{_found(captures[0])}the core stood still for {known[0] * 1000:.0f} ms and runs on"
    return f"the core stood still for {max(known) * 1000:.0f} ms at most and runs on"


def _found(taken: Capture) -> str:
    """The state that the core was in when we came, where it does no work in it."""
    for _at, content in taken.dump.memory.read_available(DHCSR, 4):
        status = int.from_bytes(content, "little")
        if status & S_LOCKUP:
            return "found in lockup, "
        if status & S_SLEEP:
            return "found asleep, "
    return ""


def tell_of_verification(found: Verification, elf: str, *, force: bool, settings: Settings) -> None:
    """Say whether the program in the flash is the ELF's; raises ProgramMismatch unless `force`."""
    if found.unread:
        settings.warn(f"{units.size(found.unread)} of the program cannot be read to compare it")
    if found.first is None:
        if not settings.quiet:
            say(f"verified: {units.size(found.compared)} of the program are as in {elf}")
        return
    text = (
        f"{elf} is not the program in the flash: {found.different} of {found.compared} bytes "
        f"differ, the first at {found.first.address:#010x} is {found.first.on_target:#04x} "
        f"there, {found.first.in_program:#04x} in the ELF"
    )
    if not force:
        raise ProgramMismatch(text, hint=OTHER_PROGRAM)
    settings.warn(text)
