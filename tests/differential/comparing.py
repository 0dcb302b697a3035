"""Our trace of a dump beside GDB's, frame by frame and variable by variable."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.report.model import ReportFrame, Variable
from tests.differential.comparing_values import GONE, as_told, value_differences
from tests.differential.tracing import Traced

Key = tuple[str, int]  # name, line of the declaration
# Itanium C++ ABI, 5.1.3: part of the symbol, no part of the name in the source.
ABI_TAG = re.compile(r"\[abi:\w+\]")
ARGUMENTS = re.compile(r"<[^<>]*>")
STATIC = -1  # in place of a frame's level


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is told otherwise; `name` is the variable's, or the register's.

    `line` is where a variable is declared.
    """

    what: str
    ours: Any
    theirs: Any
    level: int
    name: str = ""
    line: int = 0

    def __str__(self) -> str:
        subject = f"{self.what} {self.name}".strip()
        return f"#{self.level} {subject}: {_shown(self.ours)}, GDB {_shown(self.theirs)}"


@dataclass(slots=True)
class Comparison:
    """All differences of a state, and how much was compared."""

    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def compared(ours: Traced, judged: dict[str, Any]) -> Comparison:
    """Compare everything; frames behind the first that is another one are not looked at."""
    found = Comparison()
    theirs = judged["frames"]
    found.counts.update(states=1, our_frames=len(ours.frames), gdb_frames=len(theirs))
    _compare_frames(ours, judged, found)
    _compare_statics(ours, judged, found)
    return found


def _compare_frames(ours: Traced, judged: dict[str, Any], found: Comparison) -> None:
    theirs = judged["frames"]
    for level, (frame, other) in enumerate(zip(ours.frames, theirs, strict=False)):
        place = _of_place(frame, other, level)
        found.differences += place
        if place:  # all that follows from it is another one as well
            return
        found.counts["frames"] += 1
        found.differences += _of_registers(ours.registers[level], other, level, found.counts)
        found.differences += _of_frame(frame, other, level)
        found.differences += _of_variables(frame, other["variables"], level, found.counts)
    level = min(len(ours.frames), len(theirs))
    if len(theirs) > level:
        other = theirs[level]
        its = (other["kind"], other["pc"], other["function"])
        found.differences.append(Difference("frame", ours.end, its, level))
    elif len(ours.frames) > level:
        frame = ours.frames[level]
        mine = (frame.kind, frame.pc, frame.function)
        found.differences.append(Difference("frame", mine, judged["end"], level))


def _of_place(frame: ReportFrame, other: dict[str, Any], level: int) -> list[Difference]:
    """Where the frame is: its code, its place on the stack."""
    mine, its = (frame.kind, frame.pc), (other["kind"], other["pc"])
    if mine != its:
        return [Difference("frame", mine, its, level)]
    if frame.kind == "function" and other["cfa"] not in (None, frame.cfa):
        return [Difference("cfa", frame.cfa, other["cfa"], level)]
    return []


def _of_registers(
    registers: Registers, other: dict[str, Any], level: int, counts: Counter[str]
) -> Iterator[Difference]:
    """The registers that the frame left behind."""
    for name in CALLEE_SAVED:
        counts["registers"] += 1
        mine, its = registers.get(name), _register(other["registers"], name)
        if mine != its:
            yield Difference("register", mine, its, level, name)


def _register(registers: dict[str, int | None], name: str) -> int | tuple[int, int] | None:
    """GDB's register; both if it has another word under the name of the double."""
    single = registers[name]
    double = registers.get(f"d{int(name[1:]) // 2}") if name[0] == "s" and name != "sp" else None
    if single is None or double is None:
        return single
    half = double >> 32 * (int(name[1:]) % 2) & 0xFFFF_FFFF
    return single if single == half else (single, half)


def _of_frame(frame: ReportFrame, other: dict[str, Any], level: int) -> Iterator[Difference]:
    if frame.kind == "exception":
        return
    mine, its = frame.function, without_parameters(other["function"] or "") or None
    if mine != its:
        yield Difference("function", mine, its, level)
    place = frame.location and (frame.location.file, frame.location.line)
    other_place = (other["file"], other["line"]) if other["file"] else None
    if place != other_place:
        yield Difference("place", place, other_place, level)


def _of_variables(
    frame: ReportFrame, others: list[dict[str, Any]], level: int, counts: Counter[str]
) -> Iterator[Difference]:
    waiting = [(_key(each), each) for each in frame.variables]
    known = {key for key, _ in waiting}
    for other in others:
        name, key = other["name"], (other["name"], other["line"])
        told = as_told(other["value"])
        same = next((each for each in waiting if each[0] == key), None)
        if same is not None:
            waiting.remove(same)
            counts["variables"] += 1
            for mine, its in value_differences(same[1], told, counts):
                yield Difference("value", mine, its, level, name, other["line"])
        elif key not in known or told != GONE:
            yield Difference("missing", None, told, level, name, other["line"])
    for (name, _), rest in waiting:
        yield Difference("more", (rest.state, rest.value), None, level, name)


def _compare_statics(ours: Traced, judged: dict[str, Any], found: Comparison) -> None:
    """A static that several units describe may be listed once or several times.

    Templates' arguments are written in several ways; their statics of one name are told apart by
    what they hold.
    """
    held, told = defaultdict(list), defaultdict(list)
    for mine in ours.report.statics:
        held[plain(mine.name), _key(mine)[1]].append(mine)
    for other in judged["statics"]:
        told[plain(other["name"]), other["line"]].append(as_told(other["value"]))
    for key, values in told.items():
        if key not in held:
            found.differences.append(Difference("missing static", None, values, STATIC, key[0]))
        found.differences += _of_statics(held.pop(key, []), values, key[0], found.counts)
    for (name, line), (mine, *_) in held.items():
        if "::" not in name:  # GDB lists those of functions among their variables
            file = mine.declared.file if mine.declared else None
            what = "more static" if file in judged["files"] else "static of unit"
            told_by_us = mine.state, mine.value
            found.differences.append(Difference(what, told_by_us, None, STATIC, name, line))


def _of_statics(
    mine: list[Variable], values: list[Any], name: str, counts: Counter[str]
) -> Iterator[Difference]:
    """Every one of ours agrees with one of GDB's, and the other way round."""
    pairs = [[list(value_differences(one, its, Counter())) for its in values] for one in mine]
    for one, row in zip(mine, pairs, strict=True):
        counts["statics"] += 1
        _ = [*value_differences(one, values[0], counts)]
        yield from (Difference("static", a, b, STATIC, name) for a, b in min(row, key=len))
    for column in zip(*pairs, strict=True):
        if all(column):
            yield from (Difference("static", a, b, STATIC, name) for a, b in column[0])


def without_parameters(name: str) -> str:
    """A function's name up to the parenthesis that is in no argument of a template."""
    depth = 0
    for at, character in enumerate(name):
        depth += (character == "<") - (character == ">")
        if character == "(" and depth <= 0:
            return name[:at]
    return name


def plain(name: str) -> str:
    """A name without ABI tags and arguments of templates."""
    while (shorter := ARGUMENTS.sub("", name)) != name:
        name = shorter
    return ABI_TAG.sub("", name)


def _key(variable: Variable) -> Key:
    return variable.name, variable.declared.line if variable.declared else 0


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_shown, value)) + ")"
    return f"{value:#x}" if isinstance(value, int) and value > 9 else str(value)
