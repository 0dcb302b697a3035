"""Structs, classes and unions: their members, and the variants of Rust's enums."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.types.attributes import constant, language_of, natural
from stackdump_probe.image.types.model import Case, Link, Member, Struct, Type, VariantPart, size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.model import StructKind
    from stackdump_probe.image.types.tree import TypeTree

STRUCTS: dict[int, StructKind] = {
    dw.TAG_structure_type: "struct",
    dw.TAG_class_type: "class",
    dw.TAG_union_type: "union",
    dw.TAG_interface_type: "interface",
}
MEMBERS = frozenset((dw.TAG_member, dw.TAG_inheritance))
CLOSURE = "{lambda}"  # what the Itanium C++ ABI's demangled names call a closure's class
DSC_RANGE = 1  # DWARF 5 table 7.25; the other descriptor is a label
OP_PLUS_UCONST = 0x23


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
    storage = natural(die, dw.AT_byte_size)
    if storage is None:
        storage = size_of(link.type) or 0
    return (offset + storage) * 8 - from_top - bit_size


def struct(tree: TypeTree, die: Die) -> Type:
    die = whole(die)
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
        elif child.tag == dw.TAG_GNU_template_parameter_pack:
            types = (each for each in child.children() if each.tag == dw.TAG_template_type_param)
            parameters += [(child.name or "", tree.link(each)) for each in types]
        elif name is None and child.tag == dw.TAG_subprogram and child.name == "operator()":
            name = CLOSURE
    return Struct(
        name,
        STRUCTS[die.tag],
        natural(die, dw.AT_byte_size),
        tuple(members),
        language_of(die),
        variants,
        tuple(parameters),
        die.flag(dw.AT_declaration),
        die.offset,
    )


def whole(die: Die) -> Die:
    """The definition of a type that `die` only declares, by its signature; else `die`."""
    whole = die.reference(dw.AT_signature)
    return die if whole is None or whole.tag != die.tag else whole


def _is_static(die: Die) -> bool:
    """Static data members are declarations, no part of the object (DWARF 5 5.7.7)."""
    return die.tag == dw.TAG_member and (die.flag(dw.AT_external) or die.flag(dw.AT_declaration))


def _member(tree: TypeTree, die: Die) -> Member:
    offset, location = _member_place(die)
    link = tree.link(die)
    bit_size = natural(die, dw.AT_bit_size)
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


def _variant_part(tree: TypeTree, die: Die) -> VariantPart:
    discriminant = die.reference(dw.AT_discr)
    cases = tuple(_case(tree, child) for child in die.children() if child.tag == dw.TAG_variant)
    return VariantPart(None if discriminant is None else _member(tree, discriminant), cases)


def _case(tree: TypeTree, die: Die) -> Case:
    entries = [child for child in die.children() if child.tag in MEMBERS]
    members = tuple(_member(tree, child) for child in entries)
    first = entries[0].offset if entries else None
    return Case(tuple(_discriminants(die)), members, die.name, first)


def _discriminants(die: Die) -> Iterator[tuple[int, int]]:
    """DW_AT_discr_value, or DW_AT_discr_list (DWARF 5 5.7.10) read as signed numbers."""
    number = constant(die, dw.AT_discr_value)
    if number is not None:
        yield number, number
    listed = Reader(die.block(dw.AT_discr_list) or b"", ".debug_info")
    while listed.left:
        is_range = listed.u8() == DSC_RANGE
        first = listed.sleb()
        yield first, listed.sleb() if is_range else first
