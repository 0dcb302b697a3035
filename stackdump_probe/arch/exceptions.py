"""Exception entry and return: EXC_RETURN, what the hardware stacks, the bits of xPSR.

Armv6-M ARM (DDI 0419) B1.5.6-B1.5.8; Armv7-M ARM (DDI 0403) B1.5.6-B1.5.8; Armv8-M ARM
(DDI 0553) B3.18-B3.22 and the pseudocode of PushStack, PushCalleeStack and ExceptionReturn.
"""

from collections.abc import Mapping
from types import MappingProxyType

from stackdump_probe.arch.registers import SINGLES
from stackdump_probe.record import Record

# DDI 0403 B1.5.6, lowest address first.
BASIC_FRAME = ("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr")
BASIC_FRAME_SIZE = 0x20
# DDI 0403 B1.5.7: above the basic frame s0-s15, FPSCR and a reserved word (VPR on Armv8.1-M).
FP_FRAME = (*SINGLES[:16], "fpscr")
EXTENDED_FRAME_SIZE = 0x68
FP_FRAME_OFFSET = BASIC_FRAME_SIZE
# DDI 0553 B3.20: above that s16-s31, where FPCCR.TS has Secure code's stacked also.
FP_CALLEE_FRAME = SINGLES[16:]
FP_CALLEE_FRAME_OFFSET = EXTENDED_FRAME_SIZE
FP_CALLEE_FRAME_SIZE = 0x40
# DDI 0553 B3.19: below the basic frame the integrity signature, a reserved word, r4-r11.
ADDITIONAL_FRAME = tuple(f"r{number}" for number in range(4, 12))
ADDITIONAL_FRAME_OFFSET = 8
ADDITIONAL_FRAME_SIZE = 0x28
INTEGRITY_SIGNATURE = 0xFEFA_125A  # bit 0: 1 if no FP words were stacked

# Control words that tell of exceptions: DDI 0403 B3.2, DDI 0553 D1.2.
ICSR = 0xE000_ED04
ICSR_VECTACTIVE = 0x1FF
FPCCR = 0xE000_EF34
FPCCR_LSPACT = 1 << 0
FPCCR_TS = 1 << 26
FPCAR = 0xE000_EF38
# CFSR: DDI 0403 B3.2.15; DDI 0553 D1.2.
CFSR_FRAME_ERRORS = 1 << 4 | 1 << 12  # MSTKERR, STKERR
CFSR_FP_ERRORS = 1 << 5 | 1 << 13  # MLSPERR, LSPERR
CFSR_STKOF = 1 << 20

# What pc reads in lockup: DDI 0403 B1.5.15, DDI 0553 B3.31; DDI 0419 B1.5.12 adds the last.
LOCKUP_PCS = frozenset((0xEFFF_FFFE, 0xFFFF_FFFE))

CONTROL_SPSEL = 1 << 1

# DDI 0553 B3.24: what lr holds in Non-secure code that Secure code called.
FNC_RETURN = 0xFEFF_FFFF
FNC_RETURNS = frozenset((FNC_RETURN, 0xFEFF_FFFE))

# DDI 0403 B1.5.2, DDI 0553 B3.9; 16 and up are the external interrupts 0 and up.
SYSTEM_EXCEPTIONS: Mapping[int, str] = MappingProxyType(
    {
        1: "Reset",
        2: "NMI",
        3: "HardFault",
        4: "MemManage",
        5: "BusFault",
        6: "UsageFault",
        7: "SecureFault",
        11: "SVCall",
        12: "DebugMonitor",
        14: "PendSV",
        15: "SysTick",
    }
)
FIRST_INTERRUPT = 16


class ExcReturn(Record):
    """What exception entry puts in lr, and a handler's return puts in pc.

    DDI 0403 B1.5.8, DDI 0553 B3.21. Bits 6 and 5 are ones before Armv8-M, bit 4 too without FPU.
    """

    word: int

    @property
    def is_valid(self) -> bool:
        """True if the word has the fixed bits of an EXC_RETURN: [31:7] ones, [1] zero."""
        return self.word >> 7 == 0x1FF_FFFF and not self.word & 2

    @property
    def stack_is_secure(self) -> bool:
        """S: the frame is on a Secure stack."""
        return bool(self.word >> 6 & 1)

    @property
    def taken_to_secure(self) -> bool:
        """ES: the exception was taken to Secure state."""
        return bool(self.word & 1)

    @property
    def has_extended_frame(self) -> bool:
        """FType: 0 when FP words were stacked."""
        return not self.word >> 4 & 1

    @property
    def has_additional_frame(self) -> bool:
        """DCRS and ES: r4-r11 were stacked also, below the basic frame (ExceptionReturn)."""
        return self.stack_is_secure and (not self.word >> 5 & 1 or not self.taken_to_secure)

    @property
    def to_thread(self) -> bool:
        """Mode: thread code was interrupted, else another handler."""
        return bool(self.word >> 3 & 1)

    @property
    def selects_psp(self) -> bool:
        """SPSEL: what return puts in CONTROL.SPSEL, of the state that ES names."""
        return bool(self.word >> 2 & 1)

    @property
    def frame_on_psp(self) -> bool:
        """The frame is on the process stack; handlers are always on the main one.

        For code of the state that the exception was taken to: S and ES are equal.
        """
        return self.selects_psp and self.to_thread


class Xpsr(Record):
    """The program status word; as RETPSR also what entry stacks of it (DDI 0403 B1.4.2)."""

    word: int

    @property
    def exception(self) -> int:
        """IPSR: the exception being handled, 0 in thread mode."""
        return self.word & 0x1FF

    @property
    def is_thumb(self) -> bool:
        """EPSR.T."""
        return bool(self.word >> 24 & 1)

    @property
    def was_realigned(self) -> bool:
        """Bit 9 of a stacked one: entry moved sp down 4 bytes to align it (DDI 0403 B1.5.7)."""
        return bool(self.word >> 9 & 1)

    @property
    def unstacked(self) -> int:
        """What return loads: without bit 9, and bit 20, which Armv8-M stacks SFPA in."""
        return self.word & ~(1 << 9 | 1 << 20)
