"""The core behind a probe that pyOCD drives, with everything left as it was found."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from struct import pack
from time import monotonic
from typing import Any, TypeVar

from stackdump_probe.arch import debug
from stackdump_probe.capture.as_found import KEPT, let_run, running_controls
from stackdump_probe.capture.core import word_at
from stackdump_probe.capture.core_registers import read_core_registers
from stackdump_probe.capture.explain import translated
from stackdump_probe.capture.identity import identity_of
from stackdump_probe.capture.link import Link, Terms
from stackdump_probe.capture.probe import Identity, Watcher
from stackdump_probe.capture.targets import Target
from stackdump_probe.errors import ConnectError, RegionUnreadable, StateLost

NOT_AS_FOUND = (
    "the target could not be left as it was found: its core may be halted "
    "(`capture --after run` lets it run)"
)
CLOSED = "try again while it runs Non-secure code; the rest needs debug authentication"
OTHERS = "does another debugger use it?"
HALT_DEADLINE = 1.0  # seconds from the request to S_HALT

_Result = TypeVar("_Result")


@contextmanager
def attached(
    probe: Any, target: Target, terms: Terms | None = None, *, watcher: Watcher | None = None
) -> Iterator["PyocdProbe"]:
    """Attach to a core behind a pyOCD `probe`, without a reset or a halt unless `terms` ask.

    When the block ends, everything is put back as it was found, and the probe is closed. Raises
    ProbePermission or ConnectError.
    """
    terms = terms or Terms()
    target_type, number = target.pyocd_type(terms.core)
    link = Link(probe, target_type, terms, watcher or Watcher(), number)
    link.open()
    try:
        if terms.reset == "core":
            with translated("reset the target"):
                link.core.reset_and_halt()
        yield PyocdProbe(link)
    except BaseException:
        if link.close() is not None and watcher is not None:
            watcher.tell(NOT_AS_FOUND)
        raise
    failure = link.close()
    if failure is not None:
        raise failure


def cores_behind(probe: Any, target: Target, terms: Terms, watcher: Watcher) -> tuple[str, ...]:
    """What the cores are that a pyOCD `probe` sees, in the order of their numbers."""
    with attached(probe, target, terms, watcher=watcher) as connected:
        return connected.cores


class PyocdProbe:
    """One core, as `Probe` promises it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._words = link.found.cores[link.number]
        self._is_halted = False  # by us

    @property
    def was_halted(self) -> bool:
        return bool(self._words.dhcsr & debug.S_HALT)

    @property
    def cores(self) -> tuple[str, ...]:
        """The names of all cores that were found, by number."""
        return tuple(str(core.name) for _, core in sorted(self._link.session.target.cores.items()))

    def identity(self) -> Identity:
        return self._link.run(identity_of)

    def halt(self) -> int:
        before = self._status()
        self._is_halted = bool(before & debug.S_HALT)
        if self._is_halted:
            return before
        deadline = monotonic() + HALT_DEADLINE
        while not (state := self._link.run(self._ask_to_halt)) & debug.S_HALT:
            if monotonic() > deadline:
                raise self._will_not_halt(state)
        self._is_halted = True
        return before

    def check_halted(self) -> None:
        self._must_stand_still(self._status())

    def resume(self) -> None:
        self._is_halted = False
        self._link.found.stay_halted.discard(self._link.number)
        with self._link.leaving():
            self._link.run(lambda core: let_run(core, self._words))

    def stay_halted(self) -> None:
        self._link.found.stay_halted.add(self._link.number)

    def read(self, address: int, size: int) -> bytes:
        start, end = address // 4 * 4, (address + size + 3) // 4 * 4
        words = self._link.run(
            lambda core: core.read_memory_block32(start, (end - start) // 4),
            region=(address, size),
            ensure=self._ensure_halted,
        )
        return pack(f"<{len(words)}I", *words)[address - start :][:size]

    def core_registers(self, selectors: Sequence[int]) -> list[int]:
        states, words = self._link.run(
            lambda core: read_core_registers(core, selectors), ensure=self._ensure_halted
        )
        for state in states:
            self._must_stand_still(state)
        if not all(state & debug.S_REGRDY for state in states[1:]):  # the first is of before
            raise ConnectError("the core does not hand out its registers")
        return words

    def set_for_now(self, address: int, bits: int) -> bool:
        def set_bits(core: Any) -> bool:
            word = core.read32(address)
            self._link.found.words.setdefault(address, word)
            core.write32(address, word | bits)
            return bool(core.read32(address) & bits == bits)

        try:
            return self._link.run(set_bits, region=(address, 4))
        except RegionUnreadable:
            self._link.found.words.pop(address, None)  # nothing was changed
            raise

    def _ask_to_halt(self, core: Any) -> int:
        kept = running_controls(self._words.dhcsr) & KEPT
        core.write32(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT | kept)
        return int(core.read32(debug.DHCSR))

    def _will_not_halt(self, dhcsr: int) -> ConnectError:
        why, hint = f"DHCSR is {dhcsr:#010x}", "is its reset line free?"
        if dhcsr & debug.S_RESET_ST:
            why = "it is held in reset"
        elif word_at(self, debug.DAUTHSTATUS) & debug.DAUTHSTATUS_SID == debug.SECURE_DEBUG_CLOSED:
            why, hint = "Secure state is closed to the debugger, and it may be in it", CLOSED
        elif dhcsr & debug.S_SLEEP:
            why = "it sleeps"
        return ConnectError(f"the core does not halt: {why}", hint=hint)

    def _status(self) -> int:
        return self._link.run(lambda core: int(core.read32(debug.DHCSR)))

    def _ensure_halted(self) -> None:
        if self._is_halted:
            self.check_halted()

    def _must_stand_still(self, dhcsr: int) -> None:
        if dhcsr & debug.S_RESET_ST:
            self._is_halted = False
            raise StateLost(
                "the target was reset while it was read",
                hint="a watchdog that is not frozen? See --freeze-watchdog",
            )
        if not dhcsr & debug.S_HALT:
            raise StateLost("the core ran on while it was read", hint=OTHERS)
