"""What is kept of a program's statics tells the same of any memory as the program itself."""

import json
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.open_image import open_image
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.report.frame_rows import Look
from stackdump_probe.report.model import Variable
from stackdump_probe.report.theme import plain
from stackdump_probe.report.to_text import static_writer
from stackdump_probe.report.variables import reported
from stackdump_probe.values import model as values
from stackdump_probe.values.kept_statics import Kept, merged
from stackdump_probe.values.statics import StaticsSearch
from tests.golden.traces import CASES

V = TypeVar("V")
RAM = 0x2000_0000
SIZE = 64 << 10


def shown(variable: values.Variable) -> Variable:
    return reported(variable, children=True)


def in_text(variable: values.Variable) -> str | None:
    write = static_writer(Look(), lambda lines: map(plain, lines))
    return reported(variable, children=False, write=write).written


def searched(
    image: Image, memory: Memory, show: Callable[[values.Variable], V], *, in_words: bool = False
) -> tuple[list[V], Kept]:
    search = StaticsSearch(image, memory, remember=True, in_words=in_words)
    return merged([search.of_units(image.dwarf.units, show)])


def again(
    image: Image,
    memory: Memory,
    kept: Kept,
    show: Callable[[values.Variable], V],
    *,
    in_words: bool = False,
) -> list[V]:
    through_a_file = Kept(*json.loads(json.dumps([kept.entries, kept.types])))
    found = StaticsSearch(image, memory, in_words=in_words).again(through_a_file)
    return found.between(0, len(kept.entries), show)


def any_memory(dice: random.Random) -> Memory:
    """Small numbers, addresses and noise, with holes."""
    kinds = (0, 1, 2, 3, 255, RAM + dice.randrange(SIZE), dice.getrandbits(32))
    octets = b"".join(dice.choice(kinds).to_bytes(4, "little") for _ in range(SIZE // 4))
    cuts = sorted({0, SIZE, *(dice.randrange(SIZE) for _ in range(40))})
    runs = list(pairwise(cuts))[:: dice.choice((1, 1, 2))]
    return Memory([Segment(RAM + start, octets[start:end]) for start, end in runs])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_statics_that_were_kept_are_those_that_a_search_finds(case: Path) -> None:
    dump = read_dumps([str(case / "hang.dump")])
    image = open_image(str(case / "fw.elf"), dump).image
    captured = dump.memory.over(image.flash)
    found, kept = searched(image, captured, shown)
    assert again(image, captured, kept, shown) == found
    dice = random.Random(case.name)
    for _ in range(3):
        memory = any_memory(dice).over(image.flash)
        assert again(image, memory, kept, shown) == searched(image, memory, shown)[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_constants_in_words_read_as_their_bytes_do(case: Path) -> None:
    dump = read_dumps([str(case / "hang.dump")])
    image = open_image(str(case / "fw.elf"), dump).image
    dice = random.Random(case.name)
    memories = [dump.memory, any_memory(dice), *(flash_with_a_flaw(image, dice) for _ in range(2))]
    kept = searched(image, Memory().over(image.flash), in_text, in_words=True)[1]
    for memory in (each.over(image.flash) for each in memories):
        expected = merged([StaticsSearch(image, memory).of_units(image.dwarf.units, in_text)])[0]
        assert searched(image, memory, in_text, in_words=True)[0] == expected
        assert again(image, memory, kept, in_text, in_words=True) == expected


def flash_with_a_flaw(image: Image, dice: random.Random) -> Memory:
    """All that the ELF holds, as a dump that differs in a byte."""
    segments = [
        Segment(each.start, bytes(each.content)) for each in image.flash.segments if each.content
    ]
    at = dice.randrange(len(segments))
    octets = bytearray(segments[at].content)
    octets[dice.randrange(len(octets))] ^= 0x40
    return Memory([Segment(segments[at].start, bytes(octets)), *segments])
