"""Core registers of a halted core, in as few transfers as there can be."""

from collections.abc import Callable, Sequence
from typing import Any

from stackdump_probe.arch import debug

# ADIv5.2 (IHI 0031) C2.6.1: BD0 to BD3 are the four words around TAR, here DHCSR to DEMCR.
BD0, BD1, BD2 = 0x10, 0x14, 0x18
APV2_REGISTERS = 0xD00  # where a MEM-AP of ADIv6 (IHI 0074) has them

Deferred = Callable[[], int]


def read_core_registers(core: Any, selectors: Sequence[int]) -> tuple[list[int], list[int]]:
    """DHCSR once for each register and once before, and the registers, in order.

    All transfers are queued before the first is waited for: a core has a register ready long
    before a probe asks again, which S_REGRDY confirms.
    """
    transfer = _by_address(core) if _is_accelerated(core) else _by_bank(core)
    first = core.read32(debug.DHCSR, now=False)
    queued = [transfer(selector) for selector in selectors]
    states, words = [first()], []
    for state, word in queued:
        states.append(state())
        words.append(word())
    return states, words


def _by_bank(core: Any) -> Callable[[int], tuple[Deferred, Deferred]]:
    """Three accesses for a register, where an address each time would make it six.

    Whoever read DHCSR just before has set CSW to words, and TAR into the bank.
    """
    port = core.ap
    base = APV2_REGISTERS if port.ap_version.name == "APv2" else 0

    def transfer(selector: int) -> tuple[Deferred, Deferred]:
        port.write_reg(base + BD1, selector)
        return port.read_reg(base + BD0, now=False), port.read_reg(base + BD2, now=False)

    return transfer


def _by_address(core: Any) -> Callable[[int], tuple[Deferred, Deferred]]:
    def transfer(selector: int) -> tuple[Deferred, Deferred]:
        core.write32(debug.DCRSR, selector)
        return core.read32(debug.DHCSR, now=False), core.read32(debug.DCRDR, now=False)

    return transfer


def _is_accelerated(core: Any) -> bool:
    """True for probes that see to addresses by themselves, faster than we could."""
    probe = core.ap.dp.probe
    return probe.get_memory_interface_for_ap(core.ap.address) is not None
