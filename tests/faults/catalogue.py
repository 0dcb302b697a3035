"""The faults that a capture is tried with, and what each may cost."""

import errno
from collections.abc import Callable
from typing import Literal

from stackdump_probe.arch import debug
from stackdump_probe.record import Record
from stackdump_probe.simulator.bench import SimulatedProbe
from stackdump_probe.simulator.interposer import Ack, Interposer, Reply
from tests.faults.spoilers import (
    FOR_EVER,
    Answered,
    Cut,
    Dead,
    Failing,
    Garbled,
    Lossy,
    Meanwhile,
    Noisy,
    Refusing,
    Slow,
    Span,
    Stuck,
    Unplugged,
    Without,
)

Unit = Literal["transfer", "packet", "capture"]
Spoil = Callable[[SimulatedProbe, int], Interposer]


class Fault(Record):
    """One thing that goes wrong, at one `unit` of a capture or during all of it.

    `codes` are the exit codes that are right, and `says` is among what the user reads.
    `link_lives`: the target can be reached when all is over, so that nothing excuses a core that
    is left halted. `forgets`: the target starts again meanwhile.
    """

    name: str
    unit: Unit
    spoil: Spoil
    codes: tuple[int, ...] = (0,)
    says: str = ""
    link_lives: bool = True
    forgets: bool = False


def _reset(sim: SimulatedProbe) -> Callable[[], None]:
    return sim.core.reset


def _power_loss(sim: SimulatedProbe) -> Callable[[], None]:
    def lose_power() -> None:
        sim.core.lose_power()
        sim.port.lose_power()

    return lose_power


def _answered(reply: Reply, times: int = 1) -> Spoil:
    return lambda _sim, at: Answered(Span(at, times), reply)


def _garbled(change: Callable[[Reply], Reply], times: int = 1) -> Spoil:
    return lambda _sim, at: Garbled(Span(at, times), change)


def _failing(operation: str, number: int, times: int = 1) -> Spoil:
    return lambda _sim, at: Failing(Span(at, times), operation, number)


def _cut(change: Callable[[bytes], bytes], times: int = 1) -> Spoil:
    return lambda _sim, at: Cut(Span(at, times), change)


def _stuck(*, zeros: int = 0, ones: int = 0) -> Spoil:
    return lambda _sim, _at: Stuck(zeros={debug.DHCSR: zeros}, ones={debug.DHCSR: ones})


def _wrong_parity(reply: Reply) -> Reply:
    return Reply(reply.ack, reply.word ^ 1, parity_error=True)


def _unheard(reply: Reply) -> Reply:
    del reply
    return Reply(Ack.NONE)


def _first_byte(response: bytes) -> bytes:
    return response[:1]


def _two_bytes(response: bytes) -> bytes:
    return response[:2]


def _all_but_one(response: bytes) -> bytes:
    return response[:-1]


def _of_another_command(response: bytes) -> bytes:
    return b"\x7e" + response[1:]


STORM = 300  # WAITs in a row; the probe itself asks 151 times
FLASH, STACK = range(0x0800_0000, 0x0810_0000), range(0x2000_1800, 0x2000_1900)

FAULTS = (
    Fault("nothing", "capture", lambda _sim, _at: Interposer()),
    Fault("no acknowledge, once", "transfer", _answered(Reply(Ack.NONE))),
    Fault("no acknowledge from then on", "transfer", _answered(Reply(Ack.NONE), FOR_EVER), (0, 5),
          link_lives=False),
    Fault("acknowledge lost, the target did as told", "transfer", _garbled(_unheard), (0, 5)),
    Fault("WAIT, once", "transfer", _answered(Reply(Ack.WAIT))),
    Fault("WAIT, 300 times", "transfer", _answered(Reply(Ack.WAIT), STORM), (0, 5)),
    Fault("WAIT from then on", "transfer", _answered(Reply(Ack.WAIT), FOR_EVER), (0, 5),
          link_lives=False),
    Fault("FAULT, once", "transfer", _answered(Reply(Ack.FAULT)), (0, 5)),
    Fault("FAULT from then on", "transfer", _answered(Reply(Ack.FAULT), FOR_EVER), (0, 5),
          link_lives=False),
    Fault("FAULT at an address of the stack", "capture", lambda _sim, _at: Without(STACK)),
    Fault("FAULT at every address of flash", "capture", lambda _sim, _at: Without(FLASH),
          says="cannot be read (code at pc)"),
    Fault("wrong parity, once", "transfer", _garbled(_wrong_parity), (0, 5)),
    Fault("wrong parity from then on", "transfer", _garbled(_wrong_parity, FOR_EVER), (0, 5),
          link_lives=False),
    Fault("every 50th word damaged above 1 MHz", "capture", lambda _sim, _at: Noisy(50, 1_000_000),
          says="the target does not answer reliably at 4 MHz: going on at 1 MHz"),
    Fault("USB: stall at a write, once", "packet", _failing("write", errno.EPIPE), (0, 5)),
    Fault("USB: stall at a read, once", "packet", _failing("read", errno.EPIPE), (0, 5)),
    Fault("USB: stall from then on", "packet", _failing("write", errno.EPIPE, FOR_EVER),
          (0, 3, 5), link_lives=False),
    Fault("USB: I/O error at a read, once", "packet", _failing("read", errno.EIO), (0, 5)),
    Fault("a response cut to one byte, once", "packet", _cut(_first_byte), (0, 5)),
    Fault("a response without its last byte, once", "packet", _cut(_all_but_one), (0, 5)),
    Fault("cut responses from then on", "packet", _cut(_two_bytes, FOR_EVER), (0, 3, 5),
          link_lives=False),
    Fault("a response of another command, once", "packet", _cut(_of_another_command), (0, 5)),
    Fault("a response never comes", "packet", lambda _sim, at: Lossy(Span(at)), (0, 5)),
    Fault("no response comes from then on", "packet", lambda _sim, at: Lossy(Span(at, FOR_EVER)),
          (0, 3, 5), link_lives=False),
    Fault("pulled out", "packet", lambda _sim, at: Unplugged(at), (0, 3, 5), link_lives=False),
    Fault("pulled out, plugged in again", "packet", lambda _sim, at: Unplugged(at, missed=3),
          (0, 5)),
    Fault("another program has the probe", "capture", _failing("claim", errno.EBUSY, FOR_EVER),
          (5,), "the probe is in use"),
    Fault("the user may not open the probe", "capture", _failing("open", errno.EACCES, FOR_EVER),
          (4,), "is plugged in, but this user may not open it"),
    Fault("power loss, and on again", "transfer",
          lambda sim, at: Meanwhile(Span(at), _power_loss(sim)), (0, 5), forgets=True),
    Fault("power loss for good", "transfer", lambda sim, at: Dead(at, _power_loss(sim)), (0, 5),
          link_lives=False, forgets=True),
    Fault("reset while it is read", "transfer", lambda sim, at: Meanwhile(Span(at), _reset(sim)),
          (0, 5), forgets=True),
    Fault("the core is locked up", "capture", _stuck(ones=debug.S_LOCKUP),
          says="found in lockup, the core stood still"),
    Fault("the core sleeps", "capture", _stuck(ones=debug.S_SLEEP),
          says="found asleep, the core stood still"),
    Fault("the core does not halt", "capture", _stuck(zeros=debug.S_HALT), (5,),
          "the core does not halt: DHCSR is 0x"),
    Fault("the core does not halt, and sleeps", "capture",
          _stuck(zeros=debug.S_HALT, ones=debug.S_SLEEP), (5,),
          "the core does not halt: it sleeps"),
    Fault("the core is held in reset", "capture",
          _stuck(zeros=debug.S_HALT, ones=debug.S_RESET_ST), (5,), "it is held in reset"),
    Fault("the core keeps its registers to itself", "capture", _stuck(zeros=debug.S_REGRDY), (5,),
          "the core does not hand out its registers"),
    Fault("a locked part: no access to memory", "capture", lambda _sim, _at: Refusing(), (5,),
          "the target answers, but shows no core"),
    Fault("a slow probe: 1 ms a packet", "capture", lambda _sim, _at: Slow(0.001)),
)  # fmt: skip
