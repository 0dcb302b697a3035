"""What several looks mean, in words."""

import pytest

from stackdump_probe.arch.debug import S_LOCKUP, S_SLEEP
from tests.unit.report.looks.samples import CUT, a_look, a_stack, seen, several
from tests.unit.report.samples import a_frame, a_report, a_thread, a_variable

MAIN = ("Reset_Handler", "main")


def test_the_same_pc_every_time_is_said_with_its_place() -> None:
    verdict = seen(*[a_look(*MAIN, "stuck") for _ in range(5)]).verdict
    assert (verdict.kind, verdict.text, verdict.evidence) == (
        "same_place",
        "the same pc every time: 0x08000200 in stuck (src/main.c:10)",
        (),
    )


def test_the_same_pc_with_a_variable_that_moves_is_a_loop() -> None:
    frames = [a_frame(0, "f", cfa=16, variables=(a_variable("spins", str(n)),)) for n in range(5)]
    verdict = seen(*map(a_look, frames)).verdict
    assert (verdict.kind, verdict.evidence) == (
        "same_place",
        ("a loop: spins changed meanwhile",),
    )


def test_a_core_that_sleeps_each_time_may_as_well_be_idle() -> None:
    looks = [a_look(*MAIN, "idle", dhcsr=S_SLEEP) for _ in range(5)]
    verdict = seen(*looks).verdict
    assert verdict.kind == "asleep"
    assert "idle" in verdict.evidence[0]


def test_a_core_that_slept_once_only_is_not_asleep() -> None:
    looks = [a_look(*MAIN, "idle", dhcsr=S_SLEEP * (n == 0)) for n in range(5)]
    assert seen(*looks).verdict.kind == "same_place"


def test_lockup_comes_before_the_pc_at_which_it_shows() -> None:
    looks = [a_look("HardFault_Handler", dhcsr=S_LOCKUP) for _ in range(5)]
    assert seen(*looks).verdict.kind == "lockup"


def test_different_pcs_in_one_call_are_a_loop_in_it() -> None:
    verdict = several([(*MAIN, "wait_flag")] * 6).verdict
    assert verdict.text == "spinning in wait_flag (src/main.c:10)"
    assert verdict.evidence == (
        "6 different pcs of the same call, or of one made again from the same depth",
    )


def test_a_loop_around_an_inline_function_is_one_in_its_caller() -> None:
    verdict = several([(*MAIN, "wait_flag", "peek~"), (*MAIN, "wait_flag")] * 3).verdict
    assert (verdict.kind, verdict.text.split(" (")[0]) == ("spinning", "spinning in wait_flag")


def test_an_inline_function_that_is_never_left_is_named_with_its_caller() -> None:
    verdict = several([(*MAIN, "wait_flag", "peek~")] * 6).verdict
    assert verdict.text.startswith("spinning in peek, inline in wait_flag")


def test_interrupts_of_a_loop_do_not_hide_it_and_are_told() -> None:
    stacks = [(*MAIN, "wait"), (*MAIN, "wait", "SysTick!", "SysTick_Handler")] * 3
    verdict = several(stacks).verdict
    assert verdict.text.startswith("spinning in wait")
    assert verdict.evidence[-1] == "3 of 6 looks are in an interrupt of it: SysTick (3)"


def test_a_loop_inside_a_handler_is_found_there() -> None:
    stacks = [(*MAIN, "IRQ 28!", "TIM2_IRQHandler", "drain")] * 5
    assert several(stacks).verdict.text.startswith("spinning in drain")


def test_calls_that_come_and_go_below_one_call_are_named_with_their_counts() -> None:
    stacks = [(*MAIN, "serve", "parse"), (*MAIN, "serve", "send"), (*MAIN, "serve")] * 2
    verdict = several([*stacks, (*MAIN, "serve", "parse")]).verdict
    assert verdict.kind == "inside"
    assert verdict.text.startswith("moving, but always below serve")
    assert verdict.evidence[0] == "met in parse (3), itself (2), send (2)"


def test_below_main_alone_it_simply_moves() -> None:
    stacks = [(*MAIN, "parse"), (*MAIN, "send"), (*MAIN, "read")] * 2
    verdict = several(stacks).verdict
    assert (verdict.kind, verdict.text) == ("moving", "moving, in what main does")


def test_many_functions_are_summed_up() -> None:
    stacks = [(*MAIN, name) for name in "abcdefg"]
    assert several(stacks).verdict.evidence[0] == "met in a (1), b (1), c (1), d (1), others (3)"


def test_threads_with_stacks_of_their_own_are_a_scheduler() -> None:
    looks = [
        a_look(name, "work", pc=0x0800_0200 + n, sp=0x2000_1000 + 0x100 * (name == "log"))
        for n, name in enumerate(["log", "net", "net", "log", "net"])
    ]
    verdict = seen(*looks).verdict
    assert verdict.text == "moving through the scheduler, between net (3), log (2)"


def test_stacks_whose_roots_are_lost_are_no_threads() -> None:
    looks = [
        a_look(name, pc=0x0800_0200 + n, sp=0x2000_1000 + 0x100 * n, end=CUT)
        for n, name in enumerate("abcde")
    ]
    verdict = seen(*looks).verdict
    assert (verdict.kind, verdict.text) == ("unclear", "the looks have no frame in common")
    assert verdict.evidence == ("5 of 5 traces end before the start of their stack",)


def test_one_handler_over_code_that_moves() -> None:
    looks = [
        a_look(name, "TIM2!", "TIM2_IRQHandler", pc=0x0800_0200 + n, sp=0x2000_1000 - 16 * n)
        for n, name in enumerate("abcde")
    ]
    verdict = seen(*looks).verdict
    assert verdict.kind == "interrupts"
    assert "every look is in the handler of TIM2" in verdict.text


def test_no_pc_and_no_frames_are_unclear() -> None:
    dump, _ = a_look("main")
    report = a_report(registers={}, threads=(a_thread(end=CUT),))
    assert seen((dump, report), (dump, report)).verdict.kind == "unclear"


@pytest.mark.parametrize(("count", "said"), [(2, True), (4, True), (5, False)])
def test_few_looks_are_said_to_be_few(count: int, said: bool) -> None:
    evidence = several([(*MAIN, "wait")] * count).verdict.evidence
    assert (f"there are only {count} looks" in evidence) == said


@pytest.mark.parametrize(("rule", "doubt"), [("scan", None), ("cfi", "sp does not fit")])
def test_frames_that_are_not_proved_are_counted(rule: str, doubt: str | None) -> None:
    guessed = a_frame(1, "main", rule=rule, doubt=doubt)
    looks = [a_look(*MAIN, "wait", pc=0x0800_0200 + n) for n in range(4)]
    _, report = looks[0]
    frames = (a_stack("wait")[0], guessed)
    looks.append((looks[0][0], a_report(registers={"pc": 1}, threads=(a_thread(*frames),))))
    assert "1 of 5 traces hold frames that are not proved" in seen(*looks).verdict.evidence
    assert report.warnings == ()
