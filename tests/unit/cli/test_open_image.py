"""The ELF that the user named, or the one in a directory that is in the dump."""

from pathlib import Path

import pytest

from stackdump_probe.cli import open_image as module
from stackdump_probe.cli.open_image import OpenedImage, _listed, open_image, opened_for
from stackdump_probe.errors import InputError, ProgramMismatch
from stackdump_probe.image.elf import Image
from stackdump_probe.report.model import ElfMatch
from tests.builders import a_dump, an_elf
from tests.builders.elves import code, debug_sections

FLASH = 0x0800_0000
PROGRAM = bytes(range(256))
ELF, OTHER = (an_elf(code(text, at=FLASH)) for text in (PROGRAM, PROGRAM[::-1]))
DUMP = a_dump({FLASH: PROGRAM[:64]})
NO_FLASH = a_dump({0x2000_0000: bytes(64)})


def write(directory: Path, **files: bytes) -> str:
    for name, content in files.items():
        (directory / name).write_bytes(content)
    return str(directory)


def test_the_program_in_the_dump_is_opened(tmp_path: Path) -> None:
    path = write(tmp_path, fw=ELF) + "/fw"
    opened = open_image(path, DUMP)
    assert (opened.path, opened.match.verdict) == (path, "match")


def test_an_elf_without_proof_is_opened_too(tmp_path: Path) -> None:
    assert open_image(write(tmp_path, fw=ELF) + "/fw", NO_FLASH).match.verdict == "unknown"


def test_another_program_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ProgramMismatch, match="flash byte at 0x08000000 is 0x00 in the dump") as e:
        open_image(write(tmp_path, fw=OTHER) + "/fw", DUMP)
    assert "--force" in (e.value.hint or "")


def test_another_program_is_opened_by_force(tmp_path: Path) -> None:
    path = write(tmp_path, fw=OTHER) + "/fw"
    assert open_image(path, DUMP, force=True).match.verdict == "mismatch"


def test_what_is_no_elf_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fw: not an ELF file"):
        open_image(write(tmp_path, fw=b"#!/bin/sh") + "/fw", DUMP)


def test_a_section_that_is_cut_short_is_named(tmp_path: Path) -> None:
    headers = int.from_bytes(ELF[32:36], "little")  # e_shoff
    size = headers + 40 + 20  # sh_size of the first section
    cut = ELF[:size] + b"\xff\xff\xff\x7f" + ELF[size + 4 :]
    with pytest.raises(InputError, match=r"fw: section \.text needs 2147483647 bytes"):
        open_image(write(tmp_path, fw=cut) + "/fw", DUMP)


BOOT = an_elf(code(PROGRAM, at=FLASH - 0x4000))


def test_other_programs_are_opened_beside_it(tmp_path: Path) -> None:
    folder = write(tmp_path, fw=ELF, boot=BOOT)
    opened = open_image(f"{folder}/fw", DUMP, also=[f"{folder}/boot"])
    assert [(each.path, each.match.verdict) for each in opened.programs] == [
        (f"{folder}/fw", "match"),
        (f"{folder}/boot", "unknown"),
    ]
    again = opened_for(opened, a_dump({FLASH - 0x4000: PROGRAM[:64]}), name="x.dump")
    assert [each.match.verdict for each in again.programs] == ["unknown", "match"]


def test_each_of_them_has_to_be_in_the_dump(tmp_path: Path) -> None:
    folder, dump = write(tmp_path, fw=ELF, boot=BOOT), a_dump({FLASH - 0x4000: bytes(64)})
    with pytest.raises(ProgramMismatch, match="boot is not the program in the dump"):
        open_image(f"{folder}/fw", dump, also=[f"{folder}/boot"])
    assert open_image(f"{folder}/fw", dump, also=[f"{folder}/boot"], force=True).also


def test_programs_in_the_same_flash_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, fw=ELF, other=OTHER)
    with pytest.raises(InputError, match="cannot be in one target: both fill 0x08000000") as e:
        open_image(f"{folder}/fw", NO_FLASH, also=[f"{folder}/other"])
    assert e.value.hint == "--also names a program that lies elsewhere in the flash"
    with pytest.raises(InputError, match="other: not an ELF file"):
        open_image(f"{folder}/fw", DUMP, also=[write(tmp_path, other=b"#!/bin/sh") + "/other"])


def test_a_directory_gives_the_one_that_matches(tmp_path: Path) -> None:
    (tmp_path / "debug").mkdir()
    write(tmp_path / "debug", fw=ELF)
    directory = write(tmp_path, other=OTHER, readme=b"text")
    assert open_image(directory, DUMP).path == f"{directory}/debug/fw"


def test_of_two_that_match_the_other_one_may_be_named(tmp_path: Path) -> None:
    dump = a_dump({FLASH: PROGRAM[:64], FLASH - 0x4000: PROGRAM[:64]})
    folder = write(tmp_path, fw=ELF, boot=BOOT)
    with pytest.raises(ProgramMismatch, match="2 ELF files") as refused:
        open_image(folder, dump)
    assert "the others with --also" in (refused.value.hint or "")
    opened = open_image(folder, dump, also=[f"{folder}/boot"])
    assert [each.path for each in opened.programs] == [f"{folder}/fw", f"{folder}/boot"]


def test_two_copies_of_one_program_are_one(tmp_path: Path) -> None:
    directory = write(tmp_path, a=ELF, b=ELF)
    assert open_image(directory, DUMP).path == f"{directory}/a"


def refusal(directory: str) -> ProgramMismatch:
    with pytest.raises(ProgramMismatch) as refused:
        open_image(directory, DUMP)
    return refused.value


def test_two_programs_that_match_are_listed(tmp_path: Path) -> None:
    with_more = an_elf(code(PROGRAM, at=FLASH), *debug_sections({".comment": b"x"}))
    (tmp_path / "old").mkdir()
    write(tmp_path / "old", b=with_more)
    refused = refusal(write(tmp_path, a=ELF))
    assert str(refused) == f"2 ELF files in {tmp_path} match the dump"
    assert [line.partition(":")[0] for line in refused.candidates] == ["a", "old/b"]


def test_a_directory_without_a_match_lists_what_is_there(tmp_path: Path) -> None:
    refused = refusal(write(tmp_path, other=OTHER))
    assert str(refused) == f"none of the 1 ELF files in {tmp_path} matches the dump"
    (line,) = refused.candidates
    assert line.startswith("other: the flash byte at 0x")


def test_a_long_list_is_cut_visibly(tmp_path: Path) -> None:
    files = {f"fw{number:02}": OTHER for number in range(11)}
    *first, last = refusal(write(tmp_path, **files)).candidates
    assert [line.partition(":")[0] for line in first] == [f"fw{n:02}" for n in range(5)]
    assert last == "and 6 more"


def test_a_build_id_in_a_list_is_cut(tmp_path: Path) -> None:
    ours, theirs = ("0123456789abcdef" * 3)[:40], "f" * 40
    said = f"build id is {theirs} in the dump, {ours} in the ELF, at 0x08000100"
    found = OpenedImage(str(tmp_path / "a"), Image.from_bytes(ELF), ElfMatch("mismatch", said))
    assert _listed([found], str(tmp_path)) == [
        "a: build id is ffffffffffff... in the dump, 0123456789ab... in the ELF, at 0x08000100"
    ]


def test_a_directory_without_any_program_says_so(tmp_path: Path) -> None:
    relocatable = ELF[:16] + b"\x01" + ELF[17:]
    with pytest.raises(InputError, match="holds no Arm ELF program"):
        open_image(write(tmp_path, object=relocatable, text=b"abc"), DUMP)


def test_a_damaged_file_beside_the_right_one_does_no_harm(tmp_path: Path) -> None:
    directory = write(tmp_path, a=ELF[:60], b=ELF)
    assert open_image(directory, DUMP).path == f"{directory}/b"


def test_a_tree_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 2)
    with pytest.raises(InputError, match="more than 2 files"):
        open_image(write(tmp_path, a=b"", b=b"", c=b""), DUMP)
