"""Damaged dumps and ELFs give a trace or an error of ours, and nothing that a terminal obeys."""

import random
from pathlib import Path

import pytest

from stackdump_probe.dump import decode
from stackdump_probe.errors import StackdumpError
from stackdump_probe.image.elf import Image
from stackdump_probe.report.build import build_report
from stackdump_probe.report.to_json import to_json
from stackdump_probe.report.to_text import to_text
from tests.golden.traces import CASES


def damaged(content: bytes, chance: random.Random) -> bytes:
    """`content` with some bytes changed, some words of ones, and sometimes its end cut off."""
    octets = bytearray(content)
    for _ in range(chance.choice((1, 5, 50))):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    for _ in range(chance.choice((0, 2))):
        at = chance.randrange(len(octets) - 4)
        octets[at : at + 4] = b"\xff" * 4
    if chance.random() < 0.1:
        del octets[chance.randrange(len(octets)) :]
    return bytes(octets)


def trace(elf: bytes, dump: bytes) -> None:
    try:
        image = Image.from_bytes(elf)
        report = build_report(decode(dump), image, elf_path="fw.elf", dumps=["x.dump"])
    except StackdumpError:
        return
    assert all(line.isprintable() for line in to_text(report, verbose=True))
    assert to_json(report).isprintable()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_damaged_dump_is_traced_or_refused(case: Path) -> None:
    elf, dump = (case / "fw.elf").read_bytes(), (case / "hang.dump").read_bytes()
    for seed in range(5):
        trace(elf, damaged(dump, random.Random(seed)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_damaged_elf_is_traced_or_refused(case: Path) -> None:
    elf, dump = (case / "fw.elf").read_bytes(), (case / "hang.dump").read_bytes()
    for seed in range(5):
        trace(damaged(elf, random.Random(seed)), dump)
