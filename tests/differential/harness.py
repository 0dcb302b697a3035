"""One program from its sources to a verdict: build, run, halt, trace, ask GDB, compare."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stackdump_probe.dump import encode
from stackdump_probe.image.elf import Image
from tests.differential.accepted import rule_of
from tests.differential.build import elf_of
from tests.differential.comparing import Difference, compared
from tests.differential.matrix import Build
from tests.differential.programs import program_of
from tests.differential.states import Halts, State, states_of
from tests.judge.judge import GdbDied, judged


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A difference under no rule: what differs, in a line, and the dump to look into."""

    kind: str
    line: str
    dump: bytes


@dataclass(slots=True)
class Verdict:
    """What was found: how much was compared, how often each rule held, and what is unexplained."""

    counts: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    unexplained: list[Unexplained] = field(default_factory=list)

    def add(self, other: "Verdict") -> None:
        """Take in what another one found."""
        self.counts += other.counts
        self.accepted += other.accepted
        self.unexplained += other.unexplained


def verdict_on(build: Build, *, at_random: int, stepping: int, by_probe: bool) -> Verdict:
    """Compare so many states of one program."""
    elf = elf_of(build)
    image = Image.from_bytes(elf.read_bytes())
    halts = Halts(at_random, stepping)
    states = list(states_of(build, program_of(elf), image, halts, by_probe=by_probe))
    found = Verdict()
    for state, answer in zip(states, _asked(elf, states), strict=True):
        _take_proof(found, build, state)
        if answer is None:
            found.counts["unjudged"] += 1
            continue
        comparison = compared(state.traced, answer)
        found.counts += comparison.counts
        for difference in comparison.differences:
            rule = rule_of(difference, state)
            if rule is None:
                found.unexplained.append(_unexplained(build, state, difference))
            else:
                found.accepted[rule.name] += 1
    found.counts["programs"] = 1
    found.counts["captured"] = len(states) * by_probe
    return found


def _asked(elf: Path, states: Sequence[State]) -> list[dict[str, Any] | None]:
    with tempfile.TemporaryDirectory() as folder:
        dumps = [Path(folder) / f"{number}.dump" for number in range(len(states))]
        for path, state in zip(dumps, states, strict=True):
            path.write_bytes(encode(state.dump))
        units = sorted({*states[0].program.functions.values()})
        return answers(elf, dumps, units)


def answers(elf: Path, dumps: Sequence[Path], units: Sequence[int]) -> list[dict[str, Any] | None]:
    """GDB's, None for each dump that it broke off at."""
    found: list[dict[str, Any] | None] = []
    while len(found) < len(dumps):
        try:
            found += judged(elf, dumps[len(found) :], units=units)
        except GdbDied as death:
            found += [*death.answers, None]
    return found


def _take_proof(found: Verdict, build: Build, state: State) -> None:
    inner = [frame.kind for frame in state.traced.frames].index("function")
    found.counts["proved"] += max(state.proof.level - inner, 0)
    if state.proof.against is not None:
        wrong = Difference("proof", state.proof.against, None, state.proof.level)
        found.unexplained.append(_unexplained(build, state, wrong))


def _unexplained(build: Build, state: State, difference: Difference) -> Unexplained:
    frames = state.traced.frames
    at = difference.level
    function = frames[at].function if 0 <= at < len(frames) else None
    place = f"{build.name} {state.where} in {function} (proved to #{state.proof.level})"
    kind = f"{difference.what} {difference.name} {build.compiler}"
    return Unexplained(kind, f"{place}: {difference}", encode(state.dump))
