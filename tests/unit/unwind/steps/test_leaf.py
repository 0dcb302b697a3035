from stackdump_probe.memory import Segment
from stackdump_probe.unwind.step import Caller
from stackdump_probe.unwind.steps.leaf import leaf_step
from tests.builders.octets import halfwords
from tests.builders.programs import RAM, AFunction, AProgram, a_call, around, at

MEMCPY, MAIN, OTHER = 0x0800_0100, 0x0800_0200, 0x0800_0300
PROGRAM = AProgram(
    (AFunction("memcpy", MEMCPY), AFunction("main", MAIN), AFunction("other", OTHER))
)
RETURN = MAIN + 0x10
CODE = Segment(MEMCPY, halfwords(0xBF00, 0x2800, 0x3001, 0x6008, 0xB510))  # last, push {r4, lr}
REGISTERS = {"pc": MEMCPY + 8, "sp": RAM, "lr": RETURN | 1, "r4": 4, "r0": 0}


def leaf(call: Segment | None, *, is_exact: bool = True, **changes: int) -> Caller | None:
    segments = (CODE,) if call is None else (CODE, call)
    registers = {name: word for name, word in {**REGISTERS, **changes}.items() if word >= 0}
    return leaf_step(at(registers, is_exact=is_exact), around(*segments, program=PROGRAM))


def test_a_call_of_this_function_proves_lr() -> None:
    found = leaf(a_call(RETURN, target=MEMCPY))
    assert found is not None
    assert (found.return_address, found.cfa, found.rule) == (RETURN | 1, RAM, "leaf")
    assert found.registers.words == {"sp": RAM, "r4": 4}


def test_a_function_that_has_moved_sp_is_none() -> None:
    assert leaf(a_call(RETURN, target=MEMCPY), pc=MEMCPY + 10) is None


def test_code_before_pc_that_is_not_known_proves_nothing() -> None:
    assert leaf(a_call(RETURN, target=MEMCPY), pc=MEMCPY + 12) is None


def test_a_call_of_another_function_has_long_returned() -> None:
    assert leaf(a_call(RETURN, target=OTHER)) is None


def test_a_call_by_register_proves_nothing_inside_a_function() -> None:
    assert leaf(a_call(RETURN)) is None


def test_a_call_by_register_leads_to_where_no_function_is() -> None:
    found = leaf(a_call(RETURN), pc=0)
    assert found is not None
    assert found.return_address == RETURN | 1


def test_a_call_by_register_proves_nothing_in_code_without_a_name() -> None:
    rom = Segment(0x1FFF_0000, halfwords(0xBF00, 0xBF00))
    registers = {**REGISTERS, "pc": 0x1FFF_0002}
    assert leaf_step(at(registers), around(rom, a_call(RETURN), program=PROGRAM)) is None


def test_a_branch_to_a_function_does_not_lead_to_where_none_is() -> None:
    assert leaf(a_call(RETURN, target=OTHER), pc=0) is None


def test_lr_of_a_frame_that_has_called_is_not_its_own() -> None:
    assert leaf(a_call(RETURN, target=MEMCPY), is_exact=False) is None


def test_lr_must_be_a_thumb_address_in_code() -> None:
    assert leaf(a_call(RETURN, target=MEMCPY), lr=RETURN) is None
    assert leaf(a_call(RETURN, target=MEMCPY), lr=0x9000_0001) is None
    assert leaf(a_call(RETURN, target=MEMCPY), lr=-1) is None
    assert leaf(a_call(RETURN, target=MEMCPY), sp=-1) is None


def test_a_call_must_stand_before_lr() -> None:
    assert leaf(Segment(RETURN - 4, halfwords(0xBF00, 0xBF00))) is None


def test_code_that_is_not_known_proves_nothing() -> None:
    assert leaf(None) is None
