"""What the debug hardware needs of the part that it debugs."""

from typing import Protocol

from stackdump_probe.simulator.machines import MachineModel


class Target(Protocol):
    """A core with its memory, as `qemu.Machine` promises it."""

    @property
    def model(self) -> MachineModel:
        """Which part this is."""

    @property
    def is_halted(self) -> bool:
        """True while the core stands still for the debugger."""

    def halt(self) -> None:
        """Stop the core where it is; it also leaves a WFI or WFE that it sleeps in."""

    def resume(self) -> None:
        """Let the core run."""

    def step(self) -> None:
        """Execute one instruction of the halted core, taking no interrupt."""

    def reset(self) -> None:
        """Reset the part; the core stays halted or running as it was."""

    def is_asleep(self) -> bool:
        """True if the running core waits in WFI or WFE."""

    def is_secure(self) -> bool:
        """True if the core is in Secure state; only for cores with the Security Extension."""

    def read_memory(self, address: int, size: int) -> bytes | None:
        """Return `size` bytes, or None if any of them lies on no memory."""

    def write_memory(self, address: int, content: bytes) -> bool:
        """Write memory, or a word to a device's register; False if nothing is there."""

    def read_register(self, name: str) -> int | None:
        """A register of the halted core by its lower-case name; None if it has none such."""

    def write_register(self, name: str, value: int) -> bool:
        """Set a register of the halted core; False for one that cannot be set."""
