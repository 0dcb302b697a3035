"""What is in a dump, with no ELF to say what it means."""

from collections.abc import Sequence

from stackdump_probe.dump.model import Dump
from stackdump_probe.image.symbols import SymbolTable
from stackdump_probe.image.vectors import exception_name
from stackdump_probe.report.core import active_exception, core_state, in_order
from stackdump_probe.report.faults import fault_of
from stackdump_probe.report.model import DumpInfo, Range

# Armv7-M ARM (DDI 0403) B3.1, the same in Armv6-M and Armv8-M: first address of each region.
_REGIONS = (
    (0x0000_0000, "code"),
    (0x2000_0000, "SRAM"),
    (0x4000_0000, "peripherals"),
    (0x6000_0000, "external RAM"),
    (0xA000_0000, "external device"),
    (0xE000_0000, "system control"),
    (0xE010_0000, "vendor system"),
    (1 << 32, "beyond 32 bits"),
)


def dump_info(dump: Dump, *, dumps: Sequence[str]) -> DumpInfo:
    """What the dump, read from the files `dumps`, holds."""
    exception = active_exception(dump.registers, dump.memory)
    return DumpInfo(
        dumps=tuple(dumps),
        core=core_state(dump, _exception_name),
        registers=in_order(dump.registers),
        memory=tuple(Range(low, high - low, _region(low)) for low, high in dump.memory.spans()),
        fault=fault_of(dump.memory, exceptions=frozenset({exception} if exception else ())),
        warnings=dump.notes,
    )


def _exception_name(number: int) -> str:
    return exception_name(number, None, SymbolTable(b"", b""))


def _region(address: int) -> str:
    return next(name for start, name in reversed(_REGIONS) if address >= start)
