"""A type's name as its language writes it, the way GDB prints it."""

from stackdump_probe.image.types import (
    Array,
    Base,
    Dynamic,
    Enum,
    Function,
    MemberPointer,
    Pointer,
    Qualified,
    Reference,
    Struct,
    Type,
    Typedef,
    Unspecified,
    Void,
)

DEPTH_LIMIT = 32
UNNAMED = "{...}"


def type_name(type_: Type) -> str:
    """The name of `type_`: `const char *`, `int (*)(int)`, `struct sensor`, `[u32; 4]`."""
    return _declare(type_, "", 0)


def _declare(type_: Type, inner: str, depth: int) -> str:
    """C's declarator syntax, inside out: `inner` is what has been put together so far."""
    if depth > DEPTH_LIMIT:
        return UNNAMED
    deeper = depth + 1
    match type_:
        case Pointer():
            return _pointer(type_, inner, deeper)
        case Reference(target=target, rvalue=rvalue):
            return _prefixed(target.type, "&&" if rvalue else "&", inner, deeper)
        case MemberPointer(target=target, owner=owner):
            star = f"{_declare(owner.type, '', deeper)}::*"
            return _prefixed(target.type, star, inner, deeper)
        case Array():
            return _array(type_, inner, deeper)
        case Function():
            return _function(type_, inner, deeper)
        case Qualified(qualifier=qualifier, target=target):
            return _qualified(qualifier, target.type, inner, deeper)
        case _:
            return _joined(_plain(type_), inner)


def _plain(type_: Type) -> str:
    match type_:
        case Void():
            return "void"
        case Base(name=name) | Unspecified(name=name) | Typedef(name=name):
            return name or UNNAMED
        case Enum(name=name, language=language):
            return _tagged("enum", name) if language == "c" else name or UNNAMED
        case Struct(name=name, kind=kind, language=language):
            return _tagged(kind, name) if language == "c" else name or UNNAMED
        case _:
            return UNNAMED


def _tagged(kind: str, name: str | None) -> str:
    return f"{kind} {name or UNNAMED}"


def _joined(name: str, inner: str) -> str:
    return f"{name} {inner}" if inner else name


def _pointer(pointer: Pointer, inner: str, depth: int) -> str:
    if pointer.name is not None:
        return _joined(pointer.name, inner)
    target = pointer.target.type
    if pointer.language == "rust":
        return (
            target_name
            if (target_name := _rust_function(target, depth))
            else (f"*const {_declare(target, '', depth)}")
        )
    return _prefixed(target, "*", inner, depth)


def _rust_function(target: Type, depth: int) -> str | None:
    return _function(target, "", depth) if isinstance(target, Function) else None


def _prefixed(target: Type, star: str, inner: str, depth: int) -> str:
    joined = f"{star} {inner}" if inner[:1].isalpha() else star + inner
    if isinstance(target, Array | Function) and target.language != "rust":
        joined = f"({joined})"
    return _declare(target, joined, depth)


def _array(array: Array, inner: str, depth: int) -> str:
    if array.name is not None:
        return _joined(array.name, inner)
    if array.language == "rust":
        return f"[{_declare(array.element.type, '', depth)}; {_count(array.count)}]"
    if array.vector:
        suffix = f"__attribute__ ((vector_size({_count(array.count)})))"
        return f"{_declare(array.element.type, inner, depth)} {suffix}"
    return _declare(array.element.type, f"{inner}[{_count(array.count)}]", depth)


def _count(count: int | Dynamic | None) -> str:
    match count:
        case int():
            return str(count)
        case Dynamic():
            return "..."  # GDB's word for a bound that a frame decides
        case None:
            return ""


def _function(function: Function, inner: str, depth: int) -> str:
    names = [_declare(link.type, "", depth) for link in function.parameters]
    if function.language == "rust":
        result = function.result.type
        arrow = "" if isinstance(result, Void) else f" -> {_declare(result, '', depth)}"
        return f"fn({', '.join(names)}){arrow}"
    if function.variadic and names:
        names.append("...")
    listed = ", ".join(names) if names or function.variadic else "void"
    return _declare(function.result.type, f"{inner}({listed})", depth)


def _qualified(qualifier: str, target: Type, inner: str, depth: int) -> str:
    """`const` stands before what it qualifies, after the star if that is a pointer."""
    if isinstance(target, Pointer | Reference | MemberPointer):
        return _declare(target, _joined(qualifier, inner), depth)
    if isinstance(target, Array):
        return _declare(target, inner, depth)
    return f"{qualifier} {_declare(target, inner, depth)}"
