"""The debug hardware of a Cortex-M core, which QEMU has not: on the private peripheral bus.

Armv7-M ARM (DDI 0403) C1: debug registers, DWT, FPB, ITM, ROM table; component identification
as the CoreSight architecture (IHI 0029) B2 has it.
"""

from collections.abc import Callable, Mapping
from time import monotonic_ns
from types import MappingProxyType

from stackdump_probe.arch import debug
from stackdump_probe.simulator.interposer import Interposer
from stackdump_probe.simulator.machines import ARM, DWT, FPB, ITM, TPIU, Component, MachineModel
from stackdump_probe.simulator.target import Target

ROM_TABLE = 0xE00FF000
PRIVATE_BUS = range(0xE0000000, 0xE0100000)
AIRCR = 0xE000ED0C
AIRCR_SYSRESETREQ = 0x05FA0004
DWT_CTRL, DWT_CYCCNT, DWT_COMPARATORS = DWT, DWT + 4, DWT + 0x20
FP_CTRL, FP_COMPARATORS = FPB, FPB + 8
FP_CTRL_WRITABLE = 1  # ENABLE; KEY reads as zero
CYCCNTENA = 1
DWT_CTRL_WRITABLE = 0x01FFFFFF
VC_CORERESET = 1
CONTROLS = debug.C_DEBUGEN | debug.C_HALT | debug.C_STEP | debug.C_MASKINTS | debug.C_SNAPSTALL
REGWNR = 1 << 16
REGISTER_BY_SELECTOR = MappingProxyType({at: name for name, at in debug.SELECTORS.items()})


class CoreDebug:
    """The registers that a debugger finds; those of QEMU itself are not answered here.

    `as_found` holds words that the firmware is to have set by itself, by address, such as a
    cycle counter that it counts delays with.
    """

    def __init__(
        self,
        target: Target,
        *,
        interposer: Interposer | None = None,
        as_found: Mapping[int, int] = MappingProxyType({}),
        clock: Callable[[], int] = monotonic_ns,
    ) -> None:
        self._target = target
        self._model = target.model
        self._interposer = interposer or Interposer()
        self._controls = 0
        self._sticky = debug.S_RESET_ST
        self._data = 0  # DCRDR
        self._is_ready = True
        self._clock = clock
        self._counted_at = clock()
        self._words = {**_storage(self._model), **as_found}
        self._identity = _identity(self._model)

    def read(self, address: int) -> int | None:
        """The word at `address`, or None if it is not one of these registers."""
        word = self._read(address)
        return None if word is None else self._interposer.core_read(address, word)

    def write(self, address: int, word: int) -> bool:
        """Write a word; False if `address` is not one of these registers."""
        match address:
            case debug.DHCSR:
                self._control(word)
            case debug.DCRSR:
                self._transfer_register(word)
            case debug.DCRDR:
                self._data = word
            case debug.DFSR:
                self._words[address] &= ~word
            case 0xE000ED0C if word & AIRCR_SYSRESETREQ == AIRCR_SYSRESETREQ:
                self.reset()
            case _:
                return self._store(address, word)
        return True

    def reset(self) -> None:
        """Reset the part, as its reset line or its watchdog does: it runs from the start.

        The core stays at its first instruction if the debugger asked so.
        """
        is_caught = self._words[debug.DEMCR] & VC_CORERESET and self._controls & debug.C_DEBUGEN
        if is_caught:
            self._target.halt()
        self._target.reset()
        self._sticky |= debug.S_RESET_ST
        if not is_caught:
            self._controls &= ~debug.C_HALT
            if self._target.is_halted:
                self._target.resume()

    def lose_power(self) -> None:
        """Turn the part off and on: nothing stays of what a debugger or the firmware has set."""
        self._controls = self._data = 0
        self._words = _storage(self._model)
        self.reset()

    def _read(self, address: int) -> int | None:
        match address:
            case debug.DHCSR:
                return self._status()
            case debug.DCRSR:
                return 0  # write only
            case debug.DCRDR:
                return self._data
            case debug.DSCSR if self._model.has_security:
                return debug.DSCSR_CDS if self._target.is_secure() else 0
        if address == DWT_CYCCNT and address in self._words:
            self._count()
        if address in self._words:
            return self._words[address]
        return self._identity.get(address)

    def _store(self, address: int, word: int) -> bool:
        if address not in self._words:
            return address in self._identity  # read only
        if address in (DWT_CTRL, debug.DEMCR):
            self._count()
        fixed, writable = self._words[address], 0xFFFFFFFF
        if address == DWT_CTRL:
            writable = DWT_CTRL_WRITABLE
        elif address == FP_CTRL:
            writable = FP_CTRL_WRITABLE
        self._words[address] = fixed & ~writable | word & writable
        return True

    def _status(self) -> int:
        """DHCSR as read; reading clears the sticky bits."""
        status = self._controls | debug.S_REGRDY * self._is_ready | self._sticky
        status |= debug.S_SDE * self._model.has_security
        self._sticky = 0
        if self._target.is_halted:
            return status | debug.S_HALT
        return status | debug.S_RETIRE_ST | debug.S_SLEEP * self._target.is_asleep()

    def _control(self, word: int) -> None:
        if word & 0xFFFF0000 != debug.DBGKEY:
            return
        self._count()
        controls = word & CONTROLS if word & debug.C_DEBUGEN else 0
        if controls & debug.C_HALT:
            if not self._target.is_halted:
                self._target.halt()
                self._words[debug.DFSR] |= debug.DFSR_HALTED
        elif controls & debug.C_STEP and self._target.is_halted:
            self._target.step()
            controls |= debug.C_HALT
            self._words[debug.DFSR] |= debug.DFSR_HALTED
        else:
            self._target.resume()
        self._controls = controls

    def _transfer_register(self, word: int) -> None:
        """DCRSR: move a core register to DCRDR or from it; a running core does not answer."""
        name = REGISTER_BY_SELECTOR.get(word & 0x7F)
        self._is_ready = self._target.is_halted
        if not self._is_ready or name is None:
            return
        if word & REGWNR:
            self._target.write_register(name, self._data)
        else:
            self._data = self._target.read_register(name) or 0

    def _count(self) -> None:
        """Bring CYCCNT up to date: a cycle is a nanosecond of a core that is not halted."""
        now = self._clock()
        traced = self._words[debug.DEMCR] & debug.DEMCR_TRCENA
        enabled = self._words[DWT_CTRL] & CYCCNTENA and DWT_CYCCNT in self._words
        if traced and enabled and not self._target.is_halted:
            cycles = self._words[DWT_CYCCNT] + now - self._counted_at
            self._words[DWT_CYCCNT] = cycles & 0xFFFFFFFF
        self._counted_at = now


def _storage(model: MachineModel) -> dict[int, int]:
    """The registers that keep what is written, with what they hold after reset."""
    comparators = model.dwt_ctrl >> 28
    breakpoints = model.fp_ctrl >> 4 & 0xF
    words = {debug.DFSR: 0, debug.DEMCR: 0, DWT_CTRL: model.dwt_ctrl, FP_CTRL: model.fp_ctrl}
    words |= dict.fromkeys((DWT_COMPARATORS + 4 * n for n in range(4 * comparators)), 0)
    words |= dict.fromkeys((FP_COMPARATORS + 4 * n for n in range(breakpoints)), 0)
    if not model.is_armv6m:
        words |= {DWT_CYCCNT: 0, ITM + 0xE00: 0, ITM + 0xE40: 0, ITM + 0xE80: 0}
    if any(component.base == TPIU for component in model.components):
        words |= {TPIU + 0x04: 1, TPIU + 0x10: 0, TPIU + 0xF0: 1, TPIU + 0x304: 0x102}
    return words


def _identity(model: MachineModel) -> dict[int, int]:
    """ROM table entries and the identification registers of all components."""
    words: dict[int, int] = {}
    for index, component in enumerate(model.components):
        # Offset from the table, bit 1: 32-bit format, bit 0: present (IHI 0031, D3.2).
        words[ROM_TABLE + 4 * index] = (component.base - ROM_TABLE) & 0xFFFFF000 | 0b11
        words |= identification(component, designer=ARM)
    table = Component(ROM_TABLE, model.rom_part, 1)
    ends = range(ROM_TABLE + 4 * len(model.components), ROM_TABLE + 0xFCC, 4)
    return words | dict.fromkeys(ends, 0) | identification(table, designer=model.rom_designer)


def identification(component: Component, *, designer: int) -> dict[int, int]:
    """PIDR, CIDR, and for class 9 DEVARCH and DEVTYPE, by address.

    `designer` is JEP106: continuation count in bits 11:8, identity in bits 6:0.
    """
    base, part = component.base, component.part
    continuation, identity = designer >> 8, designer & 0x7F
    peripheral = part | identity << 12 | 1 << 19 | continuation << 32
    component_id = 0xB105000D | component.component_class << 12
    words = {base + 0xFD0 + 4 * n: peripheral >> 32 + 8 * n & 0xFF for n in range(4)}
    words |= {base + 0xFE0 + 4 * n: peripheral >> 8 * n & 0xFF for n in range(4)}
    words |= {base + 0xFF0 + 4 * n: component_id >> 8 * n & 0xFF for n in range(4)}
    if component.component_class == 9:
        present = bool(component.architecture) << 20
        architect = (continuation << 7 | identity) << 21
        words |= dict.fromkeys(range(base + 0xFBC, base + 0xFD0, 4), 0)
        words[base + 0xFBC] = (architect | present | component.architecture) * bool(present)
        words[base + 0xFCC] = component.device_type
    return words
