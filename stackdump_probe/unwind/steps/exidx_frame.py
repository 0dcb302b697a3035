"""A frame undone by the instructions of an exception table."""

from stackdump_probe.arch.registers import CALLEE_SAVED
from stackdump_probe.errors import NotCaptured, Unavailable
from stackdump_probe.image.frames.exidx import Entry
from stackdump_probe.image.frames.exidx_code import Instruction, MoveVsp, Pop, Refusal, SetVsp
from stackdump_probe.memory import Memory
from stackdump_probe.unwind.ends import unavailable
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings

_MASK = 0xFFFF_FFFF


def undone(entry: Entry, position: Position, surroundings: Surroundings) -> Caller | Lost:
    """What the instructions of `entry` make of the frame; that they hold here is not checked."""
    pc, unwinding = position.pc, entry.unwinding
    if isinstance(unwinding, Refusal):
        reason = f"no way back from {pc:#010x}: the unwind table {unwinding.reason}"
        return Lost(End("no_rule", reason, pc), is_final=False)
    what = "the frame address"
    try:
        frame = _VirtualRegisters(position, surroundings.memory)
        for instruction in unwinding:
            frame.execute(instruction)
        what = "the return address"
        return frame.caller()
    except Unavailable as gap:
        # Without a frame pointer the code may tell; what was not captured it cannot.
        is_final = isinstance(gap, NotCaptured)
        return Lost(unavailable(gap, surroundings.memory, what), is_final=is_final)


class _VirtualRegisters:
    """The registers while the frame is undone, sp among them as vsp (IHI 0038, table 4)."""

    def __init__(self, position: Position, memory: Memory) -> None:
        registers = position.registers
        self.vsp = registers["sp"]
        gone = () if position.is_exact else ("lr",)  # the last call has changed it
        self.registers = registers.without(*gone)
        self.memory = memory
        self.popped: set[str] = set()

    def execute(self, instruction: Instruction) -> None:
        match instruction:
            case MoveVsp(amount):
                self.vsp = self.vsp + amount & _MASK
            case SetVsp(name):
                self.vsp = self.registers[name]
            case Pop(names):
                self._pop(names)

    def _pop(self, names: tuple[str, ...]) -> None:
        for index, name in enumerate(names):
            self._load(name, self.vsp + 4 * index & _MASK)
        self.vsp = self.vsp + 4 * len(names) & _MASK
        if "sp" in names:  # its writeback comes last (remark b)
            self.vsp = self.registers["sp"]

    def _load(self, name: str, place: int) -> None:
        self.popped.add(name)
        word = self.memory.u32(place) if self.memory.holds(place, 4) else None
        self.registers = self.registers.saved(place, {name: word})

    def caller(self) -> Caller:
        """Finish copies lr to pc unless pc was popped (remark c)."""
        holder = "pc" if "pc" in self.popped else "lr"
        return_address = self.registers[holder]
        registers = self.registers.updated(sp=self.vsp).only(CALLEE_SAVED)
        saved_at = self.registers.saved_at.get(holder) if holder in self.popped else None
        return Caller(registers, return_address, self.vsp, "exidx", saved_at=saved_at)
