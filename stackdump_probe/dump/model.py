"""What a dump holds."""

from collections.abc import Sequence

from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record


class Dump(Record):
    """Registers and memory of one halted core.

    `notes` says, a sentence each, what was found in the file and left out of the rest.
    """

    registers: Registers = Registers()
    memory: Memory = Memory()
    notes: tuple[str, ...] = ()


def join(dumps: Sequence[Dump]) -> Dump:
    """Several files of one capture as one dump; the first that holds a byte or register wins."""
    words: dict[str, int] = {}
    notes: list[str] = []
    for dump in dumps:
        notes.extend(dump.notes)
        differing = [n for n, word in dump.registers.words.items() if words.get(n, word) != word]
        if differing:
            notes.append(f"the dumps disagree on {', '.join(differing)}: the first one's are used")
        words = {**dump.registers.words, **words}
    segments = [segment for dump in dumps for segment in dump.memory.segments]
    return Dump(Registers(words), Memory(segments), tuple(notes))
