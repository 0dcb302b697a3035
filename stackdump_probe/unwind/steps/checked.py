"""Call frame information where it can be trusted, the code itself where it shows that it cannot."""

from stackdump_probe.record import replace
from stackdump_probe.unwind.code.epilogue import run_to_return
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings
from stackdump_probe.unwind.steps.cfi import cfi_step
from stackdump_probe.unwind.steps.prologue import changed, prologue_step, straight_step
from stackdump_probe.unwind.steps.witness import settled


def checked_cfi_step(position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """Apply the row for the pc, unless the code contradicts it; raises DwarfError.

    Rows are wrong in the epilogues of Armv6-M code, which GCC describes not at all, in its
    prologues, where registers are put to use before the instruction that is said to save them, in
    libgcc's epilogues, and in naked functions, which are hand-written. All that shows only
    where the core was stopped or interrupted: a return address follows a call.
    """
    found = cfi_step(position, surroundings)
    if found is None or not position.is_exact:
        return found
    witness = run_to_return(position, surroundings)
    if witness is not None:
        return settled(found, witness, is_sure=True)
    witness = straight_step(position, surroundings) or _naked(found, position, surroundings)
    return found if witness is None else _followed(found, witness, position, surroundings)


def _followed(
    found: Caller | Lost, witness: Caller, position: Position, surroundings: Surroundings
) -> Caller:
    """`found` as far as the code from the function's first instruction up to pc bears it out.

    A handler that switches threads loads the registers of the next before it moves PSP there.
    """
    caller = settled(found, witness, is_sure=True)
    lost = changed(position, surroundings) or ()
    return replace(caller, registers=caller.registers.without(*lost))


def _naked(found: Caller | Lost, position: Position, surroundings: Surroundings) -> Caller | None:
    """What a function has done of which its one row knows nothing."""
    row = surroundings.program.cfi.row_at(position.lookup_pc)
    if row is None or not row.is_only or row.registers or isinstance(found, Lost):
        return None
    caller = prologue_step(position, surroundings)
    return caller if isinstance(caller, Caller) and caller.rule == "prologue" else found
