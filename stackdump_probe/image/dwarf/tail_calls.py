"""Which functions a function leaves to by tail calls, and the one way from one to another."""

from __future__ import annotations

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.functions import function_at, linkage_name
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from stackdump_probe.image.dwarf.debug_info import Dwarf
    from stackdump_probe.image.dwarf.dies import Die

    # Tail calls by the entry address of the function that makes them.
    Graph: TypeAlias = "dict[int, tuple[TailCall, ...]]"

SITES = (dw.TAG_call_site, dw.TAG_GNU_call_site)
ORIGINS = (dw.AT_call_origin, dw.AT_abstract_origin)
MOST_FUNCTIONS = 256  # that one function may reach by tail calls
# DWARF 5 3.3.1.3: what says that all tail calls of a function have an entry.
_COMPLETE = (
    dw.AT_call_all_tail_calls,
    dw.AT_call_all_calls,
    dw.AT_call_all_source_calls,
    dw.AT_GNU_all_tail_call_sites,
    dw.AT_GNU_all_call_sites,
    dw.AT_GNU_all_source_call_sites,
)


class TailCall(Record):
    """A jump at the end of `function` to the function whose code begins at `target`.

    `lookup_pc` is an address of the jump itself.
    """

    function: Die
    site: Die
    target: int
    lookup_pc: int


class TailCalls:
    """The calls of a program, tail calls above all, each function read once.

    What the debug information does not tell for certain counts as not known: a jump by register,
    a function without debug information, or one whose calls are not all described. Damage raises
    DwarfError.
    """

    def __init__(self, dwarf: Dwarf) -> None:
        self._dwarf = dwarf
        self._made_by: dict[int, tuple[TailCall, ...] | None] = {}
        self._ways: dict[tuple[int, int], tuple[TailCall, ...] | None] = {}
        self._entries: dict[Die, int | None] = {}
        self._sites: dict[tuple[Die, int], Die | None] = {}

    def entry_of(self, function: Die) -> int | None:
        """Where a function's code begins, if it has any: in the part listed first."""
        if function not in self._entries:
            ranges = function.ranges()
            self._entries[function] = ranges[0][0] if ranges else None
        return self._entries[function]

    def site_in(self, function: Die, return_pc: int) -> Die | None:
        """The call in `function` that returns to `return_pc`."""
        key = function, return_pc
        if key not in self._sites:
            sites = function.walk(*SITES)
            self._sites[key] = next(
                (each for each in sites if _returns_to(each) == return_pc), None
            )
        return self._sites[key]

    def only_way(self, start: int, goal: int) -> tuple[TailCall, ...] | None:
        """The tail calls that led from the function at `start` to the one at `goal`.

        Empty if the two are the same; None if there is no way, more than one, or no telling. A
        function that can come to itself has always been reached by more than one.
        """
        if (start, goal) not in self._ways:
            self._ways[start, goal] = self._find_way(start, goal)
        return self._ways[start, goal]

    def _find_way(self, start: int, goal: int) -> tuple[TailCall, ...] | None:
        graph = self._reached_from(start)
        if graph is None or goal not in graph:
            return None
        leading = _leading_to(goal, graph)
        if goal in leading:
            return None
        way: list[TailCall] = []
        while start != goal:
            onward = [call for call in graph[start] if call.target in leading | {goal}]
            if len(onward) != 1:
                return None
            way.append(onward[0])
            start = onward[0].target
        return tuple(way)

    def _reached_from(self, start: int) -> Graph | None:
        """The functions that tail calls lead to from `start`, with it; None if not all is told."""
        graph: Graph = {}
        todo = [start]
        while todo:
            entry = todo.pop()
            if entry in graph:
                continue
            calls = self._of(entry)
            if calls is None or len(graph) == MOST_FUNCTIONS:
                return None
            graph[entry] = calls
            todo.extend(call.target for call in calls)
        return graph

    def _of(self, entry: int) -> tuple[TailCall, ...] | None:
        if entry not in self._made_by:
            self._made_by[entry] = self._read(entry)
        return self._made_by[entry]

    def _read(self, entry: int) -> tuple[TailCall, ...] | None:
        function = function_at(self._dwarf, entry)
        if function is None or self.entry_of(function) != entry:
            return None
        if not any(function.flag(each) for each in _COMPLETE):
            return None
        calls = []
        for site in function.walk(*SITES):
            if site.flag(dw.AT_call_tail_call) or site.flag(dw.AT_GNU_tail_call):
                target, jump = self.target_of(site), _lookup_pc(site)
                if target is None or jump is None:
                    return None
                calls.append(TailCall(function, site, target, jump))
        return tuple(calls)

    def target_of(self, site: Die) -> int | None:
        """Where the code begins of the function that a call names; None if that is not certain."""
        for attribute in ORIGINS:
            origin = site.reference(attribute)
            if origin is not None:
                return self._entry_of_called(origin)
        return None

    def _entry_of_called(self, called: Die) -> int | None:
        """A call may name a function itself, its abstract instance, or a declaration of it."""
        entry = self.entry_of(called)
        if entry is not None:
            return entry
        origin = called.origin()
        copies = {
            self.entry_of(die)
            for die in called.unit.walk(dw.TAG_subprogram, having=(dw.AT_low_pc, dw.AT_ranges))
            if die.origin() == origin
        } - {None}
        if copies:
            return copies.pop() if len(copies) == 1 else None
        return self._global_named(called)

    def _global_named(self, called: Die) -> int | None:
        """The function of another unit: no static one, whose name may not be the only one."""
        if not called.inherited(dw.AT_external):
            return None
        name = linkage_name(called) or called.inherited(dw.AT_name)
        symbol = self._dwarf.symbols.named(name) if isinstance(name, str) else None
        return None if symbol is None else symbol.address


def _returns_to(site: Die) -> int | None:
    """The GNU form tells it as low_pc."""
    address = site.address(dw.AT_call_return_pc)
    if address is None:
        address = site.address(dw.AT_low_pc)
    return None if address is None else address & ~1


def _leading_to(goal: int, graph: Graph) -> set[int]:
    """The functions from which one or more tail calls lead to `goal`."""
    leading: set[int] = set()
    found = {goal}
    while found:
        found = {
            entry
            for entry, calls in graph.items()
            if entry not in leading and any(call.target in found for call in calls)
        }
        leading |= found
    return leading


def _lookup_pc(site: Die) -> int | None:
    """DW_AT_call_pc is the jump itself; a return address is what would come after it."""
    jump = site.address(dw.AT_call_pc)
    if jump is not None:
        return jump & ~1
    for attribute in (dw.AT_call_return_pc, dw.AT_low_pc):
        behind = site.address(attribute)
        if behind is not None:
            return (behind & ~1) - 1
    return None
