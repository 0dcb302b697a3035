"""The core behind a probe that pyOCD drives, with everything left as it was found."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from struct import pack
from time import monotonic
from typing import Any, TypeVar

from stackdump_probe.arch import debug
from stackdump_probe.capture.as_found import KEPT, AsFound, let_run, running_controls
from stackdump_probe.capture.explain import explained
from stackdump_probe.capture.targets import Target
from stackdump_probe.errors import CaptureError, ConnectError, RegionUnreadable

DEFAULT_FREQUENCY = 4_000_000  # Hz; pyOCD's own default is 1 MHz
HALT_DEADLINE = 1.0  # seconds from the request to S_HALT
ATTEMPTS = 3  # of one transfer: a WAIT or a lost ACK passes, a fault does not

_Result = TypeVar("_Result")


@contextmanager
def attached(
    probe: Any, target: Target, *, frequency: int = DEFAULT_FREQUENCY, core: int = 0
) -> Iterator["PyocdProbe"]:
    """Attach to a core behind a pyOCD `probe`, without a reset or a halt.

    When the block ends, everything is put back as it was found, and the probe is closed. Raises
    ProbePermission or ConnectError.
    """
    target_type, number = target.pyocd_type(core)
    session, found = _connected(probe, target_type, frequency, number)
    try:
        yield PyocdProbe(_core(session, number, found), found)
    except BaseException:
        _leave(session, found)
        raise
    failure = _leave(session, found)
    if failure:
        raise explained(failure, "leave the target as it was found") from failure


class PyocdProbe:
    """One core, as `Probe` promises it."""

    def __init__(self, core: Any, found: AsFound) -> None:
        self._core = core
        self._found = found
        self._found_dhcsr = found.dhcsr[core]
        self._found_dfsr = self._word(debug.DFSR)

    @property
    def was_halted(self) -> bool:
        return bool(self._found_dhcsr & debug.S_HALT)

    def halt(self) -> int:
        before = self._word(debug.DHCSR)
        if before & debug.S_HALT:
            return before
        kept = running_controls(self._found_dhcsr) & KEPT
        self._write(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT | kept)
        deadline = monotonic() + HALT_DEADLINE
        while not (state := self._word(debug.DHCSR)) & debug.S_HALT:
            if monotonic() > deadline:
                raise _will_not_halt(state)
        return before

    def resume(self) -> None:
        if not self._found_dfsr & debug.DFSR_HALTED:
            self._write(debug.DFSR, debug.DFSR_HALTED)  # write one to clear: ours, not theirs
        self._attempt(lambda: let_run(self._core, self._found_dhcsr))
        self._found.stay_halted.discard(self._core)

    def stay_halted(self) -> None:
        self._found.stay_halted.add(self._core)

    def read(self, address: int, size: int) -> bytes:
        start, end = address // 4 * 4, (address + size + 3) // 4 * 4
        words = self._attempt(
            lambda: self._core.read_memory_block32(start, (end - start) // 4), address, size
        )
        return pack(f"<{len(words)}I", *words)[address - start :][:size]

    def core_registers(self, selectors: Sequence[int]) -> list[int]:
        return self._attempt(lambda: self._registers(selectors))

    def _registers(self, selectors: Sequence[int]) -> list[int]:
        """Queue all transfers, then fetch; a core is ready long before a probe asks again."""
        core = self._core
        queued = []
        for selector in selectors:
            core.write_memory(debug.DCRSR, selector)
            queued.append(
                (core.read32(debug.DHCSR, now=False), core.read32(debug.DCRDR, now=False))
            )
        answers = [(state(), value()) for state, value in queued]
        if not all(state & debug.S_REGRDY for state, _value in answers):
            raise ConnectError("the core does not hand out its registers")
        return [value for _state, value in answers]

    def _word(self, address: int) -> int:
        return self._attempt(lambda: int(self._core.read32(address)))

    def _write(self, address: int, word: int) -> None:
        def write() -> None:
            self._core.write32(address, word)
            self._core.flush()

        self._attempt(write)

    def _attempt(
        self,
        action: Callable[[], _Result],
        address: int = 0,
        size: int = 4,
        *,
        attempts: int = ATTEMPTS,
    ) -> _Result:
        from pyocd.core import exceptions

        try:
            return action()
        except exceptions.TransferFaultError as fault:
            raise RegionUnreadable(address, size, "bus fault") from fault
        except exceptions.TransferError as error:
            if attempts == 1:
                raise explained(error, "read the target") from error
        except (exceptions.Error, OSError) as error:
            raise explained(error, "read the target") from error
        return self._attempt(action, address, size, attempts=attempts - 1)


def _will_not_halt(dhcsr: int) -> ConnectError:
    if dhcsr & debug.S_RESET_ST:
        why = "it is held in reset"
    elif dhcsr & debug.S_SLEEP:
        why = "it sleeps"
    else:
        why = f"DHCSR is {dhcsr:#010x}"
    return ConnectError(f"the core does not halt: {why}", hint="is its reset line free?")


def _connected(probe: Any, target_type: str, frequency: int, core: int) -> tuple[Any, AsFound]:
    """Connect; once more where the target was lost on the way, which a single lost ACK does."""
    try:
        return _connected_once(probe, target_type, frequency, core)
    except ConnectError as error:
        if not _is_about_the_target(error):
            raise
    return _connected_once(probe, target_type, frequency, core)


def _connected_once(probe: Any, target_type: str, frequency: int, core: int) -> tuple[Any, AsFound]:
    found = AsFound()
    session = _session(probe, target_type, frequency, found)
    try:
        with _translated("connect"):
            session.open()
        _core(session, core, found)
    except BaseException:
        _leave(session, found)
        raise
    return session, found


def _is_about_the_target(error: ConnectError) -> bool:
    """True unless the probe itself failed, which would only fail again, and slowly."""
    from pyocd.core import exceptions

    return not isinstance(error.__cause__, exceptions.ProbeError | OSError)


def _session(probe: Any, target_type: str, frequency: int, found: AsFound) -> Any:
    from pyocd.core.session import Session

    with _translated("connect"):
        session = Session(
            probe,
            auto_unlock=False,  # unlocking erases
            connect_mode="attach",
            frequency=frequency,
            no_config=True,
            project_dir=str(Path.cwd()),  # to which it changes
            resume_on_disconnect=True,
            target_override=target_type,
            user_script=os.devnull,  # else a pyocd_user.py in the working directory is run
            **{"warning.cortex_m_default": False},
        )
    session.delegate = found
    return session


def _core(session: Any, number: int, found: AsFound) -> Any:
    cores = session.target.cores
    if number not in cores:
        known = ", ".join(str(each) for each in cores)
        raise ConnectError(f"the target has no core {number}", hint=f"cores found: {known}")
    if cores[number] not in found.dhcsr:  # pyOCD only logs what goes wrong with a core
        raise ConnectError(
            f"core {number} does not answer", hint="try again, or a lower --frequency"
        )
    return cores[number]


def _leave(session: Any, found: AsFound) -> Exception | None:
    """Put everything back and close; every step is tried, the first failure is returned."""
    from pyocd.core import exceptions

    if found.stay_halted:  # a close would turn off the debug power that a halt needs
        session.options["resume_on_disconnect"] = False
    failures: list[Exception] = []
    for step in (found.put_back, session.close, _probe_closer(session.probe)):
        try:
            step()
        except (exceptions.Error, OSError) as error:
            failures.append(error)
    return failures[0] if failures else None


def _probe_closer(probe: Any) -> Callable[[], None]:
    """Session.close() leaves the probe open when something goes wrong on the way."""
    return lambda: probe.close() if probe.is_open else None


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    from pyocd.core import exceptions

    try:
        yield
    except CaptureError:
        raise
    except (exceptions.Error, OSError) as error:
        raise explained(error, doing) from error
