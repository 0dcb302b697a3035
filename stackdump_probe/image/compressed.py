"""Compressed sections: SHF_COMPRESSED (gABI) and the older `.zdebug_*` of GNU tools."""

from __future__ import annotations

import zlib
from struct import Struct, error

from stackdump_probe.errors import ImageError

_ELFCOMPRESS_ZLIB, _ELFCOMPRESS_ZSTD = 1, 2
_CHDR = Struct("<3I")  # ch_type, ch_size, ch_addralign
_GNU_HEADER = Struct(">4sQ")
_LARGEST = 1 << 30


def decompressed(stored: memoryview, name: str) -> memoryview:
    """Return the bytes behind an Elf32_Chdr; raises ImageError if they are damaged."""
    try:
        kind, size, _ = _CHDR.unpack_from(stored)
    except error:
        raise ImageError(f"section {name} ends inside its compression header") from None
    if kind == _ELFCOMPRESS_ZSTD:
        raise ImageError(
            f"section {name} is compressed with zstd",
            hint="decompress it with `objcopy --decompress-debug-sections`",
        )
    if kind != _ELFCOMPRESS_ZLIB:
        raise ImageError(f"section {name} is compressed in the unknown way {kind}")
    return _inflated(stored[_CHDR.size :], size, name)


def decompressed_gnu(stored: memoryview, name: str) -> memoryview:
    """Return the bytes of a `.zdebug_*` section; raises ImageError if they are damaged."""
    if len(stored) < _GNU_HEADER.size or bytes(stored[:4]) != b"ZLIB":
        raise ImageError(f"section {name} does not begin with ZLIB and its size")
    return _inflated(stored[_GNU_HEADER.size :], _GNU_HEADER.unpack_from(stored)[1], name)


def _inflated(stored: memoryview, size: int, name: str) -> memoryview:
    if size > _LARGEST:
        raise ImageError(f"section {name} claims {size} bytes, more than any debug section has")
    try:
        content = zlib.decompressobj().decompress(stored, size + 1)
    except zlib.error as damage:
        raise ImageError(f"section {name} cannot be decompressed: {damage}") from None
    if len(content) != size:
        raise ImageError(f"section {name} claims {size} bytes, {len(content)} came out")
    return memoryview(content)
