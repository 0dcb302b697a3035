"""One step by the exception tables, where they can be trusted."""

from __future__ import annotations

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.errors import NotCaptured
from stackdump_probe.record import replace
from stackdump_probe.unwind.code.calls import call_before
from stackdump_probe.unwind.code.epilogue import run_to_return
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings
from stackdump_probe.unwind.steps.prologue import caller_from, state_of
from stackdump_probe.unwind.steps.witness import settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.frames.exidx import Entry
    from stackdump_probe.unwind.program import FunctionSymbol


def exidx_step(position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """Undo the frame as the entry for the pc says, unless the code shows it otherwise.

    An entry describes the frame of a whole function as it is at the calls that it makes
    (IHI 0038, Constraints on use). So it holds for every return address; where the core was
    stopped or interrupted, and where the entry is that of another function, something else must
    bear it out. Raises DwarfError.
    """
    program = surroundings.program
    entry = program.exidx.entry_at(position.lookup_pc)
    if entry is None:
        return None
    function = program.symbols.function_at(position.lookup_pc)
    start = entry.start if function is None else function.address
    is_own = _is_own(entry, function, position, surroundings)
    if not is_own and not entry.is_inline:
        return None
    # Loaded here: most programs have call frame information for all that they run.
    from stackdump_probe.unwind.steps.exidx_frame import undone

    found = undone(entry, position, surroundings)
    if is_own and not position.is_exact:
        return found
    if isinstance(found, Lost):
        return replace(found, is_final=False)
    ending = run_to_return(position, surroundings) if position.is_exact else None
    witness = ending or caller_from(start, position, surroundings)
    if isinstance(witness, Caller):
        return settled(found, witness, is_sure=False)
    return found if _is_proven(found, start, surroundings) else None


def _is_own(
    entry: Entry,
    function: FunctionSymbol | None,
    position: Position,
    surroundings: Surroundings,
) -> bool:
    """True if the entry is that of the function at pc, by its symbol or by the way there."""
    if function is None:
        return state_of(position, entry.start, surroundings) is not None
    own = surroundings.program.symbols.function_at(entry.start)
    return own is not None and own.address == function.address


def _is_proven(found: Caller, start: int, surroundings: Surroundings) -> bool:
    """True if a call of the function at `start` precedes the return address, or a handler ends."""
    raw = found.return_address
    if ExcReturn(raw).is_valid:
        return True
    try:
        call = call_before(raw & ~1, surroundings.memory)
    except NotCaptured:
        return False
    return call is not None and call.target == start
