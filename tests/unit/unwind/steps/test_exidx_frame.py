from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.frames.exidx import Entry
from stackdump_probe.image.frames.exidx_code import Instruction, MoveVsp, Pop, Refusal, SetVsp
from stackdump_probe.unwind.step import Caller, Lost, Position
from stackdump_probe.unwind.steps.exidx_frame import undone
from tests.builders.programs import RAM, a_stack, around, at

START = 0x0800_0100
LR = 0x0800_0201
STACK = a_stack(0x44, 0x77, 0x55, LR, 0x66)
REGISTERS = {"pc": START + 8, "sp": RAM, "lr": 0x0800_0301, "r4": 4, "r7": RAM + 8, "r8": 8}


def outcome(
    unwinding: tuple[Instruction, ...] | Refusal, *, is_exact: bool = False
) -> Caller | Lost:
    entry = Entry(START, START + 0x40, unwinding, True)
    return undone(entry, at(REGISTERS, is_exact=is_exact), around(STACK))


def caller(*instructions: Instruction, is_exact: bool = False) -> Caller:
    found = outcome(instructions, is_exact=is_exact)
    assert isinstance(found, Caller)
    return found


def lost(*instructions: Instruction) -> Lost:
    found = outcome(instructions)
    assert isinstance(found, Lost)
    return found


def test_registers_are_popped_the_lowest_from_the_lowest_address() -> None:
    found = caller(Pop(("r4", "r7", "r9", "lr")))
    assert (found.return_address, found.cfa, found.saved_at) == (LR, RAM + 16, RAM + 12)
    words = {"sp": RAM + 16, "r4": 0x44, "r7": 0x77, "r9": 0x55, "r8": 8}
    assert found.registers.words == words
    assert (found.rule, found.is_exact) == ("exidx", False)


def test_vsp_moves_up_and_down() -> None:
    assert caller(MoveVsp(16), MoveVsp(-4), Pop(("lr",))).return_address == LR


def test_vsp_starts_anew_from_a_frame_pointer() -> None:
    found = caller(SetVsp("r7"), MoveVsp(4), Pop(("lr",)))
    assert (found.return_address, found.cfa) == (LR, RAM + 16)


def test_a_frame_pointer_that_was_popped_counts_as_popped() -> None:
    stack = a_stack(RAM + 8, 0, LR)
    entry = Entry(START, START + 0x40, (Pop(("r7",)), SetVsp("r7"), Pop(("lr",))), True)
    found = undone(entry, at(REGISTERS, is_exact=False), around(stack))
    assert isinstance(found, Caller)
    assert (found.return_address, found.cfa) == (LR, RAM + 12)


def test_a_popped_sp_becomes_vsp_last() -> None:
    stack = a_stack(RAM + 0x100, LR)
    entry = Entry(START, START + 0x40, (Pop(("sp", "lr")),), True)
    found = undone(entry, at(REGISTERS, is_exact=False), around(stack))
    assert isinstance(found, Caller)
    assert (found.return_address, found.cfa) == (LR, RAM + 0x100)


def test_a_popped_pc_comes_before_lr() -> None:
    found = caller(Pop(("lr", "r4", "r5", "pc")))
    assert (found.return_address, found.saved_at) == (LR, RAM + 12)


def test_what_no_function_keeps_is_lost() -> None:
    found = caller(Pop(("r0", "r1", "r12", "lr")))
    assert found.registers.words == {"sp": RAM + 16, "r4": 4, "r7": RAM + 8, "r8": 8}


def test_lr_that_was_not_saved_counts_where_nothing_was_called() -> None:
    found = caller(is_exact=True)
    assert (found.return_address, found.cfa, found.saved_at) == (0x0800_0301, RAM, None)


def test_lr_that_was_not_saved_is_gone_after_a_call() -> None:
    assert lost().end.reason == "the return address depends on lr, which is not known here"


def test_a_register_that_was_not_captured_says_where_it_is() -> None:
    found = caller(MoveVsp(12), Pop(("lr", "r5", "r4", "r0")))
    assert found.registers.words == {"sp": RAM + 28, "r5": 0x66, "r7": RAM + 8, "r8": 8}
    assert found.registers.saved_at["r4"] == RAM + 20
    assert "r4" not in found.registers


def test_what_inner_frames_lost_stays_lost_until_it_is_popped() -> None:
    registers = Registers({"pc": START, "sp": RAM}, {"r4": 0x1000, "r9": 0x2000})
    position = Position(registers, "cfi", is_exact=False)
    entry = Entry(START, START + 0x40, (Pop(("r4", "r5", "r6", "lr")),), True)
    found = undone(entry, position, around(STACK))
    assert isinstance(found, Caller)
    assert found.registers["r4"] == 0x44
    assert found.registers.saved_at["r9"] == 0x2000
    assert found.registers.saved_at["r4"] == RAM


def test_a_return_address_that_was_not_captured_ends_the_trace() -> None:
    end = lost(MoveVsp(0x100), Pop(("r4", "lr"))).end
    assert (end.kind, end.address) == ("no_memory", RAM + 0x104)


def test_a_popped_sp_that_was_not_captured_ends_the_trace() -> None:
    found = lost(MoveVsp(0x100), Pop(("sp", "lr")))
    assert found.is_final
    end = found.end
    assert (end.kind, end.address) == ("no_memory", RAM + 0x100)


def test_without_the_frame_pointer_other_rules_are_asked() -> None:
    found = lost(SetVsp("r11"), Pop(("lr",)))
    assert not found.is_final
    assert found.end.reason == "the frame address depends on r11, which is not known here"


def test_without_sp_there_is_no_frame() -> None:
    entry = Entry(START, START + 0x40, (Pop(("lr",)),), True)
    found = undone(entry, at({"pc": START}, is_exact=False), around(STACK))
    assert isinstance(found, Lost)
    assert found.end.reason == "the frame address depends on sp, which is not known here"


def test_vsp_wraps_as_addresses_do() -> None:
    assert caller(MoveVsp(0xFFFF_FFFC), MoveVsp(8), MoveVsp(8), Pop(("lr",))).cfa == RAM + 16


def test_a_refusal_says_so_and_leaves_it_to_other_steps() -> None:
    found = outcome(Refusal("says that it cannot be unwound"))
    assert isinstance(found, Lost)
    assert not found.is_final
    expected = "no way back from 0x08000108: the unwind table says that it cannot be unwound"
    assert (found.end.kind, found.end.reason) == ("no_rule", expected)
