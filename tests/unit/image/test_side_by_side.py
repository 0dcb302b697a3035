"""An address is looked up in the program whose code holds it."""

from stackdump_probe.image.elf import Image
from stackdump_probe.image.side_by_side import SideBySide
from tests.builders.elves import FUNC, ASymbol, an_elf, code, constants
from tests.builders.octets import words

BOOT, APP, RAM = 0x0800_0000, 0x0800_4000, 0x2000_0000


def program(at: int, name: str, *, also_in_ram: bool = False) -> Image:
    reset = at + 0x100
    table = constants(words(RAM + 0x1000, reset | 1), at=at, name=".isr_vector")
    ram = (code(bytes(16), at=RAM, name=".fast"),) if also_in_ram else ()
    function = ASymbol(name, reset | 1, 0x40, FUNC, section=".text")
    sections = table, code(bytes(0x40), at=reset), *ram
    return Image.from_bytes(an_elf(*sections, symbols=(function,), entry=reset | 1))


BOTH = program(BOOT, "boot"), program(APP, "app")
WITHIN_BOOT = SideBySide(BOTH[0], BOTH)


def test_names_come_from_the_program_that_holds_the_code() -> None:
    names = [WITHIN_BOOT.symbols.function_at(at + 0x108) for at in (BOOT, APP)]
    assert [each and each.name for each in names] == ["boot", "app"]
    assert WITHIN_BOOT.is_code(APP + 0x108)
    assert not WITHIN_BOOT.is_code(APP + 0x2000)


def test_each_has_its_own_entry_and_vector_table() -> None:
    within_app = WITHIN_BOOT.at(APP + 0x108)
    assert (WITHIN_BOOT.entry, within_app.entry) == (BOOT + 0x101, APP + 0x101)
    assert WITHIN_BOOT.vectors == BOTH[0].vectors
    assert within_app.vectors == BOTH[1].vectors


def test_what_is_in_no_program_is_looked_at_from_where_one_is() -> None:
    within_app = WITHIN_BOOT.at(APP + 0x108)
    assert within_app.at(0xFFFF_FFF9) is within_app
    assert WITHIN_BOOT.image_at(RAM) is BOTH[0]


def test_code_in_ram_is_that_of_the_program_that_runs() -> None:
    boot, app = program(BOOT, "boot", also_in_ram=True), program(APP, "app", also_in_ram=True)
    within_app = SideBySide(boot, (boot, app)).at(APP + 0x108)
    assert within_app.image_at(RAM + 4) is app


def test_one_program_is_itself_wherever_it_is_asked() -> None:
    assert BOTH[0].at(APP) is BOTH[0]
    assert SideBySide(BOTH[0], BOTH[:1]).image_at(APP + 0x108) is BOTH[0]
