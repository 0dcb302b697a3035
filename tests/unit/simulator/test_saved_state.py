import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.saved_state import banked_registers, saved_state

FIELDS = {
    "cpu/m": ("control[M_REG_NS]", "basepri[M_REG_NS]", "exception"),
    "cpu/m/faultmask-primask": ("faultmask[M_REG_NS]", "primask[M_REG_NS]"),
    "cpu/m/other-sp": ("other_sp",),
    "cpu/m/v8m": ("msplim", "msplim", "psplim", "psplim"),
    "cpu/m/fp": ("fpccr", "fpccr", "fpcar", "fpcar"),
    "cpu/m-security": (
        *("secure", "other_ss_msp", "other_ss_psp", "control[M_REG_S]"),
        *("basepri[M_REG_S]", "faultmask[M_REG_S]", "primask[M_REG_S]"),
    ),
}


def a_stream(words: Mapping[str, tuple[int, ...]], *, without: str = "") -> bytes:
    """As docs/devel/migration.rst has it: big-endian fields, and a description behind them."""
    stream, described = b"QEVM", []
    for part, names in FIELDS.items():
        if part == without:
            continue
        stream += bytes([5, len(part)]) + part.encode() + (1).to_bytes(4, "big")
        fields = []
        for name in dict.fromkeys(names):
            count = names.count(name)
            values = words.get(name, (0,) * count)
            stream += b"".join(value.to_bytes(4, "big") for value in values)
            field = {"name": f"env.v7m.{name}", "type": "uint32", "size": 4}
            fields.append(field | ({"array_len": count} if count > 1 else {}))
        described.append({"vmsd_name": part, "version": 1, "fields": fields})
    cpu = {"name": "cpu", "vmsd_name": "cpu", "fields": [], "subsections": described}
    return stream + json.dumps({"page_size": 1024, "devices": [cpu]}).encode()


def test_a_secure_thread_on_its_process_stack() -> None:
    words = {
        "secure": (1,), "control[M_REG_S]": (2,), "other_sp": (0x100,),
        "other_ss_msp": (0x200,), "other_ss_psp": (0x300,), "msplim": (1, 2), "psplim": (3, 4),
        "fpccr": (5, 6), "fpcar": (7, 8), "primask[M_REG_NS]": (1,),
    }  # fmt: skip
    found = banked_registers(a_stream(words), 0x400)
    assert {name: found[name] for name in ("msp_s", "psp_s", "msp_ns", "psp_ns")} == {
        "msp_s": 0x100,
        "psp_s": 0x400,
        "msp_ns": 0x200,
        "psp_ns": 0x300,
    }
    assert (found["msplim_s"], found["psplim_ns"]) == (2, 3)
    assert (found["fpccr_s"], found["fpcar_ns"]) == (6, 7)
    assert (found["cfbp_s"], found["cfbp_ns"]) == (0x0200_0000, 1)


def test_a_handler_is_on_the_main_stack_whatever_control_says() -> None:
    words = {"control[M_REG_NS]": (2,), "exception": (17,), "other_sp": (0x100,)}
    found = banked_registers(a_stream(words), 0x400)
    assert (found["msp_ns"], found["psp_ns"]) == (0x400, 0x100)


def test_a_state_without_a_part_is_an_error() -> None:
    with pytest.raises(SimulatorError, match="has no cpu/m-security"):
        banked_registers(a_stream({}, without="cpu/m-security"), 0)


class FakeQmp:
    """A monitor that saves `content`, or fails."""

    def __init__(self, *statuses: str) -> None:
        self._statuses = list(statuses)

    def execute(self, command: str, **arguments: Any) -> Any:
        if command == "migrate":
            file = str(arguments["uri"]).removeprefix("exec:cat > '").removesuffix("'")
            Path(file).write_bytes(b"QEVM")
            return {}
        return {"status": self._statuses.pop(0)}


def test_the_state_is_there_once_qemu_says_so() -> None:
    qmp: Any = FakeQmp("active", "completed")
    assert saved_state(qmp) == b"QEVM"


def test_a_state_that_cannot_be_saved_is_an_error() -> None:
    qmp: Any = FakeQmp("active", "failed")
    with pytest.raises(SimulatorError, match="does not save the state of the machine: failed"):
        saved_state(qmp)
