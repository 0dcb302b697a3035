"""The judge itself: what is wrong is found, and told from what merely ends."""

from __future__ import annotations

import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.unwind.frame import Backtrace, End, Frame
from tests.stepping.recording import State
from tests.stepping.truth import Awaited
from tests.stepping.verdict import finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.frame import Rule

RESET = End("reset", "reached Reset_Handler")
INNER = Frame(Registers({"pc": 0x100, "sp": 0x2000}), 0x2008, "innermost", 0x100)
KEPT = {"r4": 4, "r5": 5}
CALLER, MAIN = Awaited(0x200, 0x2008, KEPT), Awaited(0x300, 0x2010, KEPT)
LOCAL = Awaited(0x110, 0x2004, KEPT, is_local=True)
NAMES = {0x100: "f", 0x1F0: "g", 0x2F0: "main"}


def frame(pc: int, sp: int, rule: Rule = "cfi", **registers: int) -> Frame:
    return Frame(Registers({"pc": pc, "sp": sp, **registers}), sp + 8, rule, pc - 1)


def judged(*frames: Frame, end: End = RESET, truth: tuple[Awaited, ...] = (CALLER, MAIN)) -> str:
    state = State(INNER.registers, (), (truth,))
    found = finding(state, Backtrace((INNER, *frames), end), NAMES)
    return f"{found.kind} {found.line}".strip()


G, M = frame(0x200, 0x2008, r4=4), frame(0x300, 0x2010, r5=5)


def test_all_frames_up_to_reset_are_right() -> None:
    assert judged(G, M) == "right"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (frame(0x204, 0x2008), "pc 0x204, not 0x200"),
        (frame(0x200, 0x200C), "sp"),
        (frame(0x200, 0x2008, r4=5), "r4"),
    ],
)
def test_another_pc_sp_or_register_is_wrong(wrong: Frame, what: str) -> None:
    assert judged(wrong, M) == f"wrong f+0x0 cfi {what}"


def test_a_frame_too_many_is_wrong() -> None:
    assert judged(G, M, frame(0x400, 0x2018)) == "wrong main+0x10 cfi one too many"


def test_what_follows_a_scan_is_a_guess() -> None:
    scanned = frame(0x200, 0x2008, "scan")
    assert judged(scanned, frame(0x304, 0x2010)).startswith("guessed g+0x10 cfi pc")


def test_an_end_before_reset_is_one_however_few_frames_are_missing() -> None:
    assert judged(G) == "ended g+0x10 reset"
    assert judged(G, M, end=End("no_rule", "")) == "ended main+0x10 no_rule"


def test_a_part_of_a_function_that_another_has_called_may_be_shown_or_not() -> None:
    truth = (LOCAL, CALLER, MAIN)
    assert judged(G, M, truth=truth) == "right"
    assert judged(frame(0x110, 0x2004), G, M, truth=truth) == "right"


def test_an_exception_is_a_frame_of_its_own() -> None:
    truth = (Awaited(0x200, 0x2008, KEPT, exception=15), MAIN)
    tick = Frame(Registers({"pc": 0xFFFF_FFF9, "sp": 0x2000}), 0x2008, "exception", 0, 15)
    assert judged(tick, G, M, truth=truth) == "right"
    assert judged(G, M, truth=truth) == "wrong f+0x0 cfi exception None, not 15"


def test_of_two_truths_either_will_do() -> None:
    state = State(INNER.registers, (), ((LOCAL, MAIN), (CALLER, MAIN)))
    assert finding(state, Backtrace((INNER, G, M), RESET), NAMES).kind == "right"
