"""Functions that never return, and so need not give registers back.

AAPCS32 6.1.1 binds a function to preserve r4 to r11 for when it returns; compilers save nothing in
one that cannot, and call frame information does not tell that from a register which is kept.
"""

from __future__ import annotations

from struct import unpack

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import ImageError, NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record, replace
from stackdump_probe.unwind.code.frame_state import FrameState
from stackdump_probe.unwind.code.operations import Jump, Load
from stackdump_probe.unwind.code.thumb import decode, fetching
from stackdump_probe.unwind.step import Caller, Position, Surroundings
from stackdump_probe.unwind.steps.prologue import changed_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.program import FunctionSymbol

# Armv7-M ARM (DDI 0403) A5.1 and A7.7: BX T1 of lr, POP T1 with pc, POP T2 (its second halfword
# has bit 15 for pc), and the halfwords that begin an instruction of 32 bits.
_BX_LR, _POP_PC, _WIDE_POP, _FIRST_OF_TWO = 0x4770, 0xBD, 0xE8BD, 0xE800
LONGEST = 2048  # bytes; a longer function is taken to return


class _Unnamed(Record):
    """A function as the exception tables delimit it."""

    address: int
    size: int
    name: str = ""


class Clobbers:
    """What functions change that never return; each is read once."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._known: dict[int, frozenset[str]] = {}

    def without(self, found: Caller, here: Position) -> Caller:
        """The caller without registers that the function at `here` has changed and not saved."""
        function = self._function_at(here.lookup_pc)
        if function is None or not 0 < function.size <= LONGEST:
            return found
        if function.address not in self._known:
            self._known[function.address] = self._changed_by(function)
        names = self._known[function.address]
        inherited = {n for n in names if _is_inherited(n, found.registers, here.registers)}
        so_far = changed_in(function, here, self._around) if inherited else None
        gone = inherited if so_far is None else inherited & so_far
        return replace(found, registers=found.registers.without(*gone)) if gone else found

    def _function_at(self, pc: int) -> FunctionSymbol | None:
        """The function at pc by its symbol, else by its entry in the exception tables."""
        program = self._around.program
        function = program.symbols.function_at(pc)
        try:
            entry = program.exidx.entry_at(pc) if function is None else None
        except ImageError:
            return None
        return function if entry is None else _Unnamed(entry.start, entry.end - entry.start)

    def _changed_by(self, function: FunctionSymbol) -> frozenset[str]:
        """The registers that the function changes; none if it can return, or cannot be read."""
        at, end = function.address, function.address + function.size
        if _plainly_returns(function, self._around.memory):
            return frozenset()
        fetch, found = fetching(self._around.memory, at), set[str]()
        while at < end:
            try:
                size, operation = decode(at, fetch)
            except NotCaptured:
                return frozenset()
            after = FrameState().after(operation).changed
            if "pc" in after or (isinstance(operation, Load) and "pc" in dict(operation.slots)):
                return frozenset()
            if (
                isinstance(operation, Jump)
                and not function.address <= (operation.target or 0) < end
            ):
                return frozenset()
            found |= after.keys()
            at += size
        return frozenset(found & set(CALLEE_SAVED)) - {"sp"}


def _plainly_returns(function: FunctionSymbol, memory: Memory) -> bool:
    """True if it has a `bx lr` or `pop {..., pc}`, as nearly all have: found without decoding."""
    try:
        code = memory.read(function.address, function.size & ~1)
    except NotCaptured:
        return False
    words, at = unpack(f"<{len(code) // 2}H", code), 0
    while at < len(words):
        word = words[at]
        if word == _BX_LR or word >> 8 == _POP_PC:
            return True
        if word == _WIDE_POP and at + 1 < len(words) and words[at + 1] & 0x8000:
            return True
        at += 2 if word >= _FIRST_OF_TWO else 1
    return False


def _is_inherited(name: str, caller: Registers, callee: Registers) -> bool:
    """True if the caller's value is what the callee has, not what it had saved."""
    return name in caller and caller.saved_at.get(name) == callee.saved_at.get(name)
