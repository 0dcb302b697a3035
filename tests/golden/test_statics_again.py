"""What is kept of a program's statics tells the same of any memory as the program itself."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from stackdump_probe.cli.files import read_dumps
from stackdump_probe.cli.open_image import open_image
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.report.model import Variable
from stackdump_probe.report.variables import reported
from stackdump_probe.values import model as values
from stackdump_probe.values.kept_statics import Kept, merged
from stackdump_probe.values.statics import StaticsSearch
from tests.golden.traces import CASES

RAM = 0x2000_0000
SIZE = 64 << 10


def shown(variable: values.Variable) -> Variable:
    return reported(variable, children=True)


def searched(image: Image, memory: Memory) -> tuple[list[Variable], Kept]:
    search = StaticsSearch(image, memory, remember=True)
    return merged([search.of_units(image.dwarf.units, shown)])


def again(image: Image, memory: Memory, kept: Kept) -> list[Variable]:
    through_a_file = Kept(*json.loads(json.dumps([kept.entries, kept.types])))
    found = StaticsSearch(image, memory).again(through_a_file)
    return found.between(0, len(kept.entries), shown)


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
    found, kept = searched(image, dump.memory.over(image.flash))
    assert again(image, dump.memory.over(image.flash), kept) == found
    dice = random.Random(case.name)
    for _ in range(3):
        memory = any_memory(dice).over(image.flash)
        assert again(image, memory, kept) == searched(image, memory)[0]
