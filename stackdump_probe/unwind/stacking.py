"""What the status registers say of the frame that exception entry should have stacked."""

from stackdump_probe.arch.exceptions import (
    CFSR_FP_ERRORS,
    CFSR_FRAME_ERRORS,
    CFSR_STKOF,
)
from stackdump_probe.arch.faults import CFSR, FAULTS
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.security import own_register
from stackdump_probe.unwind.step import Surroundings

RECORDED_EARLIER = (
    "CFSR records an error while an exception stacked registers, but no fault is being handled: "
    "it may be of the past, or what an exception interrupted may be shown wrong"
)


def has_errors(memory: Memory) -> bool:
    """True if CFSR records that stacking failed; the bits stay until software clears them."""
    return bool(_cfsr(memory) & (CFSR_FRAME_ERRORS | CFSR_FP_ERRORS | CFSR_STKOF))


def doubt_about(exception: int, memory: Memory) -> str | None:
    """Why the frame that the entry to a fault's handler stacked may be wrong.

    DDI 0403 B1.5.6, B1.5.7: an error while stacking, or while saving FP state late, is taken as a
    derived exception whose handler runs with what was stacked until then.
    """
    cfsr = _cfsr(memory) if exception in FAULTS else 0
    if cfsr & CFSR_FRAME_ERRORS:
        return "stacking failed (MSTKERR, STKERR): what was interrupted may be shown wrong"
    if cfsr & CFSR_FP_ERRORS:
        return (
            "saving FP registers failed (MLSPERR, LSPERR): those of interrupted code may be wrong"
        )
    return None


def at_limit(frame_address: int, around: Surroundings, *, on_psp: bool) -> End | None:
    """The end for a stack whose limit left no room for the frame.

    DDI 0553 B3.21: entry then sets sp to the limit and writes nothing below it, so what lies at
    sp is no frame.
    """
    name = "psplim" if on_psp else "msplim"
    cfsr = own_register(CFSR, 4, around)
    if cfsr is None or not around.memory.u32(cfsr) & CFSR_STKOF:
        return None
    if not frame_address or frame_address != around.live.get(name):
        return None
    reason = (
        f"the stack ended at its limit {name.upper()} {frame_address:#010x}: exception entry "
        "stacked nothing, so where the code was interrupted is lost"
    )
    return End("corrupt", reason, frame_address)


def _cfsr(memory: Memory) -> int:
    return memory.u32(CFSR) if memory.holds(CFSR, 4) else 0
