"""The id of a probe that is firmware in QEMU: `fw.elf?machine=mps2-an385&run=500ms`.

pyOCD cuts off the `qemu:` in front of it.
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl

from stackdump_probe.errors import ImageError, SimulatorError
from stackdump_probe.record import Record
from stackdump_probe.simulator.choose import model_for
from stackdump_probe.simulator.machines import MachineModel, machine_named

DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
RUN_FOR = 0.5
LONGEST_RUN = 3600.0
FORM = "write qemu:fw.elf, or qemu:fw.elf?machine=mps2-an385&run=500ms"


class ProbeId(Record):
    """Which program is run, on which machine (None: as the program asks), and for how long first.

    `text` is the id as the user wrote it; `run_for` is in seconds.
    """

    text: str
    elf: Path
    machine: str | None = None
    run_for: float = RUN_FOR

    def model(self) -> MachineModel:
        """The machine; raises SimulatorError if there is none of that name, or no such file."""
        if self.machine is not None:
            return machine_named(self.machine)
        try:
            return model_for(self.elf.read_bytes())
        except OSError as error:
            raise SimulatorError(f"{self.elf}: {error.strerror}") from error
        except ImageError as error:
            raise SimulatorError(f"{self.elf}: {error}") from error


def parse_probe_id(text: str, directory: Path) -> ProbeId:
    """Read an id, its path taken from `directory`; raises SimulatorError."""
    path, _, query = text.partition("?")
    machine, run_for = None, RUN_FOR
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key == "machine":
            machine = value
        elif key == "run" and (found := DURATION.fullmatch(value)):
            run_for = min(float(found[1]) / (1000 if found[2] == "ms" else 1), LONGEST_RUN)
        else:
            raise SimulatorError(f"{key}={value} is not understood", hint=FORM)
    if not path:
        raise SimulatorError("qemu: needs an ELF", hint=FORM)
    return ProbeId(text, directory / Path(path).expanduser(), machine, run_for)
