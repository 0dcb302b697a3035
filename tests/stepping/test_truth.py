"""The shadow of the stack follows calls, returns and exceptions."""

from pathlib import Path

from stackdump_probe.memory import Memory, Segment
from tests.builders.octets import halfwords
from tests.builders.programs import bl
from tests.differential.programs import Program
from tests.stepping.truth import Awaited, Core, Machine, Shadow

MAIN, F, TICK, STACK = 0x100, 0x200, 0x300, 0x2000_0000
CALL, BEHIND = MAIN + 4, MAIN + 8
CODE = Memory([Segment(MAIN, halfwords(*[0xBF00] * 0x200)[:4] + bl(F - BEHIND) + bytes(0x300))])
PROGRAM = Program(Path("fw.elf"), {"main": MAIN, "f": F, "SysTick_Handler": TICK}, CODE)
KEPT = {f"r{number}": number for number in range(4, 12)}


def core(pc: int, *, sp: int = STACK, lr: int = 0, xpsr: int = 1 << 24, r4: int = 4) -> Core:
    return Core({**KEPT, "r4": r4, "pc": pc, "sp": sp, "lr": lr, "xpsr": xpsr})


def a_shadow(words: dict[int, int] | None = None) -> Shadow:
    return Shadow(PROGRAM, Machine({"psp": 0}.get, (words or {}).__getitem__))


def in_f() -> Shadow:
    shadow = a_shadow()
    shadow.follow(core(CALL), core(F, lr=BEHIND | 1))
    return shadow


def test_a_call_waits_until_it_returns() -> None:
    shadow = in_f()
    assert shadow.awaited == [Awaited(BEHIND, STACK, KEPT)]
    shadow.follow(core(F, lr=BEHIND | 1), core(F + 2, lr=BEHIND | 1))
    assert len(shadow.awaited) == 1
    shadow.follow(core(F + 2), core(BEHIND))
    assert shadow.awaited == []
    assert shadow.broken == []


def test_a_return_with_another_sp_is_none() -> None:
    shadow = in_f()
    shadow.follow(core(F + 2), core(BEHIND, sp=STACK - 8))
    assert len(shadow.awaited) == 1


def test_a_function_that_changes_what_it_must_keep_is_told_of() -> None:
    shadow = in_f()
    shadow.follow(core(F + 2), core(BEHIND, r4=44))
    assert shadow.broken == ["f has changed registers"]


def test_an_exception_waits_for_what_it_interrupted() -> None:
    frame = STACK - 0x24
    shadow = a_shadow({frame + 24: F + 6, frame + 28: 1 << 24 | 1 << 9})
    tick = core(TICK, sp=frame, lr=0xFFFF_FFF9, xpsr=1 << 24 | 15)
    shadow.follow(core(F + 6), tick)
    assert shadow.awaited == [Awaited(F + 6, STACK, KEPT, exception=15)]
    shadow.follow(tick, core(F + 6))
    assert shadow.awaited == []
