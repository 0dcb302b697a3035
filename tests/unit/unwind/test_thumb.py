"""Each instruction as arm-none-eabi-as encodes it, at address 0x1000."""

import pytest

from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.thumb import (
    Add,
    Call,
    IfThen,
    Jump,
    Load,
    Operation,
    Other,
    Store,
    decode,
)
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
        ((0x449D,), Add("sp", "r3", None)),  # add sp, r3
        ((0xEBAD, 0x0D04), Add("sp", "sp", None)),  # sub.w sp, sp, r4
        ((0xF024, 0x0D07), Add("sp", "r4", None)),  # bic.w sp, r4, #7, as old code has it
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
        ((0xF7FF, 0xFFFE), Call()),  # bl .
        ((0xE00E,), Jump(AT + 0x20)),  # b .+0x20
        ((0xF001, 0xBFFE), Jump(AT + 0x2000)),  # b.w .+0x2000
        ((0xD0FA,), Jump(AT - 8, is_conditional=True)),  # beq .-8
        ((0xF43E, 0xAFFE), Jump(AT - 0x1000, is_conditional=True)),  # beq.w .-0x1000
        ((0xB173,), Jump(AT + 0x20, is_conditional=True)),  # cbz r3, .+0x20
        ((0xE8DF, 0xF000), Jump()),  # tbb [pc, r0]
        ((0xF8DF, 0xF008), Jump()),  # ldr pc, [pc, #8]
        ((0xF853, 0xF002), Jump()),  # ldr pc, [r3, r2]
        ((0x4487,), Jump()),  # add pc, r0
        ((0xDE00,), Jump()),  # udf #0
        ((0xBE00,), Jump()),  # bkpt #0
        ((0xBF08,), IfThen(1)),  # it eq
        ((0xBF1F,), IfThen(4)),  # itttt ne
    ],
)
def test_branches(instruction: tuple[int, ...], operation: Operation) -> None:
    assert decoded(*instruction) == (2 * len(instruction), operation)


@pytest.mark.parametrize(
    "instruction",
    [
        (0xBF00,),  # nop
        (0x2800,),  # cmp r0, #0
        (0x4540,),  # cmp r0, r8
        (0xDF00,),  # svc 0
        (0x4801,),  # ldr r0, [pc, #4]
        (0xF5B0, 0x6F80),  # cmp.w r0, #1024
        (0xF20F, 0x0006),  # adr.w r0, .+10
        (0xF3EF, 0x8009),  # mrs r0, psp
        (0xF8DF, 0x0008),  # ldr.w r0, [pc, #8]
        (0xF850, 0x0001),  # ldr.w r0, [r0, r1]
        (0xE850, 0x1F00),  # ldrex r1, [r0]
        (0xEA40, 0x0001),  # orr.w r0, r0, r1
        (0xEE30, 0x0A01),  # vadd.f32 s0, s0, s2
    ],
)
def test_what_leaves_stack_and_flow_alone(instruction: tuple[int, ...]) -> None:
    assert decoded(*instruction) == (2 * len(instruction), Other())


def test_code_that_is_not_known_raises() -> None:
    with pytest.raises(NotCaptured):
        decoded(0xE92D)
