"""What unwinding asks of a program: for the type checker alone, nothing loads it."""

from __future__ import annotations

from typing import Protocol

from stackdump_probe.image.frames.cfi_rules import Row
from stackdump_probe.image.frames.exidx import Entry


class FunctionSymbol(Protocol):
    """A function of the symbol table, bit 0 of its address clear; `size` may be 0, not known."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> int: ...
    @property
    def size(self) -> int: ...


class Symbols(Protocol):
    """The symbol table."""

    def function_at(self, address: int) -> FunctionSymbol | None:
        """The function that covers `address`."""


class Vectors(Protocol):
    """The vector table."""

    @property
    def reset(self) -> int: ...
    def handler(self, number: int) -> int | None:
        """The address of the handler of exception `number`, bit 0 set."""


class CallFrames(Protocol):
    """The call frame information."""

    def row_at(self, pc: int) -> Row | None:
        """The rules at `pc`; raises DwarfError."""


class ExceptionIndex(Protocol):
    """The exception tables of the Arm ABI."""

    def entry_at(self, pc: int) -> Entry | None:
        """The entry that covers `pc`; raises DwarfError."""


class Program(Protocol):
    """What unwinding asks of an Image, or of several; `entry` and `vectors` are those of one."""

    @property
    def entry(self) -> int: ...
    @property
    def cfi(self) -> CallFrames: ...
    @property
    def exidx(self) -> ExceptionIndex: ...
    @property
    def symbols(self) -> Symbols: ...
    @property
    def vectors(self) -> Vectors | None: ...
    def is_code(self, address: int) -> bool:
        """True if instructions may be at `address`."""

    def at(self, address: int) -> Program:
        """Of several programs in one memory the one that `address` is in."""
