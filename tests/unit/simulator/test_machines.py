import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.machines import MACHINES, machine_named


def test_every_kind_of_core_has_a_machine() -> None:
    cores = {model.core for model in MACHINES.values()}
    kinds = {"Cortex-M0", "Cortex-M3", "Cortex-M4", "Cortex-M7", "Cortex-M33", "Cortex-M55"}
    assert cores == kinds


def test_an_unknown_machine_is_an_error_that_names_those_known() -> None:
    with pytest.raises(SimulatorError, match="no machine 'raspi2b'") as refusal:
        machine_named("raspi2b")
    assert "netduinoplus2" in str(refusal.value.hint)
