"""One builder per type tag: what its DIE says becomes a record."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.types.model import (
    SIGNED_ENCODINGS,
    Array,
    Base,
    Case,
    Dynamic,
    Enum,
    Function,
    Language,
    Link,
    Member,
    MemberPointer,
    Pointer,
    Qualified,
    Qualifier,
    Reference,
    Struct,
    StructKind,
    Type,
    Typedef,
    Unspecified,
    VariantPart,
    Void,
    size_of,
    stripped,
)
from stackdump_probe.record import replace

if TYPE_CHECKING:
    from stackdump_probe.image.types.tree import TypeTree

# DWARF 5 table 7.17; everything else is C to us (assembler, Ada, Pascal have no views).
LANGUAGES: dict[int, Language] = {
    **dict.fromkeys((0x04, 0x19, 0x1A, 0x21, 0x2A, 0x2B, 0x3A), "c++"),
    **dict.fromkeys((0x1C, 0x9000), "rust"),
}
QUALIFIERS: dict[int, Qualifier] = {
    dw.TAG_const_type: "const",
    dw.TAG_volatile_type: "volatile",
    dw.TAG_restrict_type: "restrict",
    dw.TAG_atomic_type: "_Atomic",
}
STRUCTS: dict[int, StructKind] = {
    dw.TAG_structure_type: "struct",
    dw.TAG_class_type: "class",
    dw.TAG_union_type: "union",
    dw.TAG_interface_type: "interface",
}
SUBRANGES = frozenset((dw.TAG_subrange_type, dw.TAG_enumeration_type))
MEMBERS = frozenset((dw.TAG_member, dw.TAG_inheritance))
# An upper bound of -1 as data4, data8 and sdata hold it: no elements.
NOTHING_BELOW = frozenset((-1, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF))
WIDE_CHARACTERS = frozenset(("char8_t", "char16_t", "char32_t", "wchar_t"))
CLOSURE = "{lambda}"  # what the Itanium C++ ABI's demangled names call a closure's class
DSC_RANGE = 1  # DWARF 5 table 7.25; the other descriptor is a label
END_BIG = 1  # DWARF 5 table 7.12
OP_PLUS_UCONST = 0x23


def _natural(die: Die, attribute: int) -> int | None:
    """A size; a negative one is none."""
    number = die.integer(attribute)
    return None if number is None or number < 0 else number


def language_of(die: Die) -> Language:
    """The language of the unit that `die` is in."""
    return LANGUAGES.get(die.unit.language, "c")


def _member_place(die: Die) -> tuple[int | None, bytes | None]:
    """DW_AT_data_member_location as an offset, or as the expression that yields an address."""
    place = die.get(dw.AT_data_member_location)
    if place is None:
        return 0, None
    if isinstance(place, int):
        return place, None
    if not isinstance(place, bytes | memoryview):
        return None, None
    if len(place) > 1 and place[0] == OP_PLUS_UCONST:  # all that DWARF 2 compilers write
        operands = Reader(place, ".debug_info", at=1)
        offset = operands.uleb()
        if not operands.left:
            return offset, None
    return None, bytes(place)


def _bit_offset(die: Die, link: Link, offset: int, bit_size: int) -> int:
    """DWARF 5 5.7.6; before version 4 the offset counts down from the storage unit's top bit."""
    modern = die.integer(dw.AT_data_bit_offset)
    if modern is not None:
        return modern
    from_top = die.integer(dw.AT_bit_offset)
    if from_top is None:
        return offset * 8
    storage = _natural(die, dw.AT_byte_size)
    if storage is None:
        storage = size_of(link.type) or 0
    return (offset + storage) * 8 - from_top - bit_size


def _void(_tree: "TypeTree", _die: Die) -> Type:
    return Void()


def _base(_tree: "TypeTree", die: Die) -> Type:
    return Base(
        die.name,
        _natural(die, dw.AT_byte_size) or 0,
        die.integer(dw.AT_encoding) or 0,
        language_of(die),
        _natural(die, dw.AT_bit_size),
        die.integer(dw.AT_endianity) == END_BIG,
    )


def _unspecified(_tree: "TypeTree", die: Die) -> Type:
    return Unspecified(die.name, _natural(die, dw.AT_byte_size) or _pointer_size(die))


def _pointer_size(die: Die) -> int:
    return _natural(die, dw.AT_byte_size) or die.unit.address_size


def _pointer(tree: "TypeTree", die: Die) -> Type:
    return Pointer(die.name, _pointer_size(die), tree.link(die), language_of(die))


def _reference(tree: "TypeTree", die: Die) -> Type:
    rvalue = die.tag == dw.TAG_rvalue_reference_type
    return Reference(_pointer_size(die), tree.link(die), rvalue)


def _member_pointer(tree: "TypeTree", die: Die) -> Type:
    owner = tree.link(die, dw.AT_containing_type)
    size = _natural(die, dw.AT_byte_size)
    if size is None:  # Itanium C++ ABI 2.3: an offset, or for a function two words
        is_function = isinstance(stripped(tree.link(die).type), Function)
        size = die.unit.address_size * (2 if is_function else 1)
    return MemberPointer(size, tree.link(die), owner)


def _typedef(tree: "TypeTree", die: Die) -> Type:
    """C gives its wide characters their kind by a typedef alone: here they are types."""
    name = tree.name(die)
    if name in WIDE_CHARACTERS:
        base = stripped(tree.link(die).type)
        if isinstance(base, Base):
            return replace(base, name=name)
    return Typedef(name, tree.link(die))


def _qualified(tree: "TypeTree", die: Die) -> Type:
    return Qualified(QUALIFIERS[die.tag], tree.link(die))


def _function(tree: "TypeTree", die: Die) -> Type:
    parameters, variadic = [], False
    for child in die.children():
        if child.tag == dw.TAG_formal_parameter:
            parameters.append(tree.link(child))
        elif child.tag == dw.TAG_unspecified_parameters:
            variadic = True
    return Function(tree.link(die), tuple(parameters), variadic, language_of(die))


def _array(tree: "TypeTree", die: Die) -> Type:
    """One Array per DW_TAG_subrange_type, the first the outermost."""
    counts = [_count(child) for child in die.children() if child.tag in SUBRANGES]
    stride_bits = _natural(die, dw.AT_bit_stride)
    stride = die.integer(dw.AT_byte_stride) or (stride_bits // 8 if stride_bits else None)
    vector = die.flag(dw.AT_GNU_vector)
    link, language = tree.link(die), language_of(die)
    for count in reversed(counts[1:]):
        link = _known(Array(link, count, language, stride, None, vector))
        stride = None
    size = _natural(die, dw.AT_byte_size)
    return Array(link, counts[0] if counts else None, language, stride, size, vector, die.name)


def _known(type_: Type) -> Link:
    return Link(lambda: type_)


def _count(subrange: Die) -> int | Dynamic | None:
    count = subrange.get(dw.AT_count)
    if count is not None:
        return _bound(count, 0)
    lower = subrange.get(dw.AT_lower_bound)
    first = lower if isinstance(lower, int) else 0  # the default of C, C++ and Rust
    upper = subrange.get(dw.AT_upper_bound)
    return None if upper is None else _bound(upper, 1 - first)


def _bound(value: object, added: int) -> int | Dynamic | None:
    match value:
        case int():
            # `int a[0]` of old compilers has an upper bound of -1, with or without its sign.
            return 0 if value in NOTHING_BELOW and added == 1 else max(value + added, 0)
        case Die():
            return Dynamic(None, value.offset, added)
        case bytes() | memoryview():
            return Dynamic(bytes(value), None, added)
        case _:
            return None


def _enum(tree: "TypeTree", die: Die) -> Type:
    die = _whole(die)
    underlying = die.reference(dw.AT_type)
    size = _natural(die, dw.AT_byte_size)
    enumerators = tuple(_enumerators(die))
    signed = any(number < 0 for _, number in enumerators)
    if underlying is not None:
        base = stripped(tree.at(underlying))
        size = size_of(base) if size is None else size
        signed = signed or (isinstance(base, Base) and base.encoding in SIGNED_ENCODINGS)
    return Enum(
        tree.name(die),
        size or 0,
        enumerators,
        signed,
        language_of(die),
        die.flag(dw.AT_declaration),
    )


def _enumerators(die: Die) -> Iterator[tuple[str, int]]:
    for child in die.children():
        number = _constant(child, dw.AT_const_value) if child.tag == dw.TAG_enumerator else None
        if number is not None:
            yield child.name or "", number


def _constant(die: Die, attribute: int) -> int | None:
    """A number, also one that is wider than a constant form holds."""
    value = die.get(attribute)
    if isinstance(value, bytes | memoryview):
        return int.from_bytes(value, "little")
    return value if isinstance(value, int) else None


def _struct(tree: "TypeTree", die: Die) -> Type:
    die = _whole(die)
    members: list[Member] = []
    variants: VariantPart | None = None
    parameters: list[tuple[str, Link]] = []
    name = tree.name(die)
    for child in die.children():
        if child.tag in MEMBERS and not _is_static(child):
            members.append(_member(tree, child))
        elif child.tag == dw.TAG_variant_part:
            variants = _variant_part(tree, child)
        elif child.tag == dw.TAG_template_type_param:
            parameters.append((child.name or "", tree.link(child)))
        elif name is None and child.tag == dw.TAG_subprogram and child.name == "operator()":
            name = CLOSURE
    return Struct(
        name,
        STRUCTS[die.tag],
        _natural(die, dw.AT_byte_size),
        tuple(members),
        language_of(die),
        variants,
        tuple(parameters),
        die.flag(dw.AT_declaration),
        die.offset,
    )


def _whole(die: Die) -> Die:
    """The definition of a type that `die` only declares, by its signature; else `die`."""
    whole = die.reference(dw.AT_signature)
    return die if whole is None or whole.tag != die.tag else whole


def _is_static(die: Die) -> bool:
    """Static data members are declarations, no part of the object (DWARF 5 5.7.7)."""
    return die.tag == dw.TAG_member and (die.flag(dw.AT_external) or die.flag(dw.AT_declaration))


def _member(tree: "TypeTree", die: Die) -> Member:
    offset, location = _member_place(die)
    link = tree.link(die)
    bit_size = _natural(die, dw.AT_bit_size)
    return Member(
        die.name,
        link,
        offset,
        bit_size,
        None if bit_size is None else _bit_offset(die, link, offset or 0, bit_size),
        location,
        artificial=die.flag(dw.AT_artificial),
        inherited=die.tag == dw.TAG_inheritance,
        virtual=bool(die.integer(dw.AT_virtuality)),
    )


def _variant_part(tree: "TypeTree", die: Die) -> VariantPart:
    discriminant = die.reference(dw.AT_discr)
    cases = tuple(_case(tree, child) for child in die.children() if child.tag == dw.TAG_variant)
    return VariantPart(None if discriminant is None else _member(tree, discriminant), cases)


def _case(tree: "TypeTree", die: Die) -> Case:
    entries = [child for child in die.children() if child.tag in MEMBERS]
    members = tuple(_member(tree, child) for child in entries)
    first = entries[0].offset if entries else None
    return Case(tuple(_discriminants(die)), members, die.name, first)


def _discriminants(die: Die) -> Iterator[tuple[int, int]]:
    """DW_AT_discr_value, or DW_AT_discr_list (DWARF 5 5.7.10) read as signed numbers."""
    number = _constant(die, dw.AT_discr_value)
    if number is not None:
        yield number, number
    listed = Reader(die.block(dw.AT_discr_list) or b"", ".debug_info")
    while listed.left:
        is_range = listed.u8() == DSC_RANGE
        first = listed.sleb()
        yield first, listed.sleb() if is_range else first


BUILDERS: "dict[int, Callable[[TypeTree, Die], Type]]" = {
    dw.TAG_base_type: _base,
    dw.TAG_unspecified_type: _unspecified,
    dw.TAG_pointer_type: _pointer,
    dw.TAG_reference_type: _reference,
    dw.TAG_rvalue_reference_type: _reference,
    dw.TAG_ptr_to_member_type: _member_pointer,
    dw.TAG_array_type: _array,
    dw.TAG_typedef: _typedef,
    dw.TAG_template_alias: _typedef,
    dw.TAG_enumeration_type: _enum,
    dw.TAG_subroutine_type: _function,
    **dict.fromkeys(QUALIFIERS, _qualified),
    **dict.fromkeys(STRUCTS, _struct),
}
