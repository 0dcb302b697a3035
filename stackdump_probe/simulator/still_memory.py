"""The memory of a core that stands still, in few requests: a word at a time takes QEMU long."""

from collections.abc import Callable

from stackdump_probe.simulator.machines import MachineModel

LINE = 256  # bytes that are asked for at once
# NVIC, system control block, FP extension (DDI 0403 B3.2): to read more of them than was asked
# for changes nothing. SysTick, below, forgets a flag when it is read.
SYSTEM_CONTROL = range(0xE000E100, 0xE000F000)


class StillMemory:
    """What `read` gave, by lines, until `forget`; of devices only what was asked for."""

    def __init__(self, read: Callable[[int, int], bytes | None], model: MachineModel) -> None:
        self._read = read
        self._own = (model.code, *(range(start, start + size) for start, size in model.ram))
        self._lines: dict[int, bytes | None] = {}

    def forget(self) -> None:
        """The core is about to run, or something else to change memory."""
        self._lines.clear()

    def is_own(self, address: int, size: int) -> bool:
        """True for the machine's flash and RAM."""
        return any(address in span and address + size <= span.stop for span in self._own)

    def read(self, address: int, size: int) -> bytes | None:
        """Return `size` bytes, or None if any of them lies on no memory."""
        start = address & -LINE
        is_harmless = address in SYSTEM_CONTROL or self.is_own(start, LINE)
        if not is_harmless or address + size > start + LINE:
            return self._read(address, size)
        if start not in self._lines:
            self._lines[start] = self._read(start, LINE)
        line = self._lines[start]
        return self._read(address, size) if line is None else line[address - start :][:size]
