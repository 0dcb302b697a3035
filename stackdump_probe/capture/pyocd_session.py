"""One pyOCD session: opened so that it changes as little as can be, and closed whatever happens."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Queue, SimpleQueue
from typing import Any, Literal

from stackdump_probe.arch import debug
from stackdump_probe.capture.as_found import AsFound
from stackdump_probe.capture.explain import (
    CABLE,
    failures_of_pyocd,
    is_about_the_target,
    translated,
)
from stackdump_probe.capture.locks import with_lock
from stackdump_probe.capture.probe_facts import ProbeFacts, facts_of, with_voltage
from stackdump_probe.errors import ConnectError

Reset = Literal["never", "line", "core"]
Met = Callable[[ProbeFacts], None]

ANSWER_DEADLINE = 2.0  # seconds that a probe has to answer one packet, at any usual clock
LONGEST_ANSWER = 1_000_000  # clock cycles that one packet may take on the wire
PYOCD_DEADLINE = 10.0  # seconds after which pyOCD gives up by itself
LOST = "try again, or a lower --frequency"
SMALLEST_PACKET = 16  # bytes; 64 is the smallest that CMSIS-DAP knows
CTRL_STAT = 0x4
POWERED = 1 << 29 | 1 << 31  # CDBGPWRUPACK, CSYSPWRUPACK (ADIv5.2, IHI 0031, B2.2.2)
_ANSWERS = ("rcv_data", "received_data")  # in which pyOCD's interfaces queue what was read
CLOSINGS = 3  # attempts: each may fail on what the one before left in a queue


class Delegate:
    """What pyOCD asks and tells while it connects.

    pyOCD sets DEMCR.TRCENA on the way to the ROM table, C_DEBUGEN when it makes a core, and
    clears breakpoints, watchpoints and trace when it makes those components: these are not made.
    `check` is called between the steps, and may raise to end them. `met` hears what the probe
    tells of itself.
    """

    def __init__(self, found: AsFound, check: Callable[[], None], met: Met) -> None:
        self._found = found
        self._check = check
        self._met = met
        self.facts = ProbeFacts()
        self.started: set[int] = set()  # cores that were made as a whole

    def will_connect(self, board: Any) -> None:
        """Called by pyOCD when the probe is open."""
        link = getattr(board.session.probe, "_link", None)
        size = getattr(link, "_packet_size", None)
        if size is not None and size < SMALLEST_PACKET:  # into which pyOCD would pack for ever
            raise ConnectError(f"the probe's packets have {size} bytes", hint=CABLE)
        self.facts = facts_of(board.session.probe)
        self._met(self.facts)

    def will_init_target(self, target: Any, init_sequence: Any) -> None:
        """Called by pyOCD; changes what it does to find the cores."""

        def changed(discovery: Any) -> Any:
            if discovery.has_task("create_components"):
                discovery.remove_task("create_components")
            if discovery.has_task("find_components"):
                remember = ("remember_demcr", lambda: self._remember_ports(target))
                discovery.insert_before("find_components", remember)
            return self._checked(discovery)

        init_sequence.wrap_task("discovery", changed)
        self._checked(init_sequence)

    def will_start_debug_core(self, core: Any) -> None:
        """Called by pyOCD just before it sets C_DEBUGEN."""
        self._found.remember_core(core)

    def did_start_debug_core(self, core: Any) -> None:
        """Called by pyOCD when it knows the core."""
        self.started.add(core.core_number)

    def stop_debug_core(self, core: Any) -> bool:
        """Called by pyOCD at the end; True keeps it from clearing DHCSR and DEMCR."""
        del core
        return True

    def _checked(self, sequence: Any) -> Any:
        for name in tuple(sequence.sequence):
            sequence.insert_before(name, (f"check_before_{name}", self._check))
        return sequence

    def _remember_ports(self, target: Any) -> None:
        from pyocd.coresight.ap import AHB_AP

        for port in target.aps.values():
            if isinstance(port, AHB_AP):
                self._found.remember_port(port)


def opened(
    probe: Any,
    target_type: str,
    frequency: int,
    found: AsFound,
    *,
    core: int = 0,
    reset: Reset = "never",
    check: Callable[[], None] = lambda: None,
    met: Met = lambda _facts: None,
    answer_within: float = ANSWER_DEADLINE,
) -> Any:
    """A session that is connected to `core` of a target, and maybe to others.

    Raises ProbePermission or ConnectError, with everything put back, as far as the link allows,
    and the session closed. What is changed on the way is noted in `found` before. `check` may
    raise to end the attempt.
    """
    seconds = min(answer_within + LONGEST_ANSWER / frequency, PYOCD_DEADLINE)
    _limit_answers(probe, seconds)
    try:
        with translated("connect"):  # pyOCD opens the probe a first time to ask what board it is on
            session = _session(probe, target_type, frequency, reset)
    finally:
        _close_interface(probe)  # which that may have left open
    _limit_answers(probe, seconds)  # closing has put pyOCD's own queue back
    session.delegate = Delegate(found, check, met)
    try:
        with translated("connect"):
            _open(session)
            if core in session.target.cores and core not in session.delegate.started:
                # pyOCD only writes the reason to its log; it may come up here again
                session.target.cores[core].read32(debug.DHCSR)
                raise ConnectError(f"cannot connect: core {core} does not answer", hint=LOST)
    except BaseException as error:
        better = _in_detail(error, session) if isinstance(error, ConnectError) else error
        if session.probe.is_open:
            found.put_back(session.target)
        _release(session)
        if better is not error:
            raise better from error.__cause__ or error
        raise
    return session


def _in_detail(error: ConnectError, session: Any) -> ConnectError:
    """What stands behind it, as far as the part or the probe tells."""
    locked = with_lock(error, session)
    cause = error.__cause__
    if locked is not error or cause is None or not is_about_the_target(cause):
        return locked
    return with_voltage(error, session.delegate.facts)


def _open(session: Any) -> None:
    """Open a session; that no core was found may come of a link that was lost meanwhile."""
    from pyocd.core import exceptions

    try:
        session.open()
    except exceptions.DebugError:
        session.target.dp.read_reg(CTRL_STAT)
        raise


def begin_again(session: Any, frequency: int) -> None:
    """Reset the line, and make pyOCD forget what it believes to have written to the debug port.

    Writes are queued, and what it remembers of them is wrong if one of them got lost. Of several
    debug ports on one line (RP2040) the right one is chosen again, which pyOCD does only at first.
    """
    from pyocd.core.target import Target

    session.notify(Target.Event.PRE_RESET, session.target)
    session.probe.set_clock(frequency)
    getattr(session.target, "_select_core", lambda: None)()
    session.target.dp.connect()


def has_power(session: Any) -> bool:
    """True if the debug port says that debug and system power are on."""
    return bool(session.target.dp.read_reg(CTRL_STAT) & POWERED == POWERED)


def _release(session: Any) -> None:
    """Let the reset line go, if we hold it, and close the session and its probe."""
    with suppress(*failures_of_pyocd()):
        if session.options["connect_mode"] == "under-reset" and session.probe.is_open:
            session.probe.assert_reset(False)
    closed(session)


def closed(session: Any, *, keeps_power: bool = False) -> None:
    """Close the session and its probe as far as that is possible.

    `keeps_power` leaves the debug power on, without which a halted core would run.
    """
    session.options["resume_on_disconnect"] = not keeps_power
    probe = session.probe
    for attempt in range(CLOSINGS):
        try:
            if attempt == 0:
                session.close()
            if not probe.is_open:
                break
            probe.close()
        except failures_of_pyocd():
            continue
    _close_interface(probe)


def _close_interface(probe: Any) -> None:
    """Let the USB interface go that pyOCD keeps where opening or closing fails halfway.

    The thread that still reads from it would take the answers to whoever opens the probe next.
    """
    interface = _interface(probe)
    if not getattr(interface, "closed", True):
        with suppress(*failures_of_pyocd()):
            interface.close()


def _limit_answers(probe: Any, seconds: float) -> None:
    """Have a CMSIS-DAP probe wait no longer for one answer; pyOCD has no option for it.

    A SimpleQueue, which it waits at, waits for ever if the time is up before the waiting has begun
    (CPython 3.11 takes the rest, which is negative, for no limit).
    """
    interface = _interface(probe)
    if hasattr(interface, "DEFAULT_USB_TIMEOUT_S"):
        interface.DEFAULT_USB_TIMEOUT_S = seconds
        interface.DEFAULT_USB_TIMEOUT_MS = int(seconds * 1000)
    for name in _ANSWERS:
        if isinstance(getattr(interface, name, None), SimpleQueue):
            setattr(interface, name, Queue())


def _interface(probe: Any) -> Any:
    """What a CMSIS-DAP probe of pyOCD's talks to USB through; None for other probes."""
    return getattr(getattr(probe, "_link", None), "_interface", None)


def _session(probe: Any, target_type: str, frequency: int, reset: Reset) -> Any:
    from pyocd.core.session import Session

    return Session(
        probe,
        auto_unlock=False,  # unlocking erases
        connect_mode="under-reset" if reset == "line" else "attach",
        frequency=frequency,
        no_config=True,
        project_dir=str(Path.cwd()),  # to which it changes
        resume_on_disconnect=True,
        target_override=target_type,
        user_script=os.devnull,  # else a pyocd_user.py in the working directory is run
        **{"warning.cortex_m_default": False},
    )
