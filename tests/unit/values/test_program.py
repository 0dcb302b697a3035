"""What a decoder knows of a program, and of those beside it."""

from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.program import decoder_for
from stackdump_probe.values.storage import Storage
from stackdump_probe.values.text import short_text
from tests.builders.elves import FUNC, OBJECT, ASymbol, an_elf, code, zeroed
from tests.builders.octets import words
from tests.builders.types import INT, pointer

FLASH, RAM = 0x0800_0000, 0x2000_0000


def program(at: int, name: str) -> Image:
    symbols = (
        ASymbol(name, at | 1, 0x40, FUNC, section=".text"),
        ASymbol(f"{name}_data", RAM, 16, OBJECT, section=".bss"),
    )
    return Image.from_bytes(an_elf(code(bytes(0x40), at=at), zeroed(16, at=RAM), symbols=symbols))


def pointed_to(decoder: Decoder, address: int) -> str | None:
    return short_text(decoder.decode(pointer(INT), Storage(words(address))))


def test_functions_of_another_program_have_names_and_its_objects_have_not() -> None:
    app, boot = program(FLASH + 0x4000, "app"), program(FLASH, "boot")
    decoder = decoder_for(app, Memory(), beside=(boot,))
    assert pointed_to(decoder, FLASH | 1) == "0x08000001 <boot>"
    assert pointed_to(decoder, FLASH + 0x4005) == "0x08004005 <app+4>"
    assert pointed_to(decoder, RAM + 4) == "0x20000004 <app_data+4>"
    assert pointed_to(decoder_for(app, Memory()), FLASH | 1) == "0x08000001"
