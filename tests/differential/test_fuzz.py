"""Whatever registers, stack and rules hold: a trace that ends, and says why."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from stackdump_probe.dump import decode
from stackdump_probe.report.model import ReportFrame, Thread
from stackdump_probe.unwind.unwinder import LIMIT
from tests.differential.fuzz import fuzzed
from tests.differential.programs import Program, program_of

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = ("nested_gcc_og", "nested_clang_o2", "fault_gcc_os", "callback_gcc_o2", "rover_rustc_os")
SEEDS = 40
AT_A_TIME = 10


@cache
def elf_of(case: str) -> bytes:
    return (GOLDEN / case / "fw.elf").read_bytes()


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
@pytest.mark.parametrize("case", CASES)
def test_a_wrong_state_ends_with_a_reason(case: str, first: int) -> None:
    program = program_of(GOLDEN / case / "fw.elf")
    dump = decode((GOLDEN / case / "hang.dump").read_bytes())
    for seed in range(first, first + AT_A_TIME):
        (thread,) = fuzzed(elf_of(case), dump, seed).threads
        depth = sum(frame.kind != "inline" for frame in thread.frames)
        assert thread.end.reason
        assert depth <= LIMIT + 1
        assert thread.end.kind != "limit" or depth >= LIMIT
        assert list(unproved(thread, program)) == []


def unproved(thread: Thread, program: Program) -> Iterator[ReportFrame]:
    """Callers that are shown as certain although no call stands before their pc."""
    frames = [frame for frame in thread.frames if frame.kind != "inline"]
    for inner, frame in pairwise(frames):
        if frame.doubt or frame.rule == "scan":
            return
        if inner.kind == frame.kind == "function" and not program.is_call(frame.pc):
            yield frame
