from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.values.model import Variable
from stackdump_probe.values.text import short_text
from tests.builders.dwarf import ADie
from tests.builders.type_dies import (
    INT,
    Attribute,
    array,
    expression,
    named,
    of,
    variable,
    wrapper,
)
from tests.unit.values.programs import (
    PC,
    RAM,
    a_c_unit,
    a_function,
    an_image,
    at_address,
    frame,
    locals_of,
    memory,
)

NUMBERS = b"".join(number.to_bytes(4, "little") for number in range(1, 7))


def array_of(*bounds: tuple[Attribute, ...], more: tuple[ADie, ...] = (), **words: int) -> Variable:
    place = expression(at_address(RAM))
    vla = array("int", *bounds, label="vla")
    typedef = wrapper(dw.TAG_typedef, "vla", named("vla_t"), label="vla_t")
    volatile = wrapper(dw.TAG_volatile_type, "vla_t", label="volatile")
    function = a_function(*more, variable("v", "volatile", place))
    image = an_image(a_c_unit(INT, vla, typedef, volatile, function))
    found = locals_of(image, frame(PC, words), held=memory(NUMBERS))
    return next(each for each in found if each.name == "v")


def upper(octets: bytes) -> tuple[Attribute, ...]:
    return (expression(octets, dw.AT_upper_bound),)


def test_an_expression_tells_the_length() -> None:
    found = array_of(upper(b"\x74\x00"), r4=2)
    assert short_text(found.value) == "[1, 2, 3]"
    assert found.value.octets == NUMBERS[:12]


def test_several_dimensions_may_be_open() -> None:
    found = array_of(upper(b"\x74\x00"), upper(b"\x75\x00"), r4=1, r5=2)
    assert short_text(found.value) == "[[1, 2, 3], [4, 5, 6]]"


def test_a_variable_tells_the_length() -> None:
    length = variable("n", "int", expression(b"\x54"), label="n")
    found = array_of((of("n", dw.AT_count),), more=(length,), r4=2)
    assert short_text(found.value) == "[1, 2]"


def test_an_upper_bound_of_minus_one_means_no_elements() -> None:
    assert short_text(array_of(upper(b"\x74\x00"), r4=0xFFFF_FFFF).value) == "[]"


def test_a_length_that_was_optimised_out_leaves_the_array_unknown() -> None:
    gone = variable("n", "int", label="n")
    found = array_of((of("n", dw.AT_count),), more=(gone,)).value
    assert (found.state, found.why) == ("unsupported", "the length of the array is not known")
    assert found.size is None


def test_a_length_in_a_register_that_is_not_known_says_so() -> None:
    found = array_of(upper(b"\x74\x00")).value
    assert found.state in ("not_captured", "unsupported")


def test_a_length_of_four_billion_is_bounded() -> None:
    found = array_of(upper(b"\x74\x00"), r4=0x7FFF_FFFF).value
    assert found.state == "partial"
    assert (short_text(found, length=40) or "").startswith("[1, 2, 3, 4, 5, 6, <not captured>")


def test_before_its_length_is_set_an_array_is_as_long_as_the_word_there_says() -> None:
    found = array_of(upper(b"\x74\x00"), r4=0x8000_0000)
    assert found.value.size == 4 * 0x8000_0001
    assert found.value.state == "partial"
    assert (short_text(found.value, length=30) or "").startswith("[1, 2, 3, 4, 5, 6, ")
