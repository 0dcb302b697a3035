"""A variable's DIE and a frame -> the bytes of the object, with what is missing and why."""

from stackdump_probe.errors import (
    DwarfError,
    NotCaptured,
    OptimizedOut,
    RegisterUnknown,
    StackdumpError,
    Unavailable,
)
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import (
    Address,
    Empty,
    ImplicitPointer,
    ImplicitValue,
    InRegister,
    Location,
    Pieces,
    StackValue,
    evaluate,
)
from stackdump_probe.image.dwarf.locations import location_at
from stackdump_probe.unwind.steps.cfi import names_of
from stackdump_probe.values.frame_context import FrameContext, UnitContext, word_in
from stackdump_probe.values.storage import (
    Absence,
    Gap,
    Storage,
    absent,
    in_memory,
    joined,
)

# DW_OP_addr, addrx and GNU_addr_index: what begins so is there without a frame.
OP_ADDR = 0x03
FIXED_ADDRESS = (OP_ADDR, 0xA1, 0xFB)
OPTIMIZED_OUT = Absence("optimized_out")
ORIGINS_LIMIT = 16
REGISTERS_LIMIT = 16  # registers that one object may lie in, by the rule of consecutive numbers
ASSEMBLED_LIMIT = 1 << 16  # bytes of an object that is put together


def locate(die: Die, context: UnitContext) -> Location | bytes | None:
    """Where the object is, or its bytes if it is a constant; None if nothing is told.

    Raises DwarfError and Unavailable.
    """
    told = _told(die)
    if told is None:
        return None
    if dw.AT_location not in told:
        return _constant(told)
    expression = location_at(told, dw.AT_location, context.pc or 0)
    if expression is None:
        return None
    if len(expression) == 5 and expression[0] == OP_ADDR:  # nearly every static object
        return Address(int.from_bytes(expression[1:], "little"))
    unit = told.unit
    inside = context.in_unit(unit) if isinstance(context, FrameContext) else context
    return evaluate(expression, inside)


def _told(die: Die) -> Die | None:
    """The entry of the chain of origins that says where the object is: the concrete one first."""
    for _ in range(ORIGINS_LIMIT):
        if dw.AT_location in die or dw.AT_const_value in die:
            return die
        origin = die.reference(dw.AT_abstract_origin) or die.reference(dw.AT_specification)
        if origin is None:
            return None
        die = origin
    return None


def _constant(die: Die) -> bytes | None:
    value = die.get(dw.AT_const_value)
    match value:
        case bool() | int():
            return value.to_bytes(16, "little", signed=value < 0)
        case str():
            return value.encode() + b"\0"
        case memoryview():
            return bytes(value)
        case _:
            return None


def storage_of(die: Die, context: UnitContext, size: int) -> Storage:
    """The object of `size` bytes that `die` describes, as far as it is known; raises nothing."""
    try:
        return stored(locate(die, context), context, size)
    except (Unavailable, DwarfError) as error:
        return absent(size, absence_of(error))


def stored_or_absent(location: Location | bytes | None, context: UnitContext, size: int) -> Storage:
    """The `size` bytes at `location`, as far as they are known; raises nothing."""
    try:
        return stored(location, context, size)
    except (Unavailable, DwarfError) as error:
        return absent(size, absence_of(error))


def stored(location: Location | bytes | None, context: UnitContext, size: int) -> Storage:
    """The `size` bytes at `location`; raises Unavailable and DwarfError."""
    match location:
        case Address(address):
            return in_memory(context.memory, address, size)
        case None | Empty():
            return absent(size, OPTIMIZED_OUT)
        case bytes():
            return _constant_storage(location, size)
        case InRegister(number):
            return _in_registers(number, context, size)
        case ImplicitValue(octets):
            return _constant_storage(octets, size)
        case StackValue(number):
            held = min(size, ASSEMBLED_LIMIT)
            octets = (number & (1 << held * 8) - 1).to_bytes(held, "little")
            return Storage(octets)
        case ImplicitPointer():
            why = "a pointer that exists no more, to something that has no address"
            return absent(size, Absence("optimized_out", why))
        case Pieces():
            return _put_together(location, context, size)


def _constant_storage(octets: bytes, size: int) -> Storage:
    if len(octets) >= size:
        return Storage(octets[:size])
    lost = Gap(len(octets) * 8, size * 8, Absence("optimized_out", "its constant is too short"))
    return Storage(octets, None, (lost,))


def _in_registers(number: int, context: UnitContext, size: int) -> Storage:
    """An object that begins in a register; one too large for it goes on in the next ones."""
    octets, gaps = b"", []
    for following in range(number, number + REGISTERS_LIMIT):
        for name in names_of(following):
            start = len(octets) * 8
            word, lost = _word_in(name, context)
            octets += word.to_bytes(4, "little")
            if lost is not None:
                gaps.append(Gap(start, start + 32, lost))
        if len(octets) >= size or not octets:
            break
    if len(octets) < size:
        lost = Absence("unsupported", f"{size} bytes from DWARF register {number} on")
        gaps.append(Gap(len(octets) * 8, size * 8, lost))
    return Storage(octets[:size], None, tuple(gap for gap in gaps if gap.start < size * 8))


def _word_in(name: str, context: UnitContext) -> tuple[int, Absence | None]:
    if not isinstance(context, FrameContext):
        return 0, Absence("unsupported", f"{name} without a frame")
    try:
        return word_in(name, context.physical.frame), None
    except Unavailable as error:
        return 0, absence_of(error)


def _put_together(location: Pieces, context: UnitContext, size: int) -> Storage:
    held = min(size, ASSEMBLED_LIMIT)
    parts, left = [], held * 8
    for piece in location.pieces:
        if left <= 0:
            break
        bits = min(piece.bit_size, left)
        left -= bits
        parts.append((bits, _piece(piece.location, piece.bit_offset, bits, context)))
    return joined(parts, held)


def _piece(location: Location, bit_offset: int, bits: int, context: UnitContext) -> Storage:
    """`bits` bits from bit `bit_offset` of `location`, as the lowest bits of a storage."""
    if bit_offset > ASSEMBLED_LIMIT:
        return absent((bits + 7) // 8, Absence("unsupported", f"a piece at bit {bit_offset}"))
    size = (bit_offset + bits + 7) // 8
    whole = stored_or_absent(location, context, size)
    return whole if bit_offset == 0 else _from_bit(whole, bit_offset)


def _from_bit(storage: Storage, start: int) -> Storage:
    number = int.from_bytes(storage.octets, "little") >> start
    gaps = tuple(
        Gap(max(gap.start - start, 0), gap.end - start, gap.absence)
        for gap in storage.gaps
        if gap.end > start
    )
    return Storage(number.to_bytes(len(storage.octets), "little"), None, gaps)


def absence_of(error: StackdumpError) -> Absence:
    """What a failed look for a value says about it."""
    match error:
        case NotCaptured() | RegisterUnknown():
            return Absence("not_captured", str(error))
        case OptimizedOut():
            return Absence("optimized_out", str(error) or None)
        case _:
            return Absence("unsupported", str(error))
