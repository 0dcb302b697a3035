"""Dump files and what they decode to, made in the test."""

from collections.abc import Mapping
from struct import pack

from stackdump_probe.arch.registers import Registers
from stackdump_probe.dump.model import Dump
from stackdump_probe.memory import Memory, Segment
from tests.builders.octets import words


def a_memory_record(start: int, content: bytes, *, length: int | None = None) -> bytes:
    """A memory region record; `length` other than the content's makes it a hostile one."""
    return pack("<BQQ", 1, start, len(content) if length is None else length) + content


def a_register_record(first: int, *values: int, count: int | None = None) -> bytes:
    """A register record; `count` other than the values' makes it a hostile one."""
    return pack("<BHH", 2, first, len(values) if count is None else count) + words(*values)


def a_memory(regions: Mapping[int, bytes], *, origin: str = "dump") -> Memory:
    """Memory with the given bytes at each address; where they overlap, the first wins."""
    return Memory(Segment(start, content, origin) for start, content in regions.items())


def a_stack(content: bytes, *, at: int) -> Memory:
    """Memory that holds nothing but `content`."""
    return a_memory({at: content})


def a_dump(regions: Mapping[int, bytes] | None = None, /, **registers: int) -> Dump:
    """A dump of these memory regions and registers."""
    return Dump(Registers(registers), a_memory(regions or {}))
