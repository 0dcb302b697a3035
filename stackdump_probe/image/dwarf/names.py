"""What functions and variables are called: with their namespaces and classes, demangled."""

from __future__ import annotations

from stackdump_probe.image.dwarf import constants as dw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackdump_probe.image.dwarf.dies import Die

_TYPES = frozenset(
    (
        dw.TAG_class_type,
        dw.TAG_structure_type,
        dw.TAG_union_type,
        dw.TAG_enumeration_type,
        dw.TAG_interface_type,
    )
)
_WITHOUT_SCOPES = (dw.LANG_C89, dw.LANG_C, dw.LANG_C99, dw.LANG_C11, dw.LANG_C17, dw.LANG_C23)
_DEEPEST_SCOPE = 64


def qualified_name(die: Die) -> str | None:
    """The name of a function or variable: `ns::Class<int>::method`, `sensor::read`; None if it
    has none.

    Without parameters, return type and hash. An entry with a mangled name is called by that,
    since it alone has template arguments as they are written, and the impl that a Rust function
    belongs to; others by the scopes around their declaration.
    """
    linkage_name = die.inherited(dw.AT_linkage_name) or die.inherited(dw.AT_MIPS_linkage_name)
    if isinstance(linkage_name, str):
        demangled = demangle(linkage_name)
        if demangled != linkage_name:
            return demangled
    name = die.inherited(dw.AT_name)
    if not isinstance(name, str):
        return None
    return "::".join((*scope_path(die), name))


def scope_path(die: Die) -> tuple[str, ...]:
    """The names of the namespaces and types around the declaration of `die`, outermost first.

    Empty in C, which has no such scopes. The path ends at a function, as GDB has it, but for a
    closure, which has no name to be known by: `main::{lambda}`.
    """
    origin, names = die.origin(), list[str]()
    if origin.unit.language in _WITHOUT_SCOPES:
        return ()
    for scope in _scopes(origin):
        if scope.tag == dw.TAG_namespace:
            names.append(scope.name or "(anonymous namespace)")
        elif scope.tag in _TYPES:
            names.append(scope.name or "")
        elif scope.tag == dw.TAG_subprogram:
            if names and not names[-1]:
                names[-1:] = ["{lambda}", qualified_name(scope) or ""]
            break
    return tuple(name for name in reversed(names) if name)


def _scopes(die: Die) -> Iterator[Die]:
    """Yield the entries around `die`, innermost first, up to a bound."""
    scope = die.parent
    for _ in range(_DEEPEST_SCOPE):
        if scope is None:
            return
        yield scope
        scope = scope.parent


def demangle(symbol: str) -> str:
    """What a trace calls a symbol: no hash, parameters or return type; as it is if not mangled."""
    if not symbol.startswith(("_R", "_Z")):
        return symbol
    from stackdump_probe.image.demangle.rust import demangle_rust, is_legacy_rust

    if symbol.startswith("_R") or is_legacy_rust(symbol):
        return demangle_rust(symbol) or symbol
    from stackdump_probe.image.demangle.cpp import demangle_cpp

    return demangle_cpp(symbol, parameters=False) or symbol
