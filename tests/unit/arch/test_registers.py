"""The register file."""

import pytest

from stackdump_probe.arch.registers import NAME_BY_DWARF_NUMBER, Registers
from stackdump_probe.errors import NotCaptured, RegisterUnknown


def test_a_register_that_is_not_known_is_named_in_the_error() -> None:
    with pytest.raises(RegisterUnknown) as caught:
        Registers({"r0": 1})["r1"]
    assert caught.value.name == "r1"
    assert "r1" not in Registers({"r0": 1})


def test_an_update_leaves_the_original_as_it_was() -> None:
    before = Registers({"sp": 8, "pc": 2})
    after = before.updated(sp=16, lr=4)
    assert after.words == {"sp": 16, "pc": 2, "lr": 4}
    assert before.words == {"sp": 8, "pc": 2}


def test_a_selection_holds_no_register_that_was_not_known() -> None:
    assert Registers({"r4": 1, "r0": 2}).only(("r4", "r5")).words == {"r4": 1}


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, "r0"), (12, "r12"), (13, "sp"), (14, "lr"), (15, "pc"), (64, "s0"), (95, "s31")],
)
def test_dwarf_numbers_name_registers_as_the_abi_does(number: int, name: str) -> None:
    assert NAME_BY_DWARF_NUMBER[number] == name  # AADWARF32 (IHI 0040) 4.1


def test_control_is_the_top_byte_of_the_word_with_the_masks() -> None:
    assert Registers({"cfbp": 0x0201_40FF}).control == 2


def test_control_is_unknown_if_it_was_not_captured() -> None:
    assert Registers().control is None


def test_a_register_saved_where_nothing_was_captured_says_where() -> None:
    registers = Registers({"sp": 0x2000_0000}, {"r7": 0x2000_0040})
    with pytest.raises(NotCaptured) as raised:
        registers["r7"]
    assert raised.value.address == 0x2000_0040
    assert "r7" not in registers
    assert registers.get("r7") is None


def test_registers_saved_side_by_side_have_one_address_each() -> None:
    found = Registers({"r4": 1, "r6": 6}).saved(0x2000_0000, {"r4": 4, "r5": None})
    assert found.words == {"r4": 4, "r6": 6}
    assert found.saved_at == {"r4": 0x2000_0000, "r5": 0x2000_0004}


def test_a_word_that_takes_the_place_of_a_saved_one_is_not_from_memory() -> None:
    saved = Registers().saved(0x2000_0000, {"r4": 4, "r5": None})
    found = saved.updated(r4=1, r5=2)
    assert (found.words, found.saved_at) == ({"r4": 1, "r5": 2}, {})


def test_a_selection_holds_the_places_of_its_registers_only() -> None:
    saved = Registers().saved(0x2000_0000, {"r4": 4, "r0": 9, "r5": None})
    assert saved.only(("r4", "r5")).saved_at == {"r4": 0x2000_0000, "r5": 0x2000_0008}
    assert saved.without("r0") == saved.only(("r4", "r5"))
