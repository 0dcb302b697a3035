"""A fixed sample of what scripts/differential compares: captured through pyOCD, judged by GDB."""

import pytest

from tests.differential.harness import verdict_on
from tests.differential.matrix import SAMPLE, Build

AT_RANDOM, STEPPING = 10, 6


@pytest.mark.parametrize("build", SAMPLE, ids=lambda build: build.name)
def test_gdb_and_the_machine_itself_find_what_we_find(build: Build) -> None:
    found = verdict_on(build, at_random=AT_RANDOM, stepping=STEPPING, by_probe=True)
    assert [each.line for each in found.unexplained] == []
    assert found.counts["states"] >= AT_RANDOM
    assert found.counts["variables"] + found.counts["statics"] >= found.counts["states"]
