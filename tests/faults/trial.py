"""One capture with one fault, and what came of it."""

import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import FrameType
from unittest.mock import patch

from stackdump_probe.arch import debug
from stackdump_probe.arch.registers import CORE
from stackdump_probe.capture import link, usb
from stackdump_probe.cli import capture as command
from stackdump_probe.cli.main import run
from stackdump_probe.dump import decode
from stackdump_probe.record import Record
from stackdump_probe.simulator.bench import SimulatedProbe, simulated_usb_probe
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.machines import MACHINES
from tests.faults.catalogue import Fault
from tests.faults.spoilers import Counter, Relay
from tests.live.programs import counting_on
from tests.live.watching import debug_registers, runs

PATIENCE = 60  # seconds until a capture counts as hung
SOON = 0.4  # seconds instead of five that a probe has to be plugged in again,
PROMPT = 0.5  # and instead of two that it has to answer, or a bus to be free: many are to be tried
MOST = 9.0  # of the ten after which pyOCD gives up by itself


class Hung(BaseException):
    """A capture did not end; no `except Exception` of pyOCD may catch it."""


class Outcome(Record):
    """What a user gets, and what the target is left as."""

    exit_code: int
    message: str
    target: str
    file: str
    seconds: float
    defects: tuple[str, ...] = ()


class Bench(Record):
    """A target that counts, behind a probe that can be spoiled in another way each time."""

    sim: SimulatedProbe
    relay: Relay
    folder: Path
    extent: Counter  # of a capture without a fault
    patience: float  # seconds that the probe has to answer


@contextmanager
def a_bench(folder: Path, *, patience: float = PROMPT) -> Iterator[Bench]:
    """An STM32F405 that counts."""
    model, relay, counter = MACHINES["netduinoplus2"], Relay(), Counter()
    with simulated_usb_probe(counting_on(model, folder), interposer=relay) as sim:
        code, shown = _capture(folder, relay, counter, MOST)
        assert code == 0, shown
        (folder / "x.dump").unlink()
        yield Bench(sim, relay, folder, counter, patience)


def try_out(bench: Bench, fault: Fault, at: int = 0) -> Outcome:
    """Capture with `fault` at the `at`-th of its units, and look at what is left."""
    before = debug_registers(bench.sim)
    began = time.monotonic()
    spoiler = fault.spoil(bench.sim, at)
    code, shown = _capture(bench.folder, bench.relay, spoiler, bench.patience)
    seconds = time.monotonic() - began
    path = bench.folder / "x.dump"
    file, lacking = _file(path, code, forgets=fault.forgets)
    target, changed = _target(bench.sim, before)
    defects = [*lacking, *_bad_words(shown)]
    if (code == 0 and file != "whole") or (
        file == "whole" and code and "cannot leave" not in shown
    ):
        defects.append(f"the file is {file}")
    if target == "halted" and not any(
        words in shown for words in ("may be halted", "may still be")
    ):
        defects.append("nobody was told that the core is halted")
    if fault.says not in shown:
        defects.append("the words are missing")
    if code not in fault.codes:
        defects.append(f"exit code {code}")
    if fault.link_lives and changed:
        defects.append(f"left otherwise: {target}")
    if sum(line.startswith("error: ") for line in shown.splitlines()) != bool(code):
        defects.append("not one line says what went wrong")
    if ("what was read is in" in shown) != (code == 5 and path.exists()):
        defects.append("the message and the file do not agree")
    path.unlink(missing_ok=True)
    defects += [f"{left.name} is left" for left in bench.folder.glob(".*")]
    _mend(bench)
    told = (*defects, shown) if defects else ()
    return Outcome(code, _message(shown), target, file, seconds, told)


def _capture(
    folder: Path, relay: Relay, interposer: Interposer, patience: float
) -> tuple[int, str]:
    """Run the command; return its exit code and what it said."""
    shown = StringIO()
    line = ["capture", "-t", "stm32f4", "-o", str(folder / "x.dump")]
    with (
        redirect_stderr(shown),
        redirect_stdout(shown),
        patch.object(command, "REPLUG_DEADLINE", SOON),
        patch.object(command, "ANSWER_DEADLINE", patience),
        patch.object(link, "BUSY_DEADLINE", PROMPT),
        patch.object(usb, "_strings_of_the_system", lambda _device: {"product": "A CMSIS-DAP"}.get),
        _alarm(),
    ):
        relay.put(interposer)
        try:
            code = run(line)
        except Hung:
            code = -1
            shown.write("error: it hangs\n")
        finally:
            relay.put(Interposer())
    return code, shown.getvalue()


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _file(path: Path, code: int, *, forgets: bool) -> tuple[str, list[str]]:
    """What the file is, and what it should hold and does not."""
    if not path.exists():
        return "none", ["no file"] if code == 0 else []
    dump = decode(path.read_bytes())
    words = dump.registers.words
    lacking = [f"no {name}" for name in CORE if name not in words]
    if words.get("r4") != 44 and not forgets:
        lacking.append("not the registers of the program")
    is_cut = any("cut short" in note for note in dump.notes)
    return ("partial" if is_cut else "whole"), lacking


def _bad_words(shown: str) -> list[str]:
    words = ("Traceback", "internal defect", "Exception", "it hangs")
    return [word for word in words if word in shown]


def _target(sim: SimulatedProbe, before: Mapping[int, int]) -> tuple[str, bool]:
    """The state that the target is in, and whether that is another than before."""
    now = debug_registers(sim)
    state = "runs" if runs(sim) else "halted"
    changed = [_name(address) for address, word in now.items() if word != before[address]]
    if state == "halted":
        return state, True
    return (f"runs, {', '.join(changed)} changed" if changed else "runs, as found"), bool(changed)


def _name(address: int) -> str:
    """The name of a register, as its manual has it."""
    names = {debug.DEMCR: "DEMCR", debug.DHCSR: "DHCSR", debug.DFSR: "DFSR", debug.DCRDR: "DCRDR"}
    return names.get(address, f"{address:#010x}")


def _message(shown: str) -> str:
    """The line that counts, without what differs from time to time."""
    lines = shown.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    chosen = (errors or [line for line in lines if line.startswith("saved ")] or [""])[-1]
    short = re.sub(r"(; what was read) is in .*", r"\1 is in FILE", chosen)
    short = re.sub(r"^saved .*?: ", "saved FILE: ", short)
    return re.sub(r"\b[\d.]+ (ms|KiB)|0x[0-9a-f]+", "N", short)


def _mend(bench: Bench) -> None:
    """Let the target run as before, for the next fault."""
    core = bench.sim.core
    core.write(debug.DHCSR, debug.DBGKEY)
    core.write(debug.DEMCR, 0)
    core.write(debug.DFSR, 0x1F)
    core.write(debug.DCRDR, 0)
