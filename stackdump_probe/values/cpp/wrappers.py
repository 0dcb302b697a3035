"""std::atomic, std::function, std::reference_wrapper: what holds one thing."""

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.types.cpp_names import arguments
from stackdump_probe.values import c
from stackdump_probe.values.cpp.object import Object
from stackdump_probe.values.cpp.pointers import reference
from stackdump_probe.values.model import Content, Pointer

HANDLER = "std::_Function_handler<"  # of a signature, and of what is held
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
    """The code that calls what it holds, and what that is; null if it holds nothing."""
    if not found.part("_M_manager").number():
        return c.address(found.decoder, 0)
    invoker = c.address(found.decoder, found.part("_M_invoker").number())
    head, _, _ = (invoker.symbol or "").rpartition("::")
    given = arguments(head) if head.startswith(HANDLER) else ()
    return Pointer(invoker.address, None, None, given[1]) if len(given) == 2 else invoker
