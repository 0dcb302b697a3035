"""From the fault status registers in a dump to what went wrong, in words."""

from collections.abc import Iterator

from stackdump_probe.arch import faults as arch
from stackdump_probe.arch.cores import has_main_extension
from stackdump_probe.arch.debug import CPUID, DFSR, NS_ALIAS
from stackdump_probe.arch.exceptions import SYSTEM_EXCEPTIONS
from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory
from stackdump_probe.report.core import word_at
from stackdump_probe.report.model import Cause, Fault, FaultInstruction

_OF_NONSECURE = tuple(bit for bit in arch.CFSR_BITS if not arch.CFSR_NOT_BANKED >> bit.bit & 1)
# CFSR_NS: as Secure state sees that of the other one.
_CAUSE_TABLES = (
    ("CFSR", arch.CFSR, arch.CFSR_BITS),
    ("CFSR_NS", arch.CFSR + NS_ALIAS, _OF_NONSECURE),
    ("SFSR", arch.SFSR, arch.SFSR_BITS),
    ("RFSR", arch.RFSR, arch.RFSR_BITS),
    ("HFSR", arch.HFSR, arch.HFSR_BITS),
)


def fault_of(
    memory: Memory, *, exceptions: frozenset[int], interrupted: Registers | None = None
) -> Fault | None:
    """What the captured status registers record; None if nothing, or if they were not captured.

    The bits stay set until software clears them, so a fault may be long over: `exceptions`, the
    numbers of those active, tell. `interrupted` are the registers of the code that the active
    fault interrupted; `memory` holds that code also, if it is to be disassembled.
    """
    bits = list(_set_bits(memory, exceptions))
    if not bits and not _is_unrecorded(memory, exceptions):
        return None
    causes = tuple(Cause(name, bit.name, _text(bit, memory, bits)) for name, bit in bits)
    summary = _summary(memory, bits) if bits else _unrecorded(memory, exceptions)
    if not exceptions & arch.FAULTS and not exceptions & {arch.DEBUG_MONITOR}:
        summary += " (recorded earlier: no fault handler is active)"
    reported = next(_addresses(memory, bits), None)
    return Fault(
        summary,
        causes,
        None if reported is None else reported[1],
        None if interrupted is None else _instruction(interrupted, memory, bits, reported),
    )


def _is_unrecorded(memory: Memory, exceptions: frozenset[int]) -> bool:
    """True if a fault is active, and the status registers were captured but are clear."""
    return bool(exceptions & arch.FAULTS) and word_at(memory, arch.CFSR) is not None


def _unrecorded(memory: Memory, exceptions: frozenset[int]) -> str:
    name = SYSTEM_EXCEPTIONS[min(exceptions & arch.FAULTS)]
    cpuid = word_at(memory, CPUID)
    if cpuid is not None and not has_main_extension(cpuid):
        return f"{name}; this core does not record why"
    return f"{name}; its cause is not recorded"


def _instruction(
    interrupted: Registers, memory: Memory, bits: "_Bits", reported: tuple[str, int] | None
) -> FaultInstruction | None:
    from stackdump_probe.report.culprit import Scene, culprit  # most traces are of no fault

    names = frozenset(f"{name.removesuffix('_NS')}.{bit.name}" for name, bit in bits)
    return culprit(Scene(names, interrupted, memory, reported))


_Bits = list[tuple[str, arch.FaultBit]]


def _set_bits(memory: Memory, exceptions: frozenset[int]) -> Iterator[tuple[str, arch.FaultBit]]:
    explains_debug_event = arch.DEBUG_MONITOR in exceptions
    for name, address, table in _CAUSE_TABLES:
        for bit in _bits_of(memory, address, table):
            explains_debug_event |= bit is arch.DEBUGEVT
            yield name, bit
    if explains_debug_event:
        for bit in _bits_of(memory, DFSR, arch.DFSR_BITS):
            yield "DFSR", bit


def _bits_of(memory: Memory, address: int, table: tuple[arch.FaultBit, ...]) -> list[arch.FaultBit]:
    word = word_at(memory, address) or 0
    return [bit for bit in table if word >> bit.bit & 1]


def _text(bit: arch.FaultBit, memory: Memory, bits: _Bits) -> str:
    return f"{bit.text}: {_why_escalated(memory, bits)}" if bit is arch.FORCED else bit.text


def _why_escalated(memory: Memory, bits: _Bits) -> str:
    enables = {(_bank(name), bit.enable) for name, bit in bits if bit.enable is not None}
    if not enables:
        return "no other status bit says why"
    handlers = {bank: word_at(memory, arch.SHCSR + bank) for bank, _enable in enables}
    known = {bank: word for bank, word in handlers.items() if word is not None}
    if len(known) < len(handlers):
        return "the fault's own handler is disabled or was not allowed to run"
    if any(not known[bank] >> enable & 1 for bank, enable in enables):
        return "the fault's own handler is disabled"
    return "the current priority did not let the fault's own handler run"


def _summary(memory: Memory, bits: _Bits) -> str:
    primary = [(name, bit) for name, bit in bits if bit not in (arch.FORCED, arch.DEBUGEVT)]
    return "; ".join(_with_address(memory, each) for each in primary or bits)


def _with_address(memory: Memory, named: tuple[str, arch.FaultBit]) -> str:
    bit = named[1]
    if bit is arch.FORCED:
        return f"{bit.text}: {_why_escalated(memory, [])}"
    reported = next(_addresses(memory, [named]), None)
    return bit.text if reported is None else f"{bit.text} at {reported[1]:#010x}"


def _addresses(memory: Memory, bits: _Bits) -> Iterator[tuple[str, int]]:
    """Yield the fault address registers whose valid bit is set, and what they hold.

    DDI 0403 B3.2.15: without that bit it is junk.
    """
    status = {name: word_at(memory, address) or 0 for name, address, _table in _CAUSE_TABLES}
    for name, bit in bits:
        if bit.valid_bit is None or bit.address_register is None:
            continue
        address = word_at(memory, bit.address_register + _bank(name))
        if address is not None and status[name] >> bit.valid_bit & 1:
            suffix = "_NS" if _bank(name) else ""
            yield arch.ADDRESS_REGISTERS[bit.address_register] + suffix, address


def _bank(register: str) -> int:
    """How far above its usual address stands what belongs to this status register."""
    return NS_ALIAS if register.endswith("_NS") else 0
