"""Variables and their parts with their values in words."""

from stackdump_probe.report.model import Location, Member, Variable
from stackdump_probe.values import model as values
from stackdump_probe.values.scalar_text import REPEATS, doubt
from stackdump_probe.values.text import short_text


def reported(variable: values.Variable, *, children: bool) -> Variable:
    """The variable as the report holds it; its parts only if `children` are wanted."""
    value = variable.value
    brief = short_text(value)
    is_same = brief is None or REPEATS not in brief
    return Variable(
        name=variable.name,
        type=value.type_name,
        value=brief if is_same else short_text(value, repeats=False),
        state=value.state,
        why=value.why or doubt(value.content),
        address=value.address,
        octets=value.octets,
        children=_members(value) if children else (),
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


def _members(value: values.Value) -> tuple[Member, ...]:
    """The parts; the reader of values has bounded their depth and number."""
    return tuple([_member(each) for each in values.children_of(value)])


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
        children=_members(value),
    )
