"""The vector table: where it is, where its handlers are, and what its interrupts are called."""

from __future__ import annotations

from struct import unpack

from stackdump_probe.arch.exceptions import FIRST_INTERRUPT, SYSTEM_EXCEPTIONS
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.elf import Image
    from stackdump_probe.image.symbols import SymbolTable
    from stackdump_probe.memory import Memory

# Armv8-M ARM (DDI 0553) B3.30: 16 words and up to 480 external interrupts.
_MOST_WORDS = 16 + 480

# As cortex-m-rt, CMSIS, ST, NXP, TI, Microchip, Silicon Labs, Zephyr and libopencm3 call it.
_SECTIONS = (
    ".vector_table",
    ".isr_vector",
    ".vectors",
    ".intvecs",
    ".interrupts",
    ".isr_vectors",
    ".vector",
    ".intvec",
    ".interrupt_vectors",
    ".exc_vector_table",
    ".cs3.interrupt_vector",
    "vectors",
)
_SYMBOLS = (
    "__vector_table",
    "__Vectors",
    "g_pfnVectors",
    "__isr_vector",
    "__VECTOR_TABLE",
    "__vectors",
    "_vector_table",
    "vector_table",
    "exception_table",
    "interruptVectors",
    "g_pfnVectorTable",
    "__interrupt_vector",
    "__isr_vectors",
    "_vectors",
    "vectors",
)
_HANDLER_SUFFIXES = ("_IRQHandler", "_Handler", "_isr")
_SHARED_BY_MANY = 3


class VectorTable(Record):
    """The words of the table at `address`, as many as are known."""

    address: int
    words: tuple[int, ...]

    @property
    def initial_sp(self) -> int:
        """What the core loads into MSP at reset."""
        return self.words[0]

    @property
    def reset(self) -> int:
        """The address of the reset handler, bit 0 cleared."""
        return self.words[1] & ~1

    def handler(self, number: int) -> int | None:
        """The address of the handler of exception `number`, bit 0 cleared; None if it has none."""
        if not 0 < number < len(self.words) or self.words[number] == 0:
            return None
        return self.words[number] & ~1


def find_vector_table(
    image: Image, vtor: int | None = None, memory: Memory | None = None
) -> VectorTable | None:
    """The table that the program uses; None if none is found.

    `vtor` is the register's value if it is known: the table there wins, read from `memory`, which
    holds it also if the program moved it to RAM. Else the table is found by the name of its
    section or symbol, and last by what it holds.
    """
    memory = memory or image.flash
    for address, most in _places(image, vtor):
        table = _read(memory, address, most)
        if table is not None and _is_plausible(table, image):
            return table
    return None


def _places(image: Image, vtor: int | None) -> Iterator[tuple[int, int]]:
    """Yield (address, most words) of where the table may be, the most certain first."""
    if vtor is not None:
        yield vtor, _MOST_WORDS
    for name in _SECTIONS:
        section = image.section(name)
        if section is not None:
            yield section.address, section.size // 4
    for name in _SYMBOLS:
        symbol = image.symbols.named(name)
        if symbol is not None:
            yield symbol.address, symbol.size // 4 or _MOST_WORDS
    for start, _ in image.flash.spans():
        yield start, _MOST_WORDS
    for section in image.sections:
        if section.is_loaded:
            yield section.address, _MOST_WORDS


def _read(memory: Memory, address: int, most: int) -> VectorTable | None:
    runs = memory.read_available(address, 4 * min(most, _MOST_WORDS))
    if not runs or runs[0][0] != address or len(runs[0][1]) < 8:
        return None
    count = len(runs[0][1]) // 4
    return VectorTable(address, unpack(f"<{count}I", runs[0][1][: 4 * count]))


def _is_plausible(table: VectorTable, image: Image) -> bool:
    """True if the core could start from it: an aligned stack outside code, a Thumb handler in it.

    DDI 0403 B1.5.3: bit 0 of each vector is the T bit of its handler.
    """
    starts_with_stack = table.initial_sp and table.initial_sp % 4 == 0
    is_thumb = table.words[1] & 1 == 1
    return bool(
        starts_with_stack
        and is_thumb
        and not image.is_code(table.initial_sp)
        and image.is_code(table.reset)
    )


def exception_name(number: int, vectors: VectorTable | None, symbols: SymbolTable) -> str:
    """The manual's name of exception `number`, or such as "IRQ 28 (TIM2)".

    The name in brackets is that of the handler; a handler that many interrupts share gives none.
    """
    if number < FIRST_INTERRUPT:
        return SYSTEM_EXCEPTIONS.get(number, f"exception {number}")
    interrupt = f"IRQ {number - FIRST_INTERRUPT}"
    name = _handler_name(number, vectors, symbols) if vectors else None
    return f"{interrupt} ({name})" if name else interrupt


def _handler_name(number: int, vectors: VectorTable, symbols: SymbolTable) -> str | None:
    handler = vectors.handler(number)
    if handler is None:
        return None
    names = [symbol.name for symbol in symbols.functions_from(handler)]
    sharing = sum(word & ~1 == handler for word in vectors.words)
    if sharing >= _SHARED_BY_MANY or (sharing > 1 and len(names) > 1):
        return None
    names = [name for name in names if "default" not in name.lower()]
    names.sort(key=lambda name: not name.endswith(_HANDLER_SUFFIXES))
    return _without_suffix(names[0]) if names else None


def _without_suffix(name: str) -> str:
    for suffix in _HANDLER_SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix)
    return name
