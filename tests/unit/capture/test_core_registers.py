"""Core registers in three transfers each, on the simulated probe."""

from stackdump_probe.arch import debug
from stackdump_probe.arch.debug import SELECTORS
from stackdump_probe.capture.core_registers import BD0, BD1, BD2, read_core_registers
from stackdump_probe.simulator.interposer import Access, Interposer, Reply
from tests.unit.capture.bench import a_bench

HALT = debug.DBGKEY | debug.C_DEBUGEN | debug.C_HALT


class Transfers(Interposer):
    """The transfers to the access port, as register numbers."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def access(self, access: Access) -> Reply | None:
        if access.is_ap:
            self.seen.append(access.register)
        return None


def test_each_register_takes_three_transfers_and_comes_with_the_state_of_the_core() -> None:
    transfers = Transfers()
    with a_bench(transfers) as bench:
        bench.target.registers = {"r0": 10, "pc": 0x0800_0200, "cfbp": 1}
        link = bench.link()
        link.open()
        link.run(lambda core: (core.write32(debug.DHCSR, HALT), core.flush()))
        selectors = [SELECTORS[name] for name in ("r0", "pc", "cfbp")]
        transfers.seen.clear()
        states, words = link.run(lambda core: read_core_registers(core, selectors))
        taken = list(transfers.seen)
        link.close()
    assert words == [10, 0x0800_0200, 1]
    assert len(states) == 4
    assert all(state & debug.S_HALT and state & debug.S_REGRDY for state in states)
    assert taken[-9:] == [BD1 & 0xC, BD0 & 0xC, BD2 & 0xC] * 3


def test_a_probe_that_sees_to_addresses_itself_is_given_addresses() -> None:
    calls: list[tuple[str, int]] = []

    class Probe:
        def get_memory_interface_for_ap(self, _address: object) -> object:
            return self

    class Core:
        class ap:  # noqa: N801
            address = 0

            class dp:  # noqa: N801
                probe = Probe()

        def read32(self, address: int, now: bool = True) -> object:
            calls.append(("read", address))
            assert not now
            return lambda: debug.S_HALT if address == debug.DHCSR else 7

        def write32(self, address: int, word: int) -> None:
            calls.append((f"write {word}", address))

    assert read_core_registers(Core(), [15]) == ([debug.S_HALT] * 2, [7])
    assert calls == [
        ("read", debug.DHCSR),
        ("write 15", debug.DCRSR),
        ("read", debug.DHCSR),
        ("read", debug.DCRDR),
    ]
