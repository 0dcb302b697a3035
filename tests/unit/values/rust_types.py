"""Types as rustc describes them, and what objects of them are shown as."""

from stackdump_probe.image.types.model import (
    Array,
    Case,
    Link,
    Member,
    Pointer,
    Struct,
    Type,
    VariantPart,
)
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.model import Value
from stackdump_probe.values.scalar_text import doubt
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.octets import words
from tests.builders.types import U8, U32, member, rust_pointer, struct, to

RAM = 0x2000_0000
HEAP = 0x2000_1000
NULL = 0


def rust(name: str, size: int, *members: Member, **parameters: Type) -> Struct:
    return struct(name, size, *members, language="rust", parameters=tuple(parameters.items()))


def decode(type_: Type, octets: bytes, *segments: Segment) -> Value:
    return Decoder(Memory(segments)).decode(type_, Storage(octets))


def text(type_: Type, octets: bytes, *segments: Segment) -> str | None:
    return marked(decode(type_, octets, *segments))


def marked(value: Value) -> str | None:
    """The text with a mark, if the bytes are no value of their type."""
    told = doubt(value.content)
    return short_text(value) if told is None else f"{short_text(value)} <{told}>"


def heap(octets: bytes, at: int = HEAP) -> Segment:
    return Segment(at, octets)


def itself(name: str, *around: Member, size: int = 4, at: int = 0, inner: str = "value") -> Struct:
    """A struct that says that it holds itself: damage, or malice."""
    found: list[Struct] = []
    within = Member(inner, Link(lambda: found[0]), at)
    found.append(rust(name, size, *around, within))
    return found[0]


# --- pointers ---------------------------------------------------------------------------------


def raw(target: Type) -> Pointer:
    return rust_pointer("*const T", target)


def slice_of(name: str, element: Type) -> Struct:
    return rust(name, 8, member("data_ptr", raw(element), 0), member("length", U32, 4))


def trait_object(name: str, target: Type | None = None, methods: int = 1) -> Struct:
    table = Array(to(U32), 3 + methods, "rust")
    behind = rust("dyn Shape", 0) if target is None else target
    parts = member("pointer", raw(behind), 0), member("vtable", rust_pointer("&[usize]", table), 4)
    return rust(name, 8, *parts)


def non_null(pointer: Type, size: int = 4) -> Struct:
    return rust("NonNull<T>", size, member("pointer", pointer, 0))


def unique(target: Type) -> Struct:
    """`Unique<T>` around `NonNull<T>` around a raw pointer."""
    return rust("Unique<T>", 4, member("pointer", non_null(raw(target)), 0))


# --- wrappers and enums -----------------------------------------------------------------------


def cell(inner: Type, size: int = 4, name: str = "Cell<T>") -> Struct:
    unsafe_cell = rust("UnsafeCell<T>", size, member("value", inner, 0))
    return rust(name, size, member("value", unsafe_cell, 0))


def option(inner: Type, size: int = 4) -> Struct:
    """An Option in whose niche 0 is None."""
    none = rust("None", size)
    some = rust("Some", size, member("__0", inner, 0))
    cases = (
        Case(((0, 0),), (member("None", none, 0),)),
        Case((), (member("Some", some, 0),)),
    )
    part = VariantPart(Member(None, to(U32), 0), cases)
    return Struct("Option<T>", "struct", size, (), "rust", part)


# --- collections ------------------------------------------------------------------------------


def raw_vec() -> Struct:
    """As alloc has it since 1.82: `RawVec { inner: RawVecInner { ptr, cap } }`."""
    cap = rust("UsizeNoHighBit", 4, member("__0", U32, 0))
    inner = rust("RawVecInner<A>", 8, member("ptr", unique(U8), 0), member("cap", cap, 4))
    return rust("RawVec<T, A>", 8, member("inner", inner, 0))


def vec_of(element: Type) -> Struct:
    return rust("Vec<T, A>", 12, member("buf", raw_vec(), 0), member("len", U32, 8), T=element)


def a_vec(length: int, *, room: int = 8, at: int = HEAP) -> bytes:
    """The words of a Vec."""
    return words(at, room, length)
