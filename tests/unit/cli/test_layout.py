from stackdump_probe.capture.plan import Layout, Region
from stackdump_probe.cli.layout import layout_of
from stackdump_probe.image.elf import Image
from tests.builders import an_elf
from tests.builders.elves import ALLOC, NOTE, NOTYPE, OBJECT, ASection, ASymbol, code, zeroed

RAM = 0x2000_0000


def layout(*sections: ASection, symbols: tuple[ASymbol, ...] = ()) -> Layout:
    return layout_of([Image.from_bytes(an_elf(*sections, symbols=symbols))])


def marker(name: str, address: int) -> ASymbol:
    return ASymbol(name, address, type=NOTYPE)


def test_stack_tops_by_the_names_of_linker_scripts() -> None:
    symbols = (marker("_estack", RAM + 0x2_0000), marker("__StackTop", RAM + 0x1_0000))
    assert layout(symbols=symbols).stack_tops == (RAM + 0x1_0000, RAM + 0x2_0000)


def test_a_stack_top_that_cannot_be_one_is_left_out() -> None:
    assert layout(symbols=(marker("_estack", RAM + 1),)).stack_tops == ()


def test_data_is_every_writable_section_that_takes_memory() -> None:
    found = layout(code(bytes(8), at=0x100), zeroed(0x80, at=RAM), zeroed(0, at=RAM, name=".no"))
    assert found.data == (Region(RAM, 0x80, ".bss"),)


def test_several_programs_have_each_their_own() -> None:
    heap = (marker("_sbrk", 0x100), marker("end", RAM + 0x80))
    elves = (
        an_elf(zeroed(0x80, at=RAM), symbols=[marker("_estack", RAM + 0x2000)]),
        an_elf(zeroed(0x40, at=RAM + 0x8000), symbols=[marker("_estack", RAM + 0x1000), *heap]),
    )
    found = layout_of([Image.from_bytes(each) for each in elves])
    assert found.stack_tops == (RAM + 0x1000, RAM + 0x2000)
    assert [each.start for each in found.data] == [RAM, RAM + 0x8000]
    assert found.heap == RAM + 0x80


def test_objects_are_the_larger_variables_in_ram() -> None:
    symbols = (
        ASymbol("stack", RAM + 0x100, 0x200, OBJECT, section=".bss"),
        ASymbol("flag", RAM, 4, OBJECT, section=".bss"),
        ASymbol("table", 0x100, 0x200, OBJECT, section=".text"),
        ASymbol("function", RAM, 0x200, section=".bss"),
    )
    found = layout(code(bytes(0x400), at=0x100), zeroed(0x400, at=RAM), symbols=symbols)
    assert found.objects == (Region(RAM + 0x100, 0x200, "stack"),)


def test_a_heap_begins_at_end_if_the_program_allocates() -> None:
    end = marker("end", RAM + 0x400)
    assert layout(symbols=(end,)).heap is None
    assert layout(symbols=(end, ASymbol("_sbrk", 0x100))).heap == RAM + 0x400


def test_a_program_that_allocates_without_a_known_heap_has_none() -> None:
    assert layout(symbols=(ASymbol("malloc", 0x100),)).heap is None


def test_the_build_id_is_proof_with_the_head_of_its_note() -> None:
    note = bytes([4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0]) + b"GNU\0" + bytes(range(20))
    section = ASection(".note.gnu.build-id", note, 0x800, ALLOC, NOTE, load_address=0x800)
    assert layout(section).proof == (Region(0x800, 36, "build id"),)


def test_an_elf_without_anything_is_an_empty_layout() -> None:
    assert layout() == Layout()
