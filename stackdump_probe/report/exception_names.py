"""What exceptions are called, by the vector table that each security state has of its own."""

from stackdump_probe.arch.debug import NS_ALIAS, VTOR
from stackdump_probe.dump.model import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from stackdump_probe.image.vectors import exception_name, find_vector_table
from stackdump_probe.memory import Memory
from stackdump_probe.report.core import word_at


class ExceptionNames:
    """Names of exceptions of the state that the core was `halted_in`, and of the other one.

    `running` is the program whose vector table the core would have used, `vectors` that table.
    """

    def __init__(
        self, programs: SideBySide, dump: Dump, memory: Memory, halted_in: bool | None
    ) -> None:
        vtor = word_at(dump.memory, VTOR)
        self._programs = programs
        self._memory = memory
        self._halted_in = halted_in
        self._other_vtor = word_at(dump.memory, VTOR + NS_ALIAS)
        self.running = self._owner(vtor, dump.registers.get("pc") or 0)
        self.vectors = find_vector_table(self.running, vtor, memory)

    def of_halted(self, number: int) -> str:
        """The name in the state that the core was halted in."""
        return self.running.exception_name(number, self.vectors)

    def of(self, number: int, secure: bool | None) -> str:
        """The name in this state."""
        if secure == self._halted_in:
            return self.of_halted(number)
        vtor = self._other_vtor
        owner = self._owner(vtor, 0)
        table = None if vtor is None else find_vector_table(owner, vtor, self._memory)
        return exception_name(number, table, owner.symbols)

    def _owner(self, vtor: int | None, pc: int) -> Image:
        """The program whose vector table is there, by its reset handler; else that of the pc."""
        if vtor is not None and self._memory.holds(vtor + 4, 4):
            pc = self._memory.u32(vtor + 4) & ~1
        return self._programs.image_at(pc)
