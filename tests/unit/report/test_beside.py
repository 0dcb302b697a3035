"""A bootloader and an application: two programs that share the RAM, one after the other."""

from stackdump_probe.arch.debug import VTOR
from stackdump_probe.dump.model import Dump
from stackdump_probe.image.elf import Image
from stackdump_probe.record import replace
from stackdump_probe.report.beside import Beside, first_shared
from stackdump_probe.report.build import MISMATCH, build_report
from stackdump_probe.report.looks.compare import compare
from stackdump_probe.report.model import ElfMatch, Report
from stackdump_probe.report.to_text import to_text
from tests.builders import a_dump, an_elf, words
from tests.builders.dwarf import a_unit
from tests.builders.dwarf import debug_sections as written
from tests.builders.elves import FUNC, ASection, ASymbol, code, constants, debug_sections, zeroed
from tests.builders.type_dies import C99, INT, expression, language, named, variable

BOOT, APP, RAM = 0x0800_0000, 0x0800_4000, 0x2000_0000
NOP, BLX_R3 = b"\x00\xbf", b"\x98\x47"
TEXT = 0x200
CODE = NOP * 8 + BLX_R3 + NOP * 0x37  # a call at 0x10
OWN = RAM + 0x800
UNKNOWN = ElfMatch("unknown", "none")


def program(at: int, name: str, *bss: ASection, **places: int) -> Image:
    """One with a function at TEXT, an interrupt's handler behind it, and these statics."""
    table = words(RAM + 0x1000, at + TEXT + 0x60 | 1, *[0] * 42, at + TEXT + 0x40 | 1)
    symbols = [
        ASymbol(label, at + TEXT + offset | 1, size, FUNC, section=".text")
        for label, offset, size in (
            (name, 0, 0x40), (f"{name}_timer", 0x40, 0x20), (f"{name}_reset", 0x60, 0x20),
        )
    ]  # fmt: skip
    statics = (
        variable(label, "int", expression(b"\x03" + words(place)))
        for label, place in places.items()
    )
    unit = a_unit(INT, *statics, top=(*language(C99), named(f"{name}.c")))
    sections = constants(table, at=at, name=".isr_vector"), code(CODE, at=at + TEXT), *bss
    return Image.from_bytes(
        an_elf(*sections, *debug_sections(written(unit)), symbols=symbols, entry=at + TEXT | 1)
    )


boot = program(
    BOOT, "boot", zeroed(16, at=RAM), zeroed(4, at=OWN, name=".keep"), update=RAM + 4, reason=OWN
)
app = program(APP, "app", zeroed(16, at=RAM), count=RAM + 8)


def dump(**registers: int) -> Dump:
    held = {**{f"r{n}": n for n in range(13)}, "sp": RAM + 0xF00, "lr": 0xFFFF_FFFF}
    memory = {RAM: bytes(range(16)), OWN: words(7), RAM + 0xE00: bytes(0x200)}
    return a_dump({**memory, VTOR: words(APP)}, **{**held, "xpsr": 0x0100_0000, **registers})


def traced(dumped: Dump, verdict: ElfMatch = UNKNOWN) -> Report:
    other = Beside("boot.elf", boot, verdict)
    return build_report(dumped, app, elf_path="app.elf", dumps=["x.dump"], also=[other])


def names(report: Report) -> list[str | None]:
    return [frame.function for frame in report.threads[0].frames]


IN_BOOT = dump(pc=BOOT + TEXT + 4, lr=APP + TEXT + 0x12 | 1)


def test_frames_lead_from_one_program_into_the_other() -> None:
    assert names(traced(IN_BOOT)) == ["boot", "app"]


def test_without_the_other_elf_its_code_has_no_name_and_the_hint_tells_how_it_gets_one() -> None:
    code_of_boot = a_dump({BOOT + TEXT: CODE}).memory
    bare = dump(pc=BOOT + TEXT + 4, lr=0x1001)
    held = bare.memory.over(code_of_boot)
    report = build_report(replace(bare, memory=held), app, elf_path="app.elf", dumps=["x.dump"])
    assert names(report) == [None]
    assert (
        report.threads[0].end.hint == "if it is another program's, name that one's ELF with --also"
    )


def test_variables_whose_place_the_running_program_uses_are_gone() -> None:
    report = traced(IN_BOOT)
    assert [each.name for each in report.statics] == ["count"]
    assert [(each.name, each.value) for each in report.also[0].statics] == [("reason", "7")]
    before = traced(dump(pc=BOOT + TEXT + 4))
    assert before.statics == ()
    assert [each.name for each in before.also[0].statics] == ["update", "reason"]


def test_interrupts_have_the_names_of_the_table_that_is_in_use() -> None:
    report = traced(dump(pc=APP + TEXT + 0x44, xpsr=0x0100_0000 | 44))
    assert report.core.exception == "IRQ 28 (app_timer)"


def test_a_program_that_is_not_in_the_dump_is_warned_of_by_name() -> None:
    report = traced(IN_BOOT, ElfMatch("mismatch", "bytes differ"))
    assert report.warnings[0] == f"boot.elf: {MISMATCH}"


def test_text_tells_whose_statics_are_whose() -> None:
    lines = list(to_text(traced(IN_BOOT)))
    assert "elf:   boot.elf may or may not be the program in the dump: none" in lines
    assert lines[lines.index("statics of boot.elf:") + 2] == "    reason: int = 7"


def test_looks_compare_the_statics_of_all() -> None:
    later = dump(pc=BOOT + TEXT + 4, lr=APP + TEXT + 0x12 | 1)
    changed = a_dump({OWN: words(8)}).memory.over(later.memory)
    looks = [(each, traced(each)) for each in (IN_BOOT, replace(later, memory=changed))]
    assert [(each.name, each.values) for each in compare(looks).statics] == [("reason", ("7", "8"))]


def test_programs_that_fill_the_same_flash_do_not_fit() -> None:
    assert first_shared(boot, app) is None
    assert first_shared(app, program(APP + TEXT + 0x20, "other")) == APP + TEXT + 0x20
    assert first_shared(app, app) == APP
