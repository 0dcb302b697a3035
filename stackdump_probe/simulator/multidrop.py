"""Several debug ports on one line, of which TARGETSEL chooses one (ADIv5.2, IHI 0031, B4.3.4)."""

from collections.abc import Sequence

from stackdump_probe.simulator.core_debug import CoreDebug
from stackdump_probe.simulator.dap import DebugPort, Transfer
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from stackdump_probe.simulator.target import Target

PART = 0x1002927  # TARGETSEL.TPARTNO and TDESIGNER of an RP2040 (its datasheet, 2.3.4)


class MultidropPort(DebugPort):
    """A debug port for each core, as an RP2040 has them; TARGETSEL.TINSTANCE is the core.

    After a line reset each would answer to every transfer, so that nothing is understood until one
    is chosen.
    """

    def __init__(
        self, target: Target, core: CoreDebug, *, interposer: Interposer | None = None
    ) -> None:
        super().__init__(target, core, interposer=interposer)
        self._drops = [DebugPort(target, core, interposer=interposer)]
        self._chosen: DebugPort | None = None

    def add_core(self, target: Target, core: CoreDebug) -> None:
        self._drops.append(DebugPort(target, core))

    def select_target(self, word: int) -> None:
        instance = word >> 28
        is_known = word & 0x0FFFFFFF == PART and instance < len(self._drops)
        self._chosen = self._drops[instance] if is_known else None

    def line_reset(self) -> None:
        self._chosen = None
        for drop in self._drops:
            drop.line_reset()

    def lose_power(self) -> None:
        self._chosen = None
        for drop in self._drops:
            drop.lose_power()

    def access(self, access: Access) -> Reply:
        return self._chosen.access(access) if self._chosen else Reply(Ack.NONE)

    def read_at_once(self, access: Access, count: int) -> list[int] | None:
        return self._chosen.read_at_once(access, count) if self._chosen else None

    def read_block(
        self, access: Access, count: int, transfer: Transfer | None = None
    ) -> tuple[Reply, list[int]]:
        return self._chosen.read_block(access, count, transfer) if self._chosen else (_NONE, [])

    def write_block(
        self, access: Access, words: Sequence[int], transfer: Transfer | None = None
    ) -> tuple[Reply, int]:
        return self._chosen.write_block(access, words, transfer) if self._chosen else (_NONE, 0)


_NONE = Reply(Ack.NONE)
