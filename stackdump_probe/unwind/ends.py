"""Ends that are stated in more than one place, each with what would help."""

from stackdump_probe.errors import NotCaptured, RegisterUnknown, Unavailable
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.frame import End

# Armv7-M ARM (DDI 0403) B3.1, Armv8-M ARM (DDI 0553) B8.1: where no stack can be. Peripherals,
# and from external devices upwards.
_NO_RAM = ((0x4000_0000, 0x6000_0000), (0xA000_0000, 0x1_0000_0000))
_NEAR = 0x10_0000  # a stack that was captured in part ends within this many bytes
UNWIND_TABLES = "build with -g and -funwind-tables, in Rust -C force-unwind-tables=yes"
OTHER_ELF = "if it is another program's, name that one's ELF with --also"


def is_no_ram(address: int) -> bool:
    """True if the architecture's memory map has no RAM at `address`."""
    return any(low <= address < high for low, high in _NO_RAM)


def unavailable(error: Unavailable, memory: Memory, what: str) -> End:
    """Why `what` (as a subject of a sentence) could not be had."""
    match error:
        case NotCaptured():
            return not_captured(error.address, memory, what)
        case RegisterUnknown():
            return End("no_rule", f"{what} depends on {error.name}, which is not known here")
        case _:
            return End("no_rule", f"{what} cannot be computed: {error}")


def not_captured(address: int, memory: Memory, what: str) -> End:
    """`what` lies at `address`, which no dump holds."""
    if is_no_ram(address):
        return End("corrupt", f"{what} would be at {address:#010x}, where no RAM is", address)
    reason = f"{what} is at {address:#010x}, which is not in the dump"
    return End("no_memory", reason, address, _capture_more(address, memory))


def _capture_more(address: int, memory: Memory) -> str:
    ends = [end for _, end in memory.spans() if end <= address < end + _NEAR]
    if not ends:
        return "capture with --ram all"
    return f"stack region ends at {max(ends):#010x}; capture with --ram all"
