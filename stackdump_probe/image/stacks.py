"""The stacks that a program sets aside: by symbols of the linker, by sections, as variables."""

from __future__ import annotations

from stackdump_probe.image.headers import SHF_ALLOC, SHF_WRITE
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stackdump_probe.image.elf import Image
    from stackdump_probe.image.headers import Section

# Names of the address where the main stack starts, as linker scripts and startup files give it:
# cortex-m-rt, ST and Nordic, CMSIS, Zephyr, SEGGER, NXP and Microchip, IAR, Arm Compiler.
STACK_TOPS = (
    "_stack_start",
    "_estack",
    "__StackTop",
    "__stack",
    "_stack",
    "__stack_end__",
    "__STACK_END",
    "__stack_top__",
    "_stack_top",
    "_vStackTop",
    "__StackTop__",
    "__INITIAL_SP",
    "CSTACK$$Limit",
    "Image$$ARM_LIB_STACK$$ZI$$Limit",
)
# Names of the lowest address that it may grow down to: cortex-m-rt, Microchip, CMSIS, SEGGER, NXP,
# IAR, Arm Compiler. Some stand for the top elsewhere, so each counts only if it lies below that.
STACK_LIMITS = (
    "_stack_end",
    "_sstack",
    "__StackLimit",
    "__STACK_LIMIT",
    "__stack_limit",
    "__stack_limit__",
    "__stack_start__",
    "__stack_bottom__",
    "_stack_bottom",
    "__stack_bottom",
    "_vStackBase",
    "CSTACK$$Base",
    "Image$$ARM_LIB_STACK$$ZI$$Base",
)


class StackArea(Record):
    """The bytes from `start` up to `end` are for one stack; `name` is for people."""

    start: int
    end: int
    name: str

    def is_home(self, sp: int) -> bool:
        """True if a stack pointer of this stack, also of the empty one, may be `sp`."""
        return self.start < sp <= self.end


def main_stack(image: Image, initial_sp: int | None) -> StackArea | None:
    """Where the main stack may lie; `initial_sp` is the vector table's first word.

    By the linker's symbols; else by a section for stacks; else from the end of the highest
    section of data below its top. None if no top is known, or if the top lies amidst data, as
    that of a stack which is a variable does.
    """
    tops = _addresses(STACK_TOPS, image)
    top = initial_sp if initial_sp is not None else max(tops, default=None)
    if top is None:
        return None
    below = [(at, name) for name, at in _named(STACK_LIMITS, image) if at < top]
    if below:
        start, name = max(below)
        return StackArea(start, top, f"the main stack ({name})")
    return _by_sections(tuple(writable(image)), top)


def _by_sections(sections: tuple[Section, ...], top: int) -> StackArea | None:
    for section in sections:
        if section.address < top <= section.end:
            if "stack" not in section.name:
                return None
            return StackArea(section.address, section.end, f"section {section.name}")
    data = [each for each in sections if each.end < top and "stack" not in each.name]
    nearest = max(data, key=lambda each: each.end, default=None)
    if nearest is None:
        return None
    return StackArea(nearest.end, top, f"the RAM that {nearest.name} leaves to the main stack")


def writable(image: Image) -> Iterator[Section]:
    """Yield the sections of variables."""
    wanted = SHF_ALLOC | SHF_WRITE
    for section in image.sections:
        if section.flags & wanted == wanted and section.size > 0:
            yield section


def _named(names: Iterable[str], image: Image) -> Iterator[tuple[str, int]]:
    for name in names:
        symbol = image.symbols.named(name)
        if symbol is not None and symbol.address % 4 == 0:
            yield name, symbol.address


def _addresses(names: Iterable[str], image: Image) -> list[int]:
    return [address for _, address in _named(names, image)]
