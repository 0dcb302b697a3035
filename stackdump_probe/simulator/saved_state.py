"""What a halted machine holds that QEMU shows nobody: read from the state that it would save.

QEMU's migration stream (docs/devel/migration.rst): a JSON description of it stands at its end,
subsections of a device begin with 5, a length, their name, and their version; words are big-endian.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.qmp import Qmp

SUBSECTION = 5
DESCRIPTION = b'{"page_size"'
PATIENCE = 10.0  # seconds; some 30 ms is usual
PARTS = ("cpu/m", "cpu/m/faultmask-primask", "cpu/m/other-sp", "cpu/m/v8m", "cpu/m/fp")
SECURITY = "cpu/m-security"


def saved_state(qmp: Qmp) -> bytes:
    """The stream of a machine that stands still; it is had once, until the machine runs again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "state"
        qmp.execute("migrate", uri=f"exec:cat > '{file}'")
        deadline = monotonic() + PATIENCE
        while (status := qmp.execute("query-migrate")["status"]) != "completed":
            if status == "failed" or monotonic() > deadline:
                raise SimulatorError(f"QEMU does not save the state of the machine: {status}")
            sleep(0.002)
        return file.read_bytes()


def banked_registers(stream: bytes, sp: int) -> dict[str, int]:
    """The registers that each security state has its own of, by name; `sp` is the one in use.

    Of FPCCR and FPCAR, too, as `fpccr_s` and so on.
    """
    words = {name: values for part in (*PARTS, SECURITY) for name, values in _fields(stream, part)}

    def word(name: str, at: int = 0) -> int:
        return words[f"env.v7m.{name}"][at]

    found = {}
    for at, state in enumerate(("ns", "s")):
        bank = f"M_REG_{state.upper()}"
        parts = (word(f"{name}[{bank}]") for name in ("primask", "basepri", "faultmask", "control"))
        found[f"cfbp_{state}"] = sum((part & 0xFF) << 8 * n for n, part in enumerate(parts))
        for name in ("msplim", "psplim", "fpccr", "fpcar"):
            found[f"{name}_{state}"] = word(name, at)
    own, other = ("s", "ns") if word("secure") else ("ns", "s")
    on_psp = not word("exception") and word(f"control[M_REG_{own.upper()}]") & 2
    pointers = (word("other_sp"), sp) if on_psp else (sp, word("other_sp"))
    others = (word("other_ss_msp"), word("other_ss_psp"))
    for state, (msp, psp) in ((own, pointers), (other, others)):
        found |= {f"msp_{state}": msp, f"psp_{state}": psp}
    return found


def _fields(stream: bytes, part: str) -> Iterator[tuple[str, list[int]]]:
    """Yield the name and the values of each field of a subsection of the first core's state."""
    start = stream.find(bytes([SUBSECTION, len(part)]) + part.encode())
    description = _part(json.loads(stream[stream.rindex(DESCRIPTION) :]), part)
    if start < 0 or description is None:
        raise SimulatorError(f"the saved state of the machine has no {part}")
    at = start + 2 + len(part) + 4
    for field in description["fields"]:
        values = []
        for _ in range(field.get("array_len", 1)):
            values.append(int.from_bytes(stream[at : at + field["size"]], "big"))
            at += field["size"]
        yield field["name"], values


def _part(description: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The description of a subsection, wherever it is nested."""
    for part in (*description.get("devices", ()), *description.get("subsections", ())):
        if part.get("vmsd_name") == name:
            return dict(part)
        found = _part(part, name)
        if found is not None:
            return found
    return None
