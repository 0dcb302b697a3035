"""Each form, read from an entry that was written as the standard says (DWARF 5, 7.5.6)."""

import pytest

from stackdump_probe.errors import DwarfError, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.forms import SKIP_BLOCK1, encoding_of
from tests.builders.dwarf import ADie, AUnit, Value, a_dwarf, a_unit
from tests.builders.octets import doublewords, octets, words

BIG = 0x0123_4567_89AB_CDEF
AFTER = (dw.AT_decl_line, dw.FORM_data2, 0xBEEF)


def read(
    form: int,
    value: Value,
    *,
    version: int = 5,
    offset_size: int = 4,
    sections: dict[str, bytes] | None = None,
    top: tuple[tuple[int, int, Value], ...] = (),
) -> Die:
    """The entry after the top one: an attribute of `form`, then DW_AT_decl_line, then a child."""
    die = ADie(
        dw.TAG_variable,
        ((dw.AT_const_value, form, value), AFTER),
        (ADie(dw.TAG_base_type, label="target"),),
        label="self",
    )
    unit = AUnit(ADie(dw.TAG_compile_unit, top, (die,)), version, offset_size)
    (found,) = a_dwarf(unit, sections=sections).units[0].top.children()
    assert found.integer(dw.AT_decl_line) == 0xBEEF
    (child,) = found.children()
    assert child.tag == dw.TAG_base_type
    return found


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (dw.FORM_addr, 0x0800_0001),
        (dw.FORM_data1, 0xFE),
        (dw.FORM_data2, 0xFEDC),
        (dw.FORM_data4, 0xFEDC_BA98),
        (dw.FORM_data8, BIG),
        (dw.FORM_data16, BIG << 64 | BIG),
        (dw.FORM_udata, 624_485),
        (dw.FORM_sdata, -123_456),
        (dw.FORM_implicit_const, -5),
        (dw.FORM_implicit_const, 0),
        (dw.FORM_sec_offset, 0x1234_5678),
        (dw.FORM_loclistx, 300),
        (dw.FORM_rnglistx, 3),
    ],
)
def test_numbers_are_read_as_they_are(form: int, value: int) -> None:
    die = read(form, value)
    assert die.get(dw.AT_const_value) == value
    assert die.attributes[dw.AT_const_value] == (form, value)


def test_an_offset_of_64_bit_dwarf_takes_eight_bytes() -> None:
    assert read(dw.FORM_sec_offset, BIG, offset_size=8).get(dw.AT_const_value) == BIG


@pytest.mark.parametrize(
    ("form", "value", "flag"),
    [(dw.FORM_flag, 0, False), (dw.FORM_flag, 1, True), (dw.FORM_flag_present, 0, True)],
)
def test_flags_are_true_or_false(form: int, value: int, flag: bool) -> None:
    die = read(form, value)
    assert die.get(dw.AT_const_value) is flag
    assert die.flag(dw.AT_const_value) is flag


@pytest.mark.parametrize("size", [0, 1, 200])
@pytest.mark.parametrize(
    "form", [dw.FORM_block, dw.FORM_block1, dw.FORM_block2, dw.FORM_block4, dw.FORM_exprloc]
)
def test_blocks_are_their_bytes(form: int, size: int) -> None:
    block = read(form, bytes(range(size))).block(dw.AT_const_value)
    assert block is not None
    assert bytes(block) == bytes(range(size))


@pytest.mark.parametrize("form", [dw.FORM_string, dw.FORM_strp, dw.FORM_line_strp])
@pytest.mark.parametrize("text", ["", "counter", "größe", "x" * 5000])
def test_strings_are_decoded_wherever_they_are(form: int, text: str) -> None:
    die = read(form, text)
    assert die.get(dw.AT_const_value) == die.string(dw.AT_const_value) == text


def test_a_string_that_is_not_utf_8_is_still_a_string() -> None:
    sections = {".debug_str": b"\xff\xfe\0"}
    die = read(dw.FORM_strp, "", sections=sections)
    assert die.string(dw.AT_const_value) == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("form", "index"),
    [
        (dw.FORM_strx, 1),
        (dw.FORM_strx1, 1),
        (dw.FORM_strx2, 1),
        (dw.FORM_strx3, 1),
        (dw.FORM_strx4, 1),
    ],
)
@pytest.mark.parametrize("offset_size", [4, 8])
def test_indexed_strings_go_through_the_table_of_the_unit(
    form: int, index: int, offset_size: int
) -> None:
    entries = words(0, 4) if offset_size == 4 else doublewords(0, 4)
    die = read(
        form,
        index,
        offset_size=offset_size,
        top=((dw.AT_str_offsets_base, dw.FORM_sec_offset, 24),),
        sections={".debug_str_offsets": bytes(24) + entries, ".debug_str": b"one\0two\0"},
    )
    assert die.string(dw.AT_const_value) == "two"


def test_without_a_base_the_entries_of_version_5_begin_after_the_header() -> None:
    sections = {".debug_str_offsets": bytes(8) + words(4), ".debug_str": b"one\0two\0"}
    assert read(dw.FORM_strx1, 0, sections=sections).string(dw.AT_const_value) == "two"


def test_gnu_indexed_strings_begin_at_the_start_of_their_section() -> None:
    sections = {".debug_str_offsets": words(0, 4), ".debug_str": b"one\0two\0"}
    die = read(dw.FORM_GNU_str_index, 1, version=4, sections=sections)
    assert die.string(dw.AT_const_value) == "two"


@pytest.mark.parametrize("form", [dw.FORM_strx1, dw.FORM_GNU_str_index])
def test_an_indexed_string_in_another_file_is_none(form: int) -> None:
    assert read(form, 7).get(dw.AT_const_value) is None


@pytest.mark.parametrize("form", [dw.FORM_strp_sup, dw.FORM_GNU_strp_alt])
def test_a_string_in_a_supplementary_file_is_none(form: int) -> None:
    die = read(form, 7)
    assert die.get(dw.AT_const_value) is None
    assert die.string(dw.AT_const_value) is None


@pytest.mark.parametrize(
    "form", [dw.FORM_addrx, dw.FORM_addrx1, dw.FORM_addrx2, dw.FORM_addrx3, dw.FORM_addrx4]
)
def test_indexed_addresses_go_through_the_table_of_the_unit(form: int) -> None:
    die = read(
        form,
        1,
        top=((dw.AT_addr_base, dw.FORM_sec_offset, 16),),
        sections={".debug_addr": bytes(16) + words(0x100, 0x0800_0200)},
    )
    assert die.get(dw.AT_const_value) == die.address(dw.AT_const_value) == 0x0800_0200


def test_gnu_indexed_addresses_go_through_the_table_of_the_skeleton() -> None:
    die = read(
        dw.FORM_GNU_addr_index,
        1,
        version=4,
        top=((dw.AT_GNU_addr_base, dw.FORM_sec_offset, 4),),
        sections={".debug_addr": words(0, 0x100, 0x0800_0200)},
    )
    assert die.address(dw.AT_const_value) == 0x0800_0200


@pytest.mark.parametrize("form", [dw.FORM_addrx, dw.FORM_GNU_addr_index])
def test_an_indexed_address_in_another_file_is_unsupported(form: int) -> None:
    with pytest.raises(Unsupported, match=r"its entry of \.debug_addr is in another file"):
        read(form, 1).address(dw.AT_const_value)


def test_an_index_past_the_end_of_the_table_is_damage() -> None:
    with pytest.raises(DwarfError, match=r"\.debug_addr\+0x28: no entry 8"):
        read(dw.FORM_addrx, 8, sections={".debug_addr": bytes(40)}).address(dw.AT_const_value)


@pytest.mark.parametrize(
    "form",
    [
        dw.FORM_ref1,
        dw.FORM_ref2,
        dw.FORM_ref4,
        dw.FORM_ref8,
        dw.FORM_ref_udata,
        dw.FORM_ref_addr,
    ],
)
@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_references_lead_to_their_entry(form: int, version: int) -> None:
    die = read(form, "target", version=version)
    target = die.reference(dw.AT_const_value)
    assert target == next(die.children())
    assert target == die.get(dw.AT_const_value)


@pytest.mark.parametrize("form", [dw.FORM_ref_sup4, dw.FORM_ref_sup8, dw.FORM_GNU_ref_alt])
def test_a_reference_into_a_supplementary_file_is_unsupported(form: int) -> None:
    with pytest.raises(Unsupported, match="in a supplementary debug file"):
        read(form, 7).reference(dw.AT_const_value)


@pytest.mark.parametrize("section", [".debug_types", ".debug_info"])
def test_a_signature_leads_to_the_type_in_its_unit(section: str) -> None:
    user = a_unit(ADie(dw.TAG_variable, ((dw.AT_type, dw.FORM_ref_sig8, BIG),)))
    structure = ADie(dw.TAG_structure_type, ((dw.AT_name, dw.FORM_string, "state"),), label="type")
    holder = AUnit(
        ADie(dw.TAG_type_unit, (), (structure,)),
        version=4 if section == ".debug_types" else 5,
        kind=dw.UT_type,
        section=section,
        signature=BIG,
    )
    dwarf = a_dwarf(user, holder)
    (variable,) = dwarf.units[0].top.children()
    found = variable.reference(dw.AT_type)
    assert found is not None
    assert (found.name, found.unit) == ("state", dwarf.type_units[0])


def test_a_signature_that_no_unit_has_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="type unit 0x0123456789abcdef is not in this file"):
        read(dw.FORM_ref_sig8, BIG).reference(dw.AT_const_value)


@pytest.mark.parametrize(
    ("form", "value"),
    [(dw.FORM_udata, 300), (dw.FORM_sdata, -300), (dw.FORM_data2, 0xABCD), (dw.FORM_addr, 8)],
)
def test_an_indirect_form_is_read_from_the_entry(form: int, value: int) -> None:
    die = read(dw.FORM_indirect, (form, value))
    assert die.get(dw.AT_const_value) == value
    assert die.form(dw.AT_const_value) == form
    assert die.attributes[dw.AT_const_value] == (form, value)


def test_an_indirect_form_may_itself_be_indirect() -> None:
    die = read(dw.FORM_indirect, (dw.FORM_indirect, (dw.FORM_string, "deep")))
    assert die.string(dw.AT_const_value) == "deep"


@pytest.mark.parametrize("form", [0x7F, dw.FORM_implicit_const])
def test_an_indirect_form_that_cannot_be_is_damage(form: int) -> None:
    unit = a_unit(ADie(dw.TAG_variable, ((dw.AT_name, dw.FORM_indirect, (dw.FORM_udata, 1)),)))
    dwarf = a_dwarf(unit)
    info = bytes(dwarf.section(".debug_info")).replace(octets(dw.FORM_udata, 1), octets(form, 1))
    die = next(a_dwarf(unit, sections={".debug_info": info}).units[0].top.children())
    with pytest.raises(DwarfError, match=f"damaged attribute: no form {form:#x} can be here"):
        die.get(dw.AT_name)


def test_a_block_that_claims_more_than_is_left_is_malformed() -> None:
    read_block = encoding_of(5, 4, 4).variable[SKIP_BLOCK1]
    with pytest.raises(ValueError, match="block of 200 bytes, 2 left"):
        read_block(memoryview(bytes((200, 1, 2))), 0)
