"""A part that shows its vendor's ROM table and no core."""

import pytest

from stackdump_probe.capture.as_found import AsFound
from stackdump_probe.capture.part_tables.row import ATMEL, ST
from stackdump_probe.capture.pyocd_bench import find_probe
from stackdump_probe.capture.pyocd_session import opened
from stackdump_probe.errors import ConnectError
from stackdump_probe.record import replace
from stackdump_probe.simulator.bench import plugged_in
from stackdump_probe.simulator.machines import MACHINES
from tests.unit.capture.bench import APart


@pytest.mark.parametrize(
    ("designer", "said"),
    [(ATMEL, "this looks like a SAM D, L or C"), (ST, "the target answers, but shows no core")],
)
def test_a_sam_that_shows_only_its_dsu(designer: int, said: str) -> None:
    hidden = replace(MACHINES["netduinoplus2"], rom_designer=designer, components=())
    with (
        plugged_in(APart(model=hidden), "T1"),
        pytest.raises(ConnectError, match=said) as failure,
    ):
        opened(find_probe(None), "cortex_m", 4_000_000, AsFound())
    assert "erase" in (failure.value.hint or "")
