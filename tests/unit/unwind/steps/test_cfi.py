import pytest

from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import DwarfError
from stackdump_probe.image.frames.cfi_rules import (
    CfaExpression,
    CfaOffset,
    Expression,
    InRegister,
    Offset,
    Row,
    Rule,
    SameValue,
    Undefined,
    ValExpression,
    ValOffset,
)
from stackdump_probe.record import replace
from stackdump_probe.unwind.step import Caller, Lost
from stackdump_probe.unwind.steps.cfi import cfi_step, names_of
from tests.builders.octets import octets, sleb
from tests.builders.programs import RAM, AFunction, AProgram, a_row, a_stack, around, at, pushed

PC = 0x0800_0110
SP_IN = {"pc": PC, "sp": RAM, "lr": 0x0800_0201}


def step(row: Row | None, registers: dict[str, int], *stack: int, is_exact: bool = True) -> object:
    program = AProgram((AFunction("f", 0x0800_0100, row=row),))
    return cfi_step(at(registers, is_exact=is_exact), around(a_stack(*stack), program=program))


def caller(row: Row, registers: dict[str, int], *stack: int) -> Caller:
    found = step(row, registers, *stack)
    assert isinstance(found, Caller)
    return found


def lost(row: Row, registers: dict[str, int], *stack: int, is_exact: bool = True) -> Lost:
    found = step(row, registers, *stack, is_exact=is_exact)
    assert isinstance(found, Lost)
    return found


def test_without_a_row_the_step_is_not_for_this_pc() -> None:
    assert step(None, SP_IN) is None


def test_saved_registers_come_from_the_stack() -> None:
    found = caller(pushed(4, 14), {**SP_IN, "r4": 1}, 0x44, 0x0800_0301)
    assert found.return_address == 0x0800_0301
    assert found.saved_at == RAM + 4
    assert found.registers.words == {"sp": RAM + 8, "r4": 0x44}
    assert (found.cfa, found.rule, found.is_exact) == (RAM + 8, "cfi", False)


def test_on_the_first_instruction_lr_holds_the_return_address() -> None:
    found = caller(a_row(), SP_IN)
    assert (found.return_address, found.cfa, found.saved_at) == (0x0800_0201, RAM, None)


def test_registers_that_a_callee_must_keep_are_kept_and_others_are_lost() -> None:
    names = [f"r{number}" for number in range(13)] + ["s0", "s15", "s16", "s31", "xpsr", "fpscr"]
    found = caller(a_row(), {**SP_IN, **dict.fromkeys(names, 7)})
    kept = {f"r{number}" for number in range(4, 12)} | {"s16", "s31", "sp"}
    assert set(found.registers.words) == kept


def test_a_double_register_is_two_singles() -> None:
    found = caller(a_row(CfaOffset(13, 8), {264: Offset(-8)}), {**SP_IN, "s16": 1}, 0x16, 0x17)
    assert (found.registers["s16"], found.registers["s17"]) == (0x16, 0x17)


def test_a_legacy_single_register_number() -> None:
    found = caller(a_row(CfaOffset(13, 8), {80: Offset(-8)}), SP_IN, 0x16, 0x17)
    assert found.registers["s16"] == 0x16


def test_the_authentication_code_is_kept_as_a_register() -> None:
    found = caller(a_row(CfaOffset(13, 4), {143: Offset(-4)}), SP_IN, 0xAC)
    assert found.registers["ra_auth_code"] == 0xAC


def test_registers_that_are_not_ours_are_passed_over() -> None:
    assert names_of(500) == ()
    assert caller(a_row(registers={500: SameValue()}), SP_IN).registers.words == {"sp": RAM}


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (SameValue(), 5),
        (Offset(-8), 0x51),
        (ValOffset(-8), RAM),
        (InRegister(7), RAM + 4),
        (Expression(octets(0x38, 0x1C)), 0x51),
        (ValExpression(octets(0x23, 1)), RAM + 9),
        (ValExpression(octets(0x70) + sleb(3) + octets(0x9F)), 0x103),
        (ValExpression(octets(0x9C, 0x9F)), RAM + 8),
    ],
)
def test_each_rule_for_a_register(rule: Rule, word: int) -> None:
    row = a_row(CfaOffset(13, 8), {5: rule})
    registers = {**SP_IN, "r0": 0x100, "r5": 5, "r7": RAM + 4}
    assert caller(row, registers, 0x51, 0x52, 0, 0x54).registers["r5"] == word


def test_a_register_without_value_is_absent() -> None:
    found = caller(a_row(registers={4: Undefined()}), {**SP_IN, "r4": 4})
    assert "r4" not in found.registers


@pytest.mark.parametrize(
    "rule",
    [
        Offset(0x100),
        InRegister(9),
        InRegister(500),
        Expression(octets(0x18)),
        ValExpression(octets(0x51)),
        Expression(octets(0x70, 0, 0x06)),
        Expression(octets(0x22)),
    ],
)
def test_a_register_that_cannot_be_had_costs_that_register_only(rule: Rule) -> None:
    found = caller(a_row(registers={4: rule}), {**SP_IN, "r4": 4, "r5": 5})
    assert "r4" not in found.registers
    assert found.registers["r5"] == 5


def test_the_cfa_may_be_an_expression() -> None:
    found = caller(a_row(CfaExpression(octets(0x7D, 12))), SP_IN)
    assert found.cfa == RAM + 12


def test_a_frame_pointer_may_hold_the_cfa() -> None:
    found = caller(a_row(CfaOffset(7, 16)), {**SP_IN, "r7": RAM + 0x20})
    assert found.registers["sp"] == RAM + 0x30


def test_sp_may_have_a_rule_of_its_own() -> None:
    found = caller(a_row(CfaOffset(13, 8), {13: Offset(-8)}), SP_IN, RAM + 0x80)
    assert (found.cfa, found.registers["sp"]) == (RAM + 8, RAM + 0x80)


def test_an_undefined_return_address_marks_the_outermost_function() -> None:
    found = lost(a_row(registers={14: Undefined()}), SP_IN)
    assert (found.end.kind, found.cfa, found.is_final) == ("thread_start", RAM, True)


def test_a_signal_frame_gives_an_exact_pc() -> None:
    row = Row(CfaOffset(13, 8), {15: Offset(-8)}, 15, is_signal_frame=True)
    found = caller(row, SP_IN, 0x0800_0300, 0)
    assert (found.return_address, found.is_exact) == (0x0800_0300, True)


def test_a_return_address_that_is_not_in_the_dump_says_where_it_is() -> None:
    found = lost(pushed(4, 14), {**SP_IN, "sp": RAM + 4}, 1, 2)
    assert (found.end.kind, found.end.address, found.cfa) == ("no_memory", RAM + 8, RAM + 12)
    assert found.end.hint == "stack region ends at 0x20000008; capture with --ram all"


def test_a_caller_whose_lr_was_overwritten_by_its_own_call_is_lost() -> None:
    found = lost(a_row(), {"pc": PC, "sp": RAM}, is_exact=False)
    assert (found.end.kind, found.is_final) == ("no_rule", False)
    assert "does not say where lr was saved" in found.end.reason


def test_a_frame_address_in_an_unknown_register_is_lost() -> None:
    found = lost(a_row(CfaOffset(7, 8)), SP_IN)
    assert (found.end.kind, found.is_final) == ("no_rule", False)
    assert found.end.reason == "the frame address depends on r7, which is not known here"


def test_a_return_address_that_cannot_be_computed_says_why() -> None:
    found = lost(a_row(registers={14: ValExpression(octets(0x18))}), SP_IN)
    assert found.end.kind == "no_rule"
    assert "DWARF operation 0x18" in found.end.reason


def test_the_cfa_does_not_exist_while_it_is_computed() -> None:
    assert lost(a_row(CfaExpression(octets(0x9C))), SP_IN).end.kind == "no_rule"


def test_a_stack_where_no_ram_can_be_is_corrupt() -> None:
    found = lost(pushed(4, 14), {**SP_IN, "sp": 0xDEAD_BEE0})
    assert (found.end.kind, found.end.address) == ("corrupt", 0xDEAD_BEE4)


def test_a_malformed_expression_for_the_frame_address_is_an_error() -> None:
    with pytest.raises(DwarfError, match="the stack is empty"):
        step(a_row(CfaExpression(octets(0x22))), SP_IN)


def test_a_register_saved_outside_the_dump_is_lost_at_that_address() -> None:
    saved = {4: Offset(0x100), 14: Offset(-4)}
    found = caller(Row(CfaOffset(13, 8), saved, 14), {**SP_IN, "r4": 1}, 0x44, 0x0800_0301)
    assert "r4" not in found.registers
    assert found.registers.saved_at == {"r4": RAM + 8 + 0x100}


def test_a_cfa_from_a_register_that_was_not_captured_ends_for_want_of_memory() -> None:
    frame = replace(at({"pc": PC, "sp": RAM}), registers=Registers({"pc": PC}, {"r7": RAM + 0x40}))
    program = AProgram((AFunction("f", 0x0800_0100, row=Row(CfaOffset(7, 8), {}, 14)),))
    found = cfi_step(frame, around(a_stack(), program=program))
    assert isinstance(found, Lost)
    assert (found.end.kind, found.end.address) == ("no_memory", RAM + 0x40)
