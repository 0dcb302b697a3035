"""One builder per type tag: what its DIE says becomes a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.types.attributes import constant, language_of, natural
from stackdump_probe.image.types.build_struct import STRUCTS, struct, whole
from stackdump_probe.image.types.model import (
    SIGNED_ENCODINGS,
    Array,
    Base,
    Dynamic,
    Enum,
    Function,
    Link,
    MemberPointer,
    Pointer,
    Qualified,
    Reference,
    Type,
    Typedef,
    Unspecified,
    Void,
    size_of,
    stripped,
)
from stackdump_probe.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.model import Qualifier
    from stackdump_probe.image.types.tree import TypeTree

QUALIFIERS: dict[int, Qualifier] = {
    dw.TAG_const_type: "const",
    dw.TAG_volatile_type: "volatile",
    dw.TAG_restrict_type: "restrict",
    dw.TAG_atomic_type: "_Atomic",
}
SUBRANGES = frozenset((dw.TAG_subrange_type, dw.TAG_enumeration_type))
# An upper bound of -1 as data4, data8 and sdata hold it: no elements.
NOTHING_BELOW = frozenset((-1, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF))
WIDE_CHARACTERS = frozenset(("char8_t", "char16_t", "char32_t", "wchar_t"))
END_BIG = 1  # DWARF 5 table 7.12


def _void(_tree: TypeTree, _die: Die) -> Type:
    return Void()


def _base(_tree: TypeTree, die: Die) -> Type:
    return Base(
        die.name,
        natural(die, dw.AT_byte_size) or 0,
        die.integer(dw.AT_encoding) or 0,
        language_of(die),
        natural(die, dw.AT_bit_size),
        die.integer(dw.AT_endianity) == END_BIG,
    )


def _unspecified(_tree: TypeTree, die: Die) -> Type:
    return Unspecified(die.name, natural(die, dw.AT_byte_size) or _pointer_size(die))


def _pointer_size(die: Die) -> int:
    return natural(die, dw.AT_byte_size) or die.unit.address_size


def _pointer(tree: TypeTree, die: Die) -> Type:
    return Pointer(die.name, _pointer_size(die), tree.link(die), language_of(die))


def _reference(tree: TypeTree, die: Die) -> Type:
    rvalue = die.tag == dw.TAG_rvalue_reference_type
    return Reference(_pointer_size(die), tree.link(die), rvalue)


def _member_pointer(tree: TypeTree, die: Die) -> Type:
    owner = tree.link(die, dw.AT_containing_type)
    size = natural(die, dw.AT_byte_size)
    if size is None:  # Itanium C++ ABI 2.3: an offset, or for a function two words
        is_function = isinstance(stripped(tree.link(die).type), Function)
        size = die.unit.address_size * (2 if is_function else 1)
    return MemberPointer(size, tree.link(die), owner)


def _typedef(tree: TypeTree, die: Die) -> Type:
    """C gives its wide characters their kind by a typedef alone: here they are types."""
    name = tree.name(die)
    if name in WIDE_CHARACTERS:
        base = stripped(tree.link(die).type)
        if isinstance(base, Base):
            return replace(base, name=name)
    return Typedef(name, tree.link(die))


def _qualified(tree: TypeTree, die: Die) -> Type:
    return Qualified(QUALIFIERS[die.tag], tree.link(die))


def _function(tree: TypeTree, die: Die) -> Type:
    parameters, variadic = [], False
    for child in die.children():
        if child.tag == dw.TAG_formal_parameter:
            parameters.append(tree.link(child))
        elif child.tag == dw.TAG_unspecified_parameters:
            variadic = True
    return Function(tree.link(die), tuple(parameters), variadic, language_of(die))


def _array(tree: TypeTree, die: Die) -> Type:
    """One Array per DW_TAG_subrange_type, the first the outermost."""
    counts = [_count(child) for child in die.children() if child.tag in SUBRANGES]
    stride_bits = natural(die, dw.AT_bit_stride)
    stride = die.integer(dw.AT_byte_stride) or (stride_bits // 8 if stride_bits else None)
    vector = die.flag(dw.AT_GNU_vector)
    link, language = tree.link(die), language_of(die)
    for count in reversed(counts[1:]):
        link = _known(Array(link, count, language, stride, None, vector))
        stride = None
    size = natural(die, dw.AT_byte_size)
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


def _enum(tree: TypeTree, die: Die) -> Type:
    die = whole(die)
    underlying = die.reference(dw.AT_type)
    size = natural(die, dw.AT_byte_size)
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
        number = constant(child, dw.AT_const_value) if child.tag == dw.TAG_enumerator else None
        if number is not None:
            yield child.name or "", number


BUILDERS: dict[int, Callable[[TypeTree, Die], Type]] = {
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
    **dict.fromkeys(STRUCTS, struct),
}
