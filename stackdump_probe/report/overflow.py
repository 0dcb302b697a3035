"""Whether a stack has outgrown its memory, and what shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from stackdump_probe.arch.exceptions import CFSR_STKOF, ExcReturn
from stackdump_probe.arch.faults import CFSR, FAULTS
from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.elf import Image
from stackdump_probe.image.stacks import StackArea, main_stack, writable
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.report.core import word_at
from stackdump_probe.report.model import StackOverflow
from stackdump_probe.unwind.frame import Backtrace, Frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.model import StackName


class Chain(Record):
    """The frames of one stack: `sp` is its pointer, `outermost` that of its outermost frame."""

    stack: StackName
    sp: int
    outermost: int | None
    is_faulting: bool


class Ground(Record):
    """What is known of the memory around stacks."""

    live: Registers
    memory: Memory
    image: Image
    main: StackArea | None


def overflow_of(
    frames: tuple[Frame, ...], live: Registers, memory: Memory, image: Image, initial_sp: int | None
) -> StackOverflow | None:
    """The stack that overflowed; None if nothing shows that one did.

    It is certain by the core's limit register, or where the frames themselves lead from below a
    stack's memory up into it. Looked at are the stacks of the state that the core was halted in.
    """
    ground = Ground(live, memory, image, main_stack(image, initial_sp))
    for chain in chains(_of_one_state(frames), live):
        for found in (
            _by_limit(chain, ground),
            _by_frames(chain, ground),
            _out_of_ram(chain, ground),
        ):
            if found is not None:
                return found
    return None


def is_below_ram(backtrace: Backtrace, images: Iterable[Image]) -> bool:
    """True if the outermost frame lies below all the programs' data: what is read there is none.

    External RAM, of which a program's sections need not tell, stands above (DDI 0403 B3.1).
    """
    sp = _outermost_sp(backtrace.frames)
    data = (section for image in images for section in writable(image))
    lowest = min((each.address for each in data), default=0)
    return sp is not None and sp < lowest


def _of_one_state(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The frames up to where the other security state begins, which has stacks of its own."""
    return tuple(takewhile(lambda each: not _crosses(each, frames[0].secure), frames))


def _crosses(frame: Frame, secure: bool | None) -> bool:
    entry = ExcReturn(frame.pc)
    leaves = frame.exception is not None and entry.stack_is_secure != entry.taken_to_secure
    return frame.secure != secure or leaves


def chains(frames: tuple[Frame, ...], live: Registers) -> Iterator[Chain]:
    """Yield the stacks that the frames lie on, the one in use first."""
    stack: StackName = "process" if _starts_on_psp(frames, live) else "main"
    sp, first, is_faulting = live.get("sp"), 0, False
    for at, frame in enumerate(frames):
        if frame.exception is None:
            continue
        if ExcReturn(frame.pc).frame_on_psp and stack == "main":
            if sp is not None:
                yield Chain(stack, sp, _outermost_sp(frames[first:at]), is_faulting)
            stack, sp, first = "process", live.get("psp"), at
        is_faulting = frame.exception in FAULTS
    if sp is not None:
        yield Chain(stack, sp, _outermost_sp(frames[first:]), is_faulting)


def _starts_on_psp(frames: tuple[Frame, ...], live: Registers) -> bool:
    control = live.control
    is_thread = not frames or (live.get("xpsr") or 0) & 0x1FF == 0
    return is_thread and control is not None and bool(control & 2)


def _outermost_sp(frames: tuple[Frame, ...]) -> int | None:
    inside = [frame for frame in frames if frame.exception is None]
    return inside[-1].registers.get("sp") if inside else None


def _by_limit(chain: Chain, ground: Ground) -> StackOverflow | None:
    """DDI 0553 B3.21: sp cannot pass a limit other than 0; STKOF tells that it would have."""
    name = "psplim" if chain.stack == "process" else "msplim"
    limit = ground.live.get(name) or 0
    cfsr = word_at(ground.memory, CFSR) or 0
    if limit and chain.sp < limit:
        where = f"sp {chain.sp:#010x} is {limit - chain.sp} bytes below {name.upper()}"
    elif cfsr & CFSR_STKOF and chain.is_faulting:
        where = f"CFSR.STKOF is set, and sp is {chain.sp:#010x}"
        if limit:
            where += f", {name.upper()} {limit:#010x}"
    else:
        return None
    text = f"the {chain.stack} stack overflowed: {where}"
    return StackOverflow(chain.stack, chain.sp, limit or None, name.upper(), True, text)


def _by_frames(chain: Chain, ground: Ground) -> StackOverflow | None:
    home = None if chain.outermost is None else _home(chain.outermost, ground)
    if home is None or chain.sp >= home.start:
        return None
    text = f"the {chain.stack} stack overflowed: {_below(chain.sp, home.start, home.name)}"
    text += _what_is_at(chain.sp, ground.image)
    return StackOverflow(chain.stack, chain.sp, home.start, home.name, True, text)


def _home(sp: int, ground: Ground) -> StackArea | None:
    """The memory of the stack that the outermost frame lies on."""
    if ground.main is not None and ground.main.is_home(sp):
        return ground.main
    variable = ground.image.symbols.object_at(sp - 4)
    if variable is None or variable.size < 64:
        return None
    return StackArea(variable.address, variable.address + variable.size, variable.name)


def _out_of_ram(chain: Chain, ground: Ground) -> StackOverflow | None:
    """Where the trace does not lead back into the stack: a sp below all memory of the program."""
    lowest = min(writable(ground.image), key=lambda each: each.address, default=None)
    if lowest is None or not _BELOW_RAM > lowest.address - chain.sp > 0:
        return None
    below = _below(chain.sp, lowest.address, f"{lowest.name}, the program's lowest data")
    text = f"the {chain.stack} stack has probably overflowed: {below}"
    return StackOverflow(chain.stack, chain.sp, lowest.address, lowest.name, False, text)


_BELOW_RAM = 0x1_0000


def _below(sp: int, start: int, name: str) -> str:
    return f"sp {sp:#010x} is {start - sp} bytes below {name} at {start:#010x}"


def _what_is_at(sp: int, image: Image) -> str:
    variable = image.symbols.object_at(sp)
    if variable is not None:
        return f", in {variable.name}"
    section = next((each for each in writable(image) if each.address <= sp < each.end), None)
    return "" if section is None else f", in {section.name}"
