import pytest

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.types.model import Struct
from stackdump_probe.image.types.rust_vtables import RustVtables, implementor
from stackdump_probe.image.types.tree import TypeTree
from tests.builders.dwarf import ADie, AUnit, a_dwarf, a_unit
from tests.builders.octets import words
from tests.builders.type_dies import (
    C99,
    RUST,
    base,
    expression,
    language,
    of,
    struct,
    variable,
)

U8 = base("u8", 1, dw.ATE_unsigned)
SQUARE = struct("Square", 4, label="square")
AT = 0x0800_0100
OP_ADDR, OP_ADDRX, OP_FBREG = b"\x03", b"\xa1", b"\x91"


def at(address: int) -> bytes:
    return OP_ADDR + address.to_bytes(4, "little")


def a_vtable(
    owner: str | None,
    where: bytes = at(AT),
    name: str = "<sea::Square as sea::Shape>::{vtable}",
) -> tuple[ADie, ADie]:
    """The static object, and the type that says whose it is."""
    label = f"table of {owner}"
    whose = () if owner is None else (of(owner, dw.AT_containing_type),)
    table = struct(f"{name}_type", 20, more=whose, label=label)
    return table, variable(name, label, expression(where))


def found(*dies: ADie, code: int = RUST, address: int = AT, more: AUnit | None = None) -> list[str]:
    """The types whose vtable is at an address, by name."""
    unit = a_unit(U8, SQUARE, *dies, top=language(code))
    addresses = {".debug_addr": bytes(8) + words(0, AT)}
    units = (unit,) if more is None else (more, unit)
    dwarf = a_dwarf(*units, sections=addresses)
    return [owner.name for owner in RustVtables(dwarf, TypeTree(dwarf)).owners_at(address)]


def test_a_vtable_is_that_of_the_type_that_contains_it() -> None:
    assert found(*a_vtable("square")) == ["sea::Square"]
    assert found(*a_vtable("square"), address=AT + 4) == []


def test_rustc_before_1_59_calls_a_vtable_just_so() -> None:
    assert found(*a_vtable("square", name="vtable")) == ["Square"]


def test_the_address_may_be_in_a_table_of_addresses() -> None:
    base_of_addresses = (dw.AT_addr_base, dw.FORM_sec_offset, 8)
    unit = a_unit(
        U8,
        SQUARE,
        *a_vtable("square", OP_ADDRX + b"\x01"),
        version=5,
        top=(*language(RUST), base_of_addresses),
    )
    dwarf = a_dwarf(unit, sections={".debug_addr": bytes(8) + words(0, AT)})
    (owner,) = RustVtables(dwarf, TypeTree(dwarf)).owners_at(AT)
    assert isinstance(owner.type, Struct)
    assert owner.type.name == "Square"


def test_types_may_share_a_vtable_that_is_the_same() -> None:
    assert found(*a_vtable("square"), *a_vtable("u8", name="<u8 as Shape>::{vtable}")) == [
        "sea::Square",
        "u8",
    ]


def test_a_vtable_described_twice_is_one() -> None:
    assert found(*a_vtable("square"), *a_vtable("square")) == ["sea::Square"]


def test_what_is_no_vtable_is_left_alone() -> None:
    assert found(*a_vtable("square", name="SHAPE")) == []
    assert found(*a_vtable(None)) == []
    assert found(*a_vtable("square", b"")) == []
    assert found(*a_vtable("square", OP_FBREG + b"\x00")) == []
    assert found(variable("vtable", None, expression(at(AT)))) == []
    assert found(*a_vtable("square"), code=C99) == []


def test_damage_costs_the_vtables_of_one_unit() -> None:
    torn = a_unit(*a_vtable("u8", OP_ADDRX), top=language(RUST))
    assert found(*a_vtable("square"), more=torn) == ["sea::Square"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("<a::B as c::D>::e", "a::B"),
        ("<u32 as D>::{vtable}", "u32"),
        ("<<a::B as c::D>::E as f::G>::h", "<a::B as c::D>::E"),
        ("<fn(u32) -> (u8, u8) as F>::f", "fn(u32) -> (u8, u8)"),
        ("<&[B<C>; 2] as D>::{vtable}", "&[B<C>; 2]"),
        ("<a::B>::e", None),
        ("a::b", None),
        ("<a::B", None),
        ("", None),
    ],
)
def test_whose_a_method_is_stands_in_its_name(name: str, expected: str | None) -> None:
    assert implementor(name) == expected
