"""A machine that runs a program, brought to a halt at many different instructions.

Nothing here depends on the clock: the same program and the same `seed` give the same states.
"""

import re
import subprocess
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from random import Random

from stackdump_probe.simulator.qemu import Machine
from tests.differential.pending import INTERRUPTS, pend
from tests.differential.programs import Program

INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t[0-9a-f ]+\t(?!\.)", re.MULTILINE)
TURN_OVER = "end_of_turn"
TOGETHER = 16  # breakpoints
TURNS = 2  # that a breakpoint is waited for, or a function
# A program without turns: breakpoints, choices of these, and how many of the halts are taken.
AT_ONCE, ROUNDS, TAKEN = 96, 64, 0.15
PATIENCE = 0.3  # seconds until a program without turns has surely come to its endless loop
GIVE_UP = 20.0  # seconds for a turn
LONGEST = 400  # steps through one function
# After a breakpoint, so many steps: most stops are where they are wanted, some just behind.
STEPS = (0, 0, 0, 1, 2, 5)
STEPS_IN_HANDLER = 24

# Stepped through from their first instruction on.
STEPPED = (
    "recurse", "sum_of", "vla", "many_arguments", "tail_caller", "big_frame", "by_pointer",
    "memcpy", "memset", "memmove", "strlen", "strcmp", "setjmp", "longjmp", "qsort", "compare",
    "__aeabi_uldivmod", "__udivmoddi4", "__aeabi_dmul", "__aeabi_dadd", "__aeabi_fmul",
    "__aeabi_fadd", "__aeabi_uidiv", "__aeabi_ui2d",
    "PendSV_Handler", "SVC_Handler", "HardFault_Handler", "LOW_IRQHandler", "MIDDLE_IRQHandler",
    "HIGH_IRQHandler", "float_turn", "keeps_many", "makes_big", "rows", "try_it",
)  # fmt: skip


def instructions_of(elf: Path) -> list[int]:
    """The address of each instruction of the program."""
    command = ["arm-none-eabi-objdump", "-d", "-j", ".text", str(elf)]
    listed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return [int(found[1], 16) for found in INSTRUCTION.finditer(listed.stdout)]


class Drive:
    """Brings the machine from one halt to the next; it tells where each is, and how it got there.

    At a halt the machine may be read. It may also be moved, but for those of `through`.
    """

    def __init__(self, machine: Machine, program: Program, *, seed: str) -> None:
        self._machine = machine
        self._random = Random(seed)
        self.program = program
        self._functions = program.functions
        self._instructions = instructions_of(program.elf)
        self.turn_over = self._functions.get(TURN_OVER)

    def at_random(self) -> Iterator[str]:
        """Halts at random instructions, every third within an interrupt that comes there."""
        if self.turn_over is None:
            yield from self._from_reset()
            return
        wanted = self._random.sample(self._instructions, len(self._instructions))
        for start in range(0, len(wanted), TOGETHER):
            for where in self._met(wanted[start : start + TOGETHER]):
                interrupted = self._random.random() < 1 / 3
                yield f"{self._interrupt()} at {where}" if interrupted else where

    def entered(self) -> Iterator[str]:
        """The names of chosen functions, the machine halted at the first instruction of each."""
        present = [name for name in STEPPED if name in self._functions]
        for name in self._random.sample(present, len(present) if self.turn_over else 0):
            if self.enters(name):
                yield name

    def enters(self, name: str) -> bool:
        """True if the machine came to the first instruction of a function."""
        return any(self._run_to([self._functions[name]]) for _ in range(TURNS))

    def through(self) -> Iterator[int]:
        """Every instruction from here until the function returns; its pc, again and again."""
        sp, lr = self._register("sp"), self._register("lr")
        for _ in range(LONGEST):
            pc = self._register("pc")
            yield pc
            if pc == lr & ~1 and self._register("sp") >= sp:
                return
            self._machine.step()

    def _from_reset(self) -> Iterator[str]:
        """Halts of a program that comes to an endless loop, at what it reaches of some choices."""
        for _ in range(ROUNDS):
            self._machine.reset()
            size = min(AT_ONCE, len(self._instructions))
            waiting = set(self._random.sample(self._instructions, size))
            while waiting and self._machine.run_to(waiting, patience=PATIENCE):
                waiting.discard(self._register("pc"))
                if self._random.random() < TAKEN:
                    yield f"{self._register('pc'):#x}"

    def _met(self, group: Sequence[int]) -> Iterator[str]:
        waiting = set(group)
        for _ in range(TURNS):
            while waiting and self._run_to(waiting):
                pc = self._register("pc")
                waiting.discard(pc)
                steps = self._random.choice(STEPS)
                self._step(steps)
                yield f"{pc:#x}+{steps}"

    def _run_to(self, addresses: Collection[int]) -> bool:
        """True at one of the addresses, False at the end of the turn."""
        assert self.turn_over is not None
        came = self._machine.run_to({*addresses, self.turn_over}, patience=GIVE_UP)
        assert came, f"no turn ends; pc is {self._register('pc'):#x}"
        return self._register("pc") != self.turn_over

    def _interrupt(self) -> str:
        """Make an interrupt come, and go some steps into its handler."""
        name = self._random.choice(tuple(INTERRUPTS))
        pend(self._machine, name)
        if self._run_to([self._functions[name]]):
            self._step(self._random.randrange(STEPS_IN_HANDLER))
        return name

    def _step(self, count: int) -> None:
        for _ in range(count):
            self._machine.step()

    def _register(self, name: str) -> int:
        value = self._machine.read_register(name)
        assert value is not None
        return value
