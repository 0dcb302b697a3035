"""Differences that are GDB's, each by the rule that says so."""

from tests.differential.accepted.callers import CALLERS
from tests.differential.accepted.frames import FRAMES
from tests.differential.accepted.lists import LISTS
from tests.differential.accepted.names import NAMES
from tests.differential.accepted.places import PLACES
from tests.differential.accepted.rule import Rule
from tests.differential.comparing import Difference
from tests.differential.states import State

RULES = (*FRAMES, *NAMES, *CALLERS, *PLACES, *LISTS)


def rule_of(difference: Difference, state: State) -> Rule | None:
    """The rule that a difference falls under; None if it is unexplained."""
    return next((rule for rule in RULES if rule.holds(difference, state)), None)
