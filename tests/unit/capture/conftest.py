"""The simulated bench of those tests in which pyOCD has a part."""

from collections.abc import Iterator

import pytest

from tests.faults.spoilers import Relay
from tests.unit.capture.bench import ABench, a_bench


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def bench(relay: Relay) -> Iterator[ABench]:
    with a_bench(relay) as bench:
        yield bench
