import errno
import os
import stat
from pathlib import Path

import pytest

from stackdump_probe.cli.new_file import new_file
from stackdump_probe.errors import OutputError


def refuse(number: int):  # type: ignore[no-untyped-def]
    def call(*_arguments: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    with new_file(tmp_path / "a.dump", room=1000) as file:
        file.write(b"content")
    assert (tmp_path / "a.dump").read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.dump"]


def test_content_is_on_the_disk_before_its_name_and_then_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, fsync = [], os.fsync

    def seen(descriptor: int) -> None:
        found = os.fstat(descriptor)
        what = "folder" if stat.S_ISDIR(found.st_mode) else f"{found.st_size} bytes"
        synced.append((what, (tmp_path / "a.dump").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    with new_file(tmp_path / "a.dump") as file:
        file.write(b"content")
    assert synced == [("7 bytes", False), ("folder", True)]


def test_without_a_write_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), new_file(tmp_path / "a.dump"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already") as failure:
        new_file(tmp_path / "a.dump").__enter__()
    assert failure.value.hint == "--force replaces it"
    assert (tmp_path / "a.dump").read_bytes() == b"old"


def test_force_replaces_it_when_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_bytes(b"old")
    with new_file(tmp_path / "a.dump", force=True) as file:
        assert (tmp_path / "a.dump").read_bytes() == b"old"
        file.write(b"new")
    assert (tmp_path / "a.dump").read_bytes() == b"new"


def test_a_file_that_came_up_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    with new_file(tmp_path / "a.dump") as file:
        (tmp_path / "a.dump").write_bytes(b"theirs")
        with pytest.raises(OutputError, match="exists already"):
            file.write(b"ours")
    assert (tmp_path / "a.dump").read_bytes() == b"theirs"


def test_without_hard_links_the_file_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    with new_file(tmp_path / "a.dump") as file:
        file.write(b"content")
    assert (tmp_path / "a.dump").read_bytes() == b"content"


def test_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        new_file(tmp_path / "none" / "a.dump").__enter__()


def test_a_directory_that_may_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", refuse(errno.EACCES))
    with pytest.raises(OutputError, match="Permission denied"):
        new_file(tmp_path / "a.dump").__enter__()


def test_a_full_disk_is_found_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", refuse(errno.ENOSPC), raising=False)
    with pytest.raises(OutputError, match="No space left"):
        new_file(tmp_path / "a.dump", room=1000).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_cannot_keep_room_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "posix_fallocate", refuse(errno.EOPNOTSUPP), raising=False)
    with new_file(tmp_path / "a.dump", room=1000) as file:
        file.write(b"content")
    assert (tmp_path / "a.dump").read_bytes() == b"content"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    with new_file(tmp_path / "a.dump") as file, pytest.raises(OutputError, match="cannot write"):
        file.write(b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_not_replaced_by_a_file() -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        new_file(Path(os.devnull), force=True).__enter__()


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.dump").write_bytes(b"old")
    (tmp_path / "link.dump").symlink_to(tmp_path / "real.dump")
    with new_file(tmp_path / "link.dump", force=True) as file:
        file.write(b"new")
    assert (tmp_path / "real.dump").read_bytes() == b"new"
    assert (tmp_path / "link.dump").is_symlink()
