"""Which part it is that we are connected to; nothing is written to find out."""

from collections.abc import Iterator
from struct import unpack

from stackdump_probe.arch.cores import core_name
from stackdump_probe.arch.debug import CPUID
from stackdump_probe.capture.part_tables import BY_CORE, BY_ROM_TABLE, REGISTERS, lpc
from stackdump_probe.capture.part_tables.row import ARM, NXP, VENDORS, Code, Register
from stackdump_probe.capture.probe import Identity, Probe
from stackdump_probe.capture.targets import Target, normalised, target_named
from stackdump_probe.errors import RegionUnreadable, UnknownTarget
from stackdump_probe.record import Record, replace

_ANY_PART = "cortex_m"


class Part(Record):
    """What was recognised: `name` for people, and where that is known from.

    `targets` are the beginnings of names that mean it, the one to take first; none where only
    the vendor is known.
    """

    name: str
    evidence: str
    targets: tuple[str, ...] = ()

    @property
    def target(self) -> Target | None:
        """The target that `auto` means."""
        return target_named(self.targets[0]) if self.targets else None

    def contradicts(self, target: Target, wanted: str) -> bool:
        """True if `target`, which somebody named `wanted`, cannot be this part."""
        if not self.targets or target.name == _ANY_PART:
            return False
        name = normalised(wanted)
        return not any(_may_be(name, each) or _is_row(target, each) for each in self.targets)


def recognised(probe: Probe) -> Part | None:
    """The part, or at least its vendor; None if nothing tells.

    A register that is not there costs its one read: the fault is handled where it occurs.
    """
    identity = probe.identity()
    cpuid = word_or_none(probe, CPUID)
    core = None if cpuid is None else core_name(cpuid)
    where = _where_from(identity)
    if identity.designer in (None, ARM) and core in lpc.CORES and _starts_like_lpc(probe):
        identity, where = replace(identity, designer=NXP), "the checksum of its vector table"
    found = next(_parts(probe, identity, core), None)
    if found is None and identity.designer in VENDORS:
        return Part(f"a part of {VENDORS[identity.designer]}", where)
    return found


def _starts_like_lpc(probe: Probe) -> bool:
    """True if the boot ROM of an LPC would start the program; no other vendor's asks for that."""
    try:
        vectors = unpack(f"<{lpc.VECTORS}I", probe.read(0, 4 * lpc.VECTORS))
    except RegionUnreadable:
        return False
    return any(vectors) and sum(vectors) % 2**32 == 0


def _parts(probe: Probe, identity: Identity, core: str | None) -> Iterator[Part]:
    for register in REGISTERS:
        if register.vendor == identity.designer and core in register.cores:
            word = word_or_none(probe, register.address)
            code = None if word is None else _meaning(register, word)
            if word is not None and code is not None:
                where = f"{register.name} is {word:#010x}"
                yield Part(code.name, where, tuple(code.targets.split()))
    for vendor, codes in BY_ROM_TABLE:
        code = next((each for each in codes if each.value == identity.part), None)
        if vendor == identity.designer and code is not None:
            yield Part(code.name, _where_from(identity), tuple(code.targets.split()))
    for vendor, its_core, code in BY_CORE:
        if vendor == identity.designer and core == its_core:
            where = f"{core} of {VENDORS[vendor]}"
            yield Part(code.name, where, tuple(code.targets.split()))


def _meaning(register: Register, word: int) -> Code | None:
    masked = word & register.mask
    return next((code for code in register.codes if code.value == masked), None)


def _where_from(identity: Identity) -> str:
    """What tells the vendor."""
    if identity.part is None:
        return "an access port of its own"
    return f"ROM table part {identity.part:#05x}"


def word_or_none(probe: Probe, address: int) -> int | None:
    """The word there; None where the target faults."""
    try:
        return int.from_bytes(probe.read(address, 4), "little")
    except RegionUnreadable:
        return None


def _may_be(name: str, pattern: str) -> bool:
    """True if one of the names begins like the other; x in the pattern is any letter."""
    pairs = zip(name, normalised(pattern), strict=False)
    return all(letter == want or "x" in (letter, want) for letter, want in pairs)


def _is_row(target: Target, name: str) -> bool:
    try:
        return target_named(name) == target
    except UnknownTarget:
        return False
