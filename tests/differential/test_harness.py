from pathlib import Path

from tests.differential.harness import answers

CASE = Path(__file__).parents[1] / "golden" / "relay_gcc_og"


def test_where_gdb_breaks_off_the_other_dumps_are_judged_all_the_same(tmp_path: Path) -> None:
    good, bad = CASE / "hang.dump", tmp_path / "bad.dump"
    bad.write_bytes(b"no dump")  # the server ends at it, and GDB with the connection
    found = answers(CASE / "fw.elf", [good, bad, good], [])
    assert [answer is None for answer in found] == [False, True, False]
    assert found[0] == found[2]
