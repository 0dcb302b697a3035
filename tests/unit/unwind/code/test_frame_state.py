from stackdump_probe.unwind.code.frame_state import (
    Element,
    FrameState,
    InTable,
    Known,
    Place,
    Saved,
)
from stackdump_probe.unwind.code.operations import (
    Add,
    Call,
    Combine,
    Constant,
    Fetch,
    IfThen,
    Insert,
    Literal,
    Load,
    Operation,
    Other,
    Relocate,
    Shift,
    Store,
)

PUSH_R4_LR = Store((("r4", -8), ("lr", -4)), "sp", -8)
POP_R4_LR = Load((("r4", 0), ("lr", 4)), "sp", 8)


def after(*operations: Operation) -> FrameState:
    state = FrameState()
    for operation in operations:
        state = state.after(operation)
    return state


def test_at_first_all_is_as_the_caller_left_it() -> None:
    state = FrameState()
    assert state.value("sp") == Place(0)
    assert [state.value(name) for name in ("r4", "lr", "s16")] == [
        Saved("r4"), Saved("lr"), Saved("s16"),
    ]  # fmt: skip
    assert [state.value(name) for name in ("r0", "r12", "s0")] == [None, None, None]
    assert list(state.holders("lr")) == ["lr"]


def test_a_push_saves_and_moves_sp() -> None:
    state = after(PUSH_R4_LR)
    assert (state.place("sp"), state.slot_of("r4"), state.slot_of("lr")) == (-8, -8, -4)
    assert state.slot_of("r5") is None


def test_what_was_saved_stays_saved_when_the_register_is_put_to_use() -> None:
    state = after(PUSH_R4_LR, Constant("r4", 1), Store((("r4", 0),), "sp"))
    assert state.value("r4") == Known(1)
    assert state.slot_of("r4") is None  # overwritten
    state = after(PUSH_R4_LR, Constant("r4", 1), Call())
    assert (state.slot_of("r4"), state.slot_of("lr"), state.value("lr")) == (-8, -4, None)


def test_a_pop_gives_back_what_was_saved_and_what_is_below_sp_is_gone() -> None:
    state = after(PUSH_R4_LR, Other(("r4", "lr")), POP_R4_LR)
    assert (state.place("sp"), dict(state.slots)) == (0, {})
    assert (state.value("r4"), state.value("lr")) == (Saved("r4"), Saved("lr"))


def test_a_high_register_is_saved_through_a_low_one() -> None:
    state = after(Add("r4", "r8", 0), Constant("r8", 1), PUSH_R4_LR)
    assert list(state.holders("r8")) == ["r4"]
    assert state.slot_of("r8") == -8
    assert list(state.holders("r4")) == []


def test_the_callers_stack_is_not_this_frames() -> None:
    assert dict(after(Store((("r4", 8),), "sp")).slots) == {}


def test_what_is_stored_elsewhere_changes_no_frame() -> None:
    state = after(PUSH_R4_LR, Store((("r5", 0),), "r0", 4), Load((("r4", 0),), "r0"))
    assert state.slot_of("r4") == -8
    assert state.value("r4") is None


def test_sp_moves_by_numbers_in_registers() -> None:
    state = after(Constant("r3", 65), Shift("r3", "r3", 2), Combine("sp", "sp", "r3", -1))
    assert state.place("sp") == -260
    state = after(Constant("r4", 0xFBF8), Insert("r4", 0xFFFF), Combine("sp", "sp", "r4"))
    assert state.place("sp") == -1032
    state = after(Constant("r4", 8), Combine("r4", None, "r4", -1), Combine("sp", "r4", "sp"))
    assert state.place("sp") == -8


def test_sp_may_be_kept_in_a_register() -> None:
    state = after(Add("r7", "sp", -4), Combine("sp", "sp", "r0"), Add("sp", "r7", 4))
    assert state.place("sp") == 0
    assert after(Add("r7", "sp", -4), Combine("sp", "sp", "r0")).place("r7") == -4


def test_sp_by_what_is_not_known_is_lost() -> None:
    for operation in (Combine("sp", "sp", "r0"), Other(("sp",)), Add("sp", "r0", 0)):
        assert after(PUSH_R4_LR, operation).place("sp") is None
    assert after(Combine("sp", "sp", "r0"), PUSH_R4_LR).place("sp") is None


def test_numbers_do_not_come_out_of_nothing() -> None:
    assert after(Insert("r3", 1)).value("r3") is None
    assert after(Shift("r3", "r4", 2)).value("r3") is None
    assert after(Combine("r3", "r4", "r5")).value("r3") is None
    assert after(Combine("r3", "r4", "sp", -1)).value("r3") is None
    assert after(Add("r3", "r4", 4)).value("r3") is None
    assert after(Literal("r4", 0)).value("r4") is None
    assert after(IfThen((0,))) == FrameState()


def test_what_is_fetched_from_a_table_is_known_as_such() -> None:
    state = after(Constant("r3", 0x100), Fetch("r3", "r3", 4, index="r0"))
    assert state.value("r3") == Element(0x100, 4)
    assert after(Constant("r3", 0x100), Fetch("r0", "r0", 2, index="r3")).value("r0") == Element(
        0x100, 2
    )
    state = after(Constant("r3", 0x100), Combine("r3", "r2", "r3"))
    assert state.value("r3") == InTable(0x100)
    assert state.after(Load((("r3", 4),), "r3")).value("r3") == Element(0x104, 4)
    state = after(Relocate("r1", 0x200), Fetch("r1", "r1", 1, 4), Shift("r1", "r1", 1))
    assert state.value("r1") == Element(0x204, 1)
    assert after(Relocate("r1", 0x200), Add("r1", "r1", 4)).value("r1") == InTable(0x204)
    assert after(Fetch("r0", "r1", 1, 4)).value("r0") is None


def test_where_it_is_not_known_whether_it_was_executed_only_what_is_the_same_is_known() -> None:
    state = after(PUSH_R4_LR)
    assert state.unless(Other()) is state
    moved = state.unless(Add("sp", "sp", 8))
    assert (moved.place("sp"), moved.value("r5")) == (None, Saved("r5"))
    pushed = state.unless(Store((("r5", -4),), "sp", -4))
    assert dict(pushed.slots) == dict(state.slots)
    assert state.unless(Constant("r5", 1)).value("r5") is None
