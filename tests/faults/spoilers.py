"""What goes wrong on the way from a debugger to a target, one kind each."""

import errno
import time
from collections.abc import Callable, Mapping

from usb.core import USBError

from stackdump_probe.simulator.cmsis_dap import Command
from stackdump_probe.simulator.dap import BD0, DRW
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply

FOR_EVER = 1 << 30
BLOCK_SAMPLE = 16
MEMORY_ACCESSES = (DRW, *range(BD0, BD0 + 0x10, 4))


class Relay(Interposer):
    """Has another interposer do the work: one after the other on the same bench."""

    def __init__(self) -> None:
        self.put(Interposer())

    def put(self, other: Interposer) -> None:
        """From now on it is `other` that is consulted."""
        for name in vars(Interposer):
            if not name.startswith("_"):
                setattr(self, name, getattr(other, name))


class Span:
    """True for `times` questions after the first `at`."""

    def __init__(self, at: int, times: int = 1) -> None:
        self._left, self._times = at, times

    def __call__(self) -> bool:
        self._left -= 1
        return -self._times <= self._left < 0


class Counter(Interposer):
    """Counts what a capture takes, and knows which transfers are not like the one before."""

    def __init__(self) -> None:
        self.transfers = self.packets = 0
        self._last: Access | None = None
        self._new: list[int] = []

    def of(self, unit: str) -> int:
        """How many moments there are to try."""
        return {"transfer": self.transfers, "packet": self.packets}.get(unit, 0)

    def telling(self, unit: str) -> list[int]:
        """Every moment, but of the words of a block only every 16th."""
        if unit != "transfer":
            return list(range(self.of(unit)))
        return sorted({*self._new, *range(0, self.transfers, BLOCK_SAMPLE)})

    def usb(self, operation: str) -> None:
        self.packets += operation == "write"

    def access(self, access: Access) -> Reply | None:
        if access != self._last:
            self._new.append(self.transfers)
        self._last = access
        self.transfers += 1
        return None


class Answered(Interposer):
    """Transfers get this answer, and the target never hears of them."""

    def __init__(self, when: Span, reply: Reply) -> None:
        self._when, self._reply = when, reply

    def access(self, access: Access) -> Reply | None:
        del access
        return self._reply if self._when() else None


class Garbled(Interposer):
    """The target does as told, but its answer does not arrive as it was."""

    def __init__(self, when: Span, change: Callable[[Reply], Reply]) -> None:
        self._when, self._change = when, change

    def answer(self, access: Access, reply: Reply) -> Reply:
        del access
        return self._change(reply) if self._when() else reply


class Refusing(Interposer):
    """The memory access port refuses every access to memory, as that of a locked part may."""

    def access(self, access: Access) -> Reply | None:
        is_memory = access.is_ap and access.register in MEMORY_ACCESSES
        return Reply(Ack.FAULT) if is_memory else None


class Without(Interposer):
    """No memory is at these addresses."""

    def __init__(self, *missing: range) -> None:
        self._missing = missing

    def reaches(self, address: int) -> bool:
        return not any(address in span for span in self._missing)


class Stuck(Interposer):
    """Some bits of a debug register always read as 0, others as 1."""

    def __init__(self, *, zeros: Mapping[int, int] | None = None, ones: Mapping[int, int]) -> None:
        self._zeros, self._ones = zeros or {}, ones

    def core_read(self, address: int, word: int) -> int:
        return word & ~self._zeros.get(address, 0) | self._ones.get(address, 0)


class Lossy(Interposer):
    """Responses of the probe that get lost on the bus."""

    def __init__(self, when: Span) -> None:
        self._when = when

    def arrives(self, response: bytes) -> bool:
        del response
        return not self._when()


class Cut(Interposer):
    """Responses of the probe that are too short, or long enough but wrong."""

    def __init__(self, when: Span, change: Callable[[bytes], bytes]) -> None:
        self._when, self._change = when, change

    def response(self, command: bytes, response: bytes) -> bytes:
        del command
        return self._change(response) if self._when() else response


class Failing(Interposer):
    """Operations on the bus that fail with this error number."""

    def __init__(self, when: Callable[[], bool], operation: str, number: int) -> None:
        self._when, self._operation, self._number = when, operation, number

    def usb(self, operation: str) -> None:
        if operation == self._operation and self._when():
            raise USBError("refused", errno=self._number)


class Unplugged(Interposer):
    """The probe is pulled out before its n-th packet, and plugged in again when it was missed."""

    def __init__(self, at: int, *, missed: int = FOR_EVER) -> None:
        self._left, self._missed = at, missed
        self._is_in = True

    def usb(self, operation: str) -> None:
        if operation == "write":
            self._left -= 1
            if self._left == -1:
                self._is_in = False
                raise USBError("No such device", errno=errno.ENODEV)

    def is_plugged_in(self) -> bool:
        if not self._is_in:
            self._missed -= 1
            self._is_in = self._missed < 0
        return self._is_in


class Meanwhile(Interposer):
    """Something happens to the target before its n-th transfer."""

    def __init__(self, when: Span, event: Callable[[], None]) -> None:
        self._when, self._event = when, event

    def access(self, access: Access) -> Reply | None:
        del access
        if self._when():
            self._event()
        return None


class Dead(Interposer):
    """From the n-th transfer on the target has no power."""

    def __init__(self, at: int, event: Callable[[], None]) -> None:
        self._left, self._event = at, event

    def access(self, access: Access) -> Reply | None:
        del access
        self._left -= 1
        if self._left == -1:
            self._event()
        return Reply(Ack.NONE) if self._left < 0 else None


class Slow(Interposer):
    """Every packet takes this long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def response(self, command: bytes, response: bytes) -> bytes:
        del command
        time.sleep(self._seconds)
        return response


class Noisy(Interposer):
    """Every n-th word that is read arrives damaged while the clock is higher than `limit`."""

    def __init__(self, every: int, limit: int) -> None:
        self._every, self._limit = every, limit
        self._count, self._frequency = 0, 0

    def response(self, command: bytes, response: bytes) -> bytes:
        if command[0] == Command.SWJ_CLOCK:
            self._frequency = int.from_bytes(command[1:5], "little")
        return response

    def answer(self, access: Access, reply: Reply) -> Reply:
        self._count += 1
        is_hit = self._frequency > self._limit and self._count % self._every == 0
        return Reply(reply.ack, reply.word ^ 1, access.is_read) if is_hit else reply
