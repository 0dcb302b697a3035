"""Physical frames to the frames of the report: inlined functions, names, places, variables."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from stackdump_probe.errors import ImageError, Unavailable
from stackdump_probe.image.dwarf.functions import Scope, scopes_at
from stackdump_probe.image.dwarf.lines import SourceLocation, lines_for
from stackdump_probe.image.dwarf.names import demangle
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from stackdump_probe.image.symbols import Symbol
from stackdump_probe.memory import Memory
from stackdump_probe.report.core import security
from stackdump_probe.report.details import details_of
from stackdump_probe.report.model import FrameKind, Location, ReportFrame, Variable
from stackdump_probe.report.variables import reported
from stackdump_probe.unwind.frame import Backtrace, Frame
from stackdump_probe.values.frame_variables import variables_of

_Read = TypeVar("_Read")
_Otherwise = TypeVar("_Otherwise")


class FrameReader:
    """Reads what the program tells of each frame.

    Damaged or unknown debug information costs what it would have told; `warnings` say so.
    """

    def __init__(
        self,
        backtrace: Backtrace,
        memory: Memory,
        programs: SideBySide,
        exception_name: Callable[[int, bool | None], str],
        *,
        children: bool,
    ) -> None:
        self.warnings: list[str] = []
        self._backtrace = backtrace
        self._memory = memory
        self._programs = programs
        self._exception_name = exception_name
        self._children = children

    def frames(self) -> tuple[ReportFrame, ...]:
        """All frames, innermost first, numbered from 0, inlined and exception frames included."""
        found: list[ReportFrame] = []
        for frame in self._backtrace.frames:
            if frame.exception is not None:
                found.append(self._exception(frame, len(found)))
            else:
                self._programs = self._programs.at(frame.lookup_pc)
                found.extend(self._functions(frame, len(found)))
        return tuple(found)

    @property
    def _image(self) -> Image:
        """The program of the frame that is being read."""
        return self._programs.image

    def guarded(self, read: Callable[[], _Read], otherwise: _Otherwise) -> _Read | _Otherwise:
        """What `read` gives; `otherwise`, with a warning, where the debug information is bad."""
        try:
            return read()
        except (ImageError, Unavailable) as error:
            self.warnings.append(f"debug information: {error}")
            return otherwise

    def _exception(self, frame: Frame, level: int) -> ReportFrame:
        name = self._exception_name(frame.exception, frame.secure) if frame.exception else None
        return self._report_frame(level, frame, "exception", name)

    def _functions(self, frame: Frame, first_level: int) -> Iterator[ReportFrame]:
        dwarf, pc = self._image.dwarf, frame.lookup_pc
        scopes = self.guarded(lambda: scopes_at(dwarf, pc), ())
        unit = scopes[0].die.unit if scopes else self.guarded(lambda: dwarf.unit_at(pc), None)
        location = None if unit is None else self.guarded(lambda: _location(unit, pc), None)
        if not scopes:
            yield self._bare(frame, first_level, location, unit)
        for level, scope in enumerate(scopes, first_level):
            yield self._scope(scope, frame, level, location)
            location = _placed(scope.call, scope.die.unit)

    def _bare(
        self, frame: Frame, level: int, location: Location | None, unit: Unit | None
    ) -> ReportFrame:
        """A function without debug information."""
        symbol = self._image.symbols.function_at(frame.lookup_pc)
        symbol = symbol or self.guarded(lambda: self._label(frame.lookup_pc, unit), None)
        name = None if symbol is None else symbol.name
        return self._report_frame(
            level, frame, "function", name and demangle(name), linkage_name=name, location=location
        )

    def _label(self, pc: int, unit: Unit | None) -> Symbol | None:
        """Assembler code may have no other name; a label of another file is none of its."""
        label = None if unit is None else self._image.symbols.label_at(pc)
        if label is None or self._image.dwarf.unit_at(label.address) != unit:
            return None
        return label

    def _scope(
        self, scope: Scope, frame: Frame, level: int, location: Location | None
    ) -> ReportFrame:
        return self._report_frame(
            level,
            frame,
            "inline" if scope.inline else "function",
            scope.name or self._symbol_name(scope, frame),
            linkage_name=scope.linkage_name,
            location=location,
            variables=self.guarded(lambda: self._variables(scope, frame), ()),
        )

    def _symbol_name(self, scope: Scope, frame: Frame) -> str | None:
        symbol = self._image.symbols.function_at(frame.lookup_pc)
        return None if scope.inline or symbol is None else demangle(symbol.name)

    def _variables(self, scope: Scope, frame: Frame) -> tuple[Variable, ...]:
        found = variables_of(
            *(scope, frame, self._backtrace, self._memory, self._image),
            beside=self._programs.beside(self._image),
        )
        return tuple(reported(each, children=self._children) for each in found)

    def _report_frame(
        self,
        level: int,
        frame: Frame,
        kind: FrameKind,
        function: str | None,
        *,
        linkage_name: str | None = None,
        location: Location | None = None,
        variables: tuple[Variable, ...] = (),
    ) -> ReportFrame:
        live = self._backtrace.frames[0].registers
        return ReportFrame(
            level=level,
            kind=kind,
            function=function,
            linkage_name=linkage_name,
            pc=frame.pc,
            cfa=frame.cfa,
            rule=frame.rule,
            location=location,
            variables=variables,
            details=None if kind == "inline" else details_of(frame, self._memory, live),
            doubt=frame.doubt,
            security=security(frame.secure),
        )


def _location(unit: Unit, pc: int) -> Location | None:
    lines = lines_for(unit)
    return None if lines is None else _placed(lines.location_at(pc), unit)


def _placed(place: SourceLocation | None, unit: Unit) -> Location | None:
    if place is None:
        return None
    return Location(place.file, place.line, place.column, unit.comp_dir)
