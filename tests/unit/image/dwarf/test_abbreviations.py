import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.abbreviations import Abbreviation, AbbreviationTable
from stackdump_probe.image.dwarf.forms import encoding_of
from stackdump_probe.image.dwarf.wanted import Wanted
from tests.builders.octets import octets, sleb, uleb

ENCODING = encoding_of(4, 4, 4)


def declaration(code: int, tag: int, *attributes: bytes, has_children: bool = False) -> bytes:
    return uleb(code) + uleb(tag) + octets(has_children) + b"".join(attributes) + octets(0, 0)


def attribute(at: int, form: int, value: int | None = None) -> bytes:
    return uleb(at) + uleb(form) + (b"" if value is None else sleb(value))


def table(section: bytes, compiled: dict[bytes, Abbreviation] | None = None) -> AbbreviationTable:
    return AbbreviationTable(section, 0, ENCODING, {} if compiled is None else compiled)


BASE_TYPE = declaration(
    1,
    dw.TAG_base_type,
    attribute(dw.AT_byte_size, dw.FORM_data1),
    attribute(dw.AT_name, dw.FORM_strp),
)
STRUCT = declaration(2, dw.TAG_structure_type, has_children=True)


def test_a_declaration_tells_tag_children_forms_and_size() -> None:
    found = table(STRUCT + BASE_TYPE + b"\0")
    assert (found[2].tag, found[2].has_children, found[2].size) == (dw.TAG_structure_type, True, 0)
    assert (found[1].tag, found[1].has_children, found[1].size) == (dw.TAG_base_type, False, 5)
    assert found[1].forms == {dw.AT_byte_size: dw.FORM_data1, dw.AT_name: dw.FORM_strp}


def test_a_table_is_read_only_as_far_as_it_is_asked() -> None:
    found = table(BASE_TYPE + b"\x80")  # cut short after the first
    assert found[1].tag == dw.TAG_base_type
    with pytest.raises(DwarfError, match="damaged declaration"):
        found.whole()


def test_declarations_of_the_same_bytes_are_compiled_once() -> None:
    compiled: dict[bytes, Abbreviation] = {}
    one, other = (
        table(BASE_TYPE + b"\0", compiled),
        table(b"\x07" + BASE_TYPE[1:] + b"\0", compiled),
    )
    assert one[1] is other[7]


def test_a_sibling_behind_a_block_is_told_by_how_far_before_the_end_it_stands() -> None:
    block, number = (
        attribute(dw.AT_frame_base, dw.FORM_exprloc),
        attribute(dw.AT_byte_size, dw.FORM_data2),
    )
    sibling = attribute(dw.AT_sibling, dw.FORM_ref4)

    def back(*attributes: bytes) -> int:
        return table(declaration(1, dw.TAG_subprogram, *attributes))[1].sibling_back

    assert [back(block, sibling), back(block, sibling, number)] == [4, 6]
    assert [back(sibling, block), back(block), back()] == [0, 0, 0]
    assert back(block, attribute(dw.AT_sibling, dw.FORM_ref2)) == 0


def test_a_sibling_is_told_by_how_far_behind_the_code_it_stands() -> None:
    two = attribute(dw.AT_byte_size, dw.FORM_data2), attribute(dw.AT_sibling, dw.FORM_ref4)
    assert table(declaration(1, dw.TAG_enumeration_type, *two, has_children=True))[1].sibling == 2
    assert table(declaration(1, dw.TAG_enumeration_type, *two))[1].sibling is None


@pytest.mark.parametrize("value", [0, -1, 1 << 40])
def test_an_implicit_constant_is_part_of_its_declaration(value: int) -> None:
    # A constant of 0 looks like the end of its declaration.
    first = declaration(
        1, dw.TAG_variable, attribute(dw.AT_decl_file, dw.FORM_implicit_const, value)
    )
    found = table(first + BASE_TYPE.replace(b"\x01", b"\x02", 1) + b"\0")
    assert found[1].constants == {dw.AT_decl_file: value}
    assert found[2].tag == dw.TAG_base_type


def test_declarations_that_differ_after_a_zero_constant_are_told_apart() -> None:
    constant = attribute(dw.AT_decl_file, dw.FORM_implicit_const, 0)
    first = declaration(1, dw.TAG_variable, constant)
    second = declaration(2, dw.TAG_variable, constant, attribute(dw.AT_name, dw.FORM_strp))
    found = table(first + second + b"\0").whole()
    assert (found[1].size, found[2].size) == (0, 4)


def test_codes_far_apart_are_found() -> None:
    found = table(declaration(1 << 40, dw.TAG_variable) + BASE_TYPE + b"\0")
    assert (found[1 << 40].tag, found[1].tag) == (dw.TAG_variable, dw.TAG_base_type)
    assert found.leaps(Wanted(frozenset()))[1][1 << 40] == 1


def test_the_first_of_two_declarations_of_one_code_holds() -> None:
    found = table(BASE_TYPE + declaration(1, dw.TAG_variable) + b"\0").whole()
    assert found[1].tag == dw.TAG_base_type


@pytest.mark.parametrize("code", [2, 300])
def test_a_code_that_is_not_declared_is_an_error(code: int) -> None:
    with pytest.raises(DwarfError, match=f"no abbreviation has the code {code}"):
        table(BASE_TYPE + b"\0")[code]


def test_an_unknown_form_is_an_error() -> None:
    unknown = declaration(1, dw.TAG_variable, attribute(dw.AT_name, 0x7B))
    with pytest.raises(DwarfError, match=r"\.debug_abbrev\+0x0: .*unknown form 0x7b"):
        table(unknown + b"\0")[1]


@pytest.mark.parametrize("size", range(len(BASE_TYPE)))
def test_a_table_that_is_cut_short_is_an_error(size: int) -> None:
    with pytest.raises(DwarfError, match="damaged declaration"):
        table(BASE_TYPE[:size]).whole()
