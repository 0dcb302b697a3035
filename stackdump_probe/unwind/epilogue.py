"""The end of a function, run on the captured registers and memory up to its return.

GCC gives no call frame information for the epilogues of Armv6-M code, and hand-written code often
none at all. From within an epilogue the few instructions left are plain to follow.
"""

from stackdump_probe.arch.registers import CALLEE_SAVED
from stackdump_probe.errors import NotCaptured, RegisterUnknown
from stackdump_probe.unwind.step import Caller, Position, Surroundings
from stackdump_probe.unwind.thumb import Add, Jump, Load, decode

LONGEST = 16  # instructions
_MASK = 0xFFFF_FFFF


def run_to_return(position: Position, surroundings: Surroundings) -> Caller | None:
    """Where the code at pc returns to, if nothing but an epilogue is left of it; else None."""
    words = dict(position.registers.words)
    returning = {"lr"}  # what may hold the return address: lr, and what was popped
    at = position.pc
    try:
        for _ in range(LONGEST):
            size, operation = decode(at, surroundings.memory.u16)
            match operation:
                case Load(slots, "sp", advance):
                    _pop(slots, advance, words, surroundings)
                    returning |= {name for name, _ in slots}
                case Add(target, source, int(amount)):
                    words[target] = _known(words, source) + amount & _MASK
                case Jump(target=None, register=str(register)) if register in returning:
                    words["pc"] = _known(words, register)
                case _:
                    return None
            if words["pc"] != position.pc:
                return _caller(position, words)
            at += size
    except (NotCaptured, RegisterUnknown):
        pass
    return None


def _pop(
    slots: tuple[tuple[str, int], ...],
    advance: int,
    words: dict[str, int],
    surroundings: Surroundings,
) -> None:
    sp = _known(words, "sp")
    loaded = {name: surroundings.memory.u32(sp + at & _MASK) for name, at in slots}
    words |= {"sp": sp + advance & _MASK, **loaded}


def _known(words: dict[str, int], name: str) -> int:
    try:
        return words[name]
    except KeyError:
        raise RegisterUnknown(name) from None


def _caller(position: Position, words: dict[str, int]) -> Caller:
    registers = position.registers.updated(**words).only(CALLEE_SAVED)
    return Caller(registers, words["pc"], words["sp"], "prologue")
