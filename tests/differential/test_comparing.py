"""That a difference is found, and that no rule covers what it should not."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from stackdump_probe.dump import decode
from stackdump_probe.image.elf import Image
from stackdump_probe.record import replace
from tests.differential.accepted import rule_of
from tests.differential.comparing import Difference, compared, without_parameters
from tests.differential.programs import program_of
from tests.differential.proving import KEPT, Proof, callers, proof
from tests.differential.states import State
from tests.differential.tracing import Traced, traced

CASE = Path(__file__).parents[1] / "golden" / "nested_gcc_og"
DUMP = decode((CASE / "hang.dump").read_bytes())
OURS = traced(DUMP, Image.from_bytes((CASE / "fw.elf").read_bytes()))


def answer_like(ours: Traced) -> dict[str, Any]:
    """What GDB would say if it found the same."""
    frames = []
    for frame, registers in zip(ours.frames, ours.registers, strict=True):
        place = frame.location
        frames.append(
            {
                "kind": frame.kind,
                "pc": frame.pc,
                "cfa": frame.cfa,
                "function": frame.function,
                "file": place and place.file,
                "line": place.line if place else 0,
                "registers": {name: registers.get(name) for name in (*KEPT, "sp")},
                "variables": [told(each) for each in frame.variables],
            }
        )
    held = [told(each) for each in ours.report.statics if "::" not in each.name]
    files = [each.declared.file for each in ours.report.statics if each.declared]
    return {"frames": frames, "end": "", "statics": held, "files": files}


def told(variable: Any) -> dict[str, Any]:
    line = variable.declared.line if variable.declared else 0
    octets = variable.octets
    value: Any = "optimized out"
    if octets is not None:
        value = {"": [0, 8 * len(octets), octets.hex()]}
    return {"name": variable.name, "line": line, "value": value}


def differences(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each.what, each.level) for each in compared(OURS, answer).differences]


def a_state(level: int) -> State:
    return State("here", DUMP, OURS, Proof(level), program_of(CASE / "fw.elf"))


def test_where_all_is_the_same_there_is_no_difference() -> None:
    found = compared(OURS, answer_like(OURS))
    assert found.differences == []
    assert found.counts["frames"] == len(OURS.frames) > 5
    assert found.counts["variables"] > 5
    assert found.counts["statics"] > 0


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("pc", 0x08000000, "frame"),
        ("kind", "exception", "frame"),
        ("cfa", 0x20000000, "cfa"),
        ("function", "other", "function"),
        ("line", 1, "place"),
    ],
)
def test_a_fact_of_a_frame_that_differs_is_found(key: str, value: Any, what: str) -> None:
    answer = answer_like(OURS)
    answer["frames"][1][key] = value
    assert differences(answer) == [(what, 1)]


def test_parameters_are_no_part_of_a_name_but_those_in_arguments_are() -> None:
    assert (
        without_parameters("ns::f<char (&)[6], g<int>>(char, int)") == "ns::f<char (&)[6], g<int>>"
    )
    assert without_parameters("main") == "main"


def test_arguments_of_templates_may_be_in_another_order_but_must_be_the_same() -> None:
    def rule(ours: str, theirs: str) -> Any:
        return rule_of(Difference("function", ours, theirs, 0), a_state(0))

    found = rule("p<const T>::f<int>", "p<T const>::f<int>")
    assert found is not None
    assert found.name == "arguments written otherwise"
    assert rule("p<const T>::f<int>", "p<T const>::f<char>") is None
    assert rule("p<const T>::f<int>", "p<T const>::g<int>") is None


def test_a_register_that_differs_is_found_in_each_frame() -> None:
    answer = answer_like(OURS)
    for frame in answer["frames"][-2:]:
        frame["registers"]["r4"] ^= 1
    last = len(OURS.frames) - 1
    assert differences(answer) == [("register", last - 1), ("register", last)]


def test_behind_a_frame_that_is_another_one_nothing_is_looked_at() -> None:
    answer = answer_like(OURS)
    answer["frames"][1]["pc"] = answer["frames"][2]["cfa"] = 0
    assert differences(answer) == [("frame", 1)]


def test_a_register_that_gdb_has_twice_may_be_either() -> None:
    answer = answer_like(OURS)
    registers = answer["frames"][1]["registers"]
    mine = OURS.registers[1].get("s17")
    assert mine is not None
    registers["d8"] = registers["s16"] | mine << 32
    registers["s17"] ^= 1
    (found,) = compared(OURS, answer).differences
    assert found == Difference("register", mine, (mine ^ 1, mine), 1, "s17")
    rule = rule_of(found, a_state(0))
    assert rule is not None
    assert rule.name == "half of a double"
    neither = Difference("register", mine ^ 2, (mine ^ 1, mine), 1, "s17")
    assert rule_of(neither, a_state(0)) is None


def test_frames_that_only_one_has_are_found() -> None:
    answer = answer_like(OURS)
    last = answer["frames"].pop()
    assert differences(answer) == [("frame", len(OURS.frames) - 1)]
    answer["frames"] += [last, last]
    assert differences(answer) == [("frame", len(OURS.frames))]


def test_a_variable_that_differs_is_found() -> None:
    answer = answer_like(OURS)
    level, variable = first_variable(answer)
    bit, size, octets = variable["value"][""]
    variable["value"][""] = [bit, size, bytes(b ^ 1 for b in bytes.fromhex(octets)).hex()]
    found = differences(answer)
    assert found
    assert set(found) == {("value", level)}
    variable["value"] = "optimized out"
    assert differences(answer) == [("value", level)]


def test_a_variable_that_only_one_has_is_found() -> None:
    answer = answer_like(OURS)
    level, variable = first_variable(answer)
    other = deepcopy(variable) | {"name": "other"}
    answer["frames"][level]["variables"].append(other)
    assert differences(answer) == [("missing", level)]
    answer["frames"][level]["variables"].remove(other)
    answer["frames"][level]["variables"].remove(variable)
    assert differences(answer) == [("more", level)]


def first_variable(answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The level of the first variable that has a value, and what GDB says of it."""
    return next(
        (level, variable)
        for level, frame in enumerate(answer["frames"])
        for variable in frame["variables"]
        if variable["value"] != "optimized out"
    )


def test_a_frame_that_differs_is_accepted_only_where_the_machine_came_back_to_it() -> None:
    difference = Difference("cfa", 1, 2, 2)
    rule = rule_of(difference, a_state(3))
    assert rule is not None
    assert rule.name == "seen on the machine"
    assert rule_of(difference, a_state(2)) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "is_accepted"),
    [(4, 5, True), (None, 5, True), (None, 4, False), (5, 4, False), (None, (4, 5), False)],
)
def test_a_register_is_held_against_what_the_machine_came_back_with(
    ours: int | None, theirs: Any, is_accepted: bool
) -> None:
    level = next(n for n, frame in enumerate(OURS.frames) if n and frame.kind == "function")
    place = (0, 0, 4, *([0] * (len(KEPT) - 1)))
    state = replace_proof(a_state(0), Proof(level, places={level: place}))
    found = rule_of(Difference("register", ours, theirs, level, "r4"), state)
    assert (found is not None) == is_accepted


@pytest.mark.parametrize(
    ("ours", "theirs", "name", "is_accepted"),
    [
        (" 0xb", "0x5", "turn", True),
        (" 0x6", "0x5", "turn", False),
        (" 0xb", "0x5", "rate", False),  # in r6
    ],
)
def test_a_variable_is_held_against_the_register_that_the_machine_came_back_with(
    ours: str, theirs: str, name: str, *, is_accepted: bool
) -> None:
    level, frame = next((n, f) for n, f in enumerate(OURS.frames) if f.function == "worker")
    place = (0, 0, 11, *([0] * (len(KEPT) - 1)))
    state = replace_proof(a_state(0), Proof(level, places={level: place}))
    (line,) = (v.declared.line for v in frame.variables if v.name == name and v.declared)
    found = rule_of(Difference("value", ours, theirs, level, name, line), state)
    assert (found is not None) == is_accepted


def replace_proof(state: State, other: Proof) -> State:
    return State(state.where, state.dump, state.traced, other, state.program)


@pytest.mark.parametrize(
    "difference",
    [
        Difference("value", "6", "7", 0, "x"),
        Difference("value", " optimized_out of 32 bits, None", "0x7", 0, "x"),
        Difference("place", ("main.c", 1), ("main.c", 2), 0),
        Difference("missing", None, {"": [0, 8, "00"]}, 0, "x"),
        Difference("frame", "corrupt: ...", ("function", 0x08000000, "main"), 9),
    ],
)
def test_a_plain_difference_falls_under_no_rule(difference: Difference) -> None:
    assert rule_of(difference, a_state(0)) is None


def test_a_register_that_only_gdb_has_is_not_accepted() -> None:
    assert rule_of(Difference("register", None, 2, 3, "r4"), a_state(3)) is None


def test_a_thread_ends_only_where_no_call_stands_before_the_address() -> None:
    level, (place, *_) = next(callers(OURS))
    behind_a_call = ("function", place[0], OURS.frames[level].function)
    end = "thread_start: ..."
    assert rule_of(Difference("frame", end, behind_a_call, 9), a_state(0)) is None
    entry = program_of(CASE / "fw.elf").functions["Reset_Handler"]
    found = rule_of(Difference("frame", end, ("function", entry, "x"), 9), a_state(0))
    assert found is not None
    assert found.name == "exit hook of a thread"


@pytest.mark.parametrize(("register", "is_accepted"), [("r3", True), ("s15", True), ("r4", False)])
def test_only_what_a_call_may_change_is_taken_as_changed(register: str, is_accepted: bool) -> None:
    ours = f" optimized_out of 32 bits, {register} is not saved across the call"
    level, _ = next(callers(OURS))
    found = rule_of(Difference("value", ours, "0x7", level, "x"), a_state(0))
    assert (found is not None) == is_accepted


def test_a_value_that_gdb_has_not_is_accepted_only_if_its_caller_tells_it() -> None:
    assert rule_of(Difference("value", " 5", "optimized out", 0, "which"), a_state(0)) is None


def test_a_variable_that_the_elf_has_there_is_not_accepted_as_left_out() -> None:
    level, variable = first_variable(answer_like(OURS))
    gone = Difference("missing", None, "optimized out", level, variable["name"], variable["line"])
    assert rule_of(gone, a_state(0)) is not None  # listed by us: GDB has one more of that name
    other = replace(gone, line=1)
    assert rule_of(other, a_state(0)) is not None  # nothing of that name and line in any block
    frames = tuple(replace(each, variables=()) for each in OURS.frames)
    report = replace(OURS.report, threads=(replace(OURS.report.threads[0], frames=frames),))
    bare = Traced(report, OURS.registers)
    state = State("here", DUMP, bare, Proof(0), program_of(CASE / "fw.elf"))
    assert rule_of(gone, state) is None


def test_frames_are_proved_by_the_places_that_the_machine_came_to() -> None:
    visited = [places[0] for _, places in callers(OURS)]
    levels = [level for level, _ in callers(OURS)]
    every = dict(zip(levels, visited, strict=True))
    assert proof(OURS, visited) == Proof(levels[-1], places=every)
    assert proof(OURS, visited[:2]).level == levels[1]
    assert proof(OURS, []) == Proof(levels[0] - 1)


def test_a_place_with_another_register_speaks_against_the_frame() -> None:
    visited = [places[0] for _, places in callers(OURS)]
    pc, sp, r4, *rest = visited[1]
    visited[1] = (pc, sp, (r4 or 0) ^ 1, *rest)
    assert proof(OURS, visited).against is not None
