"""What is read of a halted core, in which order. Pure: addresses in, regions out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from stackdump_probe.arch.debug import DSCSR, NS_ALIAS, SELECTORS
from stackdump_probe.arch.registers import BANKS, CORE, SINGLES, Registers
from stackdump_probe.capture.core import Core
from stackdump_probe.record import Record

Ram = Literal["stack", "used", "all"]

# From here on is the Private Peripheral Bus and vendor space (DDI 0403 B3.1); an address above
# is never RAM or code, but EXC_RETURN, lockup and the like.
END_OF_MEMORY = 0xE000_0000

START_OF_SRAM = 0x2000_0000  # DDI 0403 B3.1

NEAR_PC = 64  # bytes around pc and lr that prove which program runs
LONGEST_THREAD_STACK = 16 * 1024  # of a process stack whose end nobody knows
LONGEST_STACK = 256 * 1024  # of a main stack whose top nobody knows
LARGEST_BANK = 16 * 1024 * 1024  # a larger one is an address range, not RAM of that size,
LONGEST_UNKNOWN_RAM = 1024 * 1024  # and so much of it is tried
FARTHEST_BELOW_RAM = 64 * 1024  # that a stack is taken to have overflowed from
AWAY_FROM_RAM = 4 * 1024  # of a stack pointer that points at no known RAM


class Region(Record):
    """`size` bytes from `start`; `what` is for people.

    `is_superset` says that a part may well have less, so that a missing end is no loss.
    """

    start: int
    size: int
    what: str = "memory"
    is_superset: bool = False

    @property
    def end(self) -> int:
        """The address after the last byte."""
        return self.start + self.size

    def holds(self, address: int) -> bool:
        """True if the byte at `address` is inside."""
        return self.start <= address < self.end

    def between(self, start: int, end: int) -> "Region":
        """The same region cut to these ends."""
        return Region(start, end - start, self.what, self.is_superset)


class Bank(Region, Record):
    """RAM of a target; an alias shows the bytes of another bank and is read only if asked for."""

    is_alias: bool = False


class Layout(Record):
    """What the ELF knows of the program's memory; empty without an ELF.

    `stack_tops`: addresses where a descending stack starts. `objects`: the larger variables in
    RAM, among them the stacks of threads. `data`: the writable sections. `heap`: where a heap
    grows from, up to the stack. `proof`: flash bytes that tell builds apart.
    """

    stack_tops: tuple[int, ...] = ()
    objects: tuple[Region, ...] = ()
    data: tuple[Region, ...] = ()
    heap: int | None = None
    proof: tuple[Region, ...] = ()


def core_names(core: Core) -> dict[str, int]:
    """The general and special registers of this core by name, each with its DCRSR selector."""
    names = {name: SELECTORS[name] for name in (*CORE, "xpsr", "msp", "psp", "cfbp")}
    if core.is_v8m and (core.is_mainline or core.is_secure):
        bank = "s" if core.is_secure else "ns"
        names |= {name: SELECTORS[f"{name}_{bank}"] for name in ("msplim", "psplim")}
    if core.sees_secure:
        names |= {name: SELECTORS[name] for name in BANKS}
    return names


def fp_names() -> dict[str, int]:
    """The floating-point registers, each with its DCRSR selector."""
    return {name: SELECTORS[name] for name in (*SINGLES, "fpscr")}


def absent_specials(core: Core) -> dict[str, int]:
    """What the dump's record of special registers says where the core has none: 0."""
    absent = {} if core.has_fpu else {"fpscr": 0}
    has_limits = "msplim" in core_names(core)
    return absent | ({} if has_limits else {"msplim": 0, "psplim": 0})


def security_state(core: Core) -> tuple[Region, ...]:
    """What tells the state of a halted core, and so which registers are whose."""
    return (Region(DSCSR, 4, "DSCSR"),) if core.has_security else ()


def control_space(core: Core) -> tuple[Region, ...]:
    """The system control space as the dump format lists it."""
    words = 4 * core.interrupt_words
    views = (0, NS_ALIAS) if core.is_secure and core.sees_secure else (0,)
    regions = [Region(0xE000ED00 + at, 0x90, "system control block") for at in views]
    if core.has_fpu:
        regions += [Region(0xE000EF34 + at, 8, "FPCCR and FPCAR") for at in views]
    if core.is_v8m and core.is_mainline:
        regions.append(Region(0xE000EDE4, 8, "SFSR and SFAR"))
    if core.has_ras:
        regions.append(Region(0xE000EF04, 4, "RFSR"))
    regions.append(Region(0xE000E100, words, "interrupts enabled"))
    regions.append(Region(0xE000E200, words, "interrupts pending"))
    if core.is_mainline or core.is_v8m:  # v6-M has no NVIC_IABR
        regions.append(Region(0xE000E300, words, "interrupts active"))
    return tuple(regions)


def program(core: Core, vtor: int, layout: Layout) -> tuple[Region, ...]:
    """The build id and the vector table: they tell which program runs, wherever it stands."""
    words = 16 + 32 * core.interrupt_words
    return (*layout.proof, Region(vtor, 4 * words, "vector table", is_superset=True))


def code(registers: Registers) -> tuple[Region, ...]:
    """The code that the core is in: it proves that an ELF belongs to it."""
    near = (_around(registers.get(name), name) for name in ("pc", "lr"))
    return tuple(region for region in near if region)


def is_flash(region: Region, banks: Sequence[Bank]) -> bool:
    """True where a program lies that does not change while it runs.

    That is in the Code region (DDI 0403 B3.1), and not in RAM that is there too.
    """
    in_ram = any(bank.start < region.end and region.start < bank.end for bank in banks)
    return region.end <= START_OF_SRAM and not in_ram


def _around(address: int | None, name: str) -> Region | None:
    """The code there; lr may hold anything, so that nothing is lost where there is no code."""
    if address is None or address >= END_OF_MEMORY:
        return None
    start = max(address // 4 * 4 - NEAR_PC // 2, 0)
    return Region(start, NEAR_PC, f"code at {name}", is_superset=name == "lr")


def stacks(
    registers: Registers, layout: Layout, banks: Sequence[Bank], initial_sp: int | None
) -> tuple[Region, ...]:
    """The stacks in use, from their stack pointers up; the one that the core is on first.

    `initial_sp` is the vector table's first word.
    """
    tops = (*layout.stack_tops, *(() if initial_sp is None else (initial_sp,)))
    found = [
        _main_stack(sp, tops, banks)
        if name.startswith("m")
        else _process_stack(sp, tops, layout, banks)
        for name, sp in _stack_pointers(registers)
    ]
    return tuple(region for region in found if region is not None and region.size > 0)


def _stack_pointers(registers: Registers) -> Iterator[tuple[str, int]]:
    """Yield those that point somewhere, of both security states, the one in use first."""
    own = ["msp", "psp"]
    if registers.get("sp") == registers.get("psp"):
        own.reverse()
    known = registers.words
    yield from ((name, known[name]) for name in own if known.get(name))
    others = ("msp_s", "psp_s", "msp_ns", "psp_ns")
    mine = {known.get(name) for name in own}
    yield from ((name, sp) for name in others if (sp := known.get(name)) and sp not in mine)


def _main_stack(sp: int, tops: Sequence[int], banks: Sequence[Bank]) -> Region | None:
    bank = _bank_left_at(sp, banks)
    what = "main stack"
    if bank is None:
        return _away_from_ram(sp, what)
    sp = max(sp, bank.start)
    above = [top for top in tops if sp <= top <= bank.end]
    end = min(above) if above else min(bank.end, sp + LONGEST_STACK)
    return Region(sp, end - sp, what, is_superset=not above)


def _process_stack(
    sp: int, tops: Sequence[int], layout: Layout, banks: Sequence[Bank]
) -> Region | None:
    what = "process stack"
    for variable in layout.objects:
        if variable.holds(sp):
            return Region(sp, variable.end - sp, what)
    bank = _bank_left_at(sp, banks)
    if bank is None:
        return _away_from_ram(sp, what)
    sp = max(sp, bank.start)
    ends = [top for top in tops if sp <= top <= bank.end]
    end = min(*ends, bank.end, sp + LONGEST_THREAD_STACK)
    return Region(sp, end - sp, what, is_superset=True)


def _away_from_ram(sp: int, what: str) -> Region | None:
    """A stack pointer that went astray, or points to external RAM: a look is worth it."""
    if not 0 < sp < END_OF_MEMORY or sp % 4:
        return None
    return Region(sp, AWAY_FROM_RAM, f"{what}, outside the target's RAM")


def _bank_left_at(sp: int, banks: Sequence[Bank]) -> Bank | None:
    """The bank of a stack, also of one that has grown beyond the start of its bank."""
    over = (bank for bank in banks if 0 < bank.start - sp <= FARTHEST_BELOW_RAM)
    return _bank_of(sp, banks) or min(over, key=lambda bank: bank.start, default=None)


def _bank_of(address: int, banks: Sequence[Bank]) -> Bank | None:
    """The bank with `address` in it, or right at its end: an empty stack points there."""
    return next((bank for bank in banks if bank.start <= address <= bank.end), None)


def variables(
    ram: Ram, registers: Registers, layout: Layout, banks: Sequence[Bank]
) -> tuple[Region, ...]:
    """What is read beside the stacks: nothing, the program's data and heap, or all RAM."""
    match ram:
        case "stack":
            return ()
        case "used":
            return (*layout.data, *_heap(registers, layout, banks))
        case "all":
            return tuple(_whole(bank) for bank in banks if not bank.is_alias)


def _heap(registers: Registers, layout: Layout, banks: Sequence[Bank]) -> Iterator[Region]:
    if layout.heap is None:
        return
    bank = _bank_of(layout.heap, banks)
    if bank is None:
        return
    stop = [start for start in (registers.get("msp"), *layout.stack_tops) if start is not None]
    end = min((at for at in stop if layout.heap < at <= bank.end), default=bank.end)
    yield Region(layout.heap, min(end - layout.heap, LONGEST_UNKNOWN_RAM), "heap", bank.is_superset)


def _whole(bank: Bank) -> Region:
    size = bank.size if bank.size <= LARGEST_BANK else LONGEST_UNKNOWN_RAM
    return Region(bank.start, size, f"RAM bank at {bank.start:#010x}", bank.is_superset)


def most_bytes(ram: Ram, regions: Iterable[Region], banks: Sequence[Bank], layout: Layout) -> int:
    """How large the dump can get, about: known before the target is touched."""
    wanted = [*regions, *variables(ram, Registers(), layout, banks)]
    return LONGEST_STACK + sum(region.size for region in wanted)


def without_overlap(
    regions: Iterable[Region], already: Iterable[Region] = ()
) -> tuple[Region, ...]:
    """The same bytes in the same order, each read once: what an earlier region has, or
    `already`, is taken out of the later ones.
    """
    taken = list(already)
    kept = []
    for region in regions:
        parts = [region] if region.size > 0 else []
        for other in taken:
            parts = [left for part in parts for left in _outside(part, other)]
        kept.extend(parts)
        taken.extend(parts)
    return tuple(kept)


def _outside(region: Region, other: Region) -> Iterator[Region]:
    if other.end <= region.start or region.end <= other.start:
        yield region
        return
    if region.start < other.start:
        yield region.between(region.start, other.start)
    if other.end < region.end:
        yield region.between(other.end, region.end)
