from stackdump_probe.image.types.model import Function, Member, MemberPointer, Reference, Type, Void
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.values.decode import Decoder, Limits
from stackdump_probe.values.model import Integer, Pointer, Value
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.types import INT, member, pointer, struct, to

RAM = 0x2000_0000
DEVICE = struct(
    "plant::Device",
    8,
    Member("_vptr.Device", to(pointer(Void())), 0, artificial=True),
    member("id_", INT, 4),
    language="c++",
    kind="class",
)


def symbols(address: int) -> str | None:
    return {0x0800_0101: "plant::run()"}.get(address)


def decode(type_: Type, octets: bytes, *segments: Segment) -> Value:
    return Decoder(Memory(segments), symbols).decode(type_, Storage(octets))


def words(*numbers: int) -> bytes:
    return b"".join((number & 0xFFFF_FFFF).to_bytes(4, "little") for number in numbers)


def test_the_pointer_to_the_vtable_is_hidden() -> None:
    assert short_text(decode(DEVICE, words(0x0800_0000, 7))) == "{id_: 7}"


def test_a_base_class_is_shown_under_its_name() -> None:
    base = Member(None, to(DEVICE), 0, inherited=True)
    valve = struct("plant::Valve", 12, base, member("x", INT, 8), language="c++")
    found = short_text(decode(valve, words(0, 7, 9)))
    assert found == "{plant::Device: {id_: 7}, x: 9}"


def test_a_reference_is_followed() -> None:
    found = decode(Reference(4, to(INT)), words(RAM), Segment(RAM, words(5)))
    assert short_text(found) == "0x20000000 5"
    assert found.octets == words(RAM)
    assert isinstance(found.content, Pointer)
    assert found.content.target == Value("int", Integer(5), "ok", None, RAM, words(5), 4)


def test_a_reference_to_what_was_not_captured_is_an_address() -> None:
    found = decode(Reference(4, to(INT)), words(RAM))
    assert (found.state, short_text(found)) == ("ok", "0x20000000")
    assert isinstance(found.content, Pointer)
    assert found.content.target is not None
    assert found.content.target.state == "not_captured"


def test_references_in_a_circle_end() -> None:
    endless = struct("ring", 4, Member("next", to(Void()), 0), language="c++")
    ring = struct("ring", 4, Member("next", to(Reference(4, to(endless))), 0), language="c++")
    object.__setattr__(endless, "members", ring.members)
    found = decode(ring, words(RAM), Segment(RAM, words(RAM)))
    assert (short_text(found) or "").count("next") <= Limits().depth + 1


def test_a_reference_to_a_function_names_it() -> None:
    found = decode(Reference(4, to(Function(to(INT), ()))), words(0x0800_0101))
    assert short_text(found) == "0x08000101 <plant::run()>"


def test_a_pointer_to_a_data_member_names_it() -> None:
    type_ = MemberPointer(4, to(INT), to(DEVICE))
    assert short_text(decode(type_, words(4))) == "&plant::Device::id_"
    assert short_text(decode(type_, words(-1))) == "nullptr"
    assert short_text(decode(type_, words(3))) == "3"  # no member is there
    assert short_text(decode(MemberPointer(4, to(INT), to(INT)), words(4))) == "4"


def test_a_pointer_to_a_method_names_it_unless_it_is_virtual() -> None:
    method = MemberPointer(8, to(Function(to(INT), ())), to(DEVICE))
    assert short_text(decode(method, words(0x0800_0101, 0))) == "0x08000101 <plant::run()>"
    # CPPABI32 3.2.1: bit 0 of the second word says that the first is an offset in the vtable.
    assert short_text(decode(method, words(8, 1))) == "8"


def test_an_object_below_the_deepest_level_is_cut() -> None:
    nested: Type = DEVICE
    for _ in range(8):
        nested = struct("s", 8, member("m", nested, 0), language="c++")
    assert short_text(decode(nested, words(0, 7))) == "{m: " * 8 + "{...}" + "}" * 8
