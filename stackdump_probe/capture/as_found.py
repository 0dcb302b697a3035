"""The debug controls of every core as they were before pyOCD came, and how to put them back."""

from typing import Any

from stackdump_probe.arch import debug

KEPT = debug.C_MASKINTS | debug.C_SNAPSTALL  # DHCSR control bits that a halt leaves alone


class AsFound:
    """pyOCD's session delegate: notes the debug controls before pyOCD touches them.

    pyOCD sets DEMCR.TRCENA on the way to the ROM table, C_DEBUGEN when it makes a core, and
    clears breakpoints, watchpoints and trace when it makes those components: these are not made.
    """

    def __init__(self) -> None:
        self.demcr: dict[Any, int] = {}  # by access port
        self.dhcsr: dict[Any, int] = {}  # by core
        self.stay_halted: set[Any] = set()  # cores that are not to run when we leave

    def will_init_target(self, target: Any, init_sequence: Any) -> None:
        """Called by pyOCD; changes what it does to find the cores."""

        def changed(discovery: Any) -> Any:
            if discovery.has_task("create_components"):
                discovery.remove_task("create_components")
            if discovery.has_task("find_components"):
                remember = ("remember_demcr", lambda: self._remember(target))
                discovery.insert_before("find_components", remember)
            return discovery

        init_sequence.wrap_task("discovery", changed)

    def will_start_debug_core(self, core: Any) -> None:
        """Called by pyOCD just before it sets C_DEBUGEN."""
        self.dhcsr[core] = core.read32(debug.DHCSR)
        if self.dhcsr[core] & debug.S_HALT:
            self.stay_halted.add(core)

    def stop_debug_core(self, core: Any) -> bool:
        """Called by pyOCD at the end; True keeps it from clearing DHCSR and DEMCR."""
        del core
        return True

    def _remember(self, target: Any) -> None:
        from pyocd.core import exceptions
        from pyocd.coresight.ap import AHB_AP

        for port in target.aps.values():
            if isinstance(port, AHB_AP):
                try:
                    self.demcr[port] = port.read32(debug.DEMCR)
                except exceptions.TransferError:
                    continue  # no core behind it, so nothing of a core will be changed

    def put_back(self) -> None:
        """Let every core run that is not to stay halted, then restore DEMCR.TRCENA."""
        for core, dhcsr in self.dhcsr.items():
            if core not in self.stay_halted:
                let_run(core, dhcsr)
        for port, demcr in self.demcr.items():
            if not demcr & debug.DEMCR_TRCENA:
                port.write32(debug.DEMCR, port.read32(debug.DEMCR) & ~debug.DEMCR_TRCENA)


def let_run(core: Any, dhcsr: int) -> None:
    """Leave Debug state if the core is in it, then put its debug controls as `dhcsr` had them."""
    controls = running_controls(dhcsr)
    core.write32(debug.DHCSR, debug.DBGKEY | debug.C_DEBUGEN | controls & KEPT)
    core.write32(debug.DHCSR, debug.DBGKEY | controls)
    core.flush()


def running_controls(dhcsr: int) -> int:
    """The control bits to write so that DHCSR is as `dhcsr` was, but not halted.

    Without C_DEBUGEN the others are unknown (DDI 0403 C1.6.2) and are written as 0.
    """
    kept = debug.C_DEBUGEN | KEPT
    return dhcsr & kept if dhcsr & debug.C_DEBUGEN else 0
