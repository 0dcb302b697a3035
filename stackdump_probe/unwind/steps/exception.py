"""One step from a handler's entry through the stacked frame to what was interrupted."""

from struct import iter_unpack

from stackdump_probe.arch.exceptions import (
    ADDITIONAL_FRAME,
    ADDITIONAL_FRAME_OFFSET,
    ADDITIONAL_FRAME_SIZE,
    BASIC_FRAME,
    BASIC_FRAME_SIZE,
    EXTENDED_FRAME_SIZE,
    FP_CALLEE_FRAME,
    FP_CALLEE_FRAME_OFFSET,
    FP_CALLEE_FRAME_SIZE,
    FP_FRAME,
    FP_FRAME_OFFSET,
    FPCAR,
    FPCCR,
    FPCCR_LSPACT,
    FPCCR_TS,
    INTEGRITY_SIGNATURE,
    ExcReturn,
    Xpsr,
)
from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.record import record
from stackdump_probe.unwind.ends import not_captured
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.stacking import at_limit
from stackdump_probe.unwind.step import Lost, Surroundings


@record
class Interrupted:
    """What an exception interrupted: its `registers`, bit 0 of pc clear, the stacked `xpsr`.

    `frame_address` is where the hardware's frame begins, `cfa` the sp of the interrupted code.
    """

    registers: Registers
    xpsr: Xpsr
    frame_address: int
    cfa: int


def leave_exception(
    exc_return: ExcReturn, handler: Registers, surroundings: Surroundings
) -> Interrupted | Lost:
    """Undo the exception entry; `handler` are the registers at the handler's first instruction."""
    frame_address = _frame_address(exc_return, handler, surroundings.live)
    if isinstance(frame_address, End):
        return Lost(frame_address)
    end = at_limit(exc_return, frame_address, surroundings.live, surroundings.memory)
    if end is not None:
        return Lost(end)
    try:
        return _unstack(exc_return, frame_address, handler, surroundings)
    except NotCaptured as gap:
        return Lost(not_captured(gap.address, surroundings.memory, "the exception's frame"))


def _frame_address(exc_return: ExcReturn, handler: Registers, live: Registers) -> int | End:
    if exc_return.stack_is_secure != exc_return.taken_to_secure:
        state = "Secure" if exc_return.stack_is_secure else "Non-secure"
        hint = "a capture holds the stack pointers of the state that the core was halted in"
        return End("no_memory", f"{state} code was interrupted, its stack is not known", hint=hint)
    name = "psp" if exc_return.frame_on_psp else "sp"
    address = (live if exc_return.frame_on_psp else handler).get(name)
    if address is None:
        hint = "capture with a debug probe, which reads all stack pointers"
        reason = f"the interrupted code ran on {name.upper()}, which is not in the dump"
        return End("no_memory", reason, hint=hint)
    if address & 3:
        return End("corrupt", f"{name} {address:#010x} is not aligned for a frame", address)
    return address


def _unstack(
    exc_return: ExcReturn, frame_address: int, handler: Registers, surroundings: Surroundings
) -> Interrupted | Lost:
    memory = surroundings.memory
    found = handler.only(CALLEE_SAVED)
    basic = frame_address
    if exc_return.has_additional_frame:
        if memory.u32(basic) != INTEGRITY_SIGNATURE | (not exc_return.has_extended_frame):
            return Lost(End("corrupt", f"no integrity signature at {basic:#010x}", basic))
        found = found.joined(_load(memory, basic + ADDITIONAL_FRAME_OFFSET, ADDITIONAL_FRAME))
        basic += ADDITIONAL_FRAME_SIZE
    found = found.joined(_load(memory, basic, BASIC_FRAME))
    size = BASIC_FRAME_SIZE
    if exc_return.has_extended_frame:
        size = EXTENDED_FRAME_SIZE + _fp_callee_size(exc_return, memory)
        found = found.joined(_fp_words(basic + FP_FRAME_OFFSET, size, surroundings))
    xpsr = Xpsr(found["xpsr"])
    if exc_return.to_thread != (xpsr.exception == 0):
        return Lost(_not_a_frame(exc_return, xpsr, basic))
    cfa = basic + size + (4 if xpsr.was_realigned else 0)
    words = {**found.words, "pc": found["pc"] & ~1, "xpsr": xpsr.unstacked}
    registers = Registers(words, found.saved_at).updated(sp=cfa)
    return Interrupted(registers, xpsr, frame_address, cfa)


def _not_a_frame(exc_return: ExcReturn, xpsr: Xpsr, address: int) -> End:
    # The hardware refuses such a return (DDI 0403 B1.5.8, integrity checks): no entry left this.
    mode = "thread" if exc_return.to_thread else "handler"
    return End(
        "corrupt",
        f"no exception frame at {address:#010x}: EXC_RETURN {exc_return.word:#010x} says {mode} "
        f"mode, the stacked xPSR {xpsr.word:#010x} does not",
        address,
    )


def not_code(found: Interrupted) -> End:
    """The end for a frame whose pc shows that nothing has written it."""
    pc, at = found.registers["pc"], found.frame_address
    return End("corrupt", f"no exception frame at {at:#010x}: its pc {pc:#010x} is not code", at)


def _load(memory: Memory, address: int, names: tuple[str, ...]) -> Registers:
    words = iter_unpack("<I", memory.read(address, 4 * len(names)))
    return Registers().saved(
        address, {name: word for name, (word,) in zip(names, words, strict=True)}
    )


def _fp_callee_size(exc_return: ExcReturn, memory: Memory) -> int:
    """DDI 0553 B3.20: FPCCR.TS has s16-s31 of Secure code stacked also."""
    if not exc_return.stack_is_secure or not memory.holds(FPCCR, 4):
        return 0
    return FP_CALLEE_FRAME_SIZE if memory.u32(FPCCR) & FPCCR_TS else 0


def _fp_words(address: int, size: int, surroundings: Surroundings) -> Registers:
    """s0 and up of the interrupted code, `address` being where the frame has room for them."""
    memory, live = surroundings.memory, surroundings.live
    names = FP_FRAME
    if size > EXTENDED_FRAME_SIZE:
        names += FP_CALLEE_FRAME
    if not memory.holds(FPCCR, 8):
        return Registers()  # nothing tells whether the words were written
    if _is_unwritten(address, memory):
        return live.only(names)
    found = _load(memory, address, FP_FRAME)
    if size > EXTENDED_FRAME_SIZE:
        at = address - FP_FRAME_OFFSET + FP_CALLEE_FRAME_OFFSET
        found = found.joined(_load(memory, at, FP_CALLEE_FRAME))
    return found


def _is_unwritten(address: int, memory: Memory) -> bool:
    """True while lazy state preservation is still to be done for this frame.

    DDI 0403 B1.5.7: with FPCCR.LSPACT set, FPCAR is where s0 would go, and the registers still
    hold what belongs there.
    """
    if not memory.u32(FPCCR) & FPCCR_LSPACT:
        return False
    return memory.u32(FPCAR) & ~7 == address & ~7
