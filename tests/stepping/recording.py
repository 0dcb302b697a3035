"""The states of a program that is stepped through from its reset, each with the truth about it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stackdump_probe.arch.registers import SINGLES, SPECIAL, Registers
from stackdump_probe.memory import Segment
from stackdump_probe.simulator import qemu
from stackdump_probe.simulator.machines import machine_named
from tests.differential.capturing import CONTROL_SPACE
from tests.differential.programs import labels, program_of
from tests.stepping.matrix import RAM_SIZE, Build
from tests.stepping.truth import Awaited, Core, Machine, Shadow

OFTEN = 2  # states at one pc, and of these one with the same caller
JUMP_BUFFER_SIZE = 160  # newlib: _JBLEN doublewords of 8 bytes, with d8-d15
MSR, MSR_MASK = 0xF380, 0xFFE0  # DDI 0403 A7.7.83, T1, first halfword
SPECIALS = tuple(name for name in SPECIAL if name != "xpsr")


@dataclass(frozen=True, slots=True)
class State:
    """A halt: what a capture of it holds, and who waits for a return, the innermost first.

    There may be two truths, of which either will do.
    """

    registers: Registers
    segments: tuple[Segment, ...]
    truths: tuple[tuple[Awaited, ...], ...]


class Recorder:
    """Steps through the program; `broken` are the functions that changed what they had to keep."""

    def __init__(self, build: Build, elf: Path) -> None:
        self.steps = 0
        self.broken: list[str] = []
        self._build = build
        self._elf = elf
        self._program = program_of(elf)
        self._labels = labels(elf)
        self._pended = {at for name, at in self._labels.items() if name.startswith("pended_")}
        self._specials: dict[str, int] = {}

    @property
    def names(self) -> dict[int, str]:
        """The functions by their address."""
        return {at: name for name, at in self._program.functions.items()}

    def states(self, most_steps: int, *, every: int = 1) -> Iterator[State]:
        """New states until the program ends, or for so many steps; of them one in `every`."""
        end, filling, filled = (self._labels[name] for name in ("the_end", "filling", "filled"))
        seen: Counter[tuple[int, ...]] = Counter()
        with qemu.Machine(machine_named(self._build.target.machine), self._elf) as machine:
            machine.reset()
            shadow = Shadow(self._program, Machine(machine.read_register, _words(machine)))
            self.broken = shadow.broken
            self._read_specials(machine)
            now = _core(machine)
            while now.pc != end and self.steps < most_steps:
                caller = shadow.awaited[-1].pc if shadow.awaited else 0
                if seen[now.pc,] < OFTEN and not seen[now.pc, caller]:
                    seen.update([(now.pc,), (now.pc, caller)])
                    if seen.total() // 2 % every == 0:
                        yield self._state(machine, now, shadow)
                elif now.pc == filling:
                    machine.run_to({filled})
                    now = _core(machine)
                before, now = now, self._step(machine, now)
                shadow.follow(before, now)
                if before.exception != now.exception or self._sets_special(before.pc):
                    self._read_specials(machine)

    def _step(self, machine: qemu.Machine, now: Core) -> Core:
        """Steps take no interrupt: where one is pending, its handler is run to."""
        self.steps += 1
        if now.pc in self._pended:
            self._pended.discard(now.pc)
            assert machine.run_to(self._handlers)
        else:
            machine.step()
        return _core(machine)

    @property
    def _handlers(self) -> set[int]:
        names = ("SysTick_Handler", "PendSV_Handler", "IRQ_Trampoline")
        return {self._program.functions[name] for name in names}

    def _sets_special(self, pc: int) -> bool:
        return self._program.flash.u16(pc) & MSR_MASK == MSR

    def _read_specials(self, machine: qemu.Machine) -> None:
        read = ((name, machine.read_register(name)) for name in SPECIALS)
        self._specials = {name: word for name, word in read if word is not None}

    def _state(self, machine: qemu.Machine, now: Core, shadow: Shadow) -> State:
        read = ((name, machine.read_register(name)) for name in SINGLES)
        words = self._specials | {name: word for name, word in read if word is not None}
        words |= now.words
        on_psp = not words["xpsr"] & 0x1FF and words["cfbp"] >> 24 & 2
        words["psp" if on_psp else "msp"] = words["sp"]
        spans = [(words["msp"], self._build.target.ram + RAM_SIZE)]
        psp_top = self._labels["psp_top"]
        spans += [(words["psp"], psp_top)] if psp_top - 512 <= words["psp"] < psp_top else []
        jump_buffer = self._labels["jump_buffer"]
        spans += [(jump_buffer, jump_buffer + JUMP_BUFFER_SIZE)]
        spans += [(start, start + size) for start, size in CONTROL_SPACE]
        segments = [
            Segment(start, content)
            for start, end in spans
            if (content := machine.read_memory(start, end - start))
        ]
        truths = (shadow.awaited, shadow.alternative(now))
        told = tuple(tuple(reversed(each)) for each in truths if each is not None)
        return State(Registers(words), tuple(segments), told)


def _core(machine: qemu.Machine) -> Core:
    return Core(machine.core_registers())


def _words(machine: qemu.Machine) -> Callable[[int], int]:
    def word(address: int) -> int:
        return int.from_bytes(machine.read_memory(address, 4) or b"", "little")

    return word
