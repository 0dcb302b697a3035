"""Bytes made in the test: numbers, dump files, ELF files."""

from tests.builders.dumps import a_dump, a_memory, a_memory_record, a_register_record, a_stack
from tests.builders.elves import an_elf
from tests.builders.octets import doublewords, halfwords, octets, sleb, uleb, words

__all__ = [
    "a_dump",
    "a_memory",
    "a_memory_record",
    "a_register_record",
    "a_stack",
    "an_elf",
    "doublewords",
    "halfwords",
    "octets",
    "sleb",
    "uleb",
    "words",
]
