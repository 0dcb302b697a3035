"""std::chrono: a span of time as its count with its unit."""

from types import MappingProxyType

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.cpp_names import arguments
from stackdump_probe.image.types.model import Struct
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import Content, Integer, Quantity, Real

# [time.duration.io], by the ratio of the unit to a second.
UNITS = MappingProxyType(
    {
        (1, 10**9): "ns",
        (1, 10**6): "\u00b5s",
        (1, 10**3): "ms",
        (1, 10**2): "cs",
        (1, 10): "ds",
        (1, 1): "s",
        (60, 1): "min",
        (3600, 1): "h",
        (86400, 1): "d",
    }
)


def duration(found: Object) -> Content:
    """Its count of ticks, and how long one is."""
    count = found.part("__r").content()
    if not isinstance(count, Integer | Real):
        raise Unsupported("a count was expected")
    return Quantity(count, _unit(found))


def time_point(found: Object) -> Content:
    """How long it is after the start of its clock."""
    return found.part("__d").content()


def _unit(found: Object) -> str:
    period = found.decoder.actual(found.parameter("_Period"))
    given = arguments((isinstance(period, Struct) and period.name) or "")
    # GCC before version 10 wrote the type of a number: 1000l.
    ratio = [word.rstrip("lL") for word in given]
    if len(ratio) != 2 or not all(word.isdigit() for word in ratio):
        raise Unsupported("a ratio of two numbers was expected")
    numerator, denominator = map(int, ratio)
    exact = f"{numerator}/{denominator}" if denominator != 1 else f"{numerator}"
    return UNITS.get((numerator, denominator), f"[{exact}]s")
