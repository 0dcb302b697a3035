"""Which target a name means: its RAM banks, and how pyOCD reaches it."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache

from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.target_tables import ROWS, Row
from stackdump_probe.errors import UnknownTarget
from stackdump_probe.record import Record


class Target(Record):
    """A part, or a family of parts whose largest has these banks.

    `prefixes` are the beginnings of the part numbers that it stands for, `?` in them any letter.
    `core` lists the cores in the order of their numbers.
    `pyocd` are the target types under which pyOCD connects: one for all cores, or one for each.
    """

    prefixes: tuple[str, ...]
    core: str
    banks: tuple[Bank, ...]
    source: str
    pyocd: tuple[str, ...] = ("cortex_m",)

    @property
    def names(self) -> tuple[str, ...]:
        """The prefixes as they can be typed: x for any letter."""
        return tuple(prefix.replace("?", "x") for prefix in self.prefixes)

    @property
    def name(self) -> str:
        """The first of the names."""
        return self.names[0]

    @property
    def ram(self) -> tuple[Bank, ...]:
        """The banks without the aliases, which hold nothing new."""
        return tuple(bank for bank in self.banks if not bank.is_alias)

    def closeness(self, wanted: str) -> tuple[int, int]:
        """How much of a normalised name a prefix fits: letters, less `?`; else (0, 0)."""
        prefixes = map(normalised, self.prefixes)
        fitting = [(len(each), -each.count("?")) for each in prefixes if _begins(wanted, each)]
        return max(fitting, default=(0, 0))

    def pyocd_type(self, core: int) -> tuple[str, int]:
        """pyOCD's target type for a core, and the number that the core has under it."""
        if len(self.pyocd) > 1 and core < len(self.pyocd):
            return self.pyocd[core], 0
        return self.pyocd[0], core


@cache
def known_targets() -> tuple[Target, ...]:
    """Every row of the table."""
    return tuple(_target(row) for row in ROWS)


def target_named(name: str, others: Sequence[Target] = ()) -> Target:
    """The target that `name` means: the row with the longest prefix, else one of `others`.

    Upper case and separators do not matter; letters after the prefix are the part's own
    ("STM32F407VGT6"). Raises UnknownTarget with the nearest names.
    """
    wanted = normalised(name)
    rows = known_targets()
    best = max(rows, key=lambda row: row.closeness(wanted))
    if best.closeness(wanted) > (0, 0) and wanted.isalnum():
        return best
    for target in others:
        if wanted in map(normalised, target.prefixes):
            return target
    raise UnknownTarget(name, nearest=nearest_names(name, (*rows, *others)))


def nearest_names(name: str, targets: Iterable[Target], most: int = 4) -> list[str]:
    """The known names most like `name`, best first."""
    spelled = {normalised(each): each for target in targets for each in target.names}
    close = get_close_matches(normalised(name), spelled, n=most, cutoff=0.6)
    return [spelled[match] for match in close]


@cache
def normalised(name: str) -> str:
    """Lower case without separators, as names are compared."""
    return "".join(letter for letter in name.lower() if letter not in " -_./")


def _begins(name: str, pattern: str) -> bool:
    """True if `name` begins like `pattern`, in which `?` is any letter."""
    if not name.startswith(pattern.partition("?")[0]):
        return False  # nearly all end here
    pairs = zip(name, pattern, strict=False)
    return len(name) >= len(pattern) and all(want in (letter, "?") for letter, want in pairs)


def _target(row: Row) -> Target:
    banks = tuple(
        Bank(ram.start, ram.kib * 1024, "RAM", is_superset=True, is_alias=ram.is_alias)
        for ram in row.banks
    )
    return Target(tuple(row.names.split()), row.core, banks, row.source, tuple(row.pyocd.split()))
