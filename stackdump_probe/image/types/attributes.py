"""What attributes say of any type: its language, sizes, constants."""

from __future__ import annotations

from stackdump_probe.image.dwarf.dies import Die

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.model import Language

# DWARF 5 table 7.17; everything else is C to us (assembler, Ada, Pascal have no views).
LANGUAGES: dict[int, Language] = {
    **dict.fromkeys((0x04, 0x19, 0x1A, 0x21, 0x2A, 0x2B, 0x3A), "c++"),
    **dict.fromkeys((0x1C, 0x9000), "rust"),
}


def natural(die: Die, attribute: int) -> int | None:
    """A size; a negative one is none."""
    number = die.integer(attribute)
    return None if number is None or number < 0 else number


def language_of(die: Die) -> Language:
    """The language of the unit that `die` is in."""
    return LANGUAGES.get(die.unit.language, "c")


def constant(die: Die, attribute: int) -> int | None:
    """A number, also one that is wider than a constant form holds."""
    value = die.get(attribute)
    if isinstance(value, bytes | memoryview):
        return int.from_bytes(value, "little")
    return value if isinstance(value, int) else None
