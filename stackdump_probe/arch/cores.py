"""Which core it is, by CPUID (0xE000ED00).

CPUID is [31:24] implementer, [23:20] variant, [19:16] architecture, [15:4] part number,
[3:0] revision: Armv7-M ARM (DDI 0403) B3.2.3, Armv8-M ARM (DDI 0553) CPUID.
"""

from collections.abc import Mapping
from types import MappingProxyType

ARM, ARM_CHINA = 0x41, 0x63

# The CPUID reset value in each core's Technical Reference Manual.
NAME_BY_PART: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (ARM, 0xC20): "Cortex-M0",  # DDI 0432
        (ARM, 0xC21): "Cortex-M1",  # DDI 0413
        (ARM, 0xC23): "Cortex-M3",  # DDI 0337
        (ARM, 0xC24): "Cortex-M4",  # DDI 0439
        (ARM, 0xC27): "Cortex-M7",  # DDI 0489
        (ARM, 0xC60): "Cortex-M0+",  # DDI 0484
        (ARM, 0xC30): "SecurCore SC000",  # DDI 0456
        (ARM, 0xC33): "SecurCore SC300",  # DDI 0447
        (ARM, 0xD20): "Cortex-M23",  # DDI 0550
        (ARM, 0xD21): "Cortex-M33",  # 100230
        (ARM, 0xD22): "Cortex-M55",  # 101051
        (ARM, 0xD23): "Cortex-M85",  # 101924
        (ARM, 0xD24): "Cortex-M52",  # 102776
        (ARM, 0xD31): "Cortex-M35P",  # 100883
        (ARM_CHINA, 0x132): "STAR-MC1",  # STAR-MC1 TRM
        (ARM_CHINA, 0xD24): "Cortex-M52",
        (ARM_CHINA, 0xD25): "STAR-MC3",
    }
)


def core_name(cpuid: int) -> str | None:
    """The name of the core, None for one that is not listed."""
    return NAME_BY_PART.get((cpuid >> 24 & 0xFF, cpuid >> 4 & 0xFFF))


def has_main_extension(cpuid: int) -> bool:
    """False for Armv6-M and Armv8-M Baseline, which record no causes of faults.

    CPUID.Architecture is 0xF with the Main Extension and before it existed in Armv7-M.
    """
    return cpuid >> 16 & 0xF == 0xF


def core_revision(cpuid: int) -> str:
    """Variant and revision as Arm writes them: "r0p1"."""
    return f"r{cpuid >> 20 & 0xF}p{cpuid & 0xF}"
