"""What goes over the wire while the core stands still, and how long that takes on real hardware."""

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from stackdump_probe.cli.main import run
from stackdump_probe.record import Record
from stackdump_probe.simulator.bench import SimulatedProbe
from stackdump_probe.simulator.interposer import Access, Interposer, Reply

TAR = 0x4
LOWEST = 0x1000  # what is written to the same register of another bank is lower: DCRSR's selectors
FULL_SPEED = 64  # bytes of a bulk packet (USB 2.0, 5.8.3)
FRAME = 1e-3  # seconds; a full-speed host polls once in a frame: a command and its answer take one
CLOCK = 4e6  # Hz
# SWD (IHI 0031, B4.1): request 8, turnaround 1, ACK 3, data and parity 33, turnaround 1; then the
# two idle cycles that pyOCD asks the probe for.
CYCLES = 8 + 1 + 3 + 33 + 1 + 2


class Traffic(Record):
    """Packets (a command and its answer) and SWD transfers."""

    packets: int
    transfers: int

    def shared_by(self, count: int) -> "Traffic":
        """Of each of so many that are alike."""
        return Traffic(round(self.packets / count), round(self.transfers / count))

    @property
    def seconds(self) -> float:
        """On a full-speed probe that answers each packet before the next is sent."""
        return self.packets * FRAME + self.transfers * CYCLES / CLOCK


class Meter(Interposer):
    """Counts what comes by while the core stands still, and while it runs.

    `noted` are the addresses that TAR was set to while the core stood still, before the last
    `take`.
    """

    def __init__(self) -> None:
        self.is_halted: Callable[[], bool] = lambda: False
        self.noted: tuple[int, ...] = ()
        self._addresses: set[int] = set()
        self._transfers = {False: 0, True: 0}
        self._packets = {False: 0, True: 0}

    def access(self, access: Access) -> Reply | None:
        is_halted = self.is_halted()
        self._transfers[is_halted] += 1
        sets_tar = access.is_ap and not access.is_read and access.register == TAR
        if is_halted and sets_tar and access.word >= LOWEST:
            self._addresses.add(access.word)
        return None

    def passes_block(self, count: int) -> bool:
        self._transfers[self.is_halted()] += count
        return True

    def response(self, command: bytes, response: bytes) -> bytes:
        del command
        self._packets[self.is_halted()] += 1
        return response

    def take(self) -> tuple[Traffic, Traffic]:
        """Of the halted and of the running core since the last call."""
        found = tuple(Traffic(self._packets[key], self._transfers[key]) for key in (True, False))
        self._transfers = {False: 0, True: 0}
        self._packets = {False: 0, True: 0}
        self.noted, self._addresses = tuple(sorted(self._addresses)), set()
        return found[0], found[1]


def by_capture(meter: Meter, folder: Path, *options: str) -> tuple[Traffic, Traffic]:
    """What our `capture` takes with these options."""
    meter.take()
    with redirect_stdout(StringIO()) as shown, redirect_stderr(shown):
        path = str(folder / "x.dump")
        code = run(["capture", "-t", "stm32f4", "--force", "-o", path, *options])
    assert code == 0, shown.getvalue()
    return meter.take()


def by_pyocd(meter: Meter, folder: Path, start: int, size: int) -> tuple[Traffic, Traffic]:
    """What pyOCD's own commands take: halt, all registers, a range of memory, go."""
    from pyocd.__main__ import PyOCDTool

    path = folder / "x.bin"
    path.unlink(missing_ok=True)
    commands = ("halt", "reg all", f"savemem {start:#x} {size:#x} {path}", "go")
    line = ["cmd", "--no-config", "-W", "-t", "cortex_m", "-f", "4m", "-M", "attach"]
    line += [word for command in commands for word in ("-c", command)]
    meter.take()
    with redirect_stdout(StringIO()) as shown, redirect_stderr(shown):
        code = PyOCDTool().run(line)
    assert not code, shown.getvalue()
    assert path.stat().st_size == size, shown.getvalue()
    return meter.take()


def attach_meter(meter: Meter, sim: SimulatedProbe) -> None:
    """From now on the meter knows whether the core stands still."""
    meter.is_halted = lambda: sim.machine.is_halted
