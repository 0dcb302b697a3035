"""A frame undone by the instructions of an exception table."""

from stackdump_probe.arch.registers import CALLEE_SAVED, Registers
from stackdump_probe.errors import Unavailable
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
        return Lost(unavailable(gap, surroundings.memory, what))


class _VirtualRegisters:
    """The registers while the frame is undone, sp among them as vsp (IHI 0038, table 4)."""

    def __init__(self, position: Position, memory: Memory) -> None:
        registers = position.registers
        self.vsp = registers["sp"]
        gone = () if position.is_exact else ("lr",)  # the last call has changed it
        self.words = {name: word for name, word in registers.words.items() if name not in gone}
        self.lost_at = dict(registers.lost_at)
        self.memory = memory
        self.places: dict[str, int] = {}

    def execute(self, instruction: Instruction) -> None:
        match instruction:
            case MoveVsp(amount):
                self.vsp = self.vsp + amount & _MASK
            case SetVsp(name):
                self.vsp = self._registers[name]
            case Pop(names):
                self._pop(names)

    def _pop(self, names: tuple[str, ...]) -> None:
        for index, name in enumerate(names):
            self._load(name, self.vsp + 4 * index & _MASK)
        self.vsp = self.vsp + 4 * len(names) & _MASK
        if "sp" in names:  # its writeback comes last (remark b)
            self.vsp = self._registers["sp"]

    def _load(self, name: str, place: int) -> None:
        self.places[name] = place
        self.words.pop(name, None)
        self.lost_at.pop(name, None)
        if self.memory.holds(place, 4):
            self.words[name] = self.memory.u32(place)
        else:
            self.lost_at[name] = place

    @property
    def _registers(self) -> Registers:
        return Registers(self.words, self.lost_at)

    def caller(self) -> Caller:
        """Finish copies lr to pc unless pc was popped (remark c)."""
        holder = "pc" if "pc" in self.places else "lr"
        return_address = self._registers[holder]
        kept = self._registers.updated(sp=self.vsp).only(CALLEE_SAVED)
        registers = Registers(kept.words, self._registers.lost_but(kept.words))
        saved_at = self.places.get(holder)
        return Caller(registers, return_address, self.vsp, "exidx", saved_at=saved_at)
