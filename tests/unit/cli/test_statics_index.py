"""What is remembered of a large program, and that nothing else is believed."""

from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from stackdump_probe.cli import statics_index
from stackdump_probe.cli.main import run
from stackdump_probe.cli.statics_index import MOST, DiskIndex, index_of
from stackdump_probe.values.kept_statics import Kept
from stackdump_probe.values.statics import StaticsSearch

ELF = memoryview(b"\x7fELF of some length")
WORDS = ["char *", "ok", None, 0x0800_0000, 4, '0x08000010 "text"', None]
ENTRIES: list[Any] = [
    [0x2A, "count", "main.c", 7, [0x2000_0000, 4, 0], None],
    [0x10_0000, "ns::f::count", None, None, None, None],
    [0x2A, "größe::count", None, None, [0x2000_0000, 4, 0], WORDS],
    [0x2B, "a\n2 \udc80", None, None, [0x2000_0000, 4, 0], None],
]
KEPT = Kept(ENTRIES, [["base", "int", [], "int", 4, 5, "c", None, False]])
CASE = Path(__file__).parents[2] / "golden" / "depot_g++_o2"
TRACE = ["trace", str(CASE / "fw.elf"), str(CASE / "hang.dump"), "--color", "never"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of this test, for programs of any size."""
    monkeypatch.setenv("STACKDUMP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(statics_index, "LARGE", 0)
    return tmp_path / "cache"


def index(elf: memoryview = ELF) -> DiskIndex:
    found = index_of(elf)
    assert found is not None
    return found


def kept_in(folder: Path) -> Path:
    index().keep(KEPT)
    (path,) = folder.iterdir()
    return path


def test_what_was_kept_is_known_the_next_time() -> None:
    assert index().known() is None
    index().keep(KEPT)
    assert index().known() == KEPT


def test_no_statics_are_an_answer_too() -> None:
    index().keep(Kept([], []))
    assert index().known() == Kept([], [])


def test_another_program_is_not_known() -> None:
    index().keep(KEPT)
    assert index(memoryview(b"\x7fELF of some lenght")).known() is None


def test_a_damaged_file_is_not_believed(folder: Path) -> None:
    path = kept_in(folder)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at])
        assert index().known() is None
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0x41,)) + whole[at + 1 :])
        assert index().known() is None


def test_a_file_of_another_version_is_not_believed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_in(folder)
    monkeypatch.setattr(statics_index, "FORMAT", "stackdump-probe 99 statics 1")
    assert index().known() is None


def test_small_programs_are_not_worth_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statics_index, "LARGE", len(ELF) + 1)
    assert index_of(ELF) is None


def test_nothing_is_kept_for_who_does_not_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKDUMP_CACHE", "")
    assert index_of(ELF) is None


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "stackdump-probe"),
        ("linux", "HOME", ".cache/stackdump-probe"),
        ("darwin", "HOME", "Library/Caches/stackdump-probe"),
        ("win32", "LOCALAPPDATA", "stackdump-probe"),
    ],
)
def test_the_cache_is_where_the_system_has_its_caches(
    platform: str, variable: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STACKDUMP_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("sys.platform", platform)
    assert kept_in(tmp_path / expected).suffix == ".statics"


def test_a_cache_that_cannot_be_written_is_done_without(folder: Path) -> None:
    folder.write_bytes(b"a file")
    index().keep(KEPT)
    assert index().known() is None
    assert folder.read_bytes() == b"a file"


@pytest.mark.parametrize("body", ["null", "[]", "[[]]", "[{}, []]", "[" * 100_000, "\xff"])
def test_other_content_is_not_believed(body: str, folder: Path) -> None:
    write(kept_in(folder), body.encode("latin-1"))
    assert index().known() is None


def write(path: Path, body: bytes) -> None:
    """A file that is whole, whatever is in it."""
    path.write_bytes(f"{statics_index.FORMAT} {crc32(body):08x}\n".encode() + body)


def test_the_oldest_make_room_and_other_files_stay(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes").touch()
    for number in range(MOST + 3):
        index(memoryview(bytes(number))).keep(KEPT)
    assert len(list(folder.glob("*.statics"))) == MOST
    assert (folder / "notes").exists()
    assert index(memoryview(bytes(MOST + 2))).known() == KEPT


def test_the_second_trace_is_the_same_and_does_not_search(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(TRACE) == 0
    first = capsys.readouterr().out
    assert len(list(folder.iterdir())) == 1
    monkeypatch.delattr(StaticsSearch, "of_units")
    assert run(TRACE) == 0
    assert capsys.readouterr().out == first


def test_other_statics_than_those_that_were_kept_are_searched_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*TRACE, "--all-statics"]) == 0
    everything = capsys.readouterr().out
    assert not folder.exists()
    assert run(TRACE) == 0
    capsys.readouterr()
    assert run([*TRACE, "--all-statics"]) == 0
    assert capsys.readouterr().out == everything


@pytest.mark.parametrize(
    "told",
    [
        [0xFFFF_FFF0, "", None, None, None, None],
        [-1, "", None, None, None, None],
        ["0", "", None, None, None, None],
        [0, "count", "main.c", 7, [0x2000_0000, 4, 0], None],
        [0, "count", None, None, [], None],
        [0, "count", None, None, ["0", 4, 0], None],
        [0, "count", None, None, [0, 4, 1], None],
        [0, "count", None, None, [0, -4, 0], None],
        [0, "count", None, None, [0, 1 << 40, 0], None],
        [0, "count", None, None, None, []],
        [0, "count", None, None, None, [*WORDS, None]],
        [0, "count", None, None, None, ["char *", "fine", *WORDS[2:]]],
        [0, "count", None, "7", None, None],
        [0, None, None, None, None, None],
        None,
    ],
)
def test_what_tells_of_another_program_is_done_without(
    told: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(TRACE) == 0
    first = capsys.readouterr().out
    elf = memoryview((CASE / "fw.elf").read_bytes())
    index(elf).keep(Kept([told], [["base", "int", [[]]]]))
    assert run(TRACE) == 0
    assert capsys.readouterr().out == first
