"""What several looks mean, in words that claim no more than the looks show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from stackdump_probe.record import Record
from stackdump_probe.report.looks.model import CommonFrame, Look, Verdict, identity
from stackdump_probe.report.looks.tree import label
from stackdump_probe.report.model import Location, ReportFrame

_NAMED = 4  # how many functions a sentence names
_FEW = 5  # looks, below which the verdict says how few there are
_DOUBTED = ("leaf", "prologue", "scan")  # rules that prove nothing
_IDLE = "a system that is idle looks like this, too: what it does between sleeps was not met"


def verdict_on(looks: Sequence[Look], common: Sequence[CommonFrame]) -> Verdict:
    """The first rule that fits, with what it rests on and what limits it."""
    stacks = [_Stack.of(look, common) for look in looks]
    found = (
        _locked_up(looks)
        or _same_place(looks, common)
        or _spinning(stacks, common)
        or _only_interrupts(looks)
        or _inside(stacks, common)
        or _between_threads(looks)
        or Verdict("unclear", "the looks have no frame in common")
    )
    return Verdict(found.kind, found.text, (*found.evidence, *_limits(looks)))


class _Stack(Record):
    """The frames of a look without the interrupts that not every look has, and their names."""

    frames: tuple[ReportFrame, ...]
    interrupts: tuple[str, ...]

    @classmethod
    def of(cls, look: Look, common: Sequence[CommonFrame]) -> _Stack:
        kept = {identity(frame) for frame in common}
        on_top = [
            number
            for number, frame in enumerate(look.frames)
            if frame.kind == "exception" and identity(frame) not in kept
        ]
        first = on_top[-1] + 1 if on_top else 0
        return cls(look.frames[first:], tuple(label(look.frames[number]) for number in on_top))

    @property
    def innermost(self) -> ReportFrame | None:
        """The function that is executed, or was interrupted."""
        return next((frame for frame in self.frames if frame.kind == "function"), None)


def _locked_up(looks: Sequence[Look]) -> Verdict | None:
    if not all(look.locked_up for look in looks):
        return None
    return Verdict("lockup", "the core is in lockup: it executes nothing until it is reset")


def _same_place(looks: Sequence[Look], common: Sequence[CommonFrame]) -> Verdict | None:
    pc, frames = looks[0].pc, looks[0].frames
    if pc is None or any(look.pc != pc for look in looks):
        return None
    where = f"{pc:#010x}"
    if frames and frames[0].kind != "exception":
        where += f" in {label(frames[0])}{_at(frames[0].location)}"
    if all(look.asleep for look in looks):
        return Verdict("asleep", f"asleep every time, at {where}", (_IDLE,))
    moving = dict.fromkeys(v.name for frame in common for v in frame.variables if v.moves)
    course = (f"a loop: {', '.join(list(moving)[:_NAMED])} changed meanwhile",) if moving else ()
    return Verdict("same_place", f"the same pc every time: {where}", course)


def _spinning(stacks: Sequence[_Stack], common: Sequence[CommonFrame]) -> Verdict | None:
    """Every look is in one call of one function, not counting interrupts of it."""
    deepest = next((frame for frame in common if frame.kind != "exception"), None)
    owner = next((frame for frame in common if frame.kind == "function"), None)
    if deepest is None or owner is None:
        return None
    inner = [stack.innermost for stack in stacks]
    if any(frame is None or identity(frame) != identity(owner) for frame in inner):
        return None
    places = len(set(deepest.pcs))
    evidence = f"{places} different pcs of the same call, or of one made again from the same depth"
    if places == 1:
        evidence = "at the same pc of it every time, not counting interrupts"
    inlined = f", inline in {_name(owner)}" if deepest.kind == "inline" else ""
    text = f"spinning in {_name(deepest)}{inlined}{_at(deepest.location)}"
    return Verdict("spinning", text, (evidence, *_interrupted(stacks)))


def _only_interrupts(looks: Sequence[Look]) -> Verdict | None:
    """Every look is in the same handler, and what it interrupts moves."""
    handled = [_handled(look) for look in looks]
    if handled[0] is None or any(name != handled[0] for name in handled):
        return None
    text = f"every look is in the handler of {handled[0]}, and what it interrupts moves"
    return Verdict("interrupts", text, ("it takes much of the core's time, or comes too often",))


def _handled(look: Look) -> str | None:
    return next((label(frame) for frame in look.frames if frame.kind == "exception"), None)


def _inside(stacks: Sequence[_Stack], common: Sequence[CommonFrame]) -> Verdict | None:
    """All looks are below one call, and what it calls differs."""
    functions = [frame for frame in common if frame.kind == "function"]
    if not functions:
        return None
    owner = identity(functions[0])
    below = _counted(
        "itself" if identity(frame) == owner else label(frame)
        for stack in stacks
        if (frame := stack.innermost) is not None
    )
    name = _name(functions[0])
    evidence = (f"met in {below}", *_interrupted(stacks))
    if len(functions) <= 2:  # main and what called it
        return Verdict("moving", f"moving, in what {name} does", evidence)
    text = f"moving, but always below {name}{_at(functions[0].location)}"
    return Verdict("inside", text, evidence)


def _between_threads(looks: Sequence[Look]) -> Verdict | None:
    roots = [_root(look) for look in looks if look.is_whole]
    if len({identity(root) for root in roots if root is not None}) < 2:
        return None
    threads = _counted(label(root) for root in roots if root is not None)
    handlers = sorted({name for look in looks if (name := _handled(look)) is not None})
    evidence = (f"interrupts met: {', '.join(handlers)}",) if handlers else ()
    return Verdict("moving", f"moving through the scheduler, between {threads}", evidence)


def _root(look: Look) -> ReportFrame | None:
    return next((frame for frame in reversed(look.frames) if frame.kind == "function"), None)


def _limits(looks: Sequence[Look]) -> tuple[str, ...]:
    cut = sum(not look.is_whole for look in looks)
    lost = (f"{cut} of {len(looks)} traces end before the start of their stack",) if cut else ()
    doubts = sum(any(f.rule in _DOUBTED or f.doubt for f in look.frames) for look in looks)
    guessed = (f"{doubts} of {len(looks)} traces hold frames that are not proved",)
    few = (f"there are only {len(looks)} looks",) if len(looks) < _FEW else ()
    return (*lost, *(guessed if doubts else ()), *few)


def _interrupted(stacks: Sequence[_Stack]) -> tuple[str, ...]:
    names = [stack.interrupts[0] for stack in stacks if stack.interrupts]
    if not names:
        return ()
    return (f"{len(names)} of {len(stacks)} looks are in an interrupt of it: {_counted(names)}",)


def _counted(names: Iterable[str]) -> str:
    """Such as "spi_poll (7), idle (2)"."""
    ranked = sorted(Counter(names).items(), key=lambda each: (-each[1], each[0]))
    shown = [f"{name} ({count})" for name, count in ranked[:_NAMED]]
    rest = sum(count for _name, count in ranked[_NAMED:])
    return ", ".join((*shown, f"others ({rest})") if rest else shown)


def _name(frame: CommonFrame) -> str:
    return frame.function or f"{frame.pcs[0]:#010x}"


def _at(location: Location | None) -> str:
    return f" ({location.file}:{location.line})" if location else ""
