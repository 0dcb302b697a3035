from types import SimpleNamespace

import pytest

from stackdump_probe.capture.as_found import AsFound
from stackdump_probe.capture.pyocd_probe import _core
from stackdump_probe.errors import ConnectError


def test_a_core_that_pyocd_could_not_make_is_no_core() -> None:
    session = SimpleNamespace(target=SimpleNamespace(cores={0: object()}))
    with pytest.raises(ConnectError, match="core 0 does not answer"):
        _core(session, 0, AsFound())


def test_a_core_that_the_target_has_not() -> None:
    session = SimpleNamespace(target=SimpleNamespace(cores={0: object(), 1: object()}))
    with pytest.raises(ConnectError, match="no core 2") as failure:
        _core(session, 2, AsFound())
    assert failure.value.hint == "cores found: 0, 1"
