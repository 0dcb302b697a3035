"""What `info` shows of a dump."""

import pytest

from stackdump_probe.report.info import dump_info
from stackdump_probe.report.info_text import info_lines
from stackdump_probe.report.theme import plain
from tests.builders import a_dump, words


def test_info_shows_core_fault_registers_and_ranges() -> None:
    control_space = words(0x410F_C241, *[0] * 9, 1 << 25, 0)
    dump = a_dump({0x2000_0000: bytes(4096), 0xE000_ED00: control_space}, sp=5, xpsr=0x0100_0006)
    info = dump_info(dump, dumps=["a.dump", "b.dump"])
    assert [plain(line) for line in info_lines(info, columns=100)] == [
        "fault: integer division by zero",
        "       CFSR.DIVBYZERO  integer division by zero",
        "core:  Cortex-M4, handler mode, UsageFault",
        "cpuid: 0x410fc241 (r0p1)",
        "file:  a.dump, b.dump",
        "",
        "registers: 2",
        "sp     0x00000005  xpsr   0x01000006",
        "",
        "memory: 2 ranges, 4144 bytes",
        "0x20000000 - 0x20000fff      4096  SRAM",
        "0xe000ed00 - 0xe000ed2f        48  system control",
    ]


def test_an_interrupt_is_named_by_its_number() -> None:
    info = dump_info(a_dump(xpsr=0x0100_0000 | 16 + 28), dumps=[])
    assert info.core.exception == "IRQ 28"


@pytest.mark.parametrize(
    ("address", "region"),
    [
        (0, "code"),
        (0x1FFF_FFFF, "code"),
        (0x4000_0000, "peripherals"),
        (0x9000_0000, "external RAM"),
        (0xA000_0000, "external device"),
        (0xE010_0000, "vendor system"),
        (1 << 32, "beyond 32 bits"),
    ],
)
def test_a_range_is_named_by_the_memory_map(address: int, region: str) -> None:
    assert dump_info(a_dump({address: b"x"}), dumps=[]).memory[0].region == region


def test_what_was_left_out_of_the_dump_is_warned_of() -> None:
    from stackdump_probe.dump import decode
    from tests.builders import a_register_record

    info = dump_info(decode(a_register_record(9999, 1)), dumps=["x.dump"])
    lines = list(info_lines(info, columns=100))
    assert plain(lines[1]) == "warning: 1 registers from DWARF number 9999 on have no known name"
