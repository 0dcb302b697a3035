"""A type's name as its language writes it, the way GDB prints it."""

from stackdump_probe.image.types import rust_names
from stackdump_probe.image.types.cpp_names import as_written, components
from stackdump_probe.image.types.model import (
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
    stripped,
)
from stackdump_probe.record import replace

# A type may lead to itself, in several ways at once: so many types in a row, and in all.
DEPTH_LIMIT = 32
STEPS = 512
UNNAMED = "{...}"
# Compilers nest them either way; the source's order is not told (DWARF 5, 5.3).
QUALIFIERS = ("const", "volatile", "restrict", "_Atomic")


def type_name(type_: Type) -> str:
    """The name of `type_`: `const char *`, `int (*)(int)`, `struct sensor`, `[u32; 4]`."""
    return _Namer().declared(type_, "")


class _Namer:
    """Writes one name; `left` steps may still be taken, `depth` types are being named."""

    def __init__(self) -> None:
        self.left = STEPS
        self.depth = 0

    def declared(self, type_: Type, inner: str) -> str:
        """C's declarator syntax, inside out: `inner` is what has been put together so far."""
        if self.left == 0 or self.depth == DEPTH_LIMIT:
            return UNNAMED
        self.left -= 1
        self.depth += 1
        name = self.written(type_, inner)
        self.depth -= 1
        return name

    def written(self, type_: Type, inner: str) -> str:
        match type_:
            case Pointer():
                return self.pointer(type_, inner)
            case Reference(target=target, rvalue=rvalue):
                return self.prefixed(target.type, "&&" if rvalue else "&", inner)
            case MemberPointer():
                return self.member_pointer(type_, inner)
            case Array():
                return self.array(type_, inner)
            case Function():
                return self.function(type_, inner)
            case Qualified():
                return self.qualified(type_, inner)
            case Typedef(name=name, target=target) if _is_computed(name):
                return self.declared(target.type, inner)
            case _:
                return _joined(_own_name(type_), inner)

    def plain(self, type_: Type) -> str:
        """The name of a type that declares nothing."""
        return self.declared(type_, "")

    def pointer(self, pointer: Pointer, inner: str) -> str:
        if pointer.name is not None:
            return _joined(rust_names.as_written(pointer.name), inner)
        target = pointer.target.type
        if pointer.language != "rust":
            return self.prefixed(target, "*", inner)
        return (
            self.plain(target) if isinstance(target, Function) else f"*const {self.plain(target)}"
        )

    def member_pointer(self, pointer: MemberPointer, inner: str) -> str:
        """A method is written without its first parameter, the object, but with its promise."""
        target, star = pointer.target.type, f"{self.plain(pointer.owner.type)}::*"
        this = _object_of(target)
        if this is None or not isinstance(target, Function):
            return self.prefixed(target, star, inner)
        method = replace(target, parameters=target.parameters[1:])
        promises, _ = _unqualified(this)
        return self.function(method, f"({_joined(star, inner)})", promises and f" {promises}")

    def prefixed(self, target: Type, star: str, inner: str) -> str:
        joined = f"{star} {inner}" if inner[:1].isidentifier() else star + inner
        if isinstance(target, Array | Function) and target.language != "rust":
            joined = f"({joined})"
        return self.declared(target, joined)

    def array(self, array: Array, inner: str) -> str:
        count = _count(array.count)
        if array.name is not None:
            return _joined(rust_names.as_written(array.name), inner)
        if array.language == "rust":
            return f"[{self.plain(array.element.type)}; {count}]"
        if array.vector:
            element = self.declared(array.element.type, inner)
            return f"{element} __attribute__ ((vector_size({count})))"
        return self.declared(array.element.type, f"{inner}[{count}]")

    def function(self, function: Function, inner: str, promises: str = "") -> str:
        names = [self.plain(link.type) for link in function.parameters]
        if function.language == "rust":
            result = function.result.type
            arrow = "" if isinstance(result, Void) else f" -> {self.plain(result)}"
            return f"fn({', '.join(names)}){arrow}"
        if function.variadic and names:
            names.append("...")
        listed = ", ".join(names) if names or function.variadic else "void"
        return self.declared(function.result.type, f"{inner}({listed}){promises}")

    def qualified(self, type_: Qualified, inner: str) -> str:
        """`const` stands before what it qualifies, after the star if that is a pointer."""
        words, target = _unqualified(type_)
        if isinstance(target, Pointer | Reference | MemberPointer):
            return self.declared(target, _joined(words, inner))
        if isinstance(target, Array):
            return self.declared(target, inner)
        return f"{words} {self.declared(target, inner)}"


def _unqualified(type_: Type) -> tuple[str, Type]:
    """`const volatile`, in the order of QUALIFIERS however the entries are nested; the rest."""
    found = set[str]()
    for _ in range(DEPTH_LIMIT):
        if not isinstance(type_, Qualified):
            break
        found.add(type_.qualifier)
        type_ = type_.target.type
    return " ".join(each for each in QUALIFIERS if each in found), type_


def _object_of(type_: Type) -> Type | None:
    """What the first parameter of a method points to; None if `type_` is no method."""
    if not isinstance(type_, Function) or not type_.parameters:
        return None
    first = stripped(type_.parameters[0].type)
    if not isinstance(first, Pointer) or not isinstance(stripped(first.target.type), Struct):
        return None
    return first.target.type


def _own_name(type_: Type) -> str:
    match type_:
        case Void():
            return "void"
        case Base(name=name) | Unspecified(name=name):
            return name or UNNAMED
        case Typedef(name=name):
            return as_written(name) if name else UNNAMED
        case Struct(name=str() as name, language="c++"):
            return as_written(name)
        case Struct(name=str() as name, language="rust"):
            return rust_names.as_written(name)
        case Enum(name=str() as name, language="rust"):
            return rust_names.as_written(name)
        case Enum(name=name, language=language):
            return _tagged("enum", name) if language == "c" else name or UNNAMED
        case Struct(name=name, kind=kind, language=language):
            return _tagged(kind, name) if language == "c" else name or UNNAMED
        case _:
            return UNNAMED


def _is_computed(name: str | None) -> bool:
    """True for a name within a template that the library's author chose, not the program's.

    [meta.rqmts]: what a trait computes is called `type`; names with two underscores are reserved.
    """
    if name is None or "<" not in name:
        return False
    *around, last = components(name)
    return bool(around) and (last == "type" or last.startswith("__"))


def _tagged(kind: str, name: str | None) -> str:
    return f"{kind} {name or UNNAMED}"


def _joined(name: str, inner: str) -> str:
    return f"{name} {inner}" if inner else name


def _count(count: int | Dynamic | None) -> str:
    match count:
        case int():
            return str(count)
        case Dynamic():
            return "..."  # GDB's word for a bound that a frame decides
        case None:
            return ""
