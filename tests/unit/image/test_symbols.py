from struct import pack
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as some

from stackdump_probe.image import symbol_order
from stackdump_probe.image.elf import Image
from stackdump_probe.image.headers import Section
from stackdump_probe.image.symbols import Symbol, SymbolTable
from tests.builders.elves import FUNC, GLOBAL, LOCAL, NOTYPE, OBJECT, WEAK, ASymbol, an_elf, code

TEXT = 0x0800_0000


def table(*symbols: ASymbol, size: int = 0x100) -> SymbolTable:
    return Image.from_bytes(an_elf(code(bytes(size), at=TEXT), symbols=symbols)).symbols


def function(name: str, at: int, size: int, binding: int = GLOBAL) -> ASymbol:
    return ASymbol(name, at | 1, size, FUNC, binding, ".text")


def entry(name: int, value: int, size: int, section: int = 1) -> bytes:
    return pack("<3I2BH", name, value, size, GLOBAL << 4 | FUNC, 0, section)


def name_at(symbols: SymbolTable, address: int) -> str | None:
    found = symbols.function_at(address)
    return found.name if found else None


def test_bit_0_of_a_thumb_function_is_cleared_and_remembered() -> None:
    main = table(function("main", TEXT + 8, 16)).named("main")
    assert main == Symbol("main", TEXT + 8, 16, FUNC, 1, GLOBAL, is_thumb=True)


def test_an_odd_object_keeps_its_address() -> None:
    symbols = table(ASymbol("flag", TEXT + 1, 1, OBJECT, section=".text"))
    found = symbols.object_at(TEXT + 1)
    assert found is not None
    assert (found.address, found.is_thumb) == (TEXT + 1, False)


def test_a_function_covers_its_size_and_no_more() -> None:
    symbols = table(function("f", TEXT + 8, 6))
    found = [name_at(symbols, TEXT + at) for at in (7, 8, 13, 14)]
    assert found == [None, "f", "f", None]


def test_a_function_without_size_reaches_to_the_next_or_the_end_of_its_section() -> None:
    symbols = table(function("start", TEXT, 0), function("next", TEXT + 8, 0), size=16)
    found = [name_at(symbols, TEXT + at) for at in (0, 7, 8, 15, 16)]
    assert found == ["start", "start", "next", "next", None]


def test_an_address_after_an_inner_function_belongs_to_the_outer_one() -> None:
    symbols = table(function("outer", TEXT, 32), function("inner", TEXT + 8, 4))
    assert [name_at(symbols, TEXT + at) for at in (8, 12)] == ["inner", "outer"]


def test_of_aliases_the_sized_and_global_one_names_the_function() -> None:
    symbols = table(
        function("default", TEXT, 4, WEAK),
        function("handler", TEXT, 4),
        function("label", TEXT, 0),
        function("local", TEXT, 4, LOCAL),
    )
    assert name_at(symbols, TEXT) == "handler"
    aliases = {symbol.name for symbol in symbols.functions_from(TEXT)}
    assert aliases == {"default", "handler", "label", "local"}


def test_the_last_function_to_begin_counts_though_it_has_ended() -> None:
    symbols = table(function("outer", TEXT, 32), function("inner", TEXT + 8, 4))
    found = [symbols.last_start(TEXT + at) for at in (-1, 0, 7, 8, 40)]
    assert found == [None, TEXT, TEXT, TEXT + 8, TEXT + 8]


def test_an_undefined_function_is_nowhere() -> None:
    symbols = SymbolTable(entry(1, 0, 8, section=0), b"\0extern\0")
    assert symbols.function_at(0) is None
    assert not symbols.has_function(0)
    assert symbols.named("extern") is None


def test_a_name_that_is_the_end_of_another_one_is_found() -> None:
    # Linkers share the bytes of "main" in "xmain".
    assert SymbolTable(entry(2, TEXT | 1, 4), b"\0xmain\0").named("main") is not None


def test_a_global_symbol_is_found_before_a_local_one_of_the_same_name() -> None:
    symbols = table(function("run", TEXT, 4, LOCAL), function("run", TEXT + 8, 4))
    found = symbols.named("run")
    assert found is not None
    assert found.address == TEXT + 8


def test_a_name_that_nobody_has_is_none() -> None:
    assert table(function("main", TEXT, 4)).named("mai") is None


def test_mapping_symbols_tell_code_from_data_and_are_not_listed() -> None:
    symbols = table(
        ASymbol("$t", TEXT, type=NOTYPE, binding=LOCAL, section=".text"),
        ASymbol("$d.1", TEXT + 8, type=NOTYPE, binding=LOCAL, section=".text"),
        ASymbol("$a", TEXT + 12, type=NOTYPE, binding=LOCAL, section=".text"),
        ASymbol("$total", TEXT + 16, type=NOTYPE, binding=LOCAL, section=".text"),
    )
    found = [symbols.mapping_at(TEXT + at) for at in (-1, 0, 7, 8, 12, 16)]
    assert found == [None, "t", "t", "d", "a", "a"]
    assert [symbol.name for symbol in symbols.all] == ["", "$total"]


def test_a_name_outside_the_string_table_is_empty() -> None:
    symbols = SymbolTable(entry(500, TEXT | 1, 4), b"\0")
    assert [symbol.name for symbol in symbols.all] == [""]


def test_a_table_that_links_to_no_strings_is_ignored() -> None:
    elf = bytearray(an_elf(code(b"\0\0", at=TEXT), symbols=(function("f", TEXT, 2),)))
    symtab = int.from_bytes(elf[32:36], "little") + 2 * 40
    elf[symtab + 24 : symtab + 28] = b"\xff\0\0\0"  # sh_link
    assert Image.from_bytes(bytes(elf)).symbols.all == ()


def test_a_label_of_assembler_reaches_to_the_next_one() -> None:
    symbols = table(
        ASymbol("call", TEXT, 0, NOTYPE, section=".text"),
        ASymbol("local", TEXT + 4, 0, NOTYPE, LOCAL, ".text"),
        ASymbol("other", TEXT + 0x10, 0, NOTYPE, section=".text"),
        size=0x20,
    )
    found = [symbols.label_at(TEXT + at) for at in (0, 6, 0x10, 0x20)]
    assert [each and each.name for each in found] == ["call", "call", "other", None]


def far_functions(count: int) -> bytes:
    """More functions than are sorted at once, where nothing else is."""
    return b"".join(entry(0, 0x7000_0001 + 64 * at, 8) for at in range(count))


ADDRESSES = some.builds(
    lambda block, low: block << 16 | low,
    some.sampled_from((0, 1, 0x0800, 0x0801, 0x2000)),
    some.integers(0, 12).map(lambda low: 0xFFF8 + low if low < 8 else 3 * (low - 8)),
)
FUNCTIONS = some.tuples(ADDRESSES, some.sampled_from((0, 2, 8, 0x100, 0x11000)))


@given(
    some.lists(FUNCTIONS, max_size=60),
    some.lists(some.tuples(ADDRESSES, some.integers(-2, 0x200)), min_size=1, max_size=8),
)
def test_of_many_symbols_those_of_a_block_tell_what_all_tell(
    functions: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    near = b"".join(entry(2 * at, *each) for at, each in enumerate(functions))
    names = b"".join(b"%c\0" % (at + 1) for at in range(len(functions)))
    few, many = SymbolTable(near, names), SymbolTable(near + far_functions(2100), names)
    for address, distance in asked:
        assert many.function_at(address + distance) == few.function_at(address + distance)
        assert many.functions_from(address) == few.functions_from(address)


ANYWHERE = some.integers(0x100, 0x109)
SYMBOLS = some.tuples(
    ANYWHERE,
    some.sampled_from((0, 0, 1, 2, 5)),  # bytes
    some.sampled_from((FUNC, OBJECT)),
    some.sampled_from((0, 1, 1, 1)),  # of no section: undefined
)


@settings(max_examples=500)
@given(some.lists(SYMBOLS, max_size=8), some.lists(ANYWHERE, min_size=1, max_size=12))
def test_symbols_that_were_all_sorted_tell_what_a_look_at_each_tells(
    symbols: list[tuple[int, int, int, int]], asked: list[int]
) -> None:
    entries = b"".join(
        pack("<3I2BH", 2 * at, value, size, GLOBAL << 4 | kind, 0, section)
        for at, (value, size, kind, section) in enumerate(symbols)
    )
    names = b"".join(b"%c\0" % (at + 1) for at in range(len(symbols)))
    sections = [Section("", 0, 0, start, 0, 0x18) for start in (0, 0x100)]
    looked_at, in_order = (SymbolTable(entries, names, sections) for _ in range(2))
    for address in asked:
        with patch.object(symbol_order, "_WORTH_ALL", 0):
            expected = looked_at.function_at(address), looked_at.object_at(address)
        with patch.object(symbol_order, "_WORTH_ALL", 1000):
            assert (in_order.function_at(address), in_order.object_at(address)) == expected
