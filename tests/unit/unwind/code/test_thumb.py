"""Each instruction as arm-none-eabi-as encodes it, at address 0x1000."""

import pytest

from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.code.operations import (
    Add,
    Call,
    Combine,
    Constant,
    Fetch,
    IfThen,
    Insert,
    Jump,
    Literal,
    Load,
    Operation,
    Other,
    Relocate,
    Shift,
    Store,
    TableJump,
    Trap,
)
from stackdump_probe.unwind.code.thumb import decode, fetching
from stackdump_probe.unwind.code.thumb_wide import wide
from tests.builders.octets import halfwords

AT = 0x1000


def decoded(*instruction: int) -> tuple[int, Operation]:
    return decode(AT, Memory([Segment(AT, halfwords(*instruction))]).u16)


@pytest.mark.parametrize(
    ("instruction", "operation"),
    [
        # push {r4, r5, r7, lr}
        (
            (0xB5B0,),
            Store((("r4", -16), ("r5", -12), ("r7", -8), ("lr", -4)), "sp", -16),
        ),
        # pop {r4, r7, pc}
        ((0xBD90,), Load((("r4", 0), ("r7", 4), ("pc", 8)), "sp", 12)),
        # stmdb sp!, {r4, r8}; ldmia.w sp!, {r8, r9, pc}
        ((0xE92D, 0x0110), Store((("r4", -8), ("r8", -4)), "sp", -8)),
        ((0xE8BD, 0x8300), Load((("r8", 0), ("r9", 4), ("pc", 8)), "sp", 12)),
        # ldmdb r3, {r4, r5}; stmia.w r7!, {r4, r5}
        ((0xE913, 0x0030), Load((("r4", -8), ("r5", -4)), "r3")),
        ((0xE8A7, 0x0030), Store((("r4", 0), ("r5", 4)), "r7", 8)),
        # str lr, [sp, #-4]!; ldr pc, [sp], #4
        ((0xF84D, 0xED04), Store((("lr", -4),), "sp", -4)),
        ((0xF85D, 0xFB04), Load((("pc", 0),), "sp", 4)),
        # str r4, [sp, #8]; ldr r4, [sp, #8]; the same of r8 with #300
        ((0x9402,), Store((("r4", 8),), "sp")),
        ((0x9C02,), Load((("r4", 8),), "sp")),
        ((0xF8CD, 0x812C), Store((("r8", 300),), "sp")),
        ((0xF8DD, 0x812C), Load((("r8", 300),), "sp")),
        # strd r4, r5, [sp, #-16]!; ldrd r4, r5, [sp], #16; strd [sp, #8]; ldrd [r7, #-8]
        ((0xE96D, 0x4504), Store((("r4", -16), ("r5", -12)), "sp", -16)),
        ((0xE8FD, 0x4504), Load((("r4", 0), ("r5", 4)), "sp", 16)),
        ((0xE9CD, 0x4502), Store((("r4", 8), ("r5", 12)), "sp")),
        ((0xE957, 0x4502), Load((("r4", -8), ("r5", -4)), "r7")),
        # ldr r0, [r1, #4]; str r0, [r1, #4]; ldmia r1!, {r0, r2}; ldmia r1, {r0, r1}; stmia r1!
        ((0x6848,), Load((("r0", 4),), "r1")),
        ((0x6048,), Store((("r0", 4),), "r1")),
        ((0xC905,), Load((("r0", 0), ("r2", 4)), "r1", 8)),
        ((0xC903,), Load((("r0", 0), ("r1", 4)), "r1")),
        ((0xC105,), Store((("r0", 0), ("r2", 4)), "r1", 8)),
        # vstr d8, [sp, #8]; vldr s16, [sp, #-4]; vstmdb r0!, {s16-s17}; vldmia r0!, {s16-s17}
        ((0xED8D, 0x8B02), Store((("s16", 8), ("s17", 12)), "sp")),
        ((0xED1D, 0x8A01), Load((("s16", -4),), "sp")),
        ((0xED20, 0x8A02), Store((("s16", -8), ("s17", -4)), "r0", -8)),
        ((0xECB0, 0x8A02), Load((("s16", 0), ("s17", 4)), "r0", 8)),
        # vpush {d8-d9}; vpop {d8-d9}; vpush {s16-s18}
        (
            (0xED2D, 0x8B04),
            Store((("s16", -16), ("s17", -12), ("s18", -8), ("s19", -4)), "sp", -16),
        ),
        ((0xECBD, 0x8B04), Load((("s16", 0), ("s17", 4), ("s18", 8), ("s19", 12)), "sp", 16)),
        ((0xED2D, 0x8A03), Store((("s16", -12), ("s17", -8), ("s18", -4)), "sp", -12)),
    ],
)
def test_loads_and_stores(instruction: tuple[int, ...], operation: Operation) -> None:
    assert decoded(*instruction) == (2 * len(instruction), operation)


@pytest.mark.parametrize(
    ("instruction", "operation"),
    [
        ((0xB086,), Add("sp", "sp", -24)),  # sub sp, #24
        ((0xB07F,), Add("sp", "sp", 508)),  # add sp, #508
        ((0xF5AD, 0x6D80), Add("sp", "sp", -1024)),  # sub.w sp, sp, #1024
        ((0xF50D, 0x3D96), Add("sp", "sp", 0x12C00)),  # add.w sp, sp, #0x12c00
        ((0xF10D, 0x1D01), Add("sp", "sp", 0x0001_0001)),  # add.w sp, sp, #0x00010001
        ((0xF2AD, 0x3DE9), Add("sp", "sp", -1001)),  # subw sp, sp, #1001
        ((0xF20D, 0x37E9), Add("r7", "sp", 1001)),  # addw r7, sp, #1001
        ((0xAF04,), Add("r7", "sp", 16)),  # add r7, sp, #16
        ((0x46BD,), Add("sp", "r7", 0)),  # mov sp, r7
        ((0x466F,), Add("r7", "sp", 0)),  # mov r7, sp
        ((0xEA4F, 0x0B0D), Add("r11", "sp", 0)),  # mov.w r11, sp
        ((0x3728,), Add("r7", "r7", 40)),  # adds r7, #40
        ((0x3F28,), Add("r7", "r7", -40)),  # subs r7, #40
        ((0x1D3B,), Add("r3", "r7", 4)),  # adds r3, r7, #4
        ((0x1F3B,), Add("r3", "r7", -4)),  # subs r3, r7, #4
        ((0x0023,), Add("r3", "r4", 0)),  # movs r3, r4
        ((0x449D,), Combine("sp", "sp", "r3")),  # add sp, r3
        ((0xEBAD, 0x0D04), Combine("sp", "sp", "r4", -1)),  # sub.w sp, sp, r4
        ((0xEB04, 0x0005), Combine("r0", "r4", "r5")),  # add.w r0, r4, r5
        ((0x1888,), Combine("r0", "r1", "r2")),  # adds r0, r1, r2
        ((0x1A88,), Combine("r0", "r1", "r2", -1)),  # subs r0, r1, r2
        ((0x4248,), Combine("r0", None, "r1", -1)),  # negs r0, r1
        ((0x4478,), Relocate("r0", AT + 4)),  # add r0, pc
        ((0x0048,), Shift("r0", "r1", 1)),  # lsls r0, r1, #1
        ((0xF024, 0x0D07), Other(("sp",))),  # bic.w sp, r4, #7, as old code has it
    ],
)
def test_additions(instruction: tuple[int, ...], operation: Operation) -> None:
    assert decoded(*instruction) == (2 * len(instruction), operation)


@pytest.mark.parametrize(
    ("instruction", "operation"),
    [
        ((0x4770,), Jump(register="lr")),  # bx lr
        ((0x46F7,), Jump(register="lr")),  # mov pc, lr
        ((0x4798,), Call()),  # blx r3
        ((0xF7FF, 0xFFFE), Call(AT)),  # bl .
        ((0xE00E,), Jump(AT + 0x20)),  # b .+0x20
        ((0xF001, 0xBFFE), Jump(AT + 0x2000)),  # b.w .+0x2000
        ((0xD0FA,), Jump(AT - 8, is_conditional=True)),  # beq .-8
        ((0xF43E, 0xAFFE), Jump(AT - 0x1000, is_conditional=True)),  # beq.w .-0x1000
        ((0xB173,), Jump(AT + 0x20, is_conditional=True)),  # cbz r3, .+0x20
        ((0xE8DF, 0xF000), TableJump(AT + 4, 1)),  # tbb [pc, r0]
        ((0xE8DF, 0xF010), TableJump(AT + 4, 2)),  # tbh [pc, r0, lsl #1]
        ((0xE8D1, 0xF000), Jump()),  # tbb [r1, r0]
        ((0xF8DF, 0xF008), Jump()),  # ldr pc, [pc, #8]
        ((0xF853, 0xF002), Fetch("pc", "r3", 4, index="r2")),  # ldr pc, [r3, r2]
        ((0x4487,), TableJump(AT + 4, register="r0")),  # add pc, r0
        ((0xFB5E, 0xCF1D), Jump(register="lr")),  # bxaut r12, lr, sp
        ((0xDE00,), Trap()),  # udf #0
        ((0xF7F0, 0xA000), Trap()),  # udf.w #0
        ((0xBE00,), Trap()),  # bkpt #0
        ((0xBF08,), IfThen((0,))),  # it eq
        ((0xBF1F,), IfThen((1, 1, 1, 1))),  # itttt ne
        ((0xBF06,), IfThen((0, 0, 1))),  # itte eq
    ],
)
def test_branches(instruction: tuple[int, ...], operation: Operation) -> None:
    assert decoded(*instruction) == (2 * len(instruction), operation)


@pytest.mark.parametrize(
    ("instruction", "operation"),
    [
        ((0x2107,), Constant("r1", 7)),  # movs r1, #7
        ((0xA101,), Constant("r1", AT + 8)),  # adr r1, .+8
        ((0xF20F, 0x0006), Constant("r0", AT + 10)),  # adr.w r0, .+10
        ((0xF2AF, 0x0006), Constant("r0", AT - 2)),  # adr.w r0, .-2
        ((0xF04F, 0x0C40), Constant("r12", 64)),  # mov.w r12, #64
        ((0xF05F, 0x0C40), Constant("r12", 64)),  # movs.w r12, #64
        ((0xF06F, 0x0407), Constant("r4", 0xFFFF_FFF8)),  # mvn r4, #7
        ((0xF640, 0x0C04), Constant("r12", 0x804)),  # movw r12, #2052
        ((0xF2C2, 0x0C00), Insert("r12", 0x2000)),  # movt r12, #0x2000
        ((0x4801,), Literal("r0", AT + 8)),  # ldr r0, [pc, #4]
        ((0xF8DF, 0x0008), Literal("r0", AT + 12)),  # ldr.w r0, [pc, #8]
        ((0xF85F, 0x0008), Literal("r0", AT - 4)),  # ldr.w r0, [pc, #-8]
        ((0x7908,), Fetch("r0", "r1", 1, 4)),  # ldrb r0, [r1, #4]
        ((0x8888,), Fetch("r0", "r1", 2, 4)),  # ldrh r0, [r1, #4]
        ((0x5888,), Fetch("r0", "r1", 4, index="r2")),  # ldr r0, [r1, r2]
        ((0x5688,), Fetch("r0", "r1", 1, index="r2")),  # ldrsb r0, [r1, r2]
        ((0xF850, 0x0001), Fetch("r0", "r0", 4, index="r1")),  # ldr.w r0, [r0, r1]
        ((0xF890, 0x1003), Fetch("r1", "r0", 1, 3)),  # ldrb.w r1, [r0, #3]
    ],
)
def test_numbers_and_what_is_fetched_with_them(
    instruction: tuple[int, ...], operation: Operation
) -> None:
    assert decoded(*instruction) == (2 * len(instruction), operation)


@pytest.mark.parametrize(
    ("instruction", "writes"),
    [
        ((0xBF00,), ()),  # nop
        ((0x2800,), ()),  # cmp r0, #0
        ((0x4288,), ()),  # cmp r0, r1
        ((0x4540,), ()),  # cmp r0, r8
        ((0xDF00,), ()),  # svc 0
        ((0xB672,), ()),  # cpsid i
        ((0x54D1,), ()),  # strb r1, [r2, r3]
        ((0x7008,), ()),  # strb r0, [r1]
        ((0x8008,), ()),  # strh r0, [r1]
        ((0x0888,), ("r0",)),  # lsrs r0, r1, #2
        ((0x1088,), ("r0",)),  # asrs r0, r1, #2
        ((0x4008,), ("r0",)),  # ands r0, r1
        ((0xB288,), ("r0",)),  # uxth r0, r1
        ((0xBA08,), ("r0",)),  # rev r0, r1
        ((0xF5B0, 0x6F80), ()),  # cmp.w r0, #1024
        ((0xEA90, 0x0F01), ()),  # teq r0, r1
        ((0xEA40, 0x0001), ("r0",)),  # orr.w r0, r0, r1
        ((0xEB00, 0x0141), ("r1",)),  # add.w r1, r0, r1, lsl #1
        ((0xF3EF, 0x8009), ("r0",)),  # mrs r0, psp
        ((0xF380, 0x8810), ()),  # msr primask, r0
        ((0xF380, 0x8809), ("sp",)),  # msr psp, r0
        ((0xF380, 0x8814), ("sp",)),  # msr control, r0
        ((0xF3BF, 0x8F4F), ()),  # dsb
        ((0xF3AF, 0x801D), ("r12",)),  # pac r12, lr, sp
        ((0xFB5E, 0x3F0D), ()),  # autg r3, lr, sp
        ((0xF042, 0xE001), ("lr",)),  # dls lr, r2
        ((0xE97F, 0xE97F), ()),  # sg
        ((0xE89F, 0x8003), ("r0", "r1")),  # clrm {r0, r1, apsr}
        ((0xE850, 0x1F00), ("r1",)),  # ldrex r1, [r0]
        ((0xE840, 0x1200), ("r2", "r0")),  # strex r2, r1, [r0]
        ((0xE9DF, 0x0102), ("r0", "r1")),  # ldrd r0, r1, [pc, #8]
        ((0xF811, 0x0B01), ("r0", "r1")),  # ldrb.w r0, [r1], #1
        ((0xF801, 0x0B01), ("r1",)),  # strb.w r0, [r1], #1
        ((0xF891, 0xF000), ()),  # pld [r1]
        ((0xF89F, 0xF000), ()),  # pld [pc]
        ((0xF99F, 0x0000), ("r0",)),  # ldrsb.w r0, [pc]
        ((0xF801, 0x0002), ()),  # strb.w r0, [r1, r2]
        ((0xFA00, 0xF001), ("r0",)),  # lsl.w r0, r0, r1
        ((0xFB01, 0xF002), ("r0",)),  # mul r0, r1, r2
        ((0xFBA2, 0x0103), ("r0", "r1")),  # umull r0, r1, r2, r3
        ((0xFBB1, 0xF0F2), ("r0",)),  # udiv r0, r1, r2
        ((0xEE30, 0x0A01), ("s0",)),  # vadd.f32 s0, s0, s2
        ((0xEE10, 0x4A10), ("r4",)),  # vmov r4, s0
        ((0xEEF1, 0xFA10), ()),  # vmrs apsr_nzcv, fpscr
        ((0xEC54, 0x3B10), ("r3", "r4")),  # vmov r3, r4, d0
    ],
)
def test_what_else_an_instruction_writes(
    instruction: tuple[int, ...], writes: tuple[str, ...]
) -> None:
    assert decoded(*instruction) == (2 * len(instruction), Other(writes))


def test_code_that_is_not_known_raises() -> None:
    with pytest.raises(NotCaptured):
        decoded(0xE92D)


def test_halfwords_near_and_far_are_fetched() -> None:
    memory = Memory([Segment(AT, halfwords(1, 2)), Segment(AT + 4, halfwords(3))])
    fetch = fetching(memory, AT)
    assert [fetch(AT), fetch(AT + 2), fetch(AT + 3), fetch(AT + 4)] == [1, 2, 0x300, 3]
    assert fetching(memory, 0x9000)(AT) == 1
    with pytest.raises(NotCaptured):
        fetch(AT + 6)


@pytest.mark.parametrize(
    ("halves", "writes"),
    [
        # As arm-none-eabi-as has put them together for a Cortex-M7.
        ((0xEEB7, 0xAA00), ("s20",)),  # vmov.f32 s20, #112
        ((0xEE20, 0x8A0A), ("s16",)),  # vmul.f32 s16, s0, s20
        ((0xEE31, 0x9B02), ("s18", "s19")),  # vadd.f64 d9, d1, d2
        ((0xEEB4, 0x8A68), ()),  # vcmp.f32 s16, s17
        ((0xEE09, 0x1A90), ("s19",)),  # vmov s19, r1
        ((0xEC42, 0x1B1A), ("s20", "s21")),  # vmov d10, r1, r2
        ((0xEC42, 0x1A3A), ("s21", "s22")),  # vmov s21, s22, r1, r2
        ((0xEE2B, 0x3B10), ("s22", "s23")),  # vmov.32 d11[1], r3
        ((0xEEB7, 0xCAE0), ("s24", "s25")),  # vcvt.f64.f32 d12, s1
        ((0xEEF7, 0xCBC1), ("s25",)),  # vcvt.f32.f64 s25, d1
        ((0xEEFD, 0xDBC1), ("s27",)),  # vcvt.s32.f64 s27, d1
        ((0xEEF8, 0xEAE0), ("s29",)),  # vcvt.f32.s32 s29, s1
        ((0xEEE1, 0x0A10), ()),  # vmsr fpscr, r0
        ((0xFE20, 0xFA81), ("s30",)),  # vselge.f32 s30, s1, s2
        ((0xFE81, 0xFB02), ("s30", "s31")),  # vmaxnm.f64 d15, d1, d2
        ((0xEE18, 0x1A10), ("r1",)),  # vmov r1, s16
        ((0xEEF1, 0xFA60), ("s31",)),  # vneg.f32 s31, s1
        ((0xFEBC, 0x8BC1), ("s16",)),  # vcvta.s32.f64 s16, d1
        ((0xEEB5, 0x8B40), ()),  # vcmp.f64 d8, #0.0
        ((0xEEA0, 0x9A81), ("s18",)),  # vfma.f32 s18, s1, s2
    ],
)
def test_which_float_registers_an_instruction_changes(
    halves: tuple[int, int], writes: tuple[str, ...]
) -> None:
    assert wide(0, *halves) == Other(writes)
