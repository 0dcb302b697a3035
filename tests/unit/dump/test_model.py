"""Several files of one capture, read as one dump."""

from stackdump_probe.dump import Dump, join
from tests.builders import a_dump


def test_registers_of_one_file_and_memory_of_another_make_one_dump() -> None:
    dump = join([a_dump(pc=0x0800_0000), a_dump({0x2000_0000: b"ab"})])
    assert dump.registers["pc"] == 0x0800_0000
    assert dump.memory.read(0x2000_0000, 2) == b"ab"
    assert dump.notes == ()


def test_touching_regions_of_two_files_read_as_one() -> None:
    dump = join([a_dump({0x10: b"ab"}), a_dump({0x12: b"cd"})])
    assert dump.memory.read(0x10, 4) == b"abcd"


def test_of_two_files_that_overlap_the_first_wins() -> None:
    dump = join([a_dump({0x11: b"F"}), a_dump({0x10: b"second"})])
    assert dump.memory.read(0x10, 3) == b"sFc"


def test_registers_that_differ_are_taken_from_the_first_file_and_named() -> None:
    dump = join([a_dump(r0=1, r1=2), a_dump(r0=9, r1=2, r2=3)])
    assert dict(dump.registers.words) == {"r0": 1, "r1": 2, "r2": 3}
    assert dump.notes == ("the dumps disagree on r0: the first one's are used",)


def test_the_notes_of_every_file_are_kept_in_order() -> None:
    assert join([Dump(notes=("a",)), Dump(notes=("b",))]).notes == ("a", "b")


def test_no_file_at_all_is_an_empty_dump() -> None:
    assert join([]).memory.segments == ()
