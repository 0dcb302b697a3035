"""The line tables of every fixture: rows against pyelftools, lookups against GDB."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from elftools.dwarf.structs import DWARFStructs
from elftools.elf.elffile import ELFFile

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.lines import LineTable, lines_for
from stackdump_probe.image.elf import Image

ELFS = tuple(sorted(Path(__file__).parent.glob("*/fw.elf")))
ASK = Path(__file__).parents[1] / "judge" / "ask_lines.py"

Row = tuple[int, int, int, int, bool]


def tables(image: Image) -> Iterator[tuple[int, LineTable]]:
    """Each line table, with its place in .debug_line."""
    for unit in image.dwarf.units:
        offset, table = unit.top.integer(dw.AT_stmt_list), lines_for(unit)
        if offset is not None and table is not None:
            yield offset, table


def rows_of_oracle(elf: Path, offset: int) -> list[tuple[list[Row], int]]:
    """The rows of each sequence and its end, as pyelftools reads them."""
    dwarf = ELFFile(BytesIO(elf.read_bytes())).get_dwarf_info()
    start = dwarf.debug_line_sec.stream.getvalue()[offset : offset + 16]
    is_64 = start[:4] == b"\xff\xff\xff\xff"
    version = int.from_bytes(start[12:14] if is_64 else start[4:6], "little")
    # It would read every program with the version of its unit, which need not be the same.
    structs = DWARFStructs(
        little_endian=True, dwarf_format=64 if is_64 else 32, address_size=4, dwarf_version=version
    )
    sequences: list[tuple[list[Row], int]] = []
    rows: list[Row] = []
    for entry in dwarf._parse_line_program_at_offset(offset, structs).get_entries():
        state = entry.state
        if state is None:
            continue
        if state.end_sequence:
            sequences.append((rows, state.address))
            rows = []
        else:
            row = (state.address, state.file, state.line, state.column, bool(state.is_stmt))
            rows.append(row)
    return sequences


@pytest.mark.parametrize("elf", ELFS, ids=lambda elf: elf.parent.name)
def test_pyelftools_reads_the_same_rows(elf: Path) -> None:
    image = Image.from_bytes(elf.read_bytes())
    compared = 0
    for offset, table in tables(image):
        expected = [
            (rows, end)
            for rows, end in rows_of_oracle(elf, offset)
            if rows and image.dwarf.holds_code(rows[0][0], end)
        ]
        ours = [(sequence.rows, sequence.end) for sequence in table.sequences]
        assert ours == sorted(expected, key=lambda sequence: sequence[0][0][0])
        compared += len(ours)
    assert compared


@pytest.mark.parametrize("elf", ELFS, ids=lambda elf: elf.parent.name)
def test_gdb_finds_the_same_line_at_every_address(elf: Path) -> None:
    image = Image.from_bytes(elf.read_bytes())
    ours = {}
    for _, table in tables(image):
        for sequence in table.sequences:
            for pc in range(sequence.start, sequence.end, 2):
                location = table.location_at(pc)
                ours[pc] = [location.file, location.line] if location else None
    judged = gdb_lines(elf, list(ours))
    # Debian's GDB throws .debug_aranges away over a unit that it cannot place, and with it
    # what it knew of units without any other ranges.
    known = {pc: line for pc, line in judged.items() if line}
    assert len(known) > len(ours) / 2
    assert {pc: ours[pc] for pc in known} == known


def gdb_lines(elf: Path, pcs: list[int]) -> dict[int, list[str | int] | None]:
    """File and line at each pc, as GDB finds them."""
    gdb = shutil.which("gdb-multiarch")
    assert gdb, "gdb-multiarch is missing: scripts/test installs it"
    done = subprocess.run(
        [gdb, "-batch", "-nx", "-ex", f"source {ASK}", str(elf)],
        input=json.dumps(pcs), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    answer = next(line for line in done.stdout.splitlines() if line.startswith("JSON:"))
    return dict(zip(pcs, json.loads(answer.removeprefix("JSON:")), strict=True))
