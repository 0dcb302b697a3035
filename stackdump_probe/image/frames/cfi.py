"""Call frame information: for a pc, how to find the caller's registers (DWARF 5 section 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackdump_probe.image.dwarf.rangemap import RangeMap, without_discarded
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.image.frames.cfi_rules import (
    CfaExpression,
    CfaOffset,
    CfaRule,
    Expression,
    InRegister,
    Offset,
    Row,
    Rule,
    SameValue,
    Undefined,
    ValExpression,
    ValOffset,
)
from stackdump_probe.image.frames.cfi_table import Cie, Fde, FrameTable
from stackdump_probe.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.elf import Image


class CallFrameInfo:
    """The rules of a program; nothing is read before the first question.

    `holds_code` tells whether the program's code can lie from one address up to another: the
    linker leaves the entries of functions that it discarded in place. `function_extent` gives start
    and end of the function that covers a pc, None if no symbol does: it decides between entries
    that claim the same pc.
    """

    def __init__(
        self,
        debug_frame: bytes | memoryview,
        eh_frame: bytes | memoryview = b"",
        *,
        eh_frame_address: int = 0,
        holds_code: Callable[[int, int], bool],
        function_extent: Callable[[int], tuple[int, int] | None],
    ) -> None:
        self.tables = (
            FrameTable(".debug_frame", memoryview(debug_frame)),
            FrameTable(".eh_frame", memoryview(eh_frame), address=eh_frame_address),
        )
        self._holds_code = holds_code
        self._maps: dict[str, RangeMap[int]] = {}
        self._function_extent = function_extent

    def row_at(self, pc: int) -> Row | None:
        """The rules at `pc`, or None if no live entry covers it; raises DwarfError."""
        for table in self.tables:
            offset = self._choose(table, pc)
            if offset is not None:
                return row_at(table, table.fde(offset), pc)
        return None

    def _extents(self, table: FrameTable) -> RangeMap[int]:
        if table.name not in self._maps:
            extents = without_discarded(table.extents(), self._holds_code)
            self._maps[table.name] = RangeMap(extents)
        return self._maps[table.name]

    def _choose(self, table: FrameTable, pc: int) -> int | None:
        """The offset of the entry for `pc`: that of its function, else the one that starts last.

        That of its function has its extent, or at least its start.
        """
        extent = self._function_extent(pc)
        if extent is not None and extent[0] <= pc < extent[1] and self._holds_code(*extent):
            offset = table.exactly(*extent)
            if offset is not None:
                return offset
        claiming = self._extents(table).at(pc)
        live = [each for each in claiming if self._holds_code(each[0], each[1])]
        start = None if extent is None else extent[0]
        best = max(live, key=lambda each: (each[0] == start, each[:2] == extent), default=None)
        return None if best is None else best[2]


def call_frame_info(image: Image) -> CallFrameInfo:
    """The call frame information of `image`."""
    eh_frame = image.section(".eh_frame")

    def function_extent(pc: int) -> tuple[int, int] | None:
        function = image.symbols.function_at(pc)
        return None if function is None else (function.address, function.address + function.size)

    return CallFrameInfo(
        image.contents(".debug_frame"),
        image.contents(".eh_frame"),
        eh_frame_address=0 if eh_frame is None else eh_frame.address,
        holds_code=image.holds_code,
        function_extent=function_extent,
    )


def row_at(table: FrameTable, fde: Fde, pc: int) -> Row:
    """The row of `fde` that is in force at `pc`; raises DwarfError."""
    state = _State(table, fde)
    ends = state.run()
    first = end = next(ends)
    while end <= pc and end < fde.end:
        end = next(ends)
    return replace(state.before, is_only=first == end and end >= fde.end)


def rows(table: FrameTable, fde: Fde) -> Iterator[tuple[int, Row]]:
    """Yield (first address, row) of each row of `fde`, lowest first; raises DwarfError."""
    state = _State(table, fde)
    at = fde.start
    for location in state.run():
        yield at, state.before
        at = location


_REMEMBERED = 64  # how many states a program may keep
_REGISTERS = 512  # how many registers may have rules


class _State:
    """The state of the call frame machine while it walks one FDE (section 6.4.2)."""

    def __init__(self, table: FrameTable, fde: Fde) -> None:
        self.table = table
        self.fde = fde
        self.cie: Cie = fde.cie
        self.location = fde.start
        self.cfa: CfaRule | None = None
        self.registers: dict[int, Rule] = {}
        self.initial: dict[int, Rule] = {}
        self.remembered: list[tuple[CfaRule | None, dict[int, Rule]]] = []
        self.args_size = 0

    @property
    def before(self) -> Row:
        """The row in force before `location`."""
        cfa = self.cfa
        if cfa is None:
            raise Reader(b"", self.table.name, base=self.fde.offset).error("no rule for the CFA")
        return Row(
            cfa,
            dict(self.registers),
            self.cie.return_address,
            self.args_size,
            self.cie.is_signal_frame,
        )

    def run(self) -> Iterator[int]:
        """Run all; yield before a row ends, with the address where the next one begins."""
        for _ in self._execute(self.cie.instructions, self.cie.instructions_offset):
            pass  # a CIE does not advance; if one does, only its rules count
        self.initial = dict(self.registers)
        self.location = self.fde.start
        for location in self._execute(self.fde.instructions, self.fde.instructions_offset):
            if location != self.location:
                yield location
                self.location = location
        yield max(self.fde.end, self.location + 1)

    def _execute(self, instructions: memoryview, base: int) -> Iterator[int]:
        reader = Reader(instructions, self.table.name, base=base)
        while reader.left:
            opcode = reader.u8()
            operand = opcode & 0x3F
            if opcode >= 0xC0:
                self.restore(operand)
            elif opcode >= 0x80:
                self.set_rule(operand, Offset(reader.uleb() * self.cie.data_factor), reader)
            elif opcode >= 0x40:
                yield self.location + operand * self.cie.code_factor
            elif opcode in _ADVANCES:
                yield self.location + reader.unsigned(_ADVANCES[opcode]) * self.cie.code_factor
            elif opcode == 0x01:  # set_loc
                yield self._set_loc(reader)
            elif opcode in _RULES:
                self.set_rule(reader.uleb(), _RULES[opcode](reader, self.cie), reader)
            else:
                self._other(opcode, reader)

    def _set_loc(self, reader: Reader) -> int:
        # A pointer relative to its place needs a reader over the section.
        section = Reader(self.table.octets, self.table.name, at=reader.base + reader.at)
        location = self.table.pointer(section, self.cie.pointer_encoding) & ~1
        reader.take(section.at - reader.base - reader.at)
        return location

    def _other(self, opcode: int, reader: Reader) -> None:
        match opcode:
            case 0x00 | 0x2D:
                pass  # nop; GNU_window_save, AARCH64_negate_ra_state: no meaning on AArch32
            case 0x06:  # restore_extended
                self.restore(reader.uleb())
            case 0x0A:
                self.remember(reader)
            case 0x0B:
                self.recall(reader)
            case 0x0C:  # def_cfa
                self.cfa = CfaOffset(reader.uleb(), reader.uleb())
            case 0x0D:  # def_cfa_register
                self.cfa = CfaOffset(reader.uleb(), self._cfa_offset(reader).offset)
            case 0x0E:  # def_cfa_offset
                self.cfa = CfaOffset(self._cfa_offset(reader).register, reader.uleb())
            case 0x0F:  # def_cfa_expression
                self.cfa = CfaExpression(_block(reader))
            case 0x12:  # def_cfa_sf
                self.cfa = CfaOffset(reader.uleb(), reader.sleb() * self.cie.data_factor)
            case 0x13:  # def_cfa_offset_sf
                register = self._cfa_offset(reader).register
                self.cfa = CfaOffset(register, reader.sleb() * self.cie.data_factor)
            case 0x2E:  # GNU_args_size
                self.args_size = reader.uleb()
            case _:
                raise reader.error(f"call frame instruction {opcode:#04x}")

    def _cfa_offset(self, reader: Reader) -> CfaOffset:
        if not isinstance(self.cfa, CfaOffset):
            raise reader.error("the CFA is no register and offset")
        return self.cfa

    def set_rule(self, number: int, rule: Rule, reader: Reader) -> None:
        if number not in self.registers and len(self.registers) >= _REGISTERS:
            raise reader.error(f"rules for over {_REGISTERS} registers")
        self.registers[number] = rule

    def restore(self, number: int) -> None:
        """Section 6.4.2.3: back to what the CIE said."""
        rule = self.initial.get(number)
        if rule is None:
            self.registers.pop(number, None)
        else:
            self.registers[number] = rule

    def remember(self, reader: Reader) -> None:
        if len(self.remembered) >= _REMEMBERED:
            raise reader.error(f"over {_REMEMBERED} remembered states")
        self.remembered.append((self.cfa, dict(self.registers)))

    def recall(self, reader: Reader) -> None:
        if not self.remembered:
            raise reader.error("restore_state without remember_state")
        self.cfa, self.registers = self.remembered.pop()


def _block(reader: Reader) -> bytes:
    return bytes(reader.take(reader.uleb()))


_ADVANCES = {0x02: 1, 0x03: 2, 0x04: 4, 0x1D: 8}  # advance_loc1, 2, 4, MIPS_advance_loc8

# Section 6.4.2.3, table 7.29: what follows the register's number.
_RULES: dict[int, Callable[[Reader, Cie], Rule]] = {
    0x05: lambda reader, cie: Offset(reader.uleb() * cie.data_factor),
    0x07: lambda reader, cie: Undefined(),  # noqa: ARG005
    0x08: lambda reader, cie: SameValue(),  # noqa: ARG005
    0x09: lambda reader, cie: InRegister(reader.uleb()),  # noqa: ARG005
    0x10: lambda reader, cie: Expression(_block(reader)),  # noqa: ARG005
    0x11: lambda reader, cie: Offset(reader.sleb() * cie.data_factor),
    0x14: lambda reader, cie: ValOffset(reader.uleb() * cie.data_factor),
    0x15: lambda reader, cie: ValOffset(reader.sleb() * cie.data_factor),
    0x16: lambda reader, cie: ValExpression(_block(reader)),  # noqa: ARG005
    0x2F: lambda reader, cie: Offset(-reader.uleb() * cie.data_factor),  # GNU_negative_offset
}
