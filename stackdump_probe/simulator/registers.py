"""The registers of a halted core in QEMU, with those that its gdb stub does not show.

QEMU 7.2 shows r0-r15, xPSR, d0-d15 and FPSCR. The others are had by executing `MRS r0, ...` at
the pc, one step each, and putting back what was there. To unprivileged code the stack pointer
that is not in use reads as 0. What each security state has of its own is taken from the state
that QEMU would save.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import MappingProxyType

from stackdump_probe.arch.debug import VTOR
from stackdump_probe.arch.registers import BANKS, CORE, SINGLES
from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.gdb_remote import GdbRemote
from stackdump_probe.simulator.machines import MachineModel
from stackdump_probe.simulator.saved_state import banked_registers

# MRS's SYSm (Armv7-M ARM DDI 0403, B5.1.1).
SYSM = MappingProxyType(
    {
        "msp": 0x08,
        "psp": 0x09,
        "primask": 0x10,
        "basepri": 0x11,
        "faultmask": 0x13,
        "control": 0x14,
    }
)
MAINLINE_ONLY = frozenset({"basepri", "faultmask"})
CFBP = ("primask", "basepri", "faultmask", "control")  # lowest byte first
XPSR_IT_ICI = 0x0600FC00  # an MRS in an IT block would be conditional
NOP = b"\x00\xbf"
WAITS = (0xBF20, 0xBF30)  # WFE, WFI
CONTROL_NPRIV, CONTROL_SPSEL = 1, 2


class CoreRegisters:
    """Reads and writes by lower-case name; what stepping found is kept until `forget`."""

    def __init__(
        self, gdb: GdbRemote, model: MachineModel, save: Callable[[], bytes] = bytes
    ) -> None:
        self._gdb = gdb
        self._save = save
        self._has_security = model.has_security
        self._system = dict(SYSM)
        if model.is_armv6m:
            self._system = {n: at for n, at in self._system.items() if n not in MAINLINE_ONLY}
        self._has_fpu = "fpscr" in gdb.numbers
        self._special: dict[str, int] = {}
        self._shown: dict[str, int] = {}  # by the stub
        self._banked: dict[str, int] = {}

    def forget(self) -> None:
        """The core is about to run, or its state to change."""
        self._special = {}
        self._shown = {}
        self._banked = {}

    def read(self, name: str) -> int | None:
        """The word in `name`; None if this core has no such register."""
        if name in CORE or name == "xpsr":
            return self._general(name)
        if name == "fpscr" or name in SINGLES:
            return self._float(name) if self._has_fpu else None
        if name in BANKS:
            return self._of_both_states().get(name)
        special = self._specials()
        if name == "cfbp":
            octets = (special.get(part, 0) & 0xFF for part in CFBP)
            return int.from_bytes(octets, "little")
        return special.get(name)

    def write(self, name: str, value: int) -> bool:
        """Set `name`; False for those that the stub does not show."""
        self.forget()
        if name in CORE or name == "xpsr" or (name == "fpscr" and self._has_fpu):
            self._gdb.write_register(name, value)
            return True
        if name in SINGLES and self._has_fpu:
            double, shift = _half_of_double(name)
            other = self._gdb.read_register(double) & ~(0xFFFFFFFF << shift)
            self._gdb.write_register(double, other | value << shift, size=8)
            return True
        return False

    def leave_wait(self, pending: Callable[[], AbstractContextManager[None]]) -> None:
        """If the core may sleep in WFI or WFE, have it leave that, as a halt does.

        QEMU steps no core that sleeps. An interrupt that is `pending` ends the waiting; steps do
        not take it.
        """
        before = self._gdb.read_memory(self._gdb.read_register("pc") - 2 & 0xFFFFFFFF, 2)
        if before is not None and int.from_bytes(before, "little") in WAITS:
            with pending():
                self._executed([NOP])

    def _general(self, name: str) -> int:
        if name not in self._shown:
            self._shown |= self._gdb.read_core()
        return self._shown[name]

    def _float(self, name: str) -> int:
        whole, shift = (name, 0) if name == "fpscr" else _half_of_double(name)
        if whole not in self._shown:
            self._shown[whole] = self._gdb.read_register(whole)
        return self._shown[whole] >> shift & 0xFFFFFFFF

    def _specials(self) -> dict[str, int]:
        if not self._special:
            words = self._executed([mrs_r0(number) for number in self._system.values()])
            self._special = dict(zip(self._system, words, strict=True))
            if self._special["control"] & CONTROL_NPRIV:  # to unprivileged code, the others are 0
                active = "psp" if self._special["control"] & CONTROL_SPSEL else "msp"
                self._special[active] = self._gdb.read_register("sp")
        return self._special

    def _of_both_states(self) -> dict[str, int]:
        if not self._banked and self._has_security:
            self._banked = banked_registers(self._save(), self._gdb.read_register("sp"))
        return self._banked

    def _executed(self, instructions: list[bytes]) -> list[int]:
        """Execute each at the pc; return r0 after each. Registers and memory are put back."""
        gdb = self._gdb
        kept = {name: gdb.read_register(name) for name in ("r0", "pc", "xpsr")}
        at, beneath = self._scratch(kept["pc"], max(map(len, instructions)))
        words = []
        try:
            gdb.write_register("xpsr", kept["xpsr"] & ~XPSR_IT_ICI)
            for instruction in instructions:
                gdb.write_memory(at, instruction)
                gdb.write_register("pc", at)
                gdb.step()
                words.append(gdb.read_register("r0"))
        finally:
            gdb.write_memory(at, beneath)
            for name, value in kept.items():
                gdb.write_register(name, value)
        return words

    def _scratch(self, pc: int, size: int) -> tuple[int, bytes]:
        """Where an instruction can be executed: the pc, or, if it is nowhere, the reset handler."""
        for at in (pc, self._reset_handler()):
            beneath = self._gdb.read_memory(at, size)
            if beneath is not None:
                return at, beneath
        raise SimulatorError(f"no code at the pc {pc:#010x} nor at the reset handler")

    def _reset_handler(self) -> int:
        table = int.from_bytes(self._gdb.read_memory(VTOR, 4) or b"", "little")
        vector = int.from_bytes(self._gdb.read_memory(table + 4, 4) or b"", "little")
        return vector & ~1


def mrs_r0(number: int) -> bytes:
    """MRS r0, <SYSm>, encoding T1."""
    return (0xF3EF).to_bytes(2, "little") + (0x8000 | number).to_bytes(2, "little")


def _half_of_double(single: str) -> tuple[str, int]:
    number = int(single[1:])
    return f"d{number // 2}", number % 2 * 32
