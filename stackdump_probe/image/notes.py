"""ELF notes: the GNU build id."""

from __future__ import annotations

from struct import Struct

from stackdump_probe.record import Record

_NOTE_HEADER = Struct("<3I")  # size of the name, size of the descriptor, type
_NT_GNU_BUILD_ID = 3


class BuildId(Record):
    """The build id, and how many bytes from the start of the notes it lies."""

    octets: bytes
    offset: int


def build_id_in(notes: memoryview) -> BuildId | None:
    """The GNU build id in a run of notes; what is cut short counts as absent."""
    at = 0
    while at + _NOTE_HEADER.size <= len(notes):
        name_size, size, kind = _NOTE_HEADER.unpack_from(notes, at)
        name_at = at + _NOTE_HEADER.size
        start = name_at + (name_size + 3 & ~3)
        is_gnu = bytes(notes[name_at : name_at + min(name_size, 8)]) == b"GNU\0"
        if kind == _NT_GNU_BUILD_ID and is_gnu and 0 < size <= len(notes) - start:
            return BuildId(bytes(notes[start : start + size]), start)
        at = start + (size + 3 & ~3)
    return None
