"""Real programs with registers, stacks and call frame information made wrong at random."""

from random import Random

from stackdump_probe.arch.registers import CORE, Registers
from stackdump_probe.dump import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.report.build import build_report
from stackdump_probe.report.model import Report

EXC_RETURNS = (0xFFFFFFF1, 0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFE1, 0xFFFFFFE9, 0xFFFFFFED, 0xFFFFFFBC)
SPECIAL = (*EXC_RETURNS, 0, 0xFFFFFFFF, 0xFEFFFFFF, 0xEFFFFFFE)
RULES = (".debug_frame", ".eh_frame", ".ARM.exidx", ".ARM.extab")
MOST_WORDS = 64  # of the stack
MOST_BITS = 8


def fuzzed(elf: bytes, dump: Dump, seed: int) -> Report:
    """The trace of a dump and an ELF of which, by `seed`, one thing or all are made wrong."""
    chance = Random(seed)
    what = chance.choice(("registers", "stack", "rules", "all"))
    if what in ("registers", "all"):
        dump = Dump(_wrong_registers(dump, chance), dump.memory)
    if what in ("stack", "all"):
        dump = Dump(dump.registers, _wrong_stack(dump, chance))
    if what in ("rules", "all"):
        elf = _wrong_rules(elf, chance)
    return build_report(dump, Image.from_bytes(elf), elf_path="fw.elf", dumps=["x.dump"])


def _a_word(dump: Dump, chance: Random) -> int:
    """A word that might lead somewhere: into the stack, into code, out of an exception."""
    near = dump.registers.words[chance.choice(("sp", "pc", "lr"))]
    ways = (
        lambda: chance.choice(SPECIAL),
        lambda: near + chance.randrange(-0x400, 0x400) & 0xFFFFFFFF,
        lambda: chance.choice(tuple(dump.registers.words.values())),
        lambda: chance.getrandbits(32),
    )
    return chance.choice(ways)()


def _wrong_registers(dump: Dump, chance: Random) -> Registers:
    names = chance.sample((*CORE, "xpsr", "psp", "msp"), chance.randrange(1, 6))
    return dump.registers.updated(**{name: _a_word(dump, chance) for name in names})


def _wrong_stack(dump: Dump, chance: Random) -> Memory:
    sp = dump.registers["sp"] & ~3
    wrong = [
        Segment(sp + 4 * chance.randrange(MOST_WORDS), _a_word(dump, chance).to_bytes(4, "little"))
        for _ in range(chance.randrange(1, MOST_WORDS))
    ]
    return Memory((*wrong, *dump.memory.segments))


def _wrong_rules(elf: bytes, chance: Random) -> bytes:
    sections = [s for s in Image.from_bytes(elf).sections if s.name in RULES and s.size]
    octets = bytearray(elf)
    for section in sections:
        for _ in range(chance.randrange(1, MOST_BITS)):
            at = section.offset + chance.randrange(section.size)
            octets[at] ^= 1 << chance.randrange(8)
    return bytes(octets)
