"""Entries that describe types and variables, as compilers write them."""

from stackdump_probe.image.dwarf import constants as dw
from tests.builders.dwarf import ADie, Value

Attribute = tuple[int, int, Value]

C99, CPP14, RUST = 0x0C, 0x21, 0x1C  # DWARF 5 table 7.17


def language(code: int) -> tuple[Attribute, ...]:
    """What the top entry of a unit in this language says."""
    return ((dw.AT_language, dw.FORM_data2, code),)


def named(name: str) -> Attribute:
    return (dw.AT_name, dw.FORM_string, name)


def number(attribute: int, value: int) -> Attribute:
    return (attribute, dw.FORM_sdata, value)


def flag(attribute: int) -> Attribute:
    return (attribute, dw.FORM_flag, 1)


def of(label: str, attribute: int = dw.AT_type) -> Attribute:
    """A reference to the entry with that label."""
    return (attribute, dw.FORM_ref4, label)


def expression(octets: bytes, attribute: int = dw.AT_location) -> Attribute:
    return (attribute, dw.FORM_exprloc, octets)


def base(name: str, size: int, encoding: int, *more: Attribute) -> ADie:
    """A base type, labelled by its name."""
    told = (
        named(name),
        number(dw.AT_byte_size, size),
        number(dw.AT_encoding, encoding),
    )
    return ADie(dw.TAG_base_type, (*told, *more), label=name)


INT = base("int", 4, dw.ATE_signed)
CHAR = base("char", 1, dw.ATE_unsigned_char)


def pointer(to: str | None = None, *more: Attribute, label: str = "pointer") -> ADie:
    target = () if to is None else (of(to),)
    return ADie(dw.TAG_pointer_type, (number(dw.AT_byte_size, 4), *target, *more), label=label)


def wrapper(tag: int, to: str | None = None, *more: Attribute, label: str) -> ADie:
    """A type made of another one: typedef, qualifier, reference."""
    return ADie(tag, (*(() if to is None else (of(to),)), *more), label=label)


def array(of_type: str, *bounds: tuple[Attribute, ...], label: str = "array") -> ADie:
    """An array with one subrange for each of `bounds`."""
    ranges = tuple(ADie(dw.TAG_subrange_type, bound) for bound in bounds)
    return ADie(dw.TAG_array_type, (of(of_type),), ranges, label=label)


def up_to(bound: int) -> tuple[Attribute, ...]:
    return (number(dw.AT_upper_bound, bound),)


def member(name: str | None, of_type: str, offset: int | None = None, *more: Attribute) -> ADie:
    told = [] if name is None else [named(name)]
    told.append(of(of_type))
    if offset is not None:
        told.append(number(dw.AT_data_member_location, offset))
    return ADie(dw.TAG_member, (*told, *more))


def struct(
    name: str | None,
    size: int | None,
    *children: ADie,
    tag: int = dw.TAG_structure_type,
    more: tuple[Attribute, ...] = (),
    label: str = "struct",
) -> ADie:
    told = [] if name is None else [named(name)]
    if size is not None:
        told.append(number(dw.AT_byte_size, size))
    return ADie(tag, (*told, *more), children, label=label)


def enum(
    name: str, size: int, *enumerators: tuple[str, int], more: tuple[Attribute, ...] = ()
) -> ADie:
    children = tuple(
        ADie(dw.TAG_enumerator, (named(each), number(dw.AT_const_value, value)))
        for each, value in enumerators
    )
    told = (named(name), number(dw.AT_byte_size, size), *more)
    return ADie(dw.TAG_enumeration_type, told, children, label=name)


def variable(name: str | None, of_type: str | None, *more: Attribute, label: str = "") -> ADie:
    told = [] if name is None else [named(name)]
    if of_type is not None:
        told.append(of(of_type))
    return ADie(dw.TAG_variable, (*told, *more), label=label)


def parameter(name: str | None, of_type: str | None, *more: Attribute, label: str = "") -> ADie:
    told = [] if name is None else [named(name)]
    if of_type is not None:
        told.append(of(of_type))
    return ADie(dw.TAG_formal_parameter, (*told, *more), label=label)
