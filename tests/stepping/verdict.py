"""What a trace is worth: its frames beside those who really wait for a return."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.frame import Backtrace, Frame
from stackdump_probe.unwind.unwinder import unwind
from tests.stepping.recording import State
from tests.stepping.truth import Awaited

# "right": every frame up to the reset handler. "ended": right as far as they go, with a reason.
# "guessed": wrong, and marked as a guess. "wrong": wrong, and not marked.
Kind = Literal["right", "ended", "guessed", "wrong"]
KINDS: tuple[Kind, ...] = ("right", "ended", "guessed", "wrong")  # the best first
STEPPED_OVER = (3, 7)  # HardFault, SecureFault


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` tells where and what; empty if all is right."""

    kind: Kind
    line: str = ""


@dataclass(slots=True)
class Verdict:
    """How many states of each kind, how many frames by which rule, and what was not right."""

    states: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)

    def take(self, finding: Finding, backtrace: Backtrace) -> None:
        """Count a state."""
        self.states[finding.kind] += 1
        self.rules.update(frame.rule for frame in backtrace.frames[1:])
        if finding.line:
            self.lines[f"{finding.kind}: {finding.line}"] += 1

    def add(self, other: "Verdict") -> None:
        """Take in what another one counted."""
        self.states += other.states
        self.rules += other.rules
        self.lines += other.lines


@dataclass(frozen=True, slots=True)
class Expected:
    """A frame that a trace should have: an exception's (`exception`), or a caller's."""

    awaited: Awaited
    exception: int | None = None
    further: tuple[int, ...] = (0,)


def traced(state: State, image: Image, rom: Memory) -> Backtrace:
    """Trace a state; `rom` is code that the dump holds besides."""
    memory = Memory((*state.segments, *rom.segments)).over(image.flash)
    return unwind(state.registers, memory, image)


def finding(state: State, backtrace: Backtrace, names: Mapping[int, str]) -> Finding:
    """Hold the frames of a state against the truth; `names` are the functions' by address."""
    found = [_held(backtrace, _expected(truth), names) for truth in state.truths]
    return min(found, key=lambda each: KINDS.index(each.kind))


def _held(backtrace: Backtrace, expected: list[Expected], names: Mapping[int, str]) -> Finding:
    inner, *frames = backtrace.frames
    is_guess = False
    for frame in frames:
        is_guess = is_guess or frame.rule == "scan"
        wrong = _against(frame, expected)
        if wrong:
            kind: Kind = "guessed" if is_guess else "wrong"
            return Finding(kind, f"{_place(inner, names)} {frame.rule} {wrong}")
        inner = frame
    missing = [each for each in expected if not each.awaited.is_local]
    if missing or backtrace.end.kind != "reset":
        return Finding("ended", f"{_place(inner, names)} {backtrace.end.kind}")
    return Finding("right")


def _expected(truth: Sequence[Awaited]) -> list[Expected]:
    """The frames after the innermost one."""
    found = []
    for awaited in truth:
        if awaited.exception:
            found.append(Expected(awaited, awaited.exception))
        # Their handlers in the programs step over the instruction at fault.
        steps = (0, 2) if awaited.exception in STEPPED_OVER else (0,)
        found.append(Expected(awaited, further=steps))
    return found


def _against(frame: Frame, expected: list[Expected]) -> str | None:
    """What is wrong about a frame; takes the one that it should be, and those passed over."""
    while expected:
        should = expected.pop(0)
        wrong = "".join(_differences(frame, should))
        if not wrong or not should.awaited.is_local:
            return wrong
    return "one too many"


def _differences(frame: Frame, should: Expected) -> Iterator[str]:
    if frame.exception != should.exception:
        yield f"exception {frame.exception}, not {should.exception}"
        return
    if should.exception is not None:
        return
    awaited = should.awaited
    if not awaited.is_switch and frame.pc not in [awaited.pc + step for step in should.further]:
        yield f"pc {frame.pc:#x}, not {awaited.pc:#x}"
        return
    for name, word in {"sp": awaited.sp, **awaited.kept}.items():
        if frame.registers.get(name) not in (None, word):
            yield f"{name} "


def _place(frame: Frame, names: Mapping[int, str]) -> str:
    start = max((at for at in names if at <= frame.lookup_pc), default=0)
    return f"{names.get(start, '?')}+{frame.pc - start:#x}"
