import pytest

from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.code.calls import Call, call_before
from tests.builders.octets import halfwords
from tests.builders.programs import bl


def before(*instructions: int) -> Call | None:
    content = halfwords(*instructions)
    return call_before(0x100 + len(content), Memory([Segment(0x100, content)]))


@pytest.mark.parametrize(
    ("first", "second", "target"),
    [
        # As arm-none-eabi-as assembles `bl . + n` at 0x100.
        (0xF000, 0xF800, 0x104),
        (0xF7FF, 0xFFFE, 0x100),
        (0xF001, 0xF900, 0x1304),
        (0xF3FF, 0xD7FF, 0x104 + 0xFFFFFE),
        (0xF400, 0xD000, 0x104 - 0x1000000 & 0xFFFF_FFFF),
    ],
)
def test_a_branch_with_link_names_its_target(first: int, second: int, target: int) -> None:
    assert before(first, second) == Call(target)


def test_the_builder_of_tests_encodes_the_same() -> None:
    assert bl(0) == halfwords(0xF000, 0xF800)
    assert bl(-4) == halfwords(0xF7FF, 0xFFFE)


def test_a_call_by_register_has_no_known_target() -> None:
    assert before(0xBF00, 0x4798) == Call(None)
    assert before(0x47F0) == Call(None)


def test_a_call_to_non_secure_code_is_a_call() -> None:
    assert before(0x479C) == Call(None)


@pytest.mark.parametrize(
    "instructions",
    [(0xBF00, 0xBF00), (0xBF00, 0x4718), (0xF000, 0xB800), (0xBF00, 0xF800), (0xF3EF, 0x8009)],
)
def test_other_instructions_are_no_calls(instructions: tuple[int, ...]) -> None:
    assert before(*instructions) is None


def test_code_that_is_not_known_raises() -> None:
    with pytest.raises(NotCaptured):
        call_before(0x100, Memory())
