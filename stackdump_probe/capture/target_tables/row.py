"""The words that the tables of targets are written in."""

from typing import NamedTuple

SRAM = 0x2000_0000  # where the Arm memory map begins SRAM (DDI 0403 B3.1)
CODE_RAM = 0x1000_0000
SECURE = 0x3000_0000  # SRAM once more, for Secure accesses

M0, M0P, M23 = "Cortex-M0", "Cortex-M0+", "Cortex-M23"
M3, M4, M7 = "Cortex-M3", "Cortex-M4", "Cortex-M7"
M33, M55, M85 = "Cortex-M33", "Cortex-M55", "Cortex-M85"


class Ram(NamedTuple):
    """`kib` KiB of RAM from `start`.

    An alias shows the bytes of another bank, or is there only if the program configures it: it
    is read only if the program uses it.
    """

    start: int
    kib: int
    is_alias: bool = False


class Row(NamedTuple):
    """One line of a table.

    `names` are beginnings of part numbers, `?` in them any one letter; the first is the row's
    name. `core` lists the cores in the order of their numbers. `pyocd` is the target type that
    pyOCD needs, or one for each core.
    """

    names: str
    core: str
    source: str
    banks: tuple[Ram, ...]
    pyocd: str = "cortex_m"


def block(
    core: str, source: str, *lines: tuple[str, *tuple[Ram, ...]], pyocd: str = "cortex_m"
) -> tuple[Row, ...]:
    """The rows of parts that have the core and the source in common: (names, bank, ...) each."""
    return tuple(Row(names, core, source, tuple(banks), pyocd) for names, *banks in lines)


def sram(kib: int) -> Ram:
    """A bank where SRAM begins."""
    return Ram(SRAM, kib)


def alias(start: int, kib: int) -> Ram:
    """Addresses that are read only if the program uses them."""
    return Ram(start, kib, is_alias=True)
