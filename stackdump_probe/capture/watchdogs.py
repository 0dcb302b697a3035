"""Watchdogs that go on counting while the core stands still: seen, and frozen for a capture."""

from collections.abc import Iterator

from stackdump_probe.capture.probe import Probe
from stackdump_probe.errors import RegionUnreadable
from stackdump_probe.record import Record

RESETS = "it may reset the target while it stands still"


class Bits(Record):
    """Some bits of the word at an address."""

    address: int
    mask: int


class Sign(Record):
    """A watchdog of this `name` is set up unless the bits are as in `idle`.

    `counts`: bits of which one must be set for it to count in a halt; None if it always does.
    """

    name: str
    bits: Bits
    idle: tuple[int, ...] = (0,)
    counts: Bits | None = None


class Watchdogs(Record):
    """The watchdogs of families of parts, whose names begin with one of `prefixes`.

    `freeze` is set to stop them in a halt, `clock` before, so that `freeze` can be written.
    """

    prefixes: tuple[str, ...]
    freeze: tuple[Bits, ...]
    signs: tuple[Sign, ...]
    source: str
    clock: tuple[Bits, ...] = ()


def _stm32(
    prefixes: str, freeze: int, source: str, *, mask: int = 3 << 11, clock: Bits | None = None
) -> Watchdogs:
    """Most STM32 and GD32: WWDG at 0x40002C00, IWDG at 0x40003000, freeze bits of DBGMCU."""
    return Watchdogs(
        tuple(prefixes.split()),
        (Bits(freeze, mask),),
        _stm32_signs(0x40002C00, 0x40003000),
        source,
        clock=() if clock is None else (clock,),
    )


def _stm32_signs(window: int, independent: int) -> tuple[Sign, ...]:
    """WWDG_CR.WDGA; IWDG_PR and IWDG_RLR, which say how it was set up, not whether it was started.

    After reset they are 0 and 0xFFF (RM0090 21.4); 0 for both is no watchdog that answers.
    """
    return (
        Sign("the window watchdog (WWDG) runs", Bits(window, 1 << 7)),
        Sign("the independent watchdog (IWDG) is set up", Bits(independent + 4, 0x7)),
        Sign("the independent watchdog (IWDG) is set up", Bits(independent + 8, 0xFFF), (0xFFF, 0)),
    )


def _nrf5(prefixes: str, base: int, source: str) -> Watchdogs:
    """Nordic: whether it counts in a halt is CONFIG.HALT, which cannot be changed once it runs."""
    sign = Sign("the watchdog (WDT) runs", Bits(base + 0x400, 1), counts=Bits(base + 0x50C, 1 << 3))
    return Watchdogs(tuple(prefixes.split()), (), (sign,), source)


def _rp2(prefixes: str, base: int, source: str) -> Watchdogs:
    """Raspberry Pi: CTRL has ENABLE and one PAUSE bit each for JTAG and the two cores."""
    pause = Bits(base, 0b111 << 24)
    sign = Sign("the watchdog runs", Bits(base, 1 << 30))
    return Watchdogs(tuple(prefixes.split()), (pause,), (sign,), source)


# Bits 11 and 12 of the freeze register are WWDG and IWDG, unless a mask says otherwise.
WATCHDOGS = (
    _stm32("stm32f1", 0xE0042004, "RM0008 31.16.3: DBGMCU_CR", mask=3 << 8),
    _stm32("stm32f2", 0xE0042008, "RM0033: DBGMCU_APB1_FZ"),
    _stm32("stm32f3", 0xE0042008, "RM0316: DBGMCU_APB1_FZ"),
    _stm32("stm32f4", 0xE0042008, "RM0090 38.16.4: DBGMCU_APB1_FZ"),
    _stm32("stm32f7", 0xE0042008, "RM0385: DBGMCU_APB1_FZ"),
    _stm32("stm32l1", 0xE0042008, "RM0038: DBGMCU_APB1_FZ"),
    _stm32("stm32l4 stm32g4", 0xE0042008, "RM0351, RM0440: DBGMCU_APB1FZR1"),
    _stm32("stm32wb stm32wl", 0xE004203C, "RM0434, RM0453: DBGMCU_APB1FZR1"),
    _stm32("stm32l5 stm32u5 stm32h5", 0xE0044008, "RM0438, RM0456, RM0481: DBGMCU_APB1FZR1"),
    _stm32("gd32f1 gd32f3 gd32e10", 0xE0042004, "GD32F10x user manual: DBG_CTL0", mask=3 << 8),
    _stm32("gd32f4", 0xE0042008, "GD32F4xx user manual: DBG_CTL1"),
    _stm32(
        "stm32f0", 0x40015808, "RM0091: DBGMCU_APB1_FZ, RCC_APB2ENR.DBGMCUEN",
        clock=Bits(0x40021018, 1 << 22),
    ),
    _stm32(
        "stm32l0", 0x40015808, "RM0367: DBG_APB1_FZ, RCC_APB2ENR.DBGEN",
        clock=Bits(0x40021034, 1 << 22),
    ),
    _stm32(
        "stm32g0 stm32c0", 0x40015808, "RM0444, RM0490: DBG_APB_FZ1, RCC_APBENR1.DBGEN",
        clock=Bits(0x4002103C, 1 << 27),
    ),
    Watchdogs(
        ("stm32h7",),
        (Bits(0x5C001034, 1 << 6), Bits(0x5C001054, 1 << 18)),
        _stm32_signs(0x50003000, 0x58004800),
        "RM0433: DBGMCU_APB3FZ1.WWDG1, DBGMCU_APB4FZ1.WDGLSD1",
    ),
    _nrf5("nrf51 nrf52", 0x40010000, "nRF51 reference manual, nRF52832 product specification: WDT"),
    _rp2("rp2040", 0x40058000, "RP2040 datasheet 4.7: WATCHDOG CTRL"),
    _rp2("rp2350", 0x400D8000, "RP2350 datasheet 12.9: WATCHDOG CTRL"),
)  # fmt: skip


def watchdogs_of(target: str) -> Watchdogs | None:
    """The watchdogs of a target by its name in our table; None if we know none."""
    for watchdogs in WATCHDOGS:
        if target.startswith(watchdogs.prefixes):
            return watchdogs
    return None


def attend_to(watchdogs: Watchdogs | None, probe: Probe, *, freeze: bool) -> tuple[str, ...]:
    """Freeze the watchdogs until the probe is let go, or say that they may bite.

    Returns sentences of what a person must know.
    """
    if watchdogs is None or (freeze and not watchdogs.freeze):
        return ("no way is known to freeze the watchdogs of this target",) if freeze else ()
    if freeze and _is_frozen(watchdogs, probe):
        return ()
    return tuple(_warnings(watchdogs, probe, tried=freeze))


def _is_frozen(watchdogs: Watchdogs, probe: Probe) -> bool:
    try:
        return all(
            probe.set_for_now(bits.address, bits.mask)
            for bits in (*watchdogs.clock, *watchdogs.freeze)
        )
    except RegionUnreadable:
        return False


def _warnings(watchdogs: Watchdogs, probe: Probe, *, tried: bool) -> Iterator[str]:
    """Yield a warning for each watchdog that is seen and not frozen already."""
    if tried:
        yield "the watchdogs of this target cannot be frozen"
    frozen = watchdogs.freeze and all(_has_all(probe, bits) for bits in watchdogs.freeze)
    seen = () if frozen else {sign.name: None for sign in watchdogs.signs if _shows(probe, sign)}
    for name in seen:
        advice = " (--freeze-watchdog stops it meanwhile)" if watchdogs.freeze and not tried else ""
        yield f"{name}: {RESETS}{advice}"


def _shows(probe: Probe, sign: Sign) -> bool:
    found = _masked(probe, sign.bits)
    is_set_up = found is not None and found not in sign.idle
    return is_set_up and (sign.counts is None or bool(_masked(probe, sign.counts)))


def _has_all(probe: Probe, bits: Bits) -> bool:
    return _masked(probe, bits) == bits.mask


def _masked(probe: Probe, bits: Bits) -> int | None:
    """The bits as they are; None where nothing can be read."""
    try:
        return int.from_bytes(probe.read(bits.address, 4), "little") & bits.mask
    except RegionUnreadable:
        return None
