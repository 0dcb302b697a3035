"""Which target a name means: its RAM banks, and how pyOCD reaches it."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from stackdump_probe.capture.plan import Bank
from stackdump_probe.capture.target_table import ROWS, Row
from stackdump_probe.errors import UnknownTarget
from stackdump_probe.record import record


@record
class Target:
    """A part, or a family of parts whose largest has these banks.

    `prefixes` are the beginnings of the part numbers that it stands for; the first is its name.
    `pyocd` are the target types under which pyOCD connects: one for all cores, or one for each.
    """

    prefixes: tuple[str, ...]
    core: str
    banks: tuple[Bank, ...]
    source: str
    pyocd: tuple[str, ...] = ("cortex_m",)

    @property
    def name(self) -> str:
        """The first prefix."""
        return self.prefixes[0]

    @property
    def ram(self) -> tuple[Bank, ...]:
        """The banks without the aliases, which hold nothing new."""
        return tuple(bank for bank in self.banks if not bank.is_alias)

    def pyocd_type(self, core: int) -> tuple[str, int]:
        """pyOCD's target type for a core, and the number that the core has under it."""
        if len(self.pyocd) > 1 and core < len(self.pyocd):
            return self.pyocd[core], 0
        return self.pyocd[0], core


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
    found = [
        (len(prefix), target)
        for target in rows
        for prefix in target.prefixes
        if wanted.startswith(normalised(prefix))
    ]
    if found and wanted.isalnum():
        return max(found, key=lambda pair: pair[0])[1]
    for target in others:
        if wanted in map(normalised, target.prefixes):
            return target
    raise UnknownTarget(name, nearest=nearest_names(name, (*rows, *others)))


def nearest_names(name: str, targets: Iterable[Target], most: int = 4) -> list[str]:
    """The known names most like `name`, best first."""
    spelled = {normalised(prefix): prefix for target in targets for prefix in target.prefixes}
    close = get_close_matches(normalised(name), spelled, n=most, cutoff=0.6)
    return [spelled[match] for match in close]


def normalised(name: str) -> str:
    """Lower case without separators, as names are compared."""
    return "".join(letter for letter in name.lower() if letter not in " -_./")


def _target(row: Row) -> Target:
    banks = tuple(
        Bank(start, kib * 1024, "RAM", is_superset=True, is_alias=is_alias)
        for spans, is_alias in ((row.banks, False), (row.aliases, True))
        for start, kib in spans
    )
    return Target(
        tuple(row.prefixes.split()), row.core, banks, row.source, tuple(row.pyocd.split())
    )
