"""Every fault at a few moments of a capture; `scripts/faults` tries them at all."""

from collections.abc import Iterator

import pytest

from tests.faults.catalogue import FAULTS, Fault
from tests.faults.trial import Bench, a_bench, try_out


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with a_bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_costs_no_more_than_it_must(fault: Fault, bench: Bench) -> None:
    """One moment while connecting, and one while the core stands still, another for each fault."""
    total = bench.extent.of(fault.unit)
    where = FAULTS.index(fault) / len(FAULTS)
    moments = {round(share * total) for share in (where * 0.2, 0.3 + where * 0.6)}
    found = {at: try_out(bench, fault, at) for at in sorted(moments)}
    assert [(at, outcome) for at, outcome in found.items() if outcome.defects] == []
