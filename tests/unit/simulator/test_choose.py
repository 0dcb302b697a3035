from struct import pack

import pytest

from stackdump_probe.errors import ImageError, SimulatorError
from stackdump_probe.simulator.choose import build_attributes, model_for
from tests.builders.elves import ASection, an_elf, code

# Build attributes (IHI 0045): Tag_CPU_name 5 (a string), Tag_CPU_arch 6, Tag_FP_arch 10.
V6_M, V7, V7E_M, V8_M_MAIN = 11, 10, 13, 17
NO_FPU, FPV4_D16, FPV5_D16 = 0, 6, 8


def attributes(architecture: int, fpu: int = NO_FPU) -> bytes:
    body = b"\x05Cortex\0" + bytes([6, architecture, 10, fpu])
    file = b"\x01" + pack("<I", 5 + len(body)) + body
    return b"A" + pack("<I", 10 + len(file)) + b"aeabi\0" + file


def program(at: int, architecture: int, fpu: int = NO_FPU) -> bytes:
    section = ASection(".ARM.attributes", attributes(architecture, fpu), type=0x70000003)
    return an_elf(code(bytes(16), at=at), section)


@pytest.mark.parametrize(
    ("at", "architecture", "fpu", "machine"),
    [
        (0x08000000, V7E_M, FPV4_D16, "netduinoplus2"),
        (0x08000000, V6_M, NO_FPU, "netduinoplus2"),
        (0x08004000, V7, NO_FPU, "netduinoplus2"),
        (0x00000000, V6_M, NO_FPU, "microbit"),
        (0x00000000, V7, NO_FPU, "mps2-an385"),
        (0x00000000, V7E_M, FPV4_D16, "mps2-an386"),
        (0x00000000, V7E_M, FPV5_D16, "mps2-an500"),
        (0x10000000, V8_M_MAIN, FPV5_D16, "mps2-an505"),
    ],
)
def test_address_and_core_choose_the_machine(
    at: int, architecture: int, fpu: int, machine: str
) -> None:
    assert model_for(program(at, architecture, fpu)).name == machine


def test_a_program_that_no_machine_holds_is_an_error_that_names_the_machines() -> None:
    with pytest.raises(SimulatorError, match="0x00500000") as refusal:
        model_for(program(0x00500000, V7))
    assert "mps2-an385" in str(refusal.value.hint)


def test_a_core_that_no_machine_there_has_is_an_error() -> None:
    with pytest.raises(SimulatorError):
        model_for(program(0x08000000, V8_M_MAIN))


def test_a_program_without_attributes_is_placed_by_its_address() -> None:
    assert model_for(an_elf(code(bytes(4), at=0x10000000))).name == "mps2-an505"


def test_what_is_no_elf_is_an_image_error() -> None:
    with pytest.raises(ImageError):
        model_for(b"not an ELF")


def test_numbers_are_read_past_strings() -> None:
    assert build_attributes(attributes(V7E_M, FPV4_D16)) == {6: V7E_M, 10: FPV4_D16}


def test_the_compatibility_tag_has_a_number_and_a_string() -> None:
    body = b"\x20\x01gnu\0" + bytes([6, V7])
    content = b"A\x1e\0\0\0aeabi\0\x01" + pack("<I", 5 + len(body)) + body
    assert build_attributes(content)[6] == V7


@pytest.mark.parametrize("size", range(len(attributes(V7))))
def test_attributes_that_are_cut_short_give_what_is_there(size: int) -> None:
    found = build_attributes(attributes(V7)[:size])
    assert found.items() <= {6: V7, 10: NO_FPU}.items()


def test_attributes_of_another_form_are_not_read() -> None:
    assert build_attributes(b"B" + attributes(V7)[1:]) == {}
