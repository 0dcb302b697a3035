"""Where the sequences of a line number program stand, found without running it (DWARF 5, 6.2.5).

A program holds a sequence for each section of code, most of which no pc of a trace falls into. To
pass over opcodes takes a quarter of the time in which the state machine runs them.
"""

from __future__ import annotations

from itertools import islice
from operator import length_hint

from stackdump_probe.image.dwarf.line_program import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.line_header import LineHeader

_EXTENDED, _FIXED_ADVANCE_PC = 0, 9  # the latter's operand is a half, no LEB128
_END_SEQUENCE, _SET_ADDRESS, _SET_DISCRIMINATOR = 1, 2, 4
_MOVING = (1, 2, 8, 9)  # the standard opcodes that add a row or advance the address
_OPERANDS = bytes((0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1))  # of the standard opcodes from 1 on
_ADDRESS_SIZE = 4


def parts_of(header: LineHeader) -> tuple[Part, ...]:
    """The program in parts that can be run by themselves, lowest start first.

    Each is one sequence if all of them set their address once, before their first row, as
    assemblers write them; else the only part is the whole program.
    """
    whole = (Part(0, 0, len(header.program)),)
    known = len(_OPERANDS)
    if header.maximum_operations != 1 or not _OPERANDS.startswith(header.operand_counts[:known]):
        return whole
    try:
        return tuple(sorted(_sequences(header), key=lambda part: part.start)) or whole
    except (StopIteration, _OtherwiseWrittenError):
        return whole


class _OtherwiseWrittenError(Exception):
    """The program is not as assemblers write it."""


def _sequences(header: LineHeader) -> list[Part]:
    """Every sequence, in the order of the program; raises StopIteration where one does not end."""
    octets, size = iter(header.program), len(header.program)
    operands = bytearray((0, *header.operand_counts))
    if len(operands) > _FIXED_ADVANCE_PC:
        operands[_FIXED_ADVANCE_PC] = 0xFF
    found, begin = [], 0
    while begin < size:
        start = _pass_to_address(octets, operands)
        _pass_to_end(octets, operands)
        end = size - length_hint(octets)
        found.append(Part(start, begin, end))
        begin = end
    return found


def _pass_to_address(octets: Iterator[int], operands: bytearray) -> int:
    """Pass over what a sequence has before its address, which is returned."""
    for opcode in octets:
        if opcode == _EXTENDED:
            size, extended = next(octets), next(octets)
            if (extended, size) == (_SET_ADDRESS, 1 + _ADDRESS_SIZE):
                return int.from_bytes(bytes(islice(octets, _ADDRESS_SIZE)), "little")
            _pass_discriminator(octets, extended, size)
        elif opcode >= len(operands) or opcode in _MOVING:
            raise _OtherwiseWrittenError
        else:
            _pass_numbers(octets, operands[opcode])
    raise _OtherwiseWrittenError


def _pass_to_end(octets: Iterator[int], operands: bytearray) -> None:
    """Pass over the rest of a sequence, whose address is not set again."""
    first_special = len(operands)
    for opcode in octets:
        if opcode >= first_special:
            continue
        count = operands[opcode]
        if count == 1:
            while next(octets) >= 0x80:
                pass
        elif opcode == _EXTENDED:
            size, extended = next(octets), next(octets)
            if (extended, size) == (_END_SEQUENCE, 1):
                return
            _pass_discriminator(octets, extended, size)
        elif opcode == _FIXED_ADVANCE_PC:
            next(octets)
            next(octets)
        else:
            _pass_numbers(octets, count)
    raise _OtherwiseWrittenError


def _pass_discriminator(octets: Iterator[int], extended: int, size: int) -> None:
    if extended != _SET_DISCRIMINATOR or not 1 < size < 0x80:
        raise _OtherwiseWrittenError
    for _ in range(size - 1):
        next(octets)


def _pass_numbers(octets: Iterator[int], count: int) -> None:
    for _ in range(count):
        while next(octets) >= 0x80:
            pass
