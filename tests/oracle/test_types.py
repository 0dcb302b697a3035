"""Our types and those worked out from pyelftools' entries agree on every fixture."""

from collections import Counter

import pytest

from tests.oracle.fixtures import ELVES, image_of, oracle_of
from tests.oracle.types import differences


@pytest.mark.parametrize("case", ELVES)
def test_types_have_the_same_names_sizes_and_members(case: str) -> None:
    counts: Counter[str] = Counter()
    assert list(differences(image_of(case), oracle_of(case).get_dwarf_info(), counts)) == []
    assert counts["size"] > 20
    assert counts["members"] > 0
