"""Files opened for reading, and what cannot be."""

import os
from pathlib import Path

import pytest

from stackdump_probe.cli.files import LARGEST_SOURCE, contents, read_dumps, read_source
from stackdump_probe.errors import InputError
from tests.builders import a_memory_record, a_register_record


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert bytes(contents(str(tmp_path / "a"))) == b"abc"


def test_an_empty_file_is_read_as_empty(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert bytes(contents(str(tmp_path / "a"))) == b""


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.dump: No such file"):
        contents(str(tmp_path / "gone.dump"))


def test_a_device_is_refused() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        contents("/dev/zero")


def test_an_empty_dump_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(InputError, match="the file is empty") as caught:
        read_dumps([str(tmp_path / "a")])
    assert caught.value.hint == "the file ends too early: fetch it once more"


def test_a_dump_that_was_cut_short_says_what_to_do(tmp_path: Path) -> None:
    whole = a_register_record(0, 7) + a_memory_record(0x2000_0000, b"abcd")
    between_records = len(a_register_record(0, 7))
    for length in {*range(1, len(whole))} - {between_records}:
        (tmp_path / "a").write_bytes(whole[:length])
        with pytest.raises(InputError, match="left") as caught:
            read_dumps([str(tmp_path / "a")])
        assert caught.value.hint == "the file ends too early: fetch it once more"


def test_several_dumps_are_joined(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(a_register_record(0, 7))
    (tmp_path / "b").write_bytes(a_memory_record(0x2000_0000, b"abcd"))
    dump = read_dumps([str(tmp_path / "a"), str(tmp_path / "b")])
    assert dump.registers["r0"] == 7
    assert dump.memory.read(0x2000_0000, 4) == b"abcd"


def test_a_damaged_dump_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.dump").write_bytes(a_memory_record(0, b"abc")[:-1])
    with pytest.raises(InputError, match=r"cut\.dump: memory region at 0x00000000 needs 3 bytes"):
        read_dumps([str(tmp_path / "cut.dump")])


def test_source_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"one\r\ntwo \xff\n")
    assert read_source(str(tmp_path / "a.c")) == b"one\r\ntwo \xff\n"


def test_what_cannot_be_source_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(LARGEST_SOURCE + 1)
    for path in ("pipe", "huge", "missing", "nul\0nul", "."):
        assert read_source(str(tmp_path / path)) is None
