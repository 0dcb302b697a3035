"""The program stepped through from its start: at every instruction, who waits for a return.

Calls and returns between the states are told by the instructions that make them: DDI 0553, BLXNS,
BXNS, SG. What an exception interrupts is what was about to be executed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from stackdump_probe.arch.debug import DSCSR, DSCSR_CDS, NS_ALIAS
from stackdump_probe.arch.registers import BANKED, BANKS, SINGLES, Registers
from stackdump_probe.memory import Segment
from stackdump_probe.simulator.qemu import Machine
from tests.differential.programs import BL, BL_MASK, BLX, BLX_MASK
from tests.stepping.recording import State
from tests.stepping.truth import FLOATS, KEPT, Awaited, Core, is_coprocessor

BLXNS = BLX | 4  # DDI 0553, BLX and BLXNS
SVC = 0xDF
MAGIC = 0xFE000000  # EXC_RETURN and FNC_RETURN: the return is still to be made
SECURE_FAULT = 7
RAM = ((0x38000000, 0x2000), (0x28200000, 0x2000))
CONTROL_SPACE = ((0xE000ED00, 0x90), (0xE000EF34, 8))
PENDED = MappingProxyType({"pended_in_secure": "NS_IRQ", "pended_in_nonsecure": "S_IRQ"})
OFTEN = 2  # states at one pc
MOST_STEPS = 100_000


@dataclass(slots=True)
class Watcher:
    """Steps through the program; `broken` tells of returns that did not give back what was held."""

    machine: Machine
    names: Mapping[str, int]
    awaited: list[Awaited] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    has_returned: bool = False
    floats: dict[str, int] = field(default_factory=dict)

    def states(self, *, every: int = 1) -> Iterator[State]:
        """New states of the program; of them one in `every`."""
        self.machine.reset()
        assert self.machine.run_to({self.names["filled"]})
        seen: Counter[int] = Counter()
        now = _core(self.machine)
        while now.pc != self.names["ns_end"]:
            seen[now.pc] += 1
            assert seen.total() < MOST_STEPS
            if seen[now.pc] <= OFTEN and seen.total() % every == 0:
                yield _state(self.machine, now, self.awaited)
            now = self._follow(now, self._step(now))

    def _step(self, now: Core) -> Core:
        """Steps take no interrupt: where one is pending, its handler is run to."""
        name = next((n for n in PENDED if self.names[n] == now.pc), None)
        if name is not None and not self.has_returned:
            assert self.machine.run_to({self.names[PENDED[name]]})
        else:
            self.machine.step()
        while (after := _core(self.machine)).pc >= MAGIC:
            self.machine.step()
        return after

    def _follow(self, before: Core, after: Core) -> Core:
        size, kind = _instruction(self.machine, before.pc)
        following, held = before.pc + size, self._held(before)
        if kind == "coprocessor" or not before.pc < after.pc <= following:
            self.floats.clear()
        self.has_returned = self._returned(after)
        called = after.lr == following | 1 and after.pc != following
        if self.has_returned:
            pass
        elif kind == "blxns" or (kind in ("bl", "blx") and called):
            self.awaited.append(Awaited(following, before.sp, held))
        elif after.exception != before.exception:
            pc = following if kind == "svc" else before.pc
            self.awaited.append(Awaited(pc, before.sp, held, after.exception))
        return after

    def _held(self, now: Core) -> dict[str, int]:
        """What a call must leave as it is; floats are slow to read, and seldom change."""
        if not self.floats:
            read = ((name, self.machine.read_register(name)) for name in FLOATS)
            self.floats = {name: word for name, word in read if word is not None}
        return {name: now.words[name] for name in KEPT} | self.floats

    def _returned(self, after: Core) -> bool:
        for at in range(len(self.awaited) - 1, -1, -1):
            back = self.awaited[at]
            behind = back.pc + 2 * (back.exception == SECURE_FAULT)  # its handler steps over
            if (behind, back.sp) == (after.pc, after.sp):
                if back.kept != self._held(after):
                    self.broken.append(f"what returned to {back.pc:#x} has changed registers")
                del self.awaited[at:]
                return True
            if back.exception:
                return False
        return False


def _instruction(machine: Machine, pc: int) -> tuple[int, str]:
    """The size of an instruction, and its kind if that tells of a call or of floats."""
    word = int.from_bytes(machine.read_memory(pc, 4) or b"", "little")
    first = word & 0xFFFF
    if first >> 11 >= 0x1D:
        return 4, "bl" if word & BL_MASK == BL else "coprocessor" * is_coprocessor(first)
    kinds = {BLX: "blx", BLXNS: "blxns"}
    return 2, "svc" if first >> 8 == SVC else kinds.get(first & BLX_MASK, "")


def _core(machine: Machine) -> Core:
    return Core(machine.core_registers())


def _state(machine: Machine, now: Core, awaited: list[Awaited]) -> State:
    """What a capture holds."""
    names = (*SINGLES, "fpscr", *BANKS)
    read = ((name, machine.read_register(name)) for name in names)
    words = {**now.words, **{name: word for name, word in read if word is not None}}
    is_secure = machine.is_secure()
    own = "s" if is_secure else "ns"
    words |= {name: words[f"{name}_{own}"] for name in BANKED}
    spans = [*RAM, *CONTROL_SPACE]
    spans += [(start + NS_ALIAS, size) for start, size in CONTROL_SPACE if is_secure]
    segments = [Segment(start, machine.read_memory(start, size) or b"") for start, size in spans]
    segments.append(Segment(DSCSR, (DSCSR_CDS * is_secure).to_bytes(4, "little")))
    return State(Registers(words), tuple(segments), (tuple(reversed(awaited)),))
