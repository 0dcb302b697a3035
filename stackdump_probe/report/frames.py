"""Physical frames to the frames of the report: inlined functions, names, places, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter

from stackdump_probe.image.dwarf.functions import Scope, scopes_at
from stackdump_probe.image.dwarf.lines import SourceLocation, lines_for
from stackdump_probe.image.dwarf.names import demangle
from stackdump_probe.image.dwarf.units import Unit
from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from stackdump_probe.image.symbols import Symbol
from stackdump_probe.memory import Memory
from stackdump_probe.record import replace
from stackdump_probe.report.core import security
from stackdump_probe.report.damage import guarded
from stackdump_probe.report.details import details_of
from stackdump_probe.report.model import Location, ReportFrame, Variable
from stackdump_probe.report.variables import reported
from stackdump_probe.unwind.frame import Backtrace, Frame
from stackdump_probe.values.frame_variables import variables_of
from stackdump_probe.values.program import decoder_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from stackdump_probe.report.model import FrameKind
    from stackdump_probe.report.variables import Write
    from stackdump_probe.values.decode import Decoder

    _Read = TypeVar("_Read")
    _Otherwise = TypeVar("_Otherwise")

# A frame by its place in the backtrace, and the programs as seen from within its own.
_Placed = tuple[int, Frame, SideBySide]
# What is told of each of some frames, by its place; it is not numbered yet.
_Told = list[tuple[int, list[ReportFrame]]]
# Frames, and bytes of units, that are told of before another process has been made to help.
FEW, LITTLE = 32, 1 << 16
SHARE = 4  # of more, a reader has this part at most, or others would wait for the last one


def frame_readers(
    backtrace: Backtrace,
    memory: Memory,
    programs: SideBySide,
    exception_name: Callable[[int, bool | None], str],
    *,
    children: bool,
    write: Write | None = None,
) -> list[FrameReader]:
    """Readers for all frames, each for some of them."""
    groups, decoders = _in_groups(list(_placed_in(backtrace, programs))), _Decoders(memory)
    return [
        FrameReader(group, backtrace, decoders, exception_name, children=children, write=write)
        for group in groups
    ]


def _in_groups(frames: list[_Placed]) -> list[list[_Placed]]:
    """A few frames each whose code one unit describes, the most first; or all that there are.

    A process that takes one group after the other then reads most units for itself only.
    """
    by_unit: dict[Unit | None, list[_Placed]] = {}
    for each in frames:
        by_unit.setdefault(_unit_of(each), []).append(each)
    size = sum(unit.end - unit.offset for unit in by_unit if unit)
    if len(frames) <= FEW and size <= LITTLE:
        return [frames] if frames else []
    most = max(2, len(frames) // SHARE)
    groups = (each[at : at + most] for each in by_unit.values() for at in range(0, len(each), most))
    return sorted(groups, key=len, reverse=True)


def _placed_in(backtrace: Backtrace, programs: SideBySide) -> Iterator[_Placed]:
    for place, frame in enumerate(backtrace.frames):
        if frame.exception is None:
            programs = programs.at(frame.lookup_pc)
        yield place, frame, programs


def _unit_of(placed: _Placed) -> Unit | None:
    _, frame, programs = placed
    if frame.exception is not None:
        return None
    return guarded(lambda: programs.image.dwarf.unit_at(frame.lookup_pc), None, [])


def numbered(parts: Iterable[_Told]) -> tuple[ReportFrame, ...]:
    """The frames of all readers, innermost first, numbered from 0."""
    told = sorted((each for part in parts for each in part), key=itemgetter(0))
    frames = (frame for _, at_place in told for frame in at_place)
    return tuple(replace(frame, level=level) for level, frame in enumerate(frames))


class _Decoders:
    """One for each program: what it found out about a type serves all frames."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._known: dict[int, Decoder] = {}

    def of(self, programs: SideBySide) -> Decoder:
        """What reads the objects of the program that `programs` are seen from."""
        image = programs.image
        if id(image) not in self._known:
            beside = programs.beside(image)
            self._known[id(image)] = decoder_for(image, self.memory, beside=beside)
        return self._known[id(image)]


class FrameReader:
    """Reads what the program tells of some frames of a backtrace.

    Damaged or unknown debug information costs what it would have told; `warnings` say so.
    """

    def __init__(
        self,
        frames: Sequence[_Placed],
        backtrace: Backtrace,
        decoders: _Decoders,
        exception_name: Callable[[int, bool | None], str],
        *,
        children: bool,
        write: Write | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self._frames = frames
        self._programs = frames[0][-1]
        self._backtrace = backtrace
        self._decoders = decoders
        self._exception_name = exception_name
        self._children = children
        self._write = write

    def told(self) -> tuple[_Told, list[str]]:
        """These frames, with what was inlined in each; the warnings."""
        found = []
        for place, frame, programs in self._frames:
            self._programs = programs
            if frame.exception is not None:
                found.append((place, [self._exception(frame)]))
            else:
                found.append((place, list(self._functions(frame))))
        return found, self.warnings

    @property
    def _image(self) -> Image:
        """The program of the frame that is being read."""
        return self._programs.image

    def _guarded(self, read: Callable[[], _Read], otherwise: _Otherwise) -> _Read | _Otherwise:
        return guarded(read, otherwise, self.warnings)

    def _exception(self, frame: Frame) -> ReportFrame:
        name = self._exception_name(frame.exception, frame.secure) if frame.exception else None
        return self._report_frame(frame, "exception", name)

    def _functions(self, frame: Frame) -> Iterator[ReportFrame]:
        dwarf, pc = self._image.dwarf, frame.lookup_pc
        scopes = self._guarded(lambda: scopes_at(dwarf, pc), ())
        unit = scopes[0].die.unit if scopes else self._guarded(lambda: dwarf.unit_at(pc), None)
        location = None if unit is None else self._guarded(lambda: _location(unit, pc), None)
        if not scopes:
            yield self._bare(frame, location, unit)
        for scope in scopes:
            yield self._scope(scope, frame, location)
            location = _placed(scope.call, scope.die.unit)

    def _bare(self, frame: Frame, location: Location | None, unit: Unit | None) -> ReportFrame:
        """A function without debug information."""
        symbol = self._image.symbols.function_at(frame.lookup_pc)
        symbol = symbol or self._guarded(lambda: self._label(frame.lookup_pc, unit), None)
        name = None if symbol is None else symbol.name
        return self._report_frame(
            frame, "function", name and demangle(name), linkage_name=name, location=location
        )

    def _label(self, pc: int, unit: Unit | None) -> Symbol | None:
        """Assembler code may have no other name; a label of another file is none of its."""
        label = None if unit is None else self._image.symbols.label_at(pc)
        if label is None or self._image.dwarf.unit_at(label.address) != unit:
            return None
        return label

    def _scope(self, scope: Scope, frame: Frame, location: Location | None) -> ReportFrame:
        return self._report_frame(
            frame,
            "inline" if scope.inline else "function",
            scope.name or self._symbol_name(scope, frame),
            linkage_name=scope.linkage_name,
            location=location,
            variables=self._guarded(lambda: self._variables(scope, frame), ()),
        )

    def _symbol_name(self, scope: Scope, frame: Frame) -> str | None:
        symbol = self._image.symbols.function_at(frame.lookup_pc)
        return None if scope.inline or symbol is None else demangle(symbol.name)

    def _variables(self, scope: Scope, frame: Frame) -> tuple[Variable, ...]:
        decoder = self._decoders.of(self._programs)
        found = variables_of(scope, frame, self._backtrace, self._image, decoder)
        return tuple(reported(each, children=self._children, write=self._write) for each in found)

    def _report_frame(
        self,
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
            level=0,
            kind=kind,
            function=function,
            linkage_name=linkage_name,
            pc=frame.pc,
            cfa=frame.cfa,
            rule=frame.rule,
            location=location,
            variables=variables,
            details=None if kind == "inline" else details_of(frame, self._decoders.memory, live),
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
