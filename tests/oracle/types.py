"""What pyelftools' entries say of each type, worked out anew, and what our reader makes of it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from stackdump_probe.image.elf import Image
from stackdump_probe.image.types.model import (
    Array,
    Base,
    Enum,
    Function,
    Struct,
    Type,
    Typedef,
    Unknown,
    size_of,
)
from tests.oracle.fixtures import paired

QUALIFIERS = ("const", "volatile", "restrict", "atomic")
SAME = ("DW_TAG_typedef", *(f"DW_TAG_{each}_type" for each in QUALIFIERS))
POINTERS = ("DW_TAG_pointer_type", "DW_TAG_reference_type", "DW_TAG_rvalue_reference_type")
STRUCTS = ("DW_TAG_structure_type", "DW_TAG_class_type", "DW_TAG_union_type")
TYPES = (
    *SAME,
    *POINTERS,
    *STRUCTS,
    "DW_TAG_base_type",
    "DW_TAG_array_type",
    "DW_TAG_enumeration_type",
    "DW_TAG_subroutine_type",
    "DW_TAG_ptr_to_member_type",
)
DEEPEST = 64

# Name, offset, bits, first bit, size of the type.
Part = tuple[str | None, int | None, int | None, int | None, int | None]


def differences(image: Image, oracle: Any, counts: Counter[str]) -> Iterator[str]:
    """Yield how our types differ from the entries that pyelftools reads; count what is compared."""
    entries = _Entries(oracle)
    for die, theirs in paired(image.dwarf, oracle):
        if theirs.tag not in TYPES:
            continue
        counts[theirs.tag.removeprefix("DW_TAG_")] += 1
        for what, mine, expected in _facts(image.types.at(die), entries.whole(theirs), entries):
            counts[what] += len(expected) if isinstance(expected, list) else 1
            if mine != expected:
                yield f"{theirs.offset:#x} {theirs.tag}: {what} {mine!r}, not {expected!r}"


class _Entries:
    """What entries refer to: pyelftools knows signatures of .debug_types only."""

    def __init__(self, oracle: Any) -> None:
        self._by_signature: dict[int, Any] = {}
        for unit in (*oracle.iter_CUs(), *oracle.iter_TUs()):
            header = unit.header
            if "type_offset" in header:
                names = ("signature", "type_signature")
                signature = next(header[each] for each in names if each in header)
                at = unit.cu_offset + header["type_offset"]
                entries = (die for die in unit.iter_DIEs() if die.offset == at)
                self._by_signature[signature] = next(entries)

    def target(self, die: Any, name: str = "DW_AT_type") -> Any:
        attribute = die.attributes.get(name)
        if attribute is None:
            return None
        if attribute.form == "DW_FORM_ref_sig8":
            return self._by_signature[attribute.value]
        return die.get_DIE_from_attribute(name)

    def whole(self, die: Any) -> Any:
        """The definition of what the entry only declares, by its signature."""
        return self.target(die, "DW_AT_signature") or die


def _facts(ours: Type, theirs: Any, entries: _Entries) -> Iterator[tuple[str, object, object]]:
    yield "unknown", isinstance(ours, Unknown), False
    yield "size", size_of(ours), _size(theirs, entries)
    match ours:
        case Base() | Typedef() | Enum():
            yield "name", (ours.name or "").split("::")[-1], _name(theirs) or ""
    match ours:
        case Enum(enumerators=enumerators):
            yield "enumerators", list(enumerators), list(_enumerators(theirs))
        case Struct(members=members):
            parts = [_part_of(member) for member in members]
            yield "members", parts, list(_parts(theirs, entries))
            yield "variants", list(_cases_of(ours)), list(_cases(theirs, entries))
        case Array(count=count) if isinstance(count, int | None):
            yield "count", count, _counts(theirs)[0]
        case Function(parameters=parameters):
            yield "parameters", len(parameters), _children(theirs, "DW_TAG_formal_parameter")


def _cases_of(struct: Struct) -> Iterator[object]:
    """Where the discriminant of an enum of Rust is, and each variant with its values and parts."""
    if struct.variants is not None:
        discriminant = struct.variants.discriminant
        yield None if discriminant is None else discriminant.offset
        for case in struct.variants.cases:
            yield case.ranges, [_part_of(member) for member in case.members]


def _cases(die: Any, entries: _Entries) -> Iterator[object]:
    for part in die.iter_children():
        if part.tag == "DW_TAG_variant_part":
            discriminant = entries.target(part, "DW_AT_discr")
            yield None if discriminant is None else _value(discriminant, "data_member_location")
            for case in part.iter_children():
                if case.tag == "DW_TAG_variant":
                    value = _value(case, "discr_value")
                    ranges = () if value is None else ((_number(value),) * 2,)
                    yield ranges, list(_parts(case, entries))


def _children(die: Any, tag: str) -> int:
    return sum(child.tag == tag for child in die.iter_children())


def _part_of(member: Any) -> Part:
    return (
        member.name,
        member.offset,
        member.bit_size,
        member.bit_offset,
        size_of(member.type.type),
    )


def _value(die: Any, name: str) -> Any:
    found = die.attributes.get(f"DW_AT_{name}")
    return None if found is None else found.value


def _name(die: Any) -> str | None:
    name = _value(die, "name")
    return None if name is None else name.decode("utf-8", "replace")


def _size(die: Any, entries: _Entries, depth: int = 0) -> int | None:
    """The size that the entry has, or that of what it is made of."""
    if die is None or depth > DEEPEST:
        return None
    die = entries.whole(die)
    told = _value(die, "byte_size")
    if told is not None:
        return int(told)
    match die.tag:
        case tag if tag in SAME:
            return _size(entries.target(die), entries, depth + 1)
        # ISO C++ [basic.fundamental]: std::nullptr_t is as large as a pointer.
        case tag if tag in (*POINTERS, "DW_TAG_unspecified_type"):
            return int(die.cu["address_size"])
        case "DW_TAG_array_type":
            size = _size(entries.target(die), entries, depth + 1)
            for count in _counts(die):
                size = None if size is None or count is None else size * count
            return size
        case "DW_TAG_ptr_to_member_type":  # Itanium C++ ABI 2.3
            is_method = entries.target(die).tag == "DW_TAG_subroutine_type"
            return int(die.cu["address_size"]) * (2 if is_method else 1)
        case "DW_TAG_enumeration_type":
            return _size(entries.target(die), entries, depth + 1) or 0
    return None


def _counts(die: Any) -> list[int | None]:
    """The elements of each dimension; None where it is open, or where a frame alone tells."""
    found: list[int | None] = []
    for child in die.iter_children():
        if child.tag == "DW_TAG_subrange_type":
            count, upper = _bound(child, "count"), _bound(child, "upper_bound")
            if count is None and upper is not None:
                count = 0 if upper in (-1, 0xFFFF_FFFF) else upper + 1
            found.append(count)
    return found or [None]


def _bound(die: Any, name: str) -> int | None:
    """A constant; expressions and references to variables are for frames."""
    attribute = die.attributes.get(f"DW_AT_{name}")
    if attribute is None or "ref" in attribute.form or not isinstance(attribute.value, int):
        return None
    return attribute.value


def _enumerators(die: Any) -> Iterator[tuple[str | None, int]]:
    for child in die.iter_children():
        if child.tag == "DW_TAG_enumerator":
            yield _name(child), _number(_value(child, "const_value"))


def _number(constant: Any) -> int:
    """One that is wider than a constant form holds is a block."""
    return constant if isinstance(constant, int) else int.from_bytes(bytes(constant), "little")


def _parts(die: Any, entries: _Entries) -> Iterator[Part]:
    for child in die.iter_children():
        if child.tag not in ("DW_TAG_member", "DW_TAG_inheritance"):
            continue
        if child.tag == "DW_TAG_member" and (_value(child, "external") or _is_declared(child)):
            continue
        place = _value(child, "data_member_location")
        offset = place if isinstance(place, int) else 0 if place is None else _constant(place)
        size = _size(entries.target(child), entries)
        bits = _value(child, "bit_size")
        first = None if bits is None else _first_bit(child, offset or 0, size or 0, bits)
        yield _name(child), offset, bits, first, size


def _is_declared(die: Any) -> bool:
    return bool(_value(die, "declaration"))


def _constant(expression: list[int]) -> int | None:
    """DW_OP_plus_uconst alone, as compilers write an offset in DWARF 2."""
    if not expression or expression[0] != 0x23:
        return None
    return sum((octet & 0x7F) << 7 * at for at, octet in enumerate(expression[1:]))


def _first_bit(die: Any, offset: int, size: int, bits: int) -> int:
    """DWARF 5 5.7.6, DWARF 3 5.6.6: from the start, or down from the top of what holds it."""
    modern, old = _value(die, "data_bit_offset"), _value(die, "bit_offset")
    if modern is not None:
        return int(modern)
    if old is None:
        return offset * 8
    return (offset + (_value(die, "byte_size") or size)) * 8 - int(old) - bits
