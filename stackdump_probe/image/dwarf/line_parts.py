"""Where the sequences of a line number program stand, found without running it (DWARF 5, 6.2.5).

A program holds a sequence for each section of code, most of which no pc of a trace falls into. A
regular expression passes over opcodes many times as fast as the state machine runs them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.line_header import LineHeader

_LEB = rb"[\x80-\xff]*[\x00-\x7f]"
_FIXED_ADVANCE_PC = 9
_MOVING = (1, 2, 8, 9)  # the standard opcodes that add a row or advance the address
# Of the extended opcodes: set_address, end_sequence, and set_discriminator of up to three bytes.
_SET_ADDRESS, _END = rb"\x00\x05\x02(....)", rb"\x00\x01\x01"
_DISCRIMINATORS = (rb"\x00\x02\x04.", rb"\x00\x03\x04..", rb"\x00\x04\x04...")


class Part(NamedTuple):
    """The bytes from `begin` to `end` of a program, whose rows are at `start` and above."""

    start: int
    begin: int
    end: int


def parts_of(header: LineHeader) -> tuple[Part, ...]:
    """The program in parts that can be run by themselves, lowest start first.

    Each is one sequence if all of them set their address once, before their first row, as
    assemblers write them; else the only part is the whole program.
    """
    program = header.program
    whole = Part(0, 0, len(program))
    if header.maximum_operations != 1:
        return (whole,)
    found = tuple(_sequences(program, _sequence(header.opcode_base, header.operand_counts)))
    is_all = bool(found) and found[-1].end == len(program)
    return tuple(sorted(found)) if is_all else (whole,)


def _sequences(program: bytes, sequence: re.Pattern[bytes]) -> Iterator[Part]:
    at = 0
    while match := sequence.match(program, at):
        yield Part(int.from_bytes(match[1], "little"), at, match.end())
        at = match.end()


@cache
def _sequence(opcode_base: int, operand_counts: bytes) -> re.Pattern[bytes]:
    """What matches one sequence whose address is the first group."""
    still, moving = list(_DISCRIMINATORS), list[bytes]()
    for opcode, count in enumerate(operand_counts, 1):
        operands = b".." if opcode == _FIXED_ADVANCE_PC else _LEB * count
        (moving if opcode in _MOVING else still).append(re.escape(bytes([opcode])) + operands)
    moving.append(b"[" + re.escape(bytes([opcode_base])) + rb"-\xff]+")  # special opcodes
    before, after = b"|".join(still), b"|".join(moving + still)
    pattern = b"(?:" + before + b")*+" + _SET_ADDRESS + b"(?:" + after + b")*+" + _END
    return re.compile(pattern, re.DOTALL)
