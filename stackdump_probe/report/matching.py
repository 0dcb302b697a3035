"""Does the ELF belong to the dump?"""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.dump.model import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.image.headers import PT_LOAD
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.record import Record
from stackdump_probe.report.model import ElfMatch

LEAST_PROOF = 16  # equal flash bytes below which a match is not claimed

# Vector 7, reserved by Arm, holds a checksum on NXP's LPC parts, which flash tools write and an
# ELF may lack (UM10360, 32.3.1.1 "Criterion for Valid User Code").
CHECKSUM_VECTOR = range(0x1C, 0x20)


def elf_match(dump: Dump, image: Image) -> ElfMatch:
    """The verdict by the build-id note where the dump holds it, else by flash bytes in both.

    A copy in RAM proves nothing, since a program may be halted before it makes it.
    """
    return _by_build_id(dump.memory, image) or _by_flash(dump.memory, image)


def _by_build_id(memory: Memory, image: Image) -> ElfMatch | None:
    wanted, address = image.build_id, image.build_id_address
    if wanted is None or address is None or not memory.holds(address, len(wanted)):
        return None
    found = memory.read(address, len(wanted))
    if found == wanted:
        return ElfMatch("match", f"build id at {address:#010x} equal")
    return ElfMatch("mismatch", f"build id is {found.hex()} in the dump, {wanted.hex()} in the ELF")


class _Common(Record):
    """A run of flash that both hold."""

    address: int
    in_dump: bytes
    in_elf: bytes


def _by_flash(memory: Memory, image: Image) -> ElfMatch:
    common = list(_common_flash(memory, image))
    for each in common:
        at = _first_difference(each, image)
        if at is not None:
            return ElfMatch("mismatch", _difference(each, at))
    size = sum(len(each.in_dump) for each in common)
    if not size:
        return ElfMatch("unknown", "the dump holds no flash bytes of it")
    places = f" in {len(common)} places" if len(common) > 1 else ""
    evidence = f"{size} flash bytes at {common[0].address:#010x}{places} equal"
    if size < LEAST_PROOF or all(len(set(each.in_dump)) == 1 for each in common):
        return ElfMatch("unknown", f"only {evidence}")
    return ElfMatch("match", evidence)


def _common_flash(memory: Memory, image: Image) -> Iterator[_Common]:
    """Yield what the dump and the ELF both hold of the flash, lowest address first."""
    for low, high in _overlaps(list(memory.spans()), _flash_spans(image)):
        yield _Common(low, memory.read(low, high - low), image.flash.read(low, high - low))


def program_in_flash(image: Image) -> tuple[Segment, ...]:
    """Every byte that the flasher wrote and that the program reads where it lies."""
    return tuple(
        Segment(low, image.flash.read(low, high - low), "elf") for low, high in _flash_spans(image)
    )


def written_by_tools(image: Image) -> frozenset[int]:
    """Addresses in the vector table where a flash tool may have written something else."""
    table = image.vectors.address if image.vectors else None
    return frozenset() if table is None else frozenset(table + at for at in CHECKSUM_VECTOR)


_Spans = list[tuple[int, int]]  # (start, end), disjoint, lowest first


def _flash_spans(image: Image) -> _Spans:
    return _overlaps(list(image.flash.spans()), _stored_spans(image))


def _stored_spans(image: Image) -> _Spans:
    """Where the flasher wrote the ELF's bytes, joined where they touch."""
    loads = [each for each in image.program_headers if each.type == PT_LOAD and each.file_size]
    spans: _Spans = []
    for start, size in sorted((each.physical, each.file_size) for each in loads):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], start + size))
        else:
            spans.append((start, start + size))
    return spans or list(image.flash.spans())


def _overlaps(some: _Spans, others: _Spans) -> _Spans:
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return sorted((low, high) for low, high in pairs if low < high)


def _first_difference(common: _Common, image: Image) -> int | None:
    """How far into the run the first byte differs that counts."""
    if common.in_dump == common.in_elf:
        return None
    ignored = written_by_tools(image)
    for at, (dumped, stored) in enumerate(zip(common.in_dump, common.in_elf, strict=True)):
        if dumped != stored and common.address + at not in ignored:
            return at
    return None


def _difference(common: _Common, at: int) -> str:
    return (
        f"the flash byte at {common.address + at:#010x} is {common.in_dump[at]:#04x} in the dump, "
        f"{common.in_elf[at]:#04x} in the ELF"
    )
