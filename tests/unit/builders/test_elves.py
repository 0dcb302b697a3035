"""The ELF builder against pyelftools, so that tests which build on it prove something."""

from io import BytesIO

from elftools.elf.elffile import ELFFile

from tests.builders import an_elf
from tests.builders.elves import ASymbol, code, debug_sections, variables, zeroed

ELF = an_elf(
    code(b"\x00\xbf\x70\x47", at=0x0800_0000),
    variables(b"\x01\x02\x03\x04", at=0x2000_0000, load_address=0x0800_0004),
    zeroed(16, at=0x2000_0004),
    *debug_sections({".debug_info": b"xyz"}),
    symbols=[ASymbol("main", 0x0800_0001, 4, section=".text"), ASymbol("_estack", 0x2002_0000)],
    entry=0x0800_0001,
)


def test_sections_have_the_names_addresses_and_bytes_given() -> None:
    elf = ELFFile(BytesIO(ELF))
    found = [(s.name, s["sh_addr"], s.data()) for s in elf.iter_sections() if s["sh_addr"]]
    assert found == [
        (".text", 0x0800_0000, b"\x00\xbf\x70\x47"),
        (".data", 0x2000_0000, b"\x01\x02\x03\x04"),
        (".bss", 0x2000_0004, bytes(16)),
    ]
    assert elf.get_section_by_name(".debug_info").data() == b"xyz"


def test_segments_load_the_sections_that_have_a_load_address() -> None:
    elf = ELFFile(BytesIO(ELF))
    loads = [(s["p_vaddr"], s["p_paddr"], s.data()) for s in elf.iter_segments()]
    assert loads == [
        (0x0800_0000, 0x0800_0000, b"\x00\xbf\x70\x47"),
        (0x2000_0000, 0x0800_0004, b"\x01\x02\x03\x04"),
    ]


def test_symbols_keep_value_size_and_section() -> None:
    elf = ELFFile(BytesIO(ELF))
    main, estack = list(elf.get_section_by_name(".symtab").iter_symbols())[1:]
    assert (main.name, main["st_value"], main["st_size"], main["st_shndx"]) == (
        "main", 0x0800_0001, 4, 1,
    )  # fmt: skip
    assert (estack.name, estack["st_shndx"]) == ("_estack", "SHN_ABS")
