"""Variables and their parts with their values in words."""

from __future__ import annotations

from collections.abc import Callable

from stackdump_probe.report.model import Location, Member, Variable
from stackdump_probe.values import model as values
from stackdump_probe.values.elements import Elements, Members, Whole
from stackdump_probe.values.scalar_text import REPEATS, doubt
from stackdump_probe.values.text import full_text, short_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Writes what the output says of a variable.
    Write = Callable[[Variable], str]


def reported(variable: values.Variable, *, children: bool, write: Write | None = None) -> Variable:
    """The variable as the report holds it; its parts only if `children` are wanted.

    With `write` it becomes text at once, which takes a tenth of the room, and little work for
    another process to hand it over; without `children` that has only the brief value.
    """
    found = _reported(variable, children=children, in_full=children or write is None)
    if write is None:
        return found
    told = found.name, found.type, None, found.state, None, found.address, None, ()
    where = found.kind, found.declared, found.inlined, found.zero_sized, None
    return Variable(*told, *where, write(found))


def _reported(variable: values.Variable, *, children: bool, in_full: bool) -> Variable:
    value = variable.value
    brief = short_text(value)
    is_enough = not in_full or brief is None or REPEATS not in brief
    return Variable(
        name=variable.name,
        type=value.type_name,
        value=brief if is_enough else short_text(value, repeats=False),
        state=value.state,
        why=value.why or doubt(value.content),
        address=value.address,
        octets=value.octets,
        children=_members(value.content) if children else (),
        kind=variable.kind,
        declared=_declared(variable),
        inlined=variable.inlined,
        zero_sized=value.size == 0,
        brief=brief,
    )


def _declared(variable: values.Variable) -> Location | None:
    if variable.file is None or variable.line is None:
        return None
    return Location(variable.file, variable.line)


def _members(content: values.Content | None) -> tuple[Member, ...]:
    """The parts; the reader of values has bounded their depth and number."""
    match content:
        case values.Array(elements=Elements() as elements):
            return _elements(elements)
        case values.Aggregate(members=Members() as members):
            return _fields(members)
    return tuple([_member(each) for each in values.children_of(content)])


def _member(part: values.Field) -> Member:
    value = part.value
    return Member(
        name=part.name,
        type=value.type_name,
        value=short_text(value, repeats=False),
        state=value.state,
        why=value.why or doubt(value.content),
        address=value.address,
        octets=value.octets,
        children=_members(value.content),
    )


def _elements(elements: Elements) -> tuple[Member, ...]:
    whole = elements.whole
    return tuple(
        [
            _known(str(index), whole, octets, address)
            for index, (octets, address) in enumerate(elements.held())
        ]
    )


def _fields(members: Members) -> tuple[Member, ...]:
    return tuple(
        [
            _member(values.Field(part.name, part.value(octets, address)))
            if part.whole is None
            else _known(part.name, part.whole, octets, address)
            for part, octets, address in members.held()
        ]
    )


def _known(name: str, whole: Whole, octets: bytes, address: int | None) -> Member:
    """A part all bytes of which are known, as most are: nothing but them has to be asked."""
    if whole.alone is not None:
        alone = whole.alone(octets)
        text, why = alone.text, alone.doubt
        children = tuple([_member(each) for each in alone.target]) if alone.target else ()
    else:
        text, why = full_text(whole, octets), None
        children = _members(whole.content(octets, address))
    where = None if address is None else address % values.ADDRESS_SPACE
    return Member(name, whole.type_name(), text, "ok", why, where, octets, children)
