"""What an ELF knows of the program's memory, in the words of a capture's plan."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain

from stackdump_probe.capture.plan import Layout, Region
from stackdump_probe.cli.open_image import image_at, programs_in
from stackdump_probe.errors import InputError
from stackdump_probe.image.elf import Image
from stackdump_probe.image.stacks import STACK_TOPS, writable
from stackdump_probe.image.symbols import STT_OBJECT
from stackdump_probe.record import replace

# Where newlib's and picolibc's heap begins, if the program has one at all.
HEAP_STARTS = ("__heap_start", "__HeapBase", "end", "_end", "__end__")
HEAP_USERS = ("_sbrk", "_sbrk_r", "sbrk", "malloc", "_malloc_r")

SMALLEST_STACK = 64  # bytes; a smaller variable is no thread's stack
MOST_BUILD_IDS = 64  # places of them that are read
NOTE_HEAD = 16  # bytes before the build id: sizes, type, "GNU\0"


def layout_of(images: Sequence[Image]) -> Layout:
    """The stacks, data and heap of the programs, and the bytes that tell their builds apart."""
    heaps = (_heap_start(image) for image in images)
    return Layout(
        stack_tops=tuple(sorted({top for image in images for top in _stack_tops(image)})),
        objects=tuple(chain.from_iterable(map(_objects, images))),
        data=tuple(chain.from_iterable(map(_writable, images))),
        heap=next((start for start in heaps if start is not None), None),
        proof=tuple(chain.from_iterable(map(_build_id, images))),
    )


def build_ids_in(directory: str) -> Iterator[Region]:
    """Where the ELFs of a directory tree have their build ids, so that one can be told by it."""
    places = {region for image in _images_in(directory) for region in _build_id(image)}
    for region in sorted(places, key=lambda each: each.start)[:MOST_BUILD_IDS]:
        yield replace(region, is_superset=True)  # that of another program may lie nowhere


def _images_in(directory: str) -> Iterator[Image]:
    for path in programs_in(directory):
        with suppress(InputError):  # a damaged file beside the right one does no harm
            yield image_at(path)


def _stack_tops(image: Image) -> set[int]:
    found = (image.symbols.named(name) for name in STACK_TOPS)
    return {symbol.address for symbol in found if symbol is not None and symbol.address % 4 == 0}


def _writable(image: Image) -> Iterator[Region]:
    for section in writable(image):
        yield Region(section.address, section.size, section.name)


def _objects(image: Image) -> Iterator[Region]:
    data = tuple(_writable(image))
    for symbol in image.symbols.all:
        if symbol.type != STT_OBJECT or symbol.size < SMALLEST_STACK:
            continue
        if any(section.holds(symbol.address) for section in data):
            yield Region(symbol.address, symbol.size, symbol.name)


def _heap_start(image: Image) -> int | None:
    if not any(image.symbols.named(name) for name in HEAP_USERS):
        return None
    found = (image.symbols.named(name) for name in HEAP_STARTS)
    return next((symbol.address for symbol in found if symbol is not None), None)


def _build_id(image: Image) -> Iterator[Region]:
    if image.build_id is not None and image.build_id_address is not None:
        start = image.build_id_address - NOTE_HEAD
        yield Region(start, NOTE_HEAD + len(image.build_id), "build id")
