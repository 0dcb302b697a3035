"""Some programs stepped through from their reset: every frame is the one that really waits."""

import pytest

from tests.stepping.matrix import SAMPLE, VARIANTS, WITH_SYMBOLS, Build
from tests.stepping.run import verdicts_on

STEPS, EVERY = 5000, 8
LEAST = 60  # states
# libgcc's helpers for switches are known by their names: on Armv6-M stripped code ends there.
LEAST_RIGHT = 0.8


@pytest.mark.parametrize("build", SAMPLE, ids=lambda build: build.name)
def test_every_frame_is_one_that_really_waits_or_is_marked_as_a_guess(build: Build) -> None:
    verdicts = verdicts_on(build, VARIANTS, most_steps=STEPS, every=EVERY)
    for variant, verdict in verdicts.items():
        assert verdict.states.total() >= LEAST
        assert verdict.states["wrong"] == 0, (variant, verdict.lines)
    for variant in WITH_SYMBOLS:
        assert verdicts[variant].states["right"] == verdicts[variant].states.total(), (
            variant,
            verdicts[variant].lines,
        )
    for variant in ("stripped", "bare", "rom"):
        verdict = verdicts[variant]
        assert verdict.states["right"] >= LEAST_RIGHT * verdict.states.total(), (
            variant,
            verdict.lines,
        )
