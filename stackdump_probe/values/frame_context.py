"""What a location expression may ask of a frame: registers, memory, frame base, caller."""

from collections.abc import Sequence

from stackdump_probe.arch.registers import CALLER_SAVED
from stackdump_probe.errors import OptimizedOut, RegisterUnknown, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import BaseType, Context, evaluate
from stackdump_probe.image.dwarf.locations import location_at
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.unwind.frame import Frame
from stackdump_probe.unwind.steps.cfi import names_of
from stackdump_probe.values.call_sites import entry_parameter, entry_value
from stackdump_probe.values.calls import call_of
from stackdump_probe.values.words import word_of


class UnitContext(Context):
    """What an expression in `unit` may ask without a frame: memory, and what the unit holds."""

    def __init__(self, unit: Unit, memory: Memory) -> None:
        self.unit = unit
        self.memory = memory
        self.version = unit.version
        self.offset_size = unit.offset_size

    @property
    def pc(self) -> int | None:
        """The address by which location lists are read; None where there is no frame."""
        return None

    def read(self, address: int, size: int) -> bytes:
        return self.memory.read(address, size)

    def indexed_address(self, index: int) -> int:
        return self.unit.indexed_address(index)

    def indexed_constant(self, index: int) -> int:
        return self.unit.indexed_address(index)

    def base_type(self, die_offset: int) -> BaseType:
        die = self.unit.die_at(self.unit.offset + die_offset)
        encoding, size = die.integer(dw.AT_encoding), die.integer(dw.AT_byte_size)
        if encoding is None or size is None:
            raise Unsupported(f"no base type at {die.offset:#x}")
        return BaseType(encoding, size, die_offset)

    def subexpression(self, die_offset: int, *, in_unit: bool) -> bytes | memoryview:
        die = (
            self.unit.die_at(self.unit.offset + die_offset)
            if in_unit
            else self.unit.dwarf.die_at(die_offset)
        )
        expression = location_at(die, dw.AT_location, self.pc or 0)
        if expression is None:
            raise OptimizedOut(f"nothing is told about the object at {die.offset:#x}")
        return expression


class Physical(Record):
    """A frame with what surrounds it: the frames from it outwards, and what all of them share."""

    frames: Sequence[Frame]
    level: int
    memory: Memory
    image: Image

    @property
    def frame(self) -> Frame:
        """The frame itself."""
        return self.frames[self.level]

    def with_frame(self, frame: Frame) -> "Physical":
        """The same place with another frame in it."""
        frames = (*self.frames[: self.level], frame, *self.frames[self.level + 1 :])
        return Physical(frames, self.level, self.memory, self.image)

    @property
    def caller(self) -> "Physical | None":
        """The frame that called this one; None if that is not known, or nothing called it."""
        outer = self.level + 1
        if outer >= len(self.frames) or self.frames[outer].exception is not None:
            return None
        if self.frame.exception is not None:
            return None
        return Physical(self.frames, outer, self.memory, self.image)


class FrameContext(UnitContext):
    """What an expression of `unit` may ask in a frame of the function that `function` describes."""

    def __init__(
        self, physical: Physical, function: Die | None, unit: Unit, *, nesting: int = 0
    ) -> None:
        super().__init__(unit, physical.memory)
        self.physical = physical
        self.function = function
        self.nesting = nesting
        self._frame_base: int | None = None
        self._call: tuple[tuple[FrameContext, Die] | None, ...] = ()  # empty: not asked yet

    @property
    def pc(self) -> int:
        return self.physical.frame.lookup_pc

    def in_unit(self, unit: Unit) -> "FrameContext":
        """The same frame, for an expression that stands in another unit."""
        if unit is self.unit:
            return self
        return FrameContext(self.physical, self.function, unit, nesting=self.nesting)

    def register(self, number: int) -> int:
        names = names_of(number)
        if not names:
            raise RegisterUnknown(f"DWARF register {number}")
        words = (word_in(name, self.physical.frame) for name in names)
        return sum(word << 32 * index for index, word in enumerate(words))

    def cfa(self) -> int:
        cfa = self.physical.frame.cfa
        if cfa is None:
            raise RegisterUnknown("the frame address")
        return cfa

    def frame_base(self) -> int:
        if self._frame_base is None:
            self._frame_base = self._found_frame_base()
        return self._frame_base

    def _found_frame_base(self) -> int:
        function = self.function
        if function is None:
            raise Unsupported("a frame base without a function")
        expression = location_at(function, dw.AT_frame_base, self.pc)
        if expression is None:
            raise OptimizedOut("the function has no frame base here")
        context = _WithoutFrameBase(self.physical, function, function.unit)
        return word_of(evaluate(expression, context), context)

    @property
    def call(self) -> "tuple[FrameContext, Die] | None":
        """What may be asked where the frame's function was called, and the call's entry."""
        if not self._call:
            self._call = (call_of(self),)
        return self._call[0]

    def entry_value(self, expression: bytes | memoryview) -> int:
        return entry_value(self, expression)

    def entry_parameter(self, die_offset: int) -> int:
        return entry_parameter(self, self.unit.offset + die_offset)


class _WithoutFrameBase(FrameContext):
    """What the frame base itself may ask for: everything else."""

    def frame_base(self) -> int:
        raise Unsupported("a frame base that builds on itself")


def word_in(name: str, frame: Frame) -> int:
    """The word that a register has in `frame`; raises Unavailable.

    AAPCS32 5.1.1: a callee may change what it need not keep, so a compiler that leaves an object
    in such a register across a call has given it up.
    """
    try:
        return frame.registers[name]
    except RegisterUnknown:
        if frame.lookup_pc != frame.pc and name in CALLER_SAVED:
            raise OptimizedOut(f"{name} is not saved across the call") from None
        raise
