"""Classes of the C++ library and of ETL as what they stand for, by name and the parts they have.

What does not look as expected is left to be shown as the class that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.cpp_names import components, template
from stackdump_probe.image.types.model import Struct, Type
from stackdump_probe.values.cpp import etl as cpp_etl
from stackdump_probe.values.cpp import nodes
from stackdump_probe.values.cpp.choices import optional, tuple_, variant
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.cpp.owners import shared_ptr, unique_ptr, weak_ptr
from stackdump_probe.values.cpp.sequences import array, bitset, initializer_list, span, vector
from stackdump_probe.values.cpp.text import string, string_view
from stackdump_probe.values.cpp.time import duration, time_point
from stackdump_probe.values.cpp.trees import map_, set_
from stackdump_probe.values.cpp.wrappers import atomic, function, reference_wrapper
from stackdump_probe.values.model import Aggregate, Content, Field
from stackdump_probe.values.storage import Absence, PartMissing, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

NESTING_LIMIT = 16  # classes that the library has put inside each other

View = Callable[[Object], Content]

KINDS = ("", "i", "multi", "imulti")  # of ETL's trees

# Names without inline namespaces such as `std::__cxx11`.
LIBRARY: dict[str, View] = {
    "etl::array": cpp_etl.array,
    "etl::basic_string_view": cpp_etl.string_view,
    "etl::ibasic_string": cpp_etl.string,
    **dict.fromkeys(("etl::circular_buffer", "etl::icircular_buffer"), cpp_etl.circular_buffer),
    **dict.fromkeys(("etl::deque", "etl::ideque"), cpp_etl.deque),
    **dict.fromkeys(("etl::ilist", "etl::list"), cpp_etl.list_),
    **dict.fromkeys((f"etl::{kind}map" for kind in KINDS), cpp_etl.map_),
    **dict.fromkeys(("etl::iqueue", "etl::queue"), cpp_etl.queue),
    **dict.fromkeys((f"etl::{kind}set" for kind in KINDS), cpp_etl.set_),
    "etl::ivector": cpp_etl.vector,
    "etl::optional": cpp_etl.optional,
    "etl::span": cpp_etl.span,
    **dict.fromkeys(
        (f"etl::{kind}string" for kind in ("", "w", "u8", "u16", "u32")), cpp_etl.string
    ),
    "etl::variant": cpp_etl.variant,
    "etl::vector": cpp_etl.vector,
    "std::array": array,
    "std::atomic": atomic,
    "std::basic_string": string,
    "std::basic_string_view": string_view,
    "std::bitset": bitset,
    "std::chrono::duration": duration,
    "std::chrono::time_point": time_point,
    "std::deque": nodes.deque,
    "std::forward_list": nodes.forward_list,
    "std::function": function,
    "std::initializer_list": initializer_list,
    "std::list": nodes.list_,
    "std::map": map_,
    "std::multimap": map_,
    "std::multiset": set_,
    "std::optional": optional,
    **dict.fromkeys(("std::priority_queue", "std::queue", "std::stack"), nodes.adapted),
    "std::reference_wrapper": reference_wrapper,
    "std::set": set_,
    "std::shared_ptr": shared_ptr,
    "std::span": span,
    "std::tuple": tuple_,
    "std::unique_ptr": unique_ptr,
    **dict.fromkeys(("std::unordered_map", "std::unordered_multimap"), nodes.hash_map),
    **dict.fromkeys(("std::unordered_set", "std::unordered_multiset"), nodes.hash_set),
    "std::variant": variant,
    "std::vector": vector,
    "std::weak_ptr": weak_ptr,
}


def is_of_library(struct: Struct) -> bool:
    """True for a class that stands for something else than its members."""
    return _view_of(struct) is not None


def _view_of(struct: Struct) -> View | None:
    name = struct.name
    return None if name is None or "::" not in name else LIBRARY.get(template(name))


def library_content(decoder: Decoder, struct: Struct, place: Place) -> Content | Absence | None:
    """What `struct` stands for; None if it is not of the library, or not as known."""
    view = _view_of(struct)
    if view is None:
        return None
    try:
        return view(Object(decoder, struct, place))
    except Unsupported:
        return None
    except PartMissing as missing:
        is_torn = place.missing(struct.size or 0) is not None
        return _what_is_left(Object(decoder, struct, place)) if is_torn else missing.absence


def _what_is_left(found: Object) -> Aggregate:
    """The members of an object of which a part is not known, without the classes around them."""
    fields: list[Field] = []
    for name, held in _members(found):
        if not found.decoder.spend():
            return Aggregate(tuple(fields), cut=True)
        fields.append(Field(name, held.value()))
    return Aggregate(tuple(fields))


def _members(found: Object, depth: int = 0) -> Iterator[tuple[str, Object]]:
    for each in found.bases():
        for member in each.struct.members:
            if member.inherited or not member.name or member.offset is None:
                continue
            held = each.at(member.offset, member.type.type)
            if depth < NESTING_LIMIT and _is_inner(held.type):
                yield from _members(held, depth + 1)
            elif not isinstance(held.type, Struct) or held.type.members:
                yield member.name, held


def _is_inner(type_: Type) -> bool:
    """True for a class that the library made for itself: `std::_Vector_base<int>::_Vector_impl`."""
    if not isinstance(type_, Struct):
        return False
    return not type_.name or components(type_.name)[-1].startswith("_")
