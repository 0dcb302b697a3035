"""Firmware in QEMU: the process, and the machine in it as a debugger's hardware would see it."""

import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.channel import Channel
from stackdump_probe.simulator.gdb_remote import GdbRemote
from stackdump_probe.simulator.machines import MachineModel
from stackdump_probe.simulator.qmp import Qmp
from stackdump_probe.simulator.qtest import COMMAND_BY_SIZE, Qtest
from stackdump_probe.simulator.registers import WAITS, CoreRegisters
from stackdump_probe.simulator.saved_state import saved_state
from stackdump_probe.simulator.still_memory import StillMemory

PROGRAM = "qemu-system-arm"
INSTALL = (
    f"install {PROGRAM}: `sudo apt install {PROGRAM}` on Debian and Ubuntu, "
    "`brew install qemu` on macOS"
)
CHANNELS = ("gdb", "qmp", "qtest")

# What a debugger writes there, QEMU's gdb stub drops; qtest reaches it. Armv7-M ARM (DDI 0403)
# B3.1: Peripheral, Device and System regions.
DEVICE_SPACE = (range(0x40000000, 0x60000000), range(0xA0000000, 0x1_0000_0000))
ICSR = 0xE000ED04
PENDSTSET, PENDSTCLR = 1 << 26, 1 << 25


def qemu_program() -> str:
    """The path of QEMU for Arm; raises SimulatorError with how to install it."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise SimulatorError(f"{PROGRAM} is not installed", hint=INSTALL)
    return program


class Machine:
    """A machine with firmware in it, halted before its first instruction until `resume`.

    Its process ends with `close`, and with this process whatever happens. Calls from several
    threads are served one after the other.
    """

    def __init__(self, model: MachineModel, elf: Path) -> None:
        self.model = model
        self.elf = elf
        self.is_halted = True
        self._lock = threading.RLock()
        self._saved = b""
        with ExitStack() as opened:
            self._stderr = opened.enter_context(tempfile.TemporaryFile())
            ends = {name: socket.socketpair() for name in CHANNELS}
            for ours, theirs in ends.values():
                opened.callback(ours.close)
                opened.callback(theirs.close)
            descriptors = {name: theirs.fileno() for name, (_, theirs) in ends.items()}
            self._process = subprocess.Popen(
                qemu_command(model, elf, descriptors),
                pass_fds=tuple(descriptors.values()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
            )
            opened.callback(self._end_process)
            for _, theirs in ends.values():
                theirs.close()
            self._gdb_channel, qmp, qtest = (Channel(ours) for ours, _ in ends.values())
            with self._explained():
                self._gdb = GdbRemote(self._gdb_channel)
                self._qmp = Qmp(qmp)
                self._qtest = Qtest(qtest)
                self._registers = CoreRegisters(self._gdb, model, self._save)
                self._memory = StillMemory(self._gdb.read_memory, model)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; a second call does nothing."""
        self._opened.close()

    def halt(self) -> None:
        """Stop the core where it is; it also leaves a WFI or WFE that it sleeps in."""
        with self._serving():
            if not self.is_halted:
                self._gdb.interrupt()
                self.is_halted = True
                self._registers.leave_wait(self._pending_interrupt)

    def resume(self) -> None:
        """Let the core run."""
        with self._serving():
            if self.is_halted:
                self._let_run()
                self.is_halted = False
                self._gdb.resume()

    def step(self) -> None:
        """Execute one instruction of the halted core, taking no interrupt."""
        with self._serving():
            self._let_run()
            self._gdb.step()

    def run_to(self, addresses: Collection[int], *, patience: float = 10.0) -> bool:
        """Let the halted core run until it is about to execute what is at one of `addresses`.

        False if it does not come to any within `patience` seconds. It is halted in both cases.
        """
        with self._serving():
            if self._gdb.read_register("pc") in addresses:
                self.step()
            for address in addresses:
                self._gdb.set_breakpoint(address)
            self._let_run()
            self._gdb.resume()
            has_come = self._gdb.stops_within(patience)
            if not has_come:
                self._gdb.interrupt()
            for address in addresses:
                self._gdb.clear_breakpoint(address)
            return has_come

    def reset(self) -> None:
        """Reset the machine; it stays halted or running as it was."""
        with self._serving():
            self._let_run()
            self._qmp.execute("system_reset")
            self._qmp.is_running()  # answered after the reset

    def read_memory(self, address: int, size: int) -> bytes | None:
        """Return `size` bytes, or None if any of them lies on no memory.

        A running core stands still for the moment of a read beyond its own flash and RAM.
        """
        with self._serving():
            content = self._memory.read(address, size) if self.is_halted else None
            if content is not None:
                return content
            # That of Secure state, too, which the gdb stub hides while other code runs.
            if self._memory.is_own(address, size):
                return self._qtest.read(address, size)
            with self._standing_still():
                return self._gdb.read_memory(address, size)

    def write_memory(self, address: int, content: bytes) -> bool:
        """Write memory, or a device's register; False if nothing is there."""
        with self._serving(), self._standing_still():
            self._forget()
            is_device = any(address in space for space in DEVICE_SPACE)
            if is_device and len(content) in COMMAND_BY_SIZE:
                self._qtest.write(address, content)
                return True
            if self._gdb.read_memory(address, len(content)) is None:
                return False  # the stub would agree to write it
            return self._gdb.write_memory(address, content)

    def read_register(self, name: str) -> int | None:
        """A register of the halted core by its lower-case name; None if this core has none such."""
        with self._serving():
            self._memory.forget()  # time passes for devices while a core is stepped
            return self._registers.read(name)

    def core_registers(self) -> dict[str, int]:
        """r0 to pc and xpsr of the halted core, faster than one by one."""
        with self._serving():
            return self._gdb.read_core()

    def write_register(self, name: str, value: int) -> bool:
        """Set a register of the halted core; False for those that QEMU cannot set."""
        with self._serving():
            return self._registers.write(name, value)

    def is_running(self) -> bool:
        """True if QEMU itself says that the machine runs; asked over a way of its own."""
        with self._serving():
            return self._qmp.is_running()

    def is_asleep(self) -> bool:
        """True if the running core waits in WFI or WFE."""
        with self._serving():
            return not self.is_halted and self._sleeps()

    def is_secure(self) -> bool:
        """True if the core is in Secure state; only for cores with the Security Extension."""
        with self._serving():
            return " S " in self._monitor("info registers")

    @property
    def process_id(self) -> int:
        """The id of QEMU's process."""
        return self._process.pid

    @property
    def gdb_channel(self) -> Channel:
        """The way to the gdb stub, for another client while the machine is halted."""
        self._let_run()
        return self._gdb_channel

    def _forget(self) -> None:
        """Something is about to change."""
        self._registers.forget()
        self._memory.forget()

    def _let_run(self) -> None:
        """The core is about to execute something."""
        self._forget()
        self._saved = b""

    def _save(self) -> bytes:
        """The state of the halted machine; QEMU saves it but once before that runs again."""
        self._saved = self._saved or saved_state(self._qmp)
        return self._saved

    @contextmanager
    def _serving(self) -> Iterator[None]:
        with self._lock, self._explained():
            yield

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        if self.is_halted:
            yield
            return
        self._gdb.interrupt()
        try:
            yield
        finally:
            self._gdb.resume()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """If QEMU ends, tell what it said last."""
        try:
            yield
        except SimulatorError as error:
            said = self._last_words()
            text = f"{error}: {said}" if said else str(error)
            raise SimulatorError(text, hint=error.hint) from error

    def _last_words(self) -> str:
        try:
            self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return ""
        if self._stderr.closed:
            return "it was closed"
        self._stderr.seek(0)
        lines = self._stderr.read(4096).decode(errors="replace").strip().splitlines()
        lines = [line for line in lines if ": warning: " not in line]  # of how it was started
        return lines[0] if lines else f"exit status {self._process.returncode}"

    def _sleeps(self) -> bool:
        """The core sleeps if its pc, as QEMU shows it without stopping, is behind a WFI or WFE."""
        shown = self._monitor("info registers")
        at = int(shown.partition("R15=")[2][:8] or "0", 16) - 2
        if not self._memory.is_own(at, 2):
            return False
        return int.from_bytes(self._qtest.read(at, 2), "little") in WAITS

    def _monitor(self, line: str) -> str:
        return str(self._qmp.execute("human-monitor-command", **{"command-line": line}))

    @contextmanager
    def _pending_interrupt(self) -> Iterator[None]:
        """SysTick is pending in the block, as it may have been before."""
        content = self._gdb.read_memory(ICSR, 4) or b""
        if int.from_bytes(content, "little") & PENDSTSET:
            yield
            return
        self._qtest.write(ICSR, PENDSTSET.to_bytes(4, "little"))
        yield
        self._qtest.write(ICSR, PENDSTCLR.to_bytes(4, "little"))

    def _end_process(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def qemu_command(model: MachineModel, elf: Path, descriptors: dict[str, int]) -> list[str]:
    """The command line; the channels are sockets that are handed down, so nothing can clash."""
    command = [qemu_program(), "-machine", model.name, "-kernel", str(elf), "-S"]
    command += ["-nodefaults", "-display", "none", "-serial", "null", "-monitor", "none"]
    for name, descriptor in descriptors.items():
        command += ["-chardev", f"socket,id={name},fd={descriptor}"]
    command += ["-gdb", "chardev:gdb", "-mon", "chardev=qmp,mode=control"]
    command += ["-qtest", "chardev:qtest", "-qtest-log", "none"]
    setpriv = shutil.which("setpriv")  # util-linux: the child dies with us
    return [setpriv, "--pdeathsig", "KILL", "--", *command] if setpriv else command
