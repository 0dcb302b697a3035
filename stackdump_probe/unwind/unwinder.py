"""From the registers of a halted core to its frames."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import ImageError
from stackdump_probe.memory import Memory
from stackdump_probe.record import replace
from stackdump_probe.unwind.ends import OTHER_ELF, UNWIND_TABLES
from stackdump_probe.unwind.frame import Backtrace, End, Frame
from stackdump_probe.unwind.judgement import (
    Starts,
    end_at,
    follows_call,
    is_stale,
    misplaced,
)
from stackdump_probe.unwind.never_returns import Clobbers
from stackdump_probe.unwind.recognise import entries_at, entry_above, leads_on, of_one_length
from stackdump_probe.unwind.resume import resumed
from stackdump_probe.unwind.return_addresses import is_code
from stackdump_probe.unwind.security import halted_in_secure, of_other_image
from stackdump_probe.unwind.stacking import RECORDED_EARLIER, doubt_about, has_errors
from stackdump_probe.unwind.start import (
    Mode,
    exc_return_of_pc,
    exception_of,
    halted_mode,
    innermost,
    is_lockup,
    was_locked_up,
)
from stackdump_probe.unwind.step import Caller, Lost, Position, Step, Surroundings
from stackdump_probe.unwind.steps.checked import checked_cfi_step
from stackdump_probe.unwind.steps.crossing import Crossed, leave_state, of_outermost
from stackdump_probe.unwind.steps.exception import Interrupted, leave_exception, not_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.frame import Rule
    from stackdump_probe.unwind.program import Program

LIMIT = 1024  # frames
CAPTURE_REGISTERS = "capture the core registers"


def steps() -> Iterator[Step]:
    """Yield the steps, the surest first; most traces need no more than that one."""
    yield checked_cfi_step
    from stackdump_probe.unwind.steps.without_cfi import STEPS

    yield from STEPS


def unwind(
    registers: Registers, memory: Memory, program: Program, *, limit: int = LIMIT
) -> Backtrace:
    """The frames of the halted core, innermost first, and why they end.

    Takes at most `limit` frames, and one more where that is an exception's. Whatever registers
    and memory hold, it ends: sp only grows, but for the one change to the process stack.
    """
    if "pc" not in registers:
        end = End("no_rule", "the dump holds no pc", hint=CAPTURE_REGISTERS)
        return Backtrace((), end)
    secure = halted_in_secure(memory)
    return _Walk(Surroundings(memory, program, registers, secure), limit).run()


class _Walk:
    """The frames found so far, and the mode of the code that is being left."""

    def __init__(self, around: Surroundings, limit: int) -> None:
        self.around = around
        self.limit = limit
        self.mode = halted_mode(around.live, around.memory)
        self.starts = Starts(around)
        self.clobbers = Clobbers(around)
        self.frames: list[Frame] = []
        self.warnings: list[str] = []
        self.seen: set[tuple[int, int | None, int | None]] = set()

    def run(self) -> Backtrace:
        here = self._first()
        while isinstance(here, Position):
            here = self._leave(here)
        end = self._for_want_of_registers(here)
        return Backtrace(tuple(self.frames), end, (*self._doubts(), *self.warnings))

    def _for_want_of_registers(self, end: End) -> End:
        missing = [name for name in ("sp", "lr") if name not in self.around.live]
        if end.kind != "no_rule" or not missing or len(self.frames) > 1:
            return end
        reason = f"the dump holds no {' and no '.join(missing)}: {end.reason}"
        return End("no_rule", reason, end.address, CAPTURE_REGISTERS)

    def _doubts(self) -> Iterator[str]:
        """Yield what the captured control words say against trusting the stack."""
        if was_locked_up(self.around.memory):
            yield "the core was in lockup before it was halted"
        if has_errors(self.around.memory) and not any(frame.doubt for frame in self.frames):
            yield RECORDED_EARLIER

    def _first(self) -> Position | End:
        registers = self.around.live
        exc_return = exc_return_of_pc(registers)
        if exc_return is not None:
            return self._return_from(exc_return, registers, "innermost")
        return innermost(registers)

    def _leave(self, here: Position) -> Position | End:
        """Add the frame at `here`; return its caller's position, or why there is none."""
        if len(self.frames) >= self.limit:
            return End("limit", f"there are more than {self.limit} frames", here.pc)
        if self._is_seen(here):
            return End("corrupt", f"the frame at {here.pc:#010x} comes again", here.pc)
        self._enter(here)
        found = self._step(here)
        self.frames.append(self._frame(here, found))
        if is_lockup(here.registers):
            return self._leave_lockup(here)
        is_thread = not self.mode.exception
        if is_thread and (reset := self.starts.reset_at(here)):
            return self._before_reset(found, here) or End("reset", f"reached {reset}")
        there = self._go_to(found, here)
        if isinstance(there, End) and is_thread and (entry := self.starts.entry_at(here)):
            return End("reset", f"reached {entry}, where the program starts")
        return there

    def _enter(self, here: Position) -> None:
        """Of several programs, each has an entry and a vector table of its own."""
        program = self.around.program.at(here.lookup_pc)
        if program is not self.around.program:
            self.around = replace(self.around, program=program)
            self.starts = Starts(self.around)

    def _frame(self, here: Position, found: Caller | Lost) -> Frame:
        place = here.registers, found.cfa, here.rule, here.lookup_pc
        return Frame(*place, doubt=here.doubt, secure=self.around.secure)

    def _is_seen(self, here: Position) -> bool:
        key = here.pc, here.registers.get("sp"), self.mode.exception
        if key in self.seen:
            return True
        self.seen.add(key)
        return False

    def _step(self, here: Position) -> Caller | Lost:
        """What the first step gives that has something to say."""
        lost: Lost | None = None
        for step in steps():
            try:
                found = step(here, self.around)
            except ImageError as damage:
                self.warnings.append(str(damage))
                continue
            if isinstance(found, Caller) or (found is not None and found.is_final):
                return found
            lost = lost or found
        return lost or Lost(self._no_rule(here))

    def _no_rule(self, here: Position) -> End:
        if not is_code(here.lookup_pc, self.around):
            if self.around.secure not in (None, halted_in_secure(self.around.memory)):
                return of_other_image(here.pc, self.around)
            lr = here.registers.get("lr")
            hint = None if lr is None else f"lr {lr:#010x} may tell where it came from"
            return End("corrupt", f"pc {here.pc:#010x} is outside code", here.pc, hint)
        reason = f"nothing tells how to unwind the code at {here.pc:#010x}"
        is_known = self.around.program.is_code(here.lookup_pc)
        return End("no_rule", reason, here.pc, UNWIND_TABLES if is_known else OTHER_ELF)

    def _go_to(self, found: Caller | Lost, here: Position) -> Position | End:
        if isinstance(found, Caller) and is_stale(found, here, self.around):
            reason = f"nothing tells where the code at {here.pc:#010x} has kept lr"
            found = Lost(End("no_rule", reason, here.pc, UNWIND_TABLES), found.cfa)
        if isinstance(found, Lost):
            return self._recognised(found, here) or found.end
        found = self.clobbers.without(found, here)
        exc_return = ExcReturn(found.return_address)
        if exc_return.is_valid and self.mode.may_be_handler:
            end = misplaced(found, here)
            return end or self._return_from(exc_return, found.registers, "exception")
        across = self._across(found, here)
        if across is not None:
            return across
        end = end_at(found, here, self.mode, self.around)
        if end is not None:
            return end
        pc = found.return_address & ~1
        registers = found.registers.updated(pc=pc)
        if found.saved_at is not None:
            registers = registers.saved(found.saved_at, {"pc": pc})
        return Position(registers, found.rule, found.is_exact, self._doubt_about(found))

    def _before_reset(self, found: Caller | Lost, here: Position) -> Position | None:
        """The Secure code that has called the reset handler of the Non-secure image."""
        caller = of_outermost(found, here, self.around)
        there = caller and self._across(self.clobbers.without(caller, here), here)
        return there if isinstance(there, Position) else None

    def _across(self, found: Caller, here: Position) -> Position | End | None:
        """The caller in the other security state; None if there is none such."""
        if misplaced(found, here):
            return None
        crossed = leave_state(found, here, self.mode, self.around)
        if not isinstance(crossed, Crossed):
            return crossed
        self.mode, self.around = crossed.mode, crossed.around
        return crossed.position

    def _doubt_about(self, found: Caller) -> str | None:
        if follows_call(found, self.around.memory):
            return None
        odd = f"no call precedes the return address {found.return_address:#010x}"
        self.warnings.append(f"{odd}: the frames from there on may be wrong")
        return odd

    def _return_from(
        self, exc_return: ExcReturn, handler: Registers, rule: Rule, doubt: str | None = None
    ) -> Position | End:
        """Add the exception's frame; return the position of what it interrupted."""
        number, memory = self._exception_number(), self.around.memory
        is_doubted = any(frame.doubt for frame in self.frames)
        doubt = doubt or (None if is_doubted else doubt_about(number, memory))
        secure = self.around.secure
        outcome = leave_exception(exc_return, handler, self.around)
        if isinstance(outcome, Interrupted) and outcome.longer is not None:
            outcome, doubt = of_one_length(outcome, outcome.longer, self.around, self._step)
        if doubt and isinstance(outcome, Interrupted) and not self._is_code(outcome):
            outcome = Lost(not_code(outcome))
        there = self._interrupted(outcome, exc_return, handler)
        if isinstance(outcome, Lost) and isinstance(there, Position):
            doubt = f"{outcome.end.reason}; its callers were searched for on the stack"
        cfa = None if isinstance(outcome, Lost) else outcome.cfa
        registers = handler.updated(pc=exc_return.word)
        self.frames.append(Frame(registers, cfa, rule, exc_return.word, number, doubt, secure))
        return there

    def _recognised(self, lost: Lost, here: Position) -> Position | End | None:
        """What a handler interrupted that did not keep EXC_RETURN, by the frame above its own."""
        if not self.mode.exception or lost.cfa is None or lost.end.kind != "no_rule":
            return None
        registers = here.registers.only(CALLEE_SAVED)
        entries = list(entries_at(lost.cfa, registers, self.around))
        fitting = (each for each in entries if leads_on(each, lost.cfa, self.around, self._step))
        best = next(fitting, None)
        if not entries:
            return None
        entry = best or entries[0]
        doubt = (
            f"the handler did not keep EXC_RETURN, {entry.word:#010x} fits what lies on the stack"
        )
        return self._return_from(entry, registers.updated(sp=lost.cfa), "exception", doubt)

    def _is_code(self, found: Interrupted) -> bool:
        pc = found.registers["pc"]
        return self.around.program.is_code(pc) or self.around.memory.holds(pc, 2)

    def _interrupted(
        self, outcome: Interrupted | Lost, exc_return: ExcReturn, handler: Registers
    ) -> Position | End:
        """Where the interrupted code was; if that is lost, one of its callers that is not."""
        if isinstance(outcome, Interrupted):
            self.mode = Mode(outcome.xpsr.exception, outcome.on_psp)
            self.around = outcome.around
            return Position(outcome.registers, "exception", is_exact=True)
        sp = self.around.live.get("psp") if exc_return.frame_on_psp else handler.get("sp")
        found = self._resumed(sp)
        if found is None:
            return outcome.end
        self.mode = Mode(0 if exc_return.to_thread else None, exc_return.frame_on_psp)
        return found

    def _resumed(self, sp: int | None) -> Position | None:
        around = self.around
        return None if sp is None else resumed(sp, around.memory, around.program, self._step)

    def _exception_number(self) -> int:
        """The exception being handled; where no register says, by the handler; 0 if unknown."""
        program = self.around.program
        if self.mode.exception is not None or not self.frames or program.vectors is None:
            return self.mode.exception or 0
        handler = program.symbols.function_at(self.frames[-1].lookup_pc)
        return (handler and exception_of(handler.address, program.vectors)) or 0

    def _leave_lockup(self, here: Position) -> Position | End:
        """pc is lost. Go on with what was interrupted, or with what the stack still shows.

        If the lockup came on entry, lr and sp are as entry left them.
        """
        hint = "set vector catch (DEMCR.VC_HARDERR) to halt at the first fault"
        end = End("lockup", "the core has locked up; where it was is lost", here.pc, hint)
        exc_return, sp = ExcReturn(here.registers.get("lr") or 0), here.registers.get("sp")
        if exc_return.is_valid:
            outcome = leave_exception(exc_return, here.registers, self.around)
            if isinstance(outcome, Interrupted) and self._is_code(outcome):
                return self._return_from(exc_return, here.registers, "exception")
        if sp is None:
            return end
        return self._above(sp) or self._resumed(sp) or end

    def _above(self, sp: int) -> Position | End | None:
        """What the handler interrupted that the core locked up in, if it has pushed EXC_RETURN."""
        found = entry_above(sp, self.around)
        if found is None:
            return None
        exc_return, entered_with = found
        doubt = "found by its EXC_RETURN on the stack: of the handler itself nothing is known"
        return self._return_from(exc_return, Registers({"sp": entered_with}), "scan", doubt)
