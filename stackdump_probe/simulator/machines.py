"""The machines of QEMU that firmware is run on, and what their debug hardware says of itself."""

from types import MappingProxyType

from stackdump_probe.errors import SimulatorError
from stackdump_probe.record import Record

ARM = 0x43B
ST = 0x020


class Component(Record):
    """A CoreSight component as a ROM table points to it; `base` is an absolute address."""

    base: int
    part: int
    component_class: int = 0xE
    device_type: int = 0
    architecture: int = 0  # DEVARCH.ARCHID of class 9


class MachineModel(Record):
    """One machine of QEMU with the identity of the part that it models.

    `code` is where it starts from; `ram` holds (start, size) of the banks for data.
    `architectures` (Tag_CPU_arch) and `fp_arch` (Tag_FP_arch, the most it has) are the build
    attributes of programs that its core runs.
    """

    name: str
    core: str
    code: range
    architectures: tuple[int, ...]
    fp_arch: int
    ram: tuple[tuple[int, int], ...]
    dpidr: int
    ap_idr: int
    rom_designer: int
    rom_part: int
    dwt_ctrl: int  # as after reset: NUMCOMP, NOCYCCNT
    fp_ctrl: int
    components: tuple[Component, ...]

    @property
    def is_armv6m(self) -> bool:
        """True if BASEPRI and FAULTMASK do not exist."""
        return self.core in ("Cortex-M0", "Cortex-M0+")

    @property
    def has_security(self) -> bool:
        """True if the core has the Security Extension."""
        return self.core in ("Cortex-M33", "Cortex-M55")


SCS, DWT, FPB, ITM, TPIU = 0xE000E000, 0xE0001000, 0xE0002000, 0xE0000000, 0xE0040000

# Part numbers: Cortex-M0 TRM (DDI 0432) 6.2; M3 TRM (DDI 0337) 8.2 and 9.3; M4 TRM (DDI 0439)
# 8.2; M7 TRM (DDI 0489) 12.2; M33 TRM (100230) D1.2.
_M0 = (Component(SCS, 0x008), Component(DWT, 0x00A), Component(FPB, 0x00B))
_M3 = (
    Component(SCS, 0x000),
    Component(DWT, 0x002),
    Component(FPB, 0x003),
    Component(ITM, 0x001),
    Component(TPIU, 0x923, 9, 0x11),
)
_M4 = (
    Component(SCS, 0x00C),
    Component(DWT, 0x002),
    Component(FPB, 0x003),
    Component(ITM, 0x001),
    Component(TPIU, 0x9A1, 9, 0x11),
)
_M7 = (
    Component(SCS, 0x00C),
    Component(DWT, 0x002),
    Component(FPB, 0x00E),
    Component(ITM, 0x001),
)
_M33 = (
    Component(SCS, 0xD21, 9, 0x00, 0x2A04),
    Component(DWT, 0xD21, 9, 0x00, 0x1A02),
    Component(FPB, 0xD21, 9, 0x00, 0x1A03),
    Component(ITM, 0xD21, 9, 0x43, 0x1A01),
)
_M55 = (
    Component(SCS, 0xD22, 9, 0x00, 0x2A04),
    Component(DWT, 0xD22, 9, 0x00, 0x1A02),
    Component(FPB, 0xD22, 9, 0x00, 0x1A03),
    Component(ITM, 0xD22, 9, 0x43, 0x1A01),
)

# Tag_CPU_arch: 10 v7, 11 v6-M, 12 v6S-M, 13 v7E-M, 16 v8-M.base, 17 v8-M.main.
# Tag_FP_arch: 6 VFPv4-D16 (as FPv4-SP), 8 FPv5-D16.
_V6M, _V7M, _V8M, _V81M = (11, 12), (10, 11, 12), (16, 17), 21
_V7EM = (*_V7M, 13)
_AT_ZERO = range(0x400000)
_SSRAM = ((0x20000000, 0x400000),)

MACHINES = MappingProxyType(
    {
        model.name: model
        for model in (
            # STM32F405: RM0090 38.6 and 38.16.
            MachineModel(
                "netduinoplus2", "Cortex-M4", range(0x08000000, 0x08100000), _V7EM, 6,
                ((0x20000000, 0x30000),), 0x2BA01477, 0x24770011,
                ST, 0x413, 0x40000000, 0x260, _M4,
            ),
            MachineModel(
                "microbit", "Cortex-M0", range(0x40000), _V6M, 0,
                ((0x20000000, 0x4000),), 0x0BB11477, 0x04770021,
                ARM, 0x471, 0x20000000, 0x40, _M0,
            ),
            MachineModel(
                "mps2-an385", "Cortex-M3", _AT_ZERO, _V7M, 0,
                _SSRAM, 0x2BA01477, 0x24770011, ARM, 0x4C3, 0x40000000, 0x260, _M3,
            ),
            MachineModel(
                "mps2-an386", "Cortex-M4", _AT_ZERO, _V7EM, 6,
                _SSRAM, 0x2BA01477, 0x24770011, ARM, 0x4C4, 0x40000000, 0x260, _M4,
            ),
            MachineModel(
                "mps2-an500", "Cortex-M7", _AT_ZERO, _V7EM, 8,
                _SSRAM, 0x5BA02477, 0x84770001, ARM, 0x4C7, 0x40000000, 0x10000080, _M7,
            ),
            MachineModel(
                "mps2-an505", "Cortex-M33", range(0x10000000, 0x10400000), (*_V7EM, *_V8M), 8,
                ((0x38000000, 0x400000),), 0x6BA02477, 0x14770005,
                ARM, 0x4C9, 0x40000000, 0x10000080, _M33,
            ),
            # ITCM and DTCM, as Arm's Corstone SSE-300 has them (101773, memory map).
            MachineModel(
                "mps3-an547", "Cortex-M55", range(0x80000), (*_V7EM, *_V8M, _V81M), 8,
                ((0x20000000, 0x80000),), 0x6BA02477, 0x14770005,
                ARM, 0x4CA, 0x40000000, 0x10000080, _M55,
            ),
        )
    }
)  # fmt: skip


def machine_named(name: str) -> MachineModel:
    """The machine that QEMU calls `name`; raises SimulatorError."""
    try:
        return MACHINES[name]
    except KeyError:
        hint = f"machines: {', '.join(MACHINES)}"
        raise SimulatorError(f"no machine {name!r} in the simulator", hint=hint) from None
