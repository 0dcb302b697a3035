"""Each instruction of table 4 of EHABI32 (IHI 0038)."""

import pytest

from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.exidx_code import (
    Instruction,
    MoveVsp,
    Pop,
    Refusal,
    SetVsp,
    decode,
)

R4_TO_R11 = ("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11")


def decoded(*octets: int) -> tuple[Instruction, ...] | Refusal:
    return decode(bytes(octets), offset=0x10)


def reason(*octets: int) -> str:
    found = decoded(*octets)
    assert isinstance(found, Refusal)
    return found.reason


@pytest.mark.parametrize(("opcode", "amount"), [(0x00, 4), (0x01, 8), (0x3F, 0x100)])
def test_00xxxxxx_moves_vsp_up(opcode: int, amount: int) -> None:
    assert decoded(opcode) == (MoveVsp(amount),)


@pytest.mark.parametrize(("opcode", "amount"), [(0x40, -4), (0x41, -8), (0x7F, -0x100)])
def test_01xxxxxx_moves_vsp_down(opcode: int, amount: int) -> None:
    assert decoded(opcode) == (MoveVsp(amount),)


def test_10000000_00000000_refuses() -> None:
    assert reason(0x80, 0x00) == "refuses to unwind it"


@pytest.mark.parametrize(
    ("octets", "names"),
    [
        ((0x80, 0x01), ("r4",)),
        ((0x80, 0xFF), R4_TO_R11),
        ((0x84, 0x08), ("r7", "lr")),
        ((0x81, 0x00), ("r12",)),
        ((0x82, 0x00), ("sp",)),
        ((0x88, 0x00), ("pc",)),
        ((0x8F, 0xFF), (*R4_TO_R11, "r12", "sp", "lr", "pc")),
    ],
)
def test_1000iiii_iiiiiiii_pops_r4_to_r15_under_a_mask(
    octets: tuple[int, ...], names: tuple[str, ...]
) -> None:
    assert decoded(*octets) == (Pop(names),)


@pytest.mark.parametrize(
    ("opcode", "name"), [(0x90, "r0"), (0x97, "r7"), (0x9B, "r11"), (0x9C, "r12"), (0x9E, "lr")]
)
def test_1001nnnn_sets_vsp_from_a_register(opcode: int, name: str) -> None:
    assert decoded(opcode) == (SetVsp(name),)


@pytest.mark.parametrize("opcode", [0x9D, 0x9F])
def test_moves_between_registers_are_reserved(opcode: int) -> None:
    assert reason(opcode, 0x00) == f"has the unknown instruction {opcode:02x}"


@pytest.mark.parametrize("more", range(8))
def test_10100nnn_pops_from_r4(more: int) -> None:
    assert decoded(0xA0 | more) == (Pop(R4_TO_R11[: more + 1]),)


@pytest.mark.parametrize("more", range(8))
def test_10101nnn_pops_from_r4_and_lr(more: int) -> None:
    assert decoded(0xA8 | more) == (Pop((*R4_TO_R11[: more + 1], "lr")),)


def test_10110000_finishes() -> None:
    assert decoded(0x00, 0xB0, 0x01) == (MoveVsp(4),)


def test_the_end_finishes_too() -> None:
    assert decoded() == ()


@pytest.mark.parametrize(
    ("mask", "names"), [(0x01, ("r0",)), (0x08, ("r3",)), (0x0F, ("r0", "r1", "r2", "r3"))]
)
def test_10110001_0000iiii_pops_r0_to_r3_under_a_mask(mask: int, names: tuple[str, ...]) -> None:
    assert decoded(0xB1, mask) == (Pop(names),)


@pytest.mark.parametrize("opcode", [0xB1, 0xC7])
@pytest.mark.parametrize("mask", [0x00, 0x10, 0xFF])
def test_other_masks_are_spare(opcode: int, mask: int) -> None:
    assert reason(opcode, mask) == f"has the unknown instruction {opcode:02x} {mask:02x}"


@pytest.mark.parametrize(
    ("octets", "amount"),
    [((0x00,), 0x204), ((0x01,), 0x208), ((0xE1, 0x08), 5000), ((0x80, 0x80, 0x01), 0x1_0204)],
)
def test_10110010_uleb128_moves_vsp_far_up(octets: tuple[int, ...], amount: int) -> None:
    assert decoded(0xB2, *octets) == (MoveVsp(amount),)


def test_10110011_sssscccc_pops_doubles_and_the_format_word() -> None:
    assert decoded(0xB3, 0x81) == (Pop(("s16", "s17", "s18", "s19")), MoveVsp(4))
    assert decoded(0xB3, 0xF0) == (Pop(("s30", "s31")), MoveVsp(4))


def test_10111nnn_pops_doubles_from_d8_and_the_format_word() -> None:
    assert decoded(0xB8) == (Pop(("s16", "s17")), MoveVsp(4))
    assert decoded(0xBF) == (Pop(tuple(f"s{n}" for n in range(16, 32))), MoveVsp(4))


def test_10110100_pops_the_authentication_code() -> None:
    assert decoded(0xB4) == (Pop(("ra_auth_code",)),)


def test_10110101_moves_nothing() -> None:
    assert decoded(0xB5, 0x00) == (MoveVsp(4),)


@pytest.mark.parametrize("more", range(6))
def test_11000nnn_is_of_wireless_mmx(more: int) -> None:
    assert "Wireless MMX" in reason(0xC0 | more)


def test_11000110_and_11000111_are_of_wireless_mmx() -> None:
    assert "Wireless MMX" in reason(0xC6, 0x10)
    assert "Wireless MMX" in reason(0xC7, 0x01)


def test_11001000_sssscccc_passes_over_doubles_above_d15() -> None:
    assert decoded(0xC8, 0x03) == (MoveVsp(0x20),)
    assert decoded(0xC8, 0xF0) == (MoveVsp(8),)


def test_11001001_sssscccc_pops_doubles() -> None:
    assert decoded(0xC9, 0x81) == (Pop(("s16", "s17", "s18", "s19")),)
    assert decoded(0xC9, 0x00) == (Pop(("s0", "s1")),)


def test_one_instruction_may_pop_doubles_on_both_sides_of_d15() -> None:
    assert decoded(0xC9, 0xF2) == (Pop(("s30", "s31")), MoveVsp(0x10))


def test_11010nnn_pops_doubles_from_d8() -> None:
    assert decoded(0xD0) == (Pop(("s16", "s17")),)
    assert decoded(0xD7) == (Pop(tuple(f"s{n}" for n in range(16, 32))),)


def test_doubles_that_are_in_no_arm_are_reserved() -> None:
    assert reason(0xC8, 0xF1) == "has saved D32, which cannot be"
    assert reason(0xB3, 0xF1) == "has saved D16, which cannot be"


@pytest.mark.parametrize("opcode", [0xB6, 0xB7, *range(0xCA, 0xD0), *range(0xD8, 0x100)])
def test_the_rest_is_spare(opcode: int) -> None:
    assert reason(opcode) == f"has the unknown instruction {opcode:02x}"


def test_instructions_run_in_order() -> None:
    expected = SetVsp("r7"), MoveVsp(-8), Pop(("r4", "r5", "r7", "lr"))
    assert decoded(0x97, 0x41, 0x84, 0x0B, 0xB0, 0xB0) == expected


def test_one_refusal_refuses_the_frame() -> None:
    assert isinstance(decoded(0x00, 0xCA, 0xA8), Refusal)


@pytest.mark.parametrize("opcode", [0x80, 0xB1, 0xB2, 0xB3, 0xC7, 0xC8, 0xC9])
def test_an_operand_must_be_there(opcode: int) -> None:
    with pytest.raises(DwarfError) as raised:
        decoded(0x00, opcode)
    assert (raised.value.section, raised.value.offset) == (".ARM.exidx", 0x12)


def test_a_number_must_end() -> None:
    with pytest.raises(DwarfError, match="no LEB128 number"):
        decoded(0xB2, *[0x80] * 20)


def test_a_stack_frame_is_smaller_than_memory() -> None:
    with pytest.raises(DwarfError, match=r"vsp moves by 0x100000000 bytes"):
        decoded(0xB2, 0xFF, 0xFE, 0xFF, 0xFF, 0x03)
    assert decoded(0xB2, 0xFE, 0xFE, 0xFF, 0xFF, 0x03) == (MoveVsp(0xFFFF_FFFC),)
