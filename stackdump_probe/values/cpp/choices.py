"""std::optional, std::variant, std::tuple: what is there of several things."""

from collections.abc import Iterator
from operator import itemgetter

from stackdump_probe.image.types.cpp_names import arguments
from stackdump_probe.image.types.model import Link, Member, Struct
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.model import Aggregate, Content, Enumerator, Field, Invalid, Variant

NOTHING = Enumerator("nullopt", 0)
ELEMENTS_LIMIT = 256  # elements of a tuple, alternatives of a variant
MEMBUF = "__gnu_cxx::__aligned_membuf<"
HEAD, HELD = "std::_Head_base<", "_M_head_impl"


def optional(found: Object) -> Content:
    """Its value, or nullopt."""
    payload = found.part("_M_payload")
    engaged = payload.part("_M_engaged").number()
    if engaged > 1:
        return Invalid(engaged, "a bool is 0 or 1")
    return payload.part("_M_payload", "_M_value").content() if engaged else NOTHING


def variant(found: Object) -> Content:
    """The alternative that its index tells, called by its type."""
    index = found.part("_M_index")
    number, count = index.number(), len(arguments(found.struct.name or ""))
    if number == (1 << 8 * index.size) - 1:
        return Variant("valueless", Aggregate(()))
    if number >= min(count, ELEMENTS_LIMIT):
        return Invalid(number, "no alternative has this index")
    rest = found.part("_M_u", *("_M_rest",) * number)
    held = uninitialized(rest.part("_M_first"))
    name = found.decoder.name(held.declared)
    return Variant(name, Aggregate((Field("0", held.value()),), tuple_like=True))


def uninitialized(found: Object) -> Object:
    """The object in storage that the library keeps raw."""
    held = found.part("_M_storage")
    struct = held.type
    is_raw = isinstance(struct, Struct) and (struct.name or "").startswith(MEMBUF)
    return held.at(0, held.parameter("_Tp")) if is_raw else held


def tuple_(found: Object) -> Content:
    """Its elements in order."""
    elements = sorted(_elements(found), key=itemgetter(0))
    members = [_member(number, held, found) for number, held in elements]
    fields = tuple(found.decoder.members(members, found.place))
    return Aggregate(fields, tuple_like=True, cut=len(fields) < len(members))


def _elements(found: Object) -> Iterator[tuple[int, Object]]:
    """Each element is in a base class that has its number; one of an empty class is such a base."""
    for each in found.bases():
        given = arguments(each.struct.name or "")
        if (each.struct.name or "").startswith(HEAD) and given and given[0].isdigit():
            named = any(member.name == HELD for member in each.struct.members)
            held = each.member(HELD) if named else next(each.nameless(), each)
            yield int(given[0]), held


def _member(number: int, held: Object, whole: Object) -> Member:
    return Member(str(number), Link(lambda: held.declared), held.place.at - whole.place.at)
