"""std::unique_ptr, std::shared_ptr, std::weak_ptr: what owns an object, and how many do."""

from stackdump_probe.image.types.model import Array
from stackdump_probe.record import replace
from stackdump_probe.values import c
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.cpp.pointers import reference
from stackdump_probe.values.model import Content, Enumerator, Field, Integer, Kept, Pointer, Value

EXPIRED = Enumerator("expired", 0)


def unique_ptr(found: Object) -> Content:
    """Its pointer, and the object there; of an array nobody knows the length."""
    return _owned(found.part("_M_t", "_M_t", "_M_head_impl"), found)


def shared_ptr(found: Object) -> Content:
    """Its pointer and object, and how many share it."""
    held = found.part("_M_ptr")
    block = found.part("_M_refcount", "_M_pi")
    if not block.number():
        return _owned(held, found)
    return _kept(held, block, found)


def weak_ptr(found: Object) -> Content:
    """The same as long as somebody owns the object."""
    held = found.part("_M_ptr")
    block = found.part("_M_refcount", "_M_pi")
    if not block.number():
        return Pointer(held.number())
    if not _count(block, "_M_use_count").number(signed=True):
        return EXPIRED
    return _kept(held, block, found)


def _owned(held: Object, found: Object) -> Pointer:
    number, decoder = held.number(), held.decoder
    is_array = isinstance(decoder.actual(found.parameter("_Tp")), Array)
    if not number or is_array:
        return c.address(decoder, number)
    return reference(decoder, held.target, number, found.place.depth)


def _kept(held: Object, block: Object, found: Object) -> Content:
    """With the owners, who together hold one of the weak references."""
    used = _count(block, "_M_use_count")
    weak = _count(block, "_M_weak_count").number(signed=True) - 1
    notes = (
        Field("use_count", used.value()),
        Field("weak_count", Value(used.decoder.name(used.declared), Integer(weak), "ok")),
    )
    return Kept(replace(held.value(), content=_owned(held, found)), notes)


def _count(block: Object, name: str) -> Object:
    return block.behind(block.number(), block.target).part(name)
