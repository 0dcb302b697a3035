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
from stackdump_probe.record import Record, replace
from stackdump_probe.unwind.ends import not_captured
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.security import (
    in_other_state,
    left_stack,
    own_register,
    selects_psp,
    stack_unknown,
    state_name,
    with_spsel,
)
from stackdump_probe.unwind.stacking import at_limit
from stackdump_probe.unwind.step import Lost, Surroundings


class Interrupted(Record):
    """What an exception interrupted: its `registers`, bit 0 of pc clear, the stacked `xpsr`.

    `frame_address` is where the hardware's frame begins, `cfa` the sp of the interrupted code.
    `around` is what surrounds it, `on_psp` tells its stack. If only FPCCR of the other state could
    tell how long the frame is, `longer` is what a frame with s16-s31 in it says.
    """

    registers: Registers
    xpsr: Xpsr
    frame_address: int
    cfa: int
    around: Surroundings
    on_psp: bool
    longer: "Interrupted | None" = None


def leave_exception(
    exc_return: ExcReturn, handler: Registers, surroundings: Surroundings
) -> Interrupted | Lost:
    """Undo the exception entry; `handler` are the registers at the handler's first instruction."""
    stack = _stack_of(exc_return, handler, surroundings)
    if isinstance(stack, End):
        return Lost(stack)
    end = at_limit(stack.address, stack.around, on_psp=stack.on_psp)
    if end is not None:
        return Lost(end)
    sizes = _fp_callee_sizes(exc_return, stack.around)
    try:
        found = [_unstack(exc_return, stack, handler, size) for size in sizes]
    except NotCaptured as gap:
        return Lost(not_captured(gap.address, surroundings.memory, "the exception's frame"))
    first, *others = found
    longer = next((each for each in others if isinstance(each, Interrupted)), None)
    return replace(first, longer=longer) if isinstance(first, Interrupted) else first


class _Stack(Record):
    """Where the hardware has put the frame, and what surrounds the code that it interrupted."""

    address: int
    on_psp: bool
    around: Surroundings


def _stack_of(exc_return: ExcReturn, handler: Registers, around: Surroundings) -> _Stack | End:
    """The stack as ExceptionReturn and PopStack find it (DDI 0553).

    SPSEL is CONTROL's of the state that the exception was taken to; for code of the other state
    its own CONTROL tells.
    """
    if around.secure not in (None, exc_return.taken_to_secure):
        state = state_name(exc_return.taken_to_secure)
        reason = f"EXC_RETURN {exc_return.word:#010x} is that of a handler in {state} state"
        return End("corrupt", reason, exc_return.word)
    around = left_stack(around, handler.get("sp"), on_psp=False)
    around = with_spsel(around, exc_return.selects_psp)
    on_psp: bool | None = exc_return.frame_on_psp
    if exc_return.stack_is_secure != exc_return.taken_to_secure:
        secure = exc_return.stack_is_secure
        if around.secure is None:
            return stack_unknown(f"{state_name(secure)} code was interrupted", secure)
        around = in_other_state(around)
        on_psp = exc_return.to_thread and selects_psp(around)
        name = "psp" if on_psp else "msp"
        if on_psp is None or name not in around.live:
            return stack_unknown(f"{state_name(secure)} code was interrupted", secure)
        return _at(around.live[name], name, around)
    name = "psp" if on_psp else "sp"
    address = (around.live if on_psp else handler).get(name)
    if address is None:
        hint = "capture with a debug probe, which reads all stack pointers"
        reason = f"the interrupted code ran on {name.upper()}, which is not in the dump"
        return End("no_memory", reason, hint=hint)
    return _at(address, name, around)


def _at(address: int, name: str, around: Surroundings) -> _Stack | End:
    if address & 3:
        return End("corrupt", f"{name} {address:#010x} is not aligned for a frame", address)
    return _Stack(address, name == "psp", around)


def _unstack(
    exc_return: ExcReturn, stack: _Stack, handler: Registers, fp_callee_size: int
) -> Interrupted | Lost:
    memory = stack.around.memory
    found = handler.only(CALLEE_SAVED)
    basic = stack.address
    if exc_return.has_additional_frame:
        if memory.u32(basic) != INTEGRITY_SIGNATURE | (not exc_return.has_extended_frame):
            return Lost(End("corrupt", f"no integrity signature at {basic:#010x}", basic))
        found = found.joined(_load(memory, basic + ADDITIONAL_FRAME_OFFSET, ADDITIONAL_FRAME))
        basic += ADDITIONAL_FRAME_SIZE
    found = found.joined(_load(memory, basic, BASIC_FRAME))
    size = BASIC_FRAME_SIZE
    if exc_return.has_extended_frame:
        size = EXTENDED_FRAME_SIZE + fp_callee_size
        found = found.joined(_fp_words(basic + FP_FRAME_OFFSET, size, stack.around))
    xpsr = Xpsr(found["xpsr"])
    if exc_return.to_thread != (xpsr.exception == 0):
        return Lost(_not_a_frame(exc_return, xpsr, basic))
    cfa = basic + size + (4 if xpsr.was_realigned else 0)
    words = {**found.words, "pc": found["pc"] & ~1, "xpsr": xpsr.unstacked}
    registers = Registers(words, found.saved_at).updated(sp=cfa)
    return Interrupted(registers, xpsr, stack.address, cfa, stack.around, stack.on_psp)


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


def _fp_callee_sizes(exc_return: ExcReturn, around: Surroundings) -> tuple[int, ...]:
    """DDI 0553 B3.20: FPCCR.TS has s16-s31 of Secure code stacked also; only that state sees it."""
    if not exc_return.stack_is_secure or not exc_return.has_extended_frame:
        return (0,)
    fpccr = own_register(FPCCR, 4, around)
    if fpccr is None:
        return (0, FP_CALLEE_FRAME_SIZE) if around.secure else (0,)
    return (FP_CALLEE_FRAME_SIZE,) if around.memory.u32(fpccr) & FPCCR_TS else (0,)


def _fp_words(address: int, size: int, around: Surroundings) -> Registers:
    """s0 and up of the interrupted code, `address` being where the frame has room for them."""
    memory, live = around.memory, around.live
    names = FP_FRAME
    if size > EXTENDED_FRAME_SIZE:
        names += FP_CALLEE_FRAME
    fpccr = own_register(FPCCR, 8, around)
    if fpccr is None:
        return Registers()  # nothing tells whether the words were written
    if _is_unwritten(address, memory, fpccr):
        return live.only(names)
    found = _load(memory, address, FP_FRAME)
    if size > EXTENDED_FRAME_SIZE:
        at = address - FP_FRAME_OFFSET + FP_CALLEE_FRAME_OFFSET
        found = found.joined(_load(memory, at, FP_CALLEE_FRAME))
    return found


def _is_unwritten(address: int, memory: Memory, fpccr: int) -> bool:
    """True while lazy state preservation is still to be done for this frame.

    DDI 0403 B1.5.7: with FPCCR.LSPACT set, FPCAR is where s0 would go, and the registers still
    hold what belongs there.
    """
    if not memory.u32(fpccr) & FPCCR_LSPACT:
        return False
    return memory.u32(fpccr + FPCAR - FPCCR) & ~7 == address & ~7
