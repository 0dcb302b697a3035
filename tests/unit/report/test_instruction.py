"""Thumb bytes to what they read and touch; the encodings are those of GNU as."""

import sys

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.report.instruction import Instruction, decoded
from tests.builders import halfwords

AT = 0x0800_0102  # not word-aligned: a literal's base is 0x08000104
REGISTERS = Registers({f"r{n}": 0x1000 * n for n in range(13)} | {"sp": 0x2000_1000})


def the(*code: int) -> Instruction:
    found = decoded(halfwords(*code), AT)
    assert found is not None
    return found


# DDI 0403 A7.7: the address of each form by its pseudocode.
@pytest.mark.parametrize(
    ("code", "text", "kind", "size", "address"),
    [
        ((0x6808,), "ldr r0, [r1]", "load", 4, 0x1000),
        ((0x5888,), "ldr r0, [r1, r2]", "load", 4, 0x3000),
        ((0xF851, 0x0022), "ldr.w r0, [r1, r2, lsl #2]", "load", 4, 0x9000),
        ((0xF851, 0x0C04), "ldr r0, [r1, #-0x4]", "load", 4, 0x0FFC),
        ((0xF851, 0x0B04), "ldr r0, [r1], #4", "load", 4, 0x1000),
        ((0xF851, 0x0904), "ldr r0, [r1], #-4", "load", 4, 0x1000),
        ((0xF851, 0x0F04), "ldr r0, [r1, #4]!", "load", 4, 0x1004),
        ((0x4802,), "ldr r0, [pc, #8]", "load", 4, 0x0800_010C),
        ((0xF85F, 0x0008), "ldr.w r0, [pc, #-0x8]", "load", 4, 0x0800_00FC),
        ((0xE9D2, 0x0102), "ldrd r0, r1, [r2, #8]", "load", 8, 0x2008),
        ((0xE962, 0x0102), "strd r0, r1, [r2, #-0x8]!", "store", 8, 0x1FF8),
        ((0x70C8,), "strb r0, [r1, #3]", "store", 1, 0x1003),
        ((0x5E88,), "ldrsh r0, [r1, r2]", "load", 2, 0x3000),
        ((0xE851, 0x0F01), "ldrex r0, [r1, #4]", "load", 4, 0x1004),
        ((0xE841, 0x2001), "strex r0, r2, [r1, #4]", "store", 4, 0x1004),
        ((0xE8D0, 0xF001), "tbb [r0, r1]", "load", 1, 0x1000),
        ((0xE8DF, 0xF011), "tbh [pc, r1, lsl #1]", "load", 2, 0x0800_2106),
        ((0xED91, 0x0A01), "vldr s0, [r1, #4]", "load", 4, 0x1004),
        ((0xED01, 0x0B02), "vstr d0, [r1, #-8]", "store", 8, 0x0FF8),
        ((0xC906,), "ldm r1, {r1, r2}", "load", 8, 0x1000),
        ((0xE931, 0x000C), "ldmdb r1!, {r2, r3}", "load", 8, 0x0FF8),
        ((0xE901, 0x000C), "stmdb r1, {r2, r3}", "store", 8, 0x0FF8),
        ((0xB530,), "push {r4, r5, lr}", "store", 12, 0x2000_0FF4),
        ((0xBD10,), "pop {r4, pc}", "load", 8, 0x2000_1000),
        ((0xF84D, 0xED04), "str lr, [sp, #-0x4]!", "store", 4, 0x2000_0FFC),
        ((0xED2D, 0x8A02), "vpush {s16, s17}", "store", 8, 0x2000_0FF8),
        ((0xECBD, 0x8B02), "vpop {d8}", "load", 8, 0x2000_1000),
        ((0xEC90, 0x0A04), "vldmia r0, {s0, s1, s2, s3}", "load", 16, 0),
        ((0xE8D1, 0x0FAF), "lda r0, [r1]", "load", 4, 0x1000),
    ],
)
def test_what_an_instruction_touches(
    code: tuple[int, ...], text: str, kind: str, size: int, address: int
) -> None:
    instruction = the(*code)
    assert instruction.text == text
    assert instruction.touches is not None
    assert (instruction.touches.kind, instruction.touches.size) == (kind, size)
    assert instruction.address_touched(REGISTERS) == address


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ((0xF851, 0x0022), ("r1", "r2")),  # ldr.w r0, [r1, r2, lsl #2]
        ((0x6008,), ("r0", "r1")),  # str r0, [r1]
        ((0xF8D9, 0xC00A), ("r9",)),  # ldr.w r12, [r9, #10]
        ((0xFBB1, 0xF0F2), ("r1", "r2")),  # udiv r0, r1, r2
        ((0xB530,), ("sp",)),  # push {r4, r5, lr}
        ((0xED2D, 0x8A02), ("sp",)),  # vpush {s16, s17}
        ((0x4718,), ("r3",)),  # bx r3
        ((0xBF00,), ()),  # nop
    ],
)
def test_the_registers_that_it_reads(code: tuple[int, ...], reads: tuple[str, ...]) -> None:
    assert the(*code).reads == reads


def test_what_neither_loads_nor_stores_touches_nothing() -> None:
    assert the(0xFBB1, 0xF0F2).touches is None
    assert the(0xFBB1, 0xF0F2).address_touched(REGISTERS) is None


def test_a_hint_to_preload_touches_nothing() -> None:
    assert the(0xF891, 0xF004).touches is None  # pld [r1, #4]


@pytest.mark.parametrize("missing", ["r1", "r2"])
def test_an_unknown_register_makes_the_address_unknown(missing: str) -> None:
    known = Registers({n: word for n, word in REGISTERS.words.items() if n != missing})
    assert the(0x5888).address_touched(known) is None


def test_an_address_wraps_around() -> None:
    top = REGISTERS.updated(r1=0xFFFF_FFFF)
    assert the(0x6848).address_touched(top) == 3  # ldr r0, [r1, #4]


def test_bytes_that_are_no_instruction_give_none() -> None:
    assert decoded(b"\xff\xff\xff\xff", AT) is None


def test_without_capstone_nothing_is_disassembled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "capstone", None)
    assert decoded(halfwords(0x6808), AT) is None
