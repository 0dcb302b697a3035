"""Who called whom, known from having watched every instruction: a shadow of the stack."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from stackdump_probe.arch.registers import SINGLES
from tests.differential.programs import BL as BL_WORD
from tests.differential.programs import BL_MASK, BLX, BLX_MASK, Program

KEPT = tuple(f"r{number}" for number in range(4, 12))
FLOATS = SINGLES[16:]
# Called for a switch; they return into one of its cases.
CASE_HELPERS = "__gnu_thumb1_case_"
# Parts of several functions that clang has put into one; they keep no registers.
OUTLINED = "OUTLINED_FUNCTION"
KEEP_NOTHING = (OUTLINED, "put_floats_back")


@dataclass(frozen=True, slots=True)
class Core:
    """r0 to pc, and xpsr, between two instructions."""

    words: Mapping[str, int]

    @property
    def pc(self) -> int:
        return self.words["pc"]

    @property
    def sp(self) -> int:
        return self.words["sp"]

    @property
    def lr(self) -> int:
        return self.words["lr"]

    @property
    def exception(self) -> int:
        """IPSR."""
        return self.words["xpsr"] & 0x1FF


@dataclass(frozen=True, slots=True)
class Awaited:
    """A caller: where it will go on, with which sp and callee-saved registers.

    `exception` if that is what came between. `is_local` if a part of a function called another.
    `is_switch` if that goes on at one of its cases, which is for the called to find out.
    """

    pc: int
    sp: int
    kept: Mapping[str, int]
    exception: int = 0
    is_local: bool = False
    is_switch: bool = False


class Machine(NamedTuple):
    """How the registers and words of the machine are read."""

    register: Callable[[str], int | None]
    word: Callable[[int], int]


class Shadow:
    """Those who wait for a return, the outermost first."""

    def __init__(self, program: Program, machine: Machine) -> None:
        self.awaited: list[Awaited] = []
        self.broken: list[str] = []
        self._program = program
        self._machine = machine
        self._starts = sorted((at, name) for name, at in program.functions.items())
        self._set_jump: Awaited | None = None
        self._floats: dict[str, int] | None = None

    def function_at(self, pc: int) -> tuple[int, str]:
        """Where the function begins that `pc` is in, and its name."""
        at = bisect_right(self._starts, (pc, "\x7f")) - 1
        return self._starts[at] if at >= 0 else (0, "")

    def follow(self, before: Core, after: Core) -> None:
        """One instruction was executed, or an exception taken."""
        if after.exception != before.exception or self._may_change_floats(before.pc):
            self._floats = None
        if after.exception != before.exception:
            self._changed_mode(after)
            return
        size, is_call = self._instruction(before.pc)
        if is_call and after.lr == before.pc + size | 1 and after.pc != before.pc + size:
            self._called(before, after)
        elif after.pc != before.pc + size:
            self._branched(before, after)
        if self.function_at(after.pc)[1] == "longjmp":
            self._jump_back(after)

    def _instruction(self, pc: int) -> tuple[int, bool]:
        first = self._program.flash.u16(pc)
        if first >> 11 < 0x1D:
            return 2, first & BLX_MASK == BLX
        return 4, self._program.flash.u32(pc) & BL_MASK == BL_WORD

    def _may_change_floats(self, pc: int) -> bool:
        return is_coprocessor(self._program.flash.u16(pc))

    def _called(self, before: Core, after: Core) -> None:
        start, name = self.function_at(after.pc)
        back = Awaited(
            after.lr & ~1,
            after.sp,
            {} if name.startswith(KEEP_NOTHING) else self._kept(after),
            is_local=self.function_at(before.pc)[0] == start != after.pc,
            is_switch=name.startswith(CASE_HELPERS),
        )
        self.awaited.append(back)
        if (start, name) == (after.pc, "setjmp"):
            self._set_jump = back

    def _branched(self, before: Core, after: Core) -> None:
        for at in range(len(self.awaited) - 1, -1, -1):
            back = self.awaited[at]
            if back.exception:
                break
            if (back.pc, back.sp) == (after.pc, after.sp):
                if back.kept and back.kept != self._kept(after):
                    self.broken.append(f"{self.function_at(before.pc)[1]} has changed registers")
                del self.awaited[at:]
                return
        is_left = self.function_at(after.pc) != self.function_at(before.pc)
        if is_left and self.awaited and self.awaited[-1].is_switch:
            self.awaited.pop()

    def alternative(self, now: Core) -> list[Awaited] | None:
        """In longjmp, both who called it and who called setjmp may be said to wait for it."""
        back = self._set_jump
        if back is None or self.function_at(now.pc)[1] != "longjmp":
            return None
        return [each for each in self.awaited if each.sp > back.sp] + [back]

    def _jump_back(self, after: Core) -> None:
        """Once longjmp has set sp, nobody waits any more whose frame lies below."""
        if self._set_jump is not None and after.sp > self.awaited[-1].sp:
            self.awaited = self.alternative(after) or self.awaited

    def _changed_mode(self, after: Core) -> None:
        active = [each.exception for each in self.awaited]
        if not after.exception or after.exception in active:
            while not self.awaited.pop().exception:
                pass
            return
        # DDI 0403 B1.5.6 to B1.5.8.
        frame = after.sp if after.lr & 0xC != 0xC else self._machine.register("psp") or 0
        size = 0x20 if after.lr & 0x10 else 0x68
        size += 4 if self._machine.word(frame + 28) >> 9 & 1 else 0
        pc = self._machine.word(frame + 24)
        self.awaited.append(Awaited(pc, frame + size, self._kept(after), after.exception))

    def _kept(self, now: Core) -> dict[str, int]:
        """What a call must leave as it is; floats are slow to read, and seldom change."""
        if self._floats is None:
            read = ((name, self._machine.register(name)) for name in FLOATS)
            self._floats = {name: word for name, word in read if word is not None}
        return {name: now.words[name] for name in KEPT} | self._floats


def is_coprocessor(first: int) -> bool:
    """True for the first halfword of an instruction of the FPU (DDI 0403 A5.3.18)."""
    return first & 0xEC00 == 0xEC00
