"""EXC_RETURN and xPSR, with the values that the manuals list."""

import pytest

from stackdump_probe.arch.exceptions import BASIC_FRAME, FP_FRAME, ExcReturn, Xpsr


@pytest.mark.parametrize(
    ("word", "to_thread", "on_psp", "extended"),
    [
        # DDI 0403 B1.5.8, tables B1-8 and B1-9.
        (0xFFFF_FFF1, False, False, False),
        (0xFFFF_FFF9, True, False, False),
        (0xFFFF_FFFD, True, True, False),
        (0xFFFF_FFE1, False, False, True),
        (0xFFFF_FFE9, True, False, True),
        (0xFFFF_FFED, True, True, True),
        # DDI 0553: Non-secure thread on the process stack.
        (0xFFFF_FFBC, True, True, False),
    ],
)
def test_exc_return_says_where_the_frame_is(
    word: int, to_thread: bool, on_psp: bool, extended: bool
) -> None:
    exc_return = ExcReturn(word)
    assert exc_return.is_valid
    assert exc_return.to_thread is to_thread
    assert exc_return.frame_on_psp is on_psp
    assert exc_return.has_extended_frame is extended


@pytest.mark.parametrize("word", [0xFFFF_FFFF, 0, 0x0800_0001, 0xFEFF_FFFF, 0xFFFF_0001])
def test_other_words_are_no_exc_return(word: int) -> None:
    assert not ExcReturn(word).is_valid


def test_before_armv8_both_security_bits_are_ones() -> None:
    exc_return = ExcReturn(0xFFFF_FFF9)
    assert exc_return.stack_is_secure
    assert exc_return.taken_to_secure
    assert not exc_return.has_additional_frame


def test_a_non_secure_handler_that_interrupted_secure_code_has_an_additional_frame() -> None:
    assert ExcReturn(0xFFFF_FFF8).has_additional_frame
    assert ExcReturn(0xFFFF_FFD9).has_additional_frame
    assert not ExcReturn(0xFFFF_FFB9).has_additional_frame


def test_handlers_never_use_the_process_stack() -> None:
    assert not ExcReturn(0xFFFF_FFF5).frame_on_psp


def test_xpsr_holds_the_exception_and_how_the_stack_was_aligned() -> None:
    xpsr = Xpsr(0x0100_0203)
    assert (xpsr.exception, xpsr.is_thumb, xpsr.was_realigned) == (3, True, True)
    assert xpsr.unstacked == 0x0100_0003


def test_ipsr_has_nine_bits() -> None:
    assert Xpsr(0x0100_0100 + 16).exception == 0x110


def test_frames_hold_8_and_17_words_before_the_reserved_one() -> None:
    assert len(BASIC_FRAME) == 8
    assert (len(FP_FRAME), FP_FRAME[0], FP_FRAME[-1]) == (17, "s0", "fpscr")
