import pytest

from stackdump_probe.image.types.model import (
    Array,
    Dynamic,
    Enum,
    Function,
    Link,
    MemberPointer,
    Pointer,
    Qualified,
    Reference,
    Struct,
    Type,
    Typedef,
    Unknown,
    Void,
)
from stackdump_probe.image.types.names import type_name
from tests.builders.types import CHAR, INT, U8, U32, array, pointer, rust_pointer, struct, to

OP = Function(to(INT), (to(INT), to(CHAR)))

# What GDB 13 prints for these types.
C_NAMES: list[tuple[Type, str]] = [
    (INT, "int"),
    (Void(), "void"),
    (pointer(Void()), "void *"),
    (pointer(pointer(CHAR)), "char **"),
    (Qualified("const", to(CHAR)), "const char"),
    (pointer(Qualified("const", to(CHAR))), "const char *"),
    (Qualified("const", to(pointer(CHAR))), "char * const"),
    (Qualified("volatile", to(Qualified("const", to(INT)))), "const volatile int"),
    (Qualified("const", to(Qualified("volatile", to(INT)))), "const volatile int"),
    (Qualified("volatile", to(Qualified("const", to(pointer(INT))))), "int * const volatile"),
    (array(INT, 4), "int [4]"),
    (array(array(INT, 3), 2), "int [2][3]"),
    (array(pointer(CHAR), 2), "char *[2]"),
    (pointer(array(INT, 4)), "int (*)[4]"),
    (pointer(OP), "int (*)(int, char)"),
    (array(pointer(OP), 2), "int (*[2])(int, char)"),
    (pointer(Function(to(Void()), ())), "void (*)(void)"),
    (pointer(Function(to(Void()), (to(INT),), variadic=True)), "void (*)(int, ...)"),
    (pointer(Function(to(Void()), (), variadic=True)), "void (*)()"),
    (struct("sensor", 4), "struct sensor"),
    (struct(None, 4), "struct {...}"),
    (struct("u", 4, kind="union"), "union u"),
    (Enum("mode", 1, ()), "enum mode"),
    (Typedef("uint32_t", to(INT)), "uint32_t"),
    (Array(to(INT), None), "int []"),
    (Array(to(INT), Dynamic(b"", None, 0)), "int [...]"),
    (Array(to(INT), 4, vector=True), "int __attribute__ ((vector_size(4)))"),
    (Unknown("damaged"), "{...}"),
    (Qualified("_Atomic", to(pointer(CHAR))), "char * _Atomic"),
]


@pytest.mark.parametrize(("type_", "name"), C_NAMES)
def test_types_of_c_are_named_as_gdb_names_them(type_: Type, name: str) -> None:
    assert type_name(type_) == name


def test_types_of_cpp_have_no_tag() -> None:
    valve = struct("plant::Valve", 4, language="c++", kind="class")
    assert type_name(Reference(4, to(valve))) == "plant::Valve &"
    assert type_name(Reference(4, to(valve), rvalue=True)) == "plant::Valve &&"
    assert type_name(Reference(4, to(array(INT, 3)))) == "int (&)[3]"
    assert type_name(MemberPointer(4, to(INT), to(valve))) == "int plant::Valve::*"
    assert type_name(MemberPointer(8, to(OP), to(valve))) == "int (plant::Valve::*)(int, char)"
    assert type_name(Enum("plant::Phase", 1, (), language="c++")) == "plant::Phase"


def test_a_pointer_to_a_method_is_named_without_the_object_that_it_is_called_for() -> None:
    valve = struct("plant::Valve", 4, language="c++", kind="class")
    constant = Qualified("const", to(valve))
    method = Function(to(INT), (to(pointer(constant)), to(CHAR)))
    found = MemberPointer(8, to(method), to(valve))
    assert type_name(found) == "int (plant::Valve::*)(char) const"
    assert type_name(Qualified("const", to(found))) == "int (plant::Valve::* const)(char) const"
    getter = Function(to(pointer(OP)), (to(pointer(valve)),))
    assert type_name(MemberPointer(8, to(getter), to(valve))) == (
        "int (*(plant::Valve::*)(void))(int, char)"
    )


def test_arguments_that_the_library_adds_are_left_out() -> None:
    vector = struct("std::vector<int, std::allocator<int> >", 12, language="c++")
    assert type_name(pointer(vector)) == "std::vector<int> *"
    iterator = Typedef("std::vector<int, std::allocator<int> >::iterator", to(INT))
    assert type_name(iterator) == "std::vector<int>::iterator"


def test_what_a_template_of_the_library_computes_is_named_by_its_outcome() -> None:
    element = Typedef("std::tuple_element<1, std::tuple<char, int> >::type", to(INT))
    assert type_name(Reference(4, to(element))) == "int &"
    assert type_name(Typedef("std::__atomic_base<int>::__int_type", to(INT))) == "int"
    assert type_name(Typedef("plant::Valve::type", to(INT))) == "plant::Valve::type"
    assert type_name(Typedef("type<int>", to(INT))) == "type<int>"


def test_types_of_rust_are_written_as_in_rust() -> None:
    assert type_name(array(U32, 4, "rust")) == "[u32; 4]"
    assert type_name(rust_pointer("&mut [u8; 4]", array(U8, 4, "rust"))) == "&mut [u8; 4]"
    assert type_name(Pointer(None, 4, to(U8), "rust")) == "*const u8"
    function = Function(to(U32), (to(U8),), language="rust")
    assert type_name(Pointer(None, 4, to(function), "rust")) == "fn(u8) -> u32"
    procedure = Function(to(Void()), (), language="rust")
    assert type_name(Pointer(None, 4, to(procedure), "rust")) == "fn()"
    assert type_name(struct("Option<u32>", 8, language="rust")) == "Option<u32>"


def test_a_pointer_to_itself_has_a_name_that_ends() -> None:
    endless: list[Pointer] = []
    endless.append(Pointer(None, 4, Link(lambda: endless[0])))
    assert type_name(endless[0]) == "{...}"


def test_a_function_that_takes_itself_twice_has_a_name_that_ends() -> None:
    endless: list[Function] = []
    itself = Link(lambda: endless[0])
    endless.append(Function(to(INT), (itself, itself)))
    assert len(type_name(endless[0])) < 10_000


def test_a_struct_that_is_only_declared_has_its_name() -> None:
    assert type_name(Struct("s", "struct", None, (), declaration=True)) == "struct s"
