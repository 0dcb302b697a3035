"""std::atomic, std::function, std::reference_wrapper: what holds one thing."""

from stackdump_probe.errors import Unsupported
from stackdump_probe.values import c
from stackdump_probe.values.cpp_object import Object
from stackdump_probe.values.cpp_pointers import reference
from stackdump_probe.values.model import Content

# Where an atomic keeps a class, an integer, a bool, a pointer, a floating-point number.
ATOMIC = (("_M_i",), ("_M_base", "_M_i"), ("_M_b", "_M_p"), ("_M_fp",))


def atomic(found: Object) -> Content:
    """The value that it guards."""
    for names in ATOMIC:
        try:
            held = found.part(*names)
        except Unsupported:
            continue
        return held.content()
    raise Unsupported("an atomic without a value")


def reference_wrapper(found: Object) -> Content:
    """What it refers to."""
    held = found.part("_M_data")
    return reference(held.decoder, held.target, held.number(), found.place.depth)


def function(found: Object) -> Content:
    """The code that calls what it holds, which the symbol there names; null if it holds nothing."""
    is_empty = not found.part("_M_manager").number()
    return c.address(found.decoder, 0 if is_empty else found.part("_M_invoker").number())
