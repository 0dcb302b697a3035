"""One step by call frame information."""

from stackdump_probe.arch.registers import (
    CALLEE_SAVED,
    DOUBLES,
    FIRST_DOUBLE,
    NAME_BY_DWARF_NUMBER,
    Registers,
)
from stackdump_probe.errors import (
    DwarfError,
    NotCaptured,
    RegisterUnknown,
    Unavailable,
    Unsupported,
)
from stackdump_probe.image.dwarf import expression
from stackdump_probe.image.frames.cfi_rules import (
    CfaExpression,
    CfaOffset,
    Expression,
    InRegister,
    Offset,
    Row,
    Rule,
    SameValue,
    Undefined,
    ValExpression,
    ValOffset,
)
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.ends import UNWIND_TABLES, not_captured, unavailable
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings

_MASK = 0xFFFF_FFFF


def cfi_step(position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """Apply the row for the pc; raises DwarfError if what finds the caller is malformed."""
    row = surroundings.program.cfi.row_at(position.lookup_pc)
    if row is None:
        return None
    frame = _CalleeFrame(position.registers, surroundings.memory)
    try:
        frame.canonical_address = _cfa(row, frame)
    except NotCaptured as gap:
        what = "the register that gives the frame address"
        return Lost(not_captured(gap.address, surroundings.memory, what))
    except Unavailable as gap:
        # A frame pointer that an inner frame may have changed: sp is known, the code may do.
        end = unavailable(gap, surroundings.memory, "the frame address")
        return Lost(end, is_final=False)
    return _caller(row, frame, position, surroundings)


def _caller(
    row: Row, frame: "_CalleeFrame", position: Position, surroundings: Surroundings
) -> Caller | Lost:
    cfa = frame.cfa()
    rule = row.registers.get(row.return_address, SameValue())
    if isinstance(rule, Undefined):
        return Lost(_outermost(position), cfa)
    try:
        return_address = frame.recover(row.return_address, rule)
    except RegisterUnknown:
        # The function was called from here, so its lr is gone, and nothing says it was saved.
        reason = f"the debug information at {position.pc:#010x} does not say where lr was saved"
        return Lost(End("no_rule", reason, position.pc, UNWIND_TABLES), cfa, is_final=False)
    except Unavailable as gap:
        return Lost(unavailable(gap, surroundings.memory, "the return address"), cfa)
    registers, saved_at = caller_registers(row, frame), frame.place(rule)
    return Caller(registers, return_address, cfa, "cfi", row.is_signal_frame, saved_at)


def _outermost(position: Position) -> End:
    # DWARF 5 section 6.4.4: an undefined return address marks the outermost frame.
    return End("thread_start", "nothing called this function", position.pc)


def _cfa(row: Row, frame: "_CalleeFrame") -> int:
    match row.cfa:
        case CfaOffset(register, offset):
            return frame.register(register) + offset & _MASK
        case CfaExpression(octets):
            return frame.computed(octets, ())


def caller_registers(row: Row, frame: "_CalleeFrame") -> Registers:
    """What is known of the registers after the return; all that is not is absent.

    AAPCS32 5.1.1: where the rows are silent, a register that a callee must keep was kept, the
    others are lost. sp is the CFA (AADWARF32 section 4.4).
    """
    found = frame.registers.only(CALLEE_SAVED).updated(sp=frame.cfa())
    for number, rule in row.registers.items():
        if number != row.return_address:
            names = names_of(number)
            found = found.without(*names).joined(_recovered(number, names, rule, frame))
    return found


def _recovered(number: int, names: tuple[str, ...], rule: Rule, frame: "_CalleeFrame") -> Registers:
    """What the caller's register `number`, which consists of `names`, held; nothing if unknown."""
    if isinstance(rule, SameValue):
        return frame.registers.only(names)
    try:
        whole = frame.recover(number, rule)
        place = frame.place(rule)
    except NotCaptured as gap:
        return Registers().saved(gap.address, dict.fromkeys(names))
    except (Unavailable, DwarfError):
        return Registers()
    words = {name: whole >> 32 * at & _MASK for at, name in enumerate(names)}
    return Registers(words) if place is None else Registers().saved(place, words)


def names_of(number: int) -> tuple[str, ...]:
    """The words that a DWARF register consists of, the low one first; none if it is not known."""
    if FIRST_DOUBLE <= number < FIRST_DOUBLE + DOUBLES:
        single = 2 * (number - FIRST_DOUBLE)
        return f"s{single}", f"s{single + 1}"
    name = NAME_BY_DWARF_NUMBER.get(number)
    return () if name is None else (name,)


class _CalleeFrame(expression.Context):
    """The frame that is being left, as rules and expressions see it."""

    def __init__(self, registers: Registers, memory: Memory) -> None:
        self.registers = registers
        self.memory = memory
        self.canonical_address: int | None = None

    def register(self, number: int) -> int:
        names = names_of(number)
        if not names:
            raise RegisterUnknown(f"DWARF register {number}")
        return sum(self.registers[name] << 32 * index for index, name in enumerate(names))

    def read(self, address: int, size: int) -> bytes:
        return self.memory.read(address, size)

    def cfa(self) -> int:
        if self.canonical_address is None:
            raise RegisterUnknown("the CFA")
        return self.canonical_address

    def computed(self, octets: bytes, initial: tuple[int, ...]) -> int:
        match expression.evaluate(octets, self, initial=initial):
            case expression.Address(address):
                return address
            case expression.StackValue(number):
                return number & _MASK
            case location:
                raise Unsupported(f"a call frame expression gives {type(location).__name__}")

    def recover(self, number: int, rule: Rule) -> int:
        """The value that register `number` has in the caller (DWARF 5 section 6.4.1)."""
        size = 4 * max(len(names_of(number)), 1)
        match rule:
            case Undefined():
                raise RegisterUnknown(NAME_BY_DWARF_NUMBER.get(number, str(number)))
            case SameValue():
                return self.register(number)
            case Offset() | Expression():
                return int.from_bytes(self.memory.read(self.place(rule) or 0, size), "little")
            case ValOffset(offset):
                return self.cfa() + offset & _MASK
            case InRegister(other):
                return self.register(other)
            case ValExpression(octets):
                return self.computed(octets, (self.cfa(),))

    def place(self, rule: Rule) -> int | None:
        """Where in memory the caller's value was saved; None if it was not."""
        match rule:
            case Offset(offset):
                return self.cfa() + offset & _MASK
            case Expression(octets):
                return self.computed(octets, (self.cfa(),)) & _MASK
            case _:
                return None
