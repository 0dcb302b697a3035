"""The debug registers of a Cortex-M core: addresses, bits, and what DCRSR selects.

Armv6-M ARM (DDI 0419) C1.6, Armv7-M ARM (DDI 0403) C1.6, Armv8-M ARM (DDI 0553) D1.2.
"""

from types import MappingProxyType

from stackdump_probe.arch.registers import SINGLES

CPUID = 0xE000ED00
VTOR = 0xE000ED08
DFSR = 0xE000ED30
DHCSR = 0xE000EDF0
DCRSR = 0xE000EDF4
DCRDR = 0xE000EDF8
DEMCR = 0xE000EDFC
DSCSR = 0xE000EE08  # v8-M
DAUTHSTATUS = 0xE000EFB8  # v8-M
ID_PFR0 = 0xE000ED40  # v7-M, v8-M
ID_PFR0_RAS = 0xF << 28  # v8.1-M
ID_PFR1 = 0xE000ED44
ID_PFR1_SECURITY = 0xF << 4
MVFR0 = 0xE000EF40
NS_ALIAS = 0x2_0000  # v8-M: so far above is what Non-secure code sees, of 0xE000E000 and up
ICTR = 0xE000E004  # v7-M, v8-M

# DHCSR, written: the key, and the control bits; read: the control and status bits.
DBGKEY = 0xA05F << 16
C_DEBUGEN = 1 << 0
C_HALT = 1 << 1
C_STEP = 1 << 2
C_MASKINTS = 1 << 3
C_SNAPSTALL = 1 << 5
S_REGRDY = 1 << 16
S_HALT = 1 << 17
S_SLEEP = 1 << 18
S_LOCKUP = 1 << 19
S_SDE = 1 << 20  # v8-M: the debugger may halt and look into Secure state
S_RETIRE_ST = 1 << 24
S_RESET_ST = 1 << 25

DFSR_HALTED = 1 << 0
DFSR_VCATCH = 1 << 3
DEMCR_VC_CORERESET = 1 << 0
DEMCR_TRCENA = 1 << 24
DSCSR_CDS = 1 << 16  # the core is in Secure state
DAUTHSTATUS_SID = 0b11 << 4
SECURE_DEBUG_CLOSED = 0b10 << 4  # of DAUTHSTATUS.SID: there is Secure state, not to be debugged
ICTR_INTLINESNUM = 0xF  # 32 * (n + 1) interrupts

# DCRSR.REGSEL. A core without the Security Extension has the Non-secure stack limits.
SELECTORS = MappingProxyType(
    {
        **{f"r{number}": number for number in range(13)},
        "sp": 13,
        "lr": 14,
        "pc": 15,
        "xpsr": 16,
        "msp": 17,
        "psp": 18,
        "cfbp": 20,
        "msp_ns": 24,
        "psp_ns": 25,
        "msp_s": 26,
        "psp_s": 27,
        "msplim_s": 28,
        "psplim_s": 29,
        "msplim_ns": 30,
        "psplim_ns": 31,
        "fpscr": 33,
        "cfbp_s": 34,
        "cfbp_ns": 35,
        **{name: 64 + number for number, name in enumerate(SINGLES)},
    }
)
