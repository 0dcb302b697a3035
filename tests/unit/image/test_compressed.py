import zlib
from struct import pack

import pytest

from stackdump_probe.errors import ImageError
from stackdump_probe.image.elf import Image
from tests.builders.elves import COMPRESSED, ASection, an_elf

CONTENT = b"\x2a\x00debug information" * 9
PACKED = zlib.compress(CONTENT)


def contents(section: ASection, name: str = ".debug_info") -> bytes:
    return bytes(Image.from_bytes(an_elf(section)).contents(name))


def by_flag(header: bytes, packed: bytes = PACKED) -> ASection:
    return ASection(".debug_info", header + packed, flags=COMPRESSED)


def by_name(octets: bytes) -> ASection:
    return ASection(".zdebug_info", octets)


def test_a_section_flagged_as_compressed_is_decompressed() -> None:
    assert contents(by_flag(pack("<3I", 1, len(CONTENT), 1))) == CONTENT


def test_a_section_of_the_older_name_is_found_and_decompressed() -> None:
    assert contents(by_name(b"ZLIB" + pack(">Q", len(CONTENT)) + PACKED)) == CONTENT


def test_zstd_is_refused_with_a_hint() -> None:
    with pytest.raises(ImageError, match="compressed with zstd") as caught:
        contents(by_flag(pack("<3I", 2, 9, 1)))
    assert caught.value.hint is not None
    assert "objcopy --decompress-debug-sections" in caught.value.hint


@pytest.mark.parametrize(
    ("section", "why"),
    [
        (by_flag(b"\x01\0\0", b""), "ends inside its compression header"),
        (by_flag(pack("<3I", 7, 9, 1)), "compressed in the unknown way 7"),
        (by_flag(pack("<3I", 1, 1 << 31, 1)), "claims 2147483648 bytes, more than"),
        (by_flag(pack("<3I", 1, len(CONTENT) - 1, 1)), "claims 170 bytes, 171 came out"),
        (by_flag(pack("<3I", 1, len(CONTENT), 1), PACKED[:-9]), "171 bytes, [0-9]+ came out"),
        (by_flag(pack("<3I", 1, 9, 1), b"not zlib"), "cannot be decompressed"),
        (by_name(b"ZLIX" + pack(">Q", 9) + PACKED), "does not begin with ZLIB and its size"),
        (by_name(b"ZLIB\0"), "does not begin with ZLIB and its size"),
    ],
)
def test_damage_is_told_with_the_name_of_the_section(section: ASection, why: str) -> None:
    with pytest.raises(ImageError, match=why) as caught:
        contents(section)
    assert section.name in str(caught.value)
