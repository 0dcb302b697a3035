"""A debug probe with a core behind it that exists only in the test."""

from collections.abc import Collection, Mapping, Sequence

from stackdump_probe.arch import debug
from stackdump_probe.arch.debug import SELECTORS
from stackdump_probe.capture.probe import Identity
from stackdump_probe.errors import ConnectError, NotCaptured, RegionUnreadable, StateLost
from stackdump_probe.memory import Memory

CORTEX_M0, CORTEX_M4, CORTEX_M33 = 0x410CC200, 0x410FC241, 0x410FD213


class FakeProbe:
    """Plays `Probe`: `memory` is all that can be read, `dies_after` so many calls the link is dead.

    `calls` lists what was asked of it, in order. `resets_after` so many calls the target is found
    to have been reset. Bits stay set in the words at `settable` addresses.
    """

    def __init__(
        self,
        memory: Memory | None = None,
        registers: Mapping[str, int] | None = None,
        *,
        was_halted: bool = False,
        dhcsr: int = 0,
        dies_after: int | None = None,
        halts: bool = True,
        resumes: bool = True,
        resets_after: int | None = None,
        settable: Collection[int] = (),
    ) -> None:
        self._memory = memory or Memory()
        self._words = {SELECTORS[name]: word for name, word in (registers or {}).items()}
        self._was_halted = was_halted
        self._dhcsr = dhcsr
        self._dies_after = dies_after
        self._halts = halts
        self._resumes = resumes
        self._resets_after = resets_after
        self._settable = settable
        self.is_halted = was_halted
        self.known = Identity()
        self.calls: list[str] = []

    @property
    def was_halted(self) -> bool:
        return self._was_halted

    @property
    def reads(self) -> list[str]:
        """The calls that read memory."""
        return [call for call in self.calls if call.startswith("read")]

    def identity(self) -> Identity:
        return self.known

    def halt(self) -> int:
        self._call("halt")
        if not self._halts:
            raise ConnectError("the core does not halt")
        self.is_halted = True
        return self._dhcsr

    def resume(self) -> None:
        self.calls.append("resume")
        if not self._resumes:
            raise ConnectError("the core does not resume")
        self.is_halted = False

    def stay_halted(self) -> None:
        self.calls.append("stay_halted")

    def check_halted(self) -> None:
        self._call("check")
        if self._resets_after is not None and len(self.calls) > self._resets_after:
            self.is_halted = False
            raise StateLost("the target was reset while it was read")

    def set_for_now(self, address: int, bits: int) -> bool:
        self._call(f"set {address:#010x} {bits:#x}")
        self.read(address, 4)
        return address in self._settable

    def read(self, address: int, size: int) -> bytes:
        self._call(f"read {address:#010x} {size}")
        try:
            return self._memory.read(address, size)
        except NotCaptured as gap:
            raise RegionUnreadable(address, size, "bus fault") from gap

    def core_registers(self, selectors: Sequence[int]) -> list[int]:
        self._call(f"registers {len(selectors)}")
        return [self._words.get(selector, 0) for selector in selectors]

    def _call(self, call: str) -> None:
        self.calls.append(call)
        if self._dies_after is not None and len(self.calls) > self._dies_after:
            raise ConnectError("the probe is gone")


def a_control_space(
    *, cpuid: int = CORTEX_M4, vtor: int = 0, mvfr0: int = 0x10110021, ictr: int = 0
) -> dict[int, bytes]:
    """Memory regions of the system control space, by address."""
    block = bytearray(0x90)
    block[:4] = cpuid.to_bytes(4, "little")
    block[8:12] = vtor.to_bytes(4, "little")
    return {
        debug.CPUID: bytes(block),
        debug.MVFR0: mvfr0.to_bytes(4, "little") + bytes(4),
        debug.ICTR: ictr.to_bytes(4, "little"),
        0xE000EF34: bytes(8),
        0xE000E100: bytes(64),
        0xE000E200: bytes(64),
        0xE000E300: bytes(64),
    }
