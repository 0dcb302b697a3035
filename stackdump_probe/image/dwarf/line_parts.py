"""Where the sequences of a line number program stand, found without running it (DWARF 5, 6.2.5).

A program holds a sequence for each section of code, most of which no pc of a trace falls into. A
regular expression passes over opcodes many times as fast as the state machine runs them.
"""

from __future__ import annotations

import re
from functools import cache

from stackdump_probe.image.dwarf.line_program import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackdump_probe.image.dwarf.line_header import LineHeader

_LEB = rb"[\x80-\xff]*[\x00-\x7f]"
_FIXED = 9  # DW_LNS_fixed_advance_pc, whose operand is no LEB128
_MOVING = (1, 2, 8, 9)  # the standard opcodes that add a row or advance the address
# Of the extended opcodes: set_address, end_sequence, and set_discriminator of up to three bytes.
_SET_ADDRESS, _END = rb"\x00\x05\x02(....)", rb"\x00\x01\x01"
_DISCRIMINATORS = (rb"\x00\x02\x04.", rb"\x00\x03\x04..", rb"\x00\x04\x04...")


def parts_of(header: LineHeader) -> tuple[Part, ...]:
    """The program in parts that can be run by themselves, lowest start first.

    Each is one sequence if all of them set their address once, before their first row, as
    assemblers write them; else the only part is the whole program.
    """
    program = header.program
    whole = (Part(0, 0, len(program)),)
    if header.maximum_operations != 1:
        return whole
    found = tuple(_sequences(program, _sequence(header.opcode_base, header.operand_counts)))
    is_all = bool(found) and found[-1].end == len(program)
    return tuple(sorted(found, key=lambda part: part.start)) if is_all else whole


def _sequences(program: bytes, sequence: re.Pattern[bytes]) -> Iterator[Part]:
    at = 0
    while match := sequence.match(program, at):
        yield Part(int.from_bytes(match[1], "little"), at, match.end())
        at = match.end()


@cache
def _sequence(opcode_base: int, operand_counts: bytes) -> re.Pattern[bytes]:
    """What matches one sequence whose address is the first group."""
    standard = dict(enumerate(operand_counts, 1))
    still = {opcode: count for opcode, count in standard.items() if opcode not in _MOVING}
    special = dict.fromkeys(range(opcode_base, 256), 0)
    before, after = _operations(still), _operations({**special, **standard})
    pattern = b"(?:" + before + b")*+" + _SET_ADDRESS + b"(?:" + after + b")*+" + _END
    return re.compile(pattern, re.DOTALL)


def _operations(operand_counts: Mapping[int, int]) -> bytes:
    """What matches these opcodes with their operands; few alternatives are tried fast."""
    ways = list(_DISCRIMINATORS)
    for count in sorted({*operand_counts.values()}):
        opcodes = [opcode for opcode, each in operand_counts.items() if each == count]
        one_of = b"[" + b"".join(rb"\x%02x" % each for each in opcodes if each != _FIXED) + b"]"
        ways.insert(count, one_of + _LEB * count if count else one_of + b"++")
    if _FIXED in operand_counts:
        ways.append(rb"\x09..")
    return b"|".join(ways)
