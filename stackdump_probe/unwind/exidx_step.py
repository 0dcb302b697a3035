"""One step by the exception tables, where they can be trusted."""

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.errors import NotCaptured
from stackdump_probe.record import replace
from stackdump_probe.unwind.calls import call_before
from stackdump_probe.unwind.epilogue import run_to_return
from stackdump_probe.unwind.prologue_step import prologue_step
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings, Symbols


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
    start = _start_of_function(position.lookup_pc, program.symbols)
    is_own = start == _start_of_function(entry.start, program.symbols)
    if not is_own and not entry.is_inline:
        return None
    # Loaded here: most programs have call frame information for all that they run.
    from stackdump_probe.unwind.exidx_frame import undone

    found = undone(entry, position, surroundings)
    if is_own and not position.is_exact:
        return found
    if isinstance(found, Lost):
        return replace(found, is_final=False)
    ending = run_to_return(position, surroundings) if position.is_exact else None
    witness = ending or prologue_step(position, surroundings)
    if isinstance(witness, Caller):
        return _agreed(found, witness)
    return found if _is_proven(found, start or entry.start, surroundings) else None


def _start_of_function(address: int, symbols: Symbols) -> int | None:
    function = symbols.function_at(address)
    return None if function is None else function.address


def _agreed(found: Caller, witness: Caller) -> Caller:
    """The frame if both are of one mind, without the registers that they are not; or `witness`.

    The code may not have saved a register yet, or in a way that `witness` did not see through.
    """
    if (found.cfa, found.return_address) != (witness.cfa, witness.return_address):
        return witness
    words = found.registers.words.items()
    doubted = [name for name, word in words if witness.registers.get(name) not in (word, None)]
    return replace(found, registers=found.registers.without(*doubted))


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
