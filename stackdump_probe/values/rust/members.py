"""The parts that Rust's library types are made of, and what wrappers around a part come down to.

What is not known, or does not look as expected, is None: then the type is shown as the struct that
it is, whose parts say what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from stackdump_probe.image.types.model import Array, Base, Member, Pointer, Struct, Type, size_of
from stackdump_probe.values.model import Content, Field, Integer, Value
from stackdump_probe.values.scalars import number_of
from stackdump_probe.values.storage import Absence, Place, Storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.decode import Decoder

WORD = 4
NESTING_LIMIT = 16  # wrappers around one another: RawVec, RawVecInner, Unique, NonNull, ...
# Members on the way from a container to its pointer; where none is so called, the first one.
INWARDS = ("inner", "ptr", "pointer", "buf", "__0")

# Types that hold one value and mean nothing else.
TRANSPARENT = frozenset(
    (
        *("Cell", "UnsafeCell", "SyncUnsafeCell", "OnceCell", "LazyCell", "Mutex"),
        *("ManuallyDrop", "MaybeDangling", "MaybeUninit", "Pin", "Unique", "AssertUnwindSafe"),
        *("NonNull", "NonZero", "NonZeroInner", "Wrapping", "Saturating"),
        *("UsizeNoHighBit", "Cap", "Nanoseconds", "BinaryHeap"),
        *(f"NonZero{sign}{bits}Inner" for sign in "UI" for bits in (8, 16, 32, 64, 128)),
        *(f"NonZero{kind}Inner" for kind in ("Usize", "Isize", "Char")),
        # The numbers in atomics, the types of which need not be those of the values.
        *(f"Align{size}" for size in (1, 2, 4, 8, 16)),
    )
)
Members = dict[str | None, Member]
View = Callable[["Decoder", Struct, Members, Place], Content | Absence | None]


def members_of(struct: Struct) -> Members:
    """The members of a struct by name."""
    return {member.name: member for member in struct.members}


def located(member: Member, place: Place) -> Place:
    """Where a member of what is at `place` begins."""
    return place.moved(member.offset or 0)


def word(place: Place, member: Member | None) -> int | None:
    """The word that a member of what is at `place` begins with."""
    if member is None:
        return None
    found = located(member, place).number(0, WORD)
    return None if isinstance(found, Absence) else found


def inwards(struct: Struct) -> Member | None:
    """The member of a container through which its pointer is reached."""
    named = (member for member in struct.members if member.name in INWARDS)
    return next(named, struct.members[0] if struct.members else None)


def bare(
    decoder: Decoder, type_: Type, place: Place, wrappers: Container[str] | None = None
) -> tuple[Type, Place]:
    """What structs of one member that takes space come down to, and where it is.

    With `wrappers` only structs of these names are taken off.
    """
    inner, inside = type_, place
    for _ in range(NESTING_LIMIT):
        actual = decoder.actual(inner)
        if not isinstance(actual, Struct) or actual.variants is not None:
            return inner, inside
        if wrappers is not None and head_of(actual) not in wrappers:
            return inner, inside
        sized = [member for member in actual.members if size_of(member.type.type)]
        if len(sized) != 1:
            return inner, inside
        inner, inside = sized[0].type.type, located(sized[0], inside)
    return type_, place  # a type that holds itself


def unwrapped(decoder: Decoder, struct: Struct, place: Place) -> Content | Absence | None:
    """The value in a wrapper of one member that takes space, and in all wrappers within it."""
    type_, inside = bare(decoder, struct, place, wrappers=TRANSPARENT)
    return None if type_ is struct else content_of(decoder.part(type_, inside))


def content_of(value: Value) -> Content | Absence:
    """What an object holds, or why it cannot be had."""
    return value.content if value.content is not None else Absence(value.state, value.why)


def head_of(struct: Struct) -> str:
    """The name of a generic type without its arguments."""
    return (struct.name or "").partition("<")[0]


def bare_member(decoder: Decoder, member: Member | None, place: Place) -> tuple[Type, Place] | None:
    """What a member of what is at `place` comes down to, and where that is."""
    return None if member is None else bare(decoder, member.type.type, located(member, place))


def some(decoder: Decoder, option: Type, place: Place) -> tuple[Type, Place] | None:
    """What an Option holds when it holds something."""
    actual = decoder.actual(option)
    if not isinstance(actual, Struct) or actual.variants is None:
        return None
    held = (case.members[0] for case in actual.variants.cases if case.members)
    member = next((each for each in held if each.name == "Some"), None)
    return bare_member(decoder, member, place)


def node_type(decoder: Decoder, member: Member | None) -> Struct | None:
    """What an `Option<NonNull<Node>>` points to."""
    found = None if member is None else some(decoder, member.type.type, Place(Storage(b"")))
    pointer = None if found is None else decoder.actual(found[0])
    node = decoder.actual(pointer.target.type) if isinstance(pointer, Pointer) else None
    return node if isinstance(node, Struct) else None


def count(decoder: Decoder, member: Member | None, place: Place) -> Value | None:
    """The number within a member: a length, a count of owners, a flag."""
    found = bare_member(decoder, member, place)
    if found is None:
        return None
    type_ = decoder.actual(found[0])
    if not isinstance(type_, Base) or found[1].missing(type_.size):
        return None
    value = decoder.part(type_, found[1])
    return value if value.content is not None else None


def number(decoder: Decoder, member: Member | None, place: Place) -> int | None:
    """The same as an unsigned number."""
    found = count(decoder, member, place)
    return None if found is None or found.octets is None else number_of(found.octets)


def array_in(decoder: Decoder, member: Member | None, place: Place) -> tuple[Array, Place] | None:
    """The array within a member, and where it is."""
    found = bare_member(decoder, member, place)
    type_ = None if found is None else decoder.actual(found[0])
    return None if found is None or not isinstance(type_, Array) else (type_, found[1])


def struct_in(decoder: Decoder, member: Member | None, place: Place) -> tuple[Struct, Place] | None:
    """The struct that a member of what is at `place` is, and where it is."""
    actual = None if member is None else decoder.actual(member.type.type)
    if member is None or not isinstance(actual, Struct):
        return None
    return actual, located(member, place)


def note(name: str, number: int) -> Field:
    """A number that is not stored as it is told."""
    return Field(name, Value("usize", Integer(number), "ok", None, None, None, WORD))
