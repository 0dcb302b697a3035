from struct import pack

import pytest

from stackdump_probe.image.notes import BuildId, build_id_in

ID = bytes(range(20))
GNU_NOTE = pack("<3I", 4, 20, 3) + b"GNU\0" + ID


def test_the_build_id_is_found_after_other_notes() -> None:
    other = pack("<3I", 5, 6, 1) + b"abcd\0\0\0\0" + b"123456\0\0"
    assert build_id_in(memoryview(other + GNU_NOTE)) == BuildId(ID, len(other) + 16)


@pytest.mark.parametrize(
    "notes",
    [
        b"",
        GNU_NOTE[:-1],
        GNU_NOTE[:11],
        GNU_NOTE.replace(b"GNU", b"GNA"),
        pack("<3I", 4, 0, 3) + b"GNU\0",
        pack("<3I", 0xFFFF_FFFF, 0xFFFF_FFFF, 3),
    ],
)
def test_what_is_no_whole_build_id_note_gives_none(notes: bytes) -> None:
    assert build_id_in(memoryview(notes)) is None
