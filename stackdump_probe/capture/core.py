"""Which core this is, as far as it decides what can be read of it."""

from stackdump_probe.arch.cores import has_main_extension
from stackdump_probe.arch.debug import (
    CPUID,
    DSCSR,
    DSCSR_CDS,
    ICTR,
    ICTR_INTLINESNUM,
    ID_PFR0,
    ID_PFR0_RAS,
    ID_PFR1,
    ID_PFR1_SECURITY,
    MVFR0,
    S_SDE,
)
from stackdump_probe.capture.probe import Probe
from stackdump_probe.errors import RegionUnreadable
from stackdump_probe.record import Record, replace

# CPUID.PartNo of the v8-M cores: Arm and Arm China number theirs 0xDxx (Cortex-M23 0xD20, M33
# 0xD21, ...: each core's technical reference manual); STAR-MC1 came before that.
_V8M_PARTS = range(0xD00, 0xE00)
_STAR_MC1 = 0x132


class Core(Record):
    """What this core has; `interrupt_words` counts NVIC words of 32 interrupts each.

    `is_secure`: it is in Secure state; `sees_secure`: that state is open to the debugger.
    """

    is_mainline: bool = True
    is_v8m: bool = False
    is_secure: bool = False
    has_fpu: bool = False
    interrupt_words: int = 1
    has_security: bool = False
    has_ras: bool = False
    sees_secure: bool = False

    def halted_in(self, dscsr: int, dhcsr: int) -> "Core":
        """The same core, with what is sure only of one that stands still."""
        is_secure = self.has_security and bool(dscsr & DSCSR_CDS)
        sees_secure = self.has_security and bool(dhcsr & S_SDE)
        return replace(self, is_secure=is_secure, sees_secure=sees_secure)


def examine(probe: Probe) -> Core:
    """Read the identification registers; needs no halt."""
    cpuid = word_at(probe, CPUID)
    is_mainline = has_main_extension(cpuid)
    part = cpuid >> 4 & 0xFFF
    is_v8m = part in _V8M_PARTS or part == _STAR_MC1
    return Core(
        is_mainline=is_mainline,
        is_v8m=is_v8m,
        is_secure=is_v8m and bool(word_at(probe, DSCSR) & DSCSR_CDS),
        has_fpu=is_mainline and _has_fp_registers(word_at(probe, MVFR0), word_at(probe, MVFR0 + 4)),
        interrupt_words=(word_at(probe, ICTR) & ICTR_INTLINESNUM) + 1 if is_mainline else 1,
        has_ras=is_v8m and bool(word_at(probe, ID_PFR0) & ID_PFR0_RAS),
        has_security=is_v8m and bool(word_at(probe, ID_PFR1) & ID_PFR1_SECURITY),
    )


def _has_fp_registers(mvfr0: int, mvfr1: int) -> bool:
    """True for FP (MVFR0.FPSP, FPDP) and for integer-only vectors (MVFR1.MVE)."""
    return bool(mvfr0 & 0xFF0 or mvfr1 & 0xF00)


def word_at(probe: Probe, address: int) -> int:
    """The word at `address`; 0, as reserved space reads, where the target faults."""
    try:
        return int.from_bytes(probe.read(address, 4), "little")
    except RegionUnreadable:
        return 0
