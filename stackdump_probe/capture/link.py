"""The connection to a target, and what is tried before it is given up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, TypeVar

from stackdump_probe.capture.as_found import AsFound
from stackdump_probe.capture.explain import (
    explained,
    failures_of_pyocd,
    is_about_the_target,
    is_busy,
    is_silent,
)
from stackdump_probe.capture.probe import Watcher
from stackdump_probe.capture.pyocd_bench import same_probe
from stackdump_probe.capture.pyocd_session import (
    ANSWER_DEADLINE,
    Reset,
    begin_again,
    closed,
    has_power,
    opened,
)
from stackdump_probe.capture.targets import target_named
from stackdump_probe.errors import CaptureError, ConnectError, ProbePermission, RegionUnreadable
from stackdump_probe.record import Record

ANY, RP2040 = "cortex_m", "rp2040"
DEFAULT_FREQUENCY = 4_000_000  # Hz; pyOCD's own default is 1 MHz
SLOWEST = 100_000  # Hz; not slower than this, unless asked for
SLOWER_BY = 4
AGAIN = 2  # times that a transfer is tried again at the same clock, or a probe opened anew
BUSY_DEADLINE = 2.0  # seconds that the target's bus may be busy: flash is erased in that time
RENEWALS = 3  # fresh connections while one capture is read
DEPARTURES = 2  # fresh connections at least in which everything is put back, if the probe is there
REPLUG_DEADLINE = 5.0  # seconds in which this is tried, also if the probe has to be plugged in
LOOK_EVERY = 0.2  # seconds

_Result = TypeVar("_Result")


class Terms(Record):
    """How a target is connected to, and how patiently.

    `reset` is "never", or what the user asked for: "line" holds the reset line while connecting,
    "core" has the core reset the part. After both the core stands at its first instruction.
    """

    frequency: int = DEFAULT_FREQUENCY
    core: int = 0
    reset: Reset = "never"
    answer_within: float = ANSWER_DEADLINE
    replug_within: float = REPLUG_DEADLINE


class Link:
    """A session that is opened slower or anew where that helps, and never silently.

    `number` is what pyOCD's `target_type` calls the core.
    """

    def __init__(
        self, probe: Any, target_type: str, terms: Terms, watcher: Watcher, number: int
    ) -> None:
        self.number = number
        self.found = AsFound()
        self.session: Any = None  # also when the connection is lost: a closed one would hang
        self._probe = probe
        self._target_type = target_type
        self._terms = terms
        self._watcher = watcher
        self._frequency = terms.frequency
        self._lost_by: CaptureError = ConnectError("the connection is lost")
        self._renewals = 0
        self._is_leaving = False

    @property
    def core(self) -> Any:
        """pyOCD's object for the core."""
        return self.session.target.cores[self.number]

    def open(self) -> None:
        """Connect; again, then at lower clocks, where the target is lost on the way.

        Raises ProbePermission or ConnectError, and what the watcher raises.
        """
        try:
            self._open_at_some_clock()
        except BaseException:
            if self.found.is_due:
                self._put_back_anew()
            raise
        if self.number not in self.session.target.cores:
            known = ", ".join(map(str, self.session.target.cores))
            self.close()
            raise ConnectError(f"the target has no core {self.number}", hint=f"found: {known}")

    def run(
        self,
        action: Callable[[Any], _Result],
        *,
        region: tuple[int, int] | None = None,
        ensure: Callable[[], None] = lambda: None,
    ) -> _Result:
        """The result of `action(core)`, tried again where that may help.

        After each remedy `ensure` may raise to say that it came too late. Raises ConnectError when
        nothing helped, RegionUnreadable if the bus faults while `region` (start, size) is read.
        """
        tried, began = 0, monotonic()
        while self.session is not None:
            try:
                return action(self.core)
            except failures_of_pyocd() as error:
                failure = error
            if region is not None:
                failure = self._behind(failure, region)
            if not self._remedy(failure, tried):
                self._lost_by = explained(failure, "read the target")
                raise self._lost_by from failure
            if not (is_busy(failure) and monotonic() - began < BUSY_DEADLINE):
                tried += 1
            ensure()
        raise self._lost_by

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Nobody may interrupt what is done in the block."""
        before, self._is_leaving = self._is_leaving, True
        try:
            yield
        finally:
            self._is_leaving = before

    def close(self) -> ConnectError | None:
        """Put everything back and let the probe go; return what prevented it.

        If the connection died, it is made anew for that, and a probe that is gone is waited for.
        """
        failures: list[Exception] = []
        with self.leaving():
            if self.session is not None:
                failures = self._put_back()
        if not self.found.is_due or self._put_back_anew():
            return None
        error = explained((*failures, self._lost_by)[0], "leave the target as it was found")
        return error if isinstance(error, ConnectError) else ConnectError(str(error))

    def _open_at_some_clock(self) -> None:
        first = failure = self._open(self._probe, self._terms.reset)
        tried = 1
        while failure is not None and self._has_another_way(failure, tried):
            failure = self._open(self._probe, self._terms.reset)
            tried += 1
        if first is not None and failure is not None and not self._opens_as_rp2040(failure):
            raise first
        self._tell_if_slower()

    def _opens_as_rp2040(self, failure: CaptureError) -> bool:
        """True if nobody answered because one of several debug ports has to be chosen first."""
        if self._target_type != ANY or not is_silent(failure.__cause__):
            return False
        before = self._target_type, self.number, self._frequency
        self._target_type, self.number = target_named(RP2040).pyocd_type(self._terms.core)
        self._frequency = self._terms.frequency
        if self._open(self._probe, self._terms.reset) is None:
            return True
        self._target_type, self.number, self._frequency = before
        return False

    def _has_another_way(self, failure: CaptureError, tried: int) -> bool:
        """Choose how to connect the next time; False if there is nothing left to try."""
        if failure.__cause__ is None or is_about_the_target(failure.__cause__):
            return tried < AGAIN or self._lower_frequency()
        if self._renewals or isinstance(failure, ProbePermission):
            return False
        self._renewals += 1
        probe = same_probe(self._probe)
        self._probe = probe or self._probe
        return probe is not None

    def _open(self, probe: Any, reset: Reset) -> CaptureError | None:
        """Open a session; return what prevented it."""
        try:
            self.session = opened(
                probe,
                self._target_type,
                self._frequency,
                self.found,
                core=self.number,
                reset=reset,
                check=self._check,
                met=self._watcher.met,
                answer_within=self._terms.answer_within,
            )
        except (ConnectError, ProbePermission) as error:
            return error
        return None

    def _check(self) -> None:
        if not self._is_leaving:
            self._watcher.check()

    def _remedy(self, failure: Exception, tried: int) -> bool:
        """Do what may help against `failure`; False if there is nothing left to do."""
        if not is_about_the_target(failure):
            return self._renew()
        if tried >= AGAIN:
            if not self._lower_frequency():
                return False
            self._tell_if_slower()
        try:
            begin_again(self.session, self._frequency)
        except failures_of_pyocd() as error:
            trouble = error
        else:
            return True
        return is_about_the_target(trouble) or self._renew()

    def _renew(self) -> bool:
        """Connect anew through the same probe, the core staying as it is."""
        self._renewals += 1
        self._close_session(keeps_power=True)
        for _ in range(AGAIN if self._renewals <= RENEWALS else 0):
            probe = same_probe(self._probe)
            if probe is None:
                return False
            if self._open(probe, "never") is None:
                self._watcher.tell("the probe stopped answering and had to be opened again")
                return True
        return False

    def _put_back(self) -> list[Exception]:
        """Put everything back and close; return what failed."""
        failures = self.found.put_back(self.session.target)
        self._close_session(keeps_power=self.found.is_due or bool(self.found.stay_halted))
        return failures

    def _close_session(self, *, keeps_power: bool) -> None:
        session, self.session = self.session, None
        closed(session, keeps_power=keeps_power)

    def _put_back_anew(self) -> bool:
        """Connect again until everything is put back; False if that takes too long."""
        deadline = monotonic() + self._terms.replug_within
        connections, has_told = 0, False
        while self.found.is_due:
            probe = same_probe(self._probe)
            if probe is not None:
                connections += 1
                self._put_back_through(probe)
            elif self._terms.replug_within and not has_told:
                has_told = True
                self._watcher.tell(
                    "the probe is gone and may have left the core halted: plug it in again "
                    f"within {self._terms.replug_within:.0f} s to let the core run"
                )
            if self._is_told_to_stop():
                break
            if monotonic() >= deadline and (probe is None or connections >= DEPARTURES):
                break
            sleep(LOOK_EVERY * self.found.is_due)
        return not self.found.is_due

    def _put_back_through(self, probe: Any) -> None:
        with self.leaving():
            if self._open(probe, "never") is None:
                self._put_back()
            else:
                self._lower_frequency()

    def _is_told_to_stop(self) -> bool:
        try:
            self._watcher.check()
        except CaptureError:
            return True
        return False

    def _behind(self, failure: Exception, region: tuple[int, int]) -> Exception:
        """What stands behind a failure to read `region`; raises RegionUnreadable for a bus fault.

        A debug port without power refuses as well, and the probe may be gone since.
        """
        from pyocd.core import exceptions

        if not isinstance(failure, exceptions.TransferFaultError):
            return failure
        try:
            powered = has_power(self.session)
        except failures_of_pyocd() as worse:
            powered, failure = False, worse
        if powered:
            raise RegionUnreadable(*region, "bus fault") from failure
        return failure

    def _lower_frequency(self) -> bool:
        if self._frequency <= SLOWEST:
            return False
        self._frequency = max(self._frequency // SLOWER_BY, SLOWEST)
        return True

    def _tell_if_slower(self) -> None:
        if self._frequency < self._terms.frequency:
            self._watcher.tell(
                f"the target does not answer reliably at {_hertz(self._terms.frequency)}: "
                f"going on at {_hertz(self._frequency)}"
            )


def _hertz(frequency: int) -> str:
    """A frequency for people: "4 MHz", "62.5 kHz"."""
    unit, name = (1_000_000, "MHz") if frequency >= 1_000_000 else (1000, "kHz")
    return f"{frequency / unit:.6g} {name}"
