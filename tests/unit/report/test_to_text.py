"""A report as lines."""

from typing import Any

import pytest

from stackdump_probe.record import replace
from stackdump_probe.report.frame_rows import Look
from stackdump_probe.report.model import (
    CoreState,
    ElfMatch,
    FaultInstruction,
    FrameDetails,
    Location,
    ReportEnd,
    Variable,
)
from stackdump_probe.report.theme import plain
from stackdump_probe.report.to_text import painted, static_writer, to_lines, to_text
from stackdump_probe.report.wrap import width
from tests.unit.report.samples import BUS_FAULT, OVERFLOW, a_frame, a_report, a_thread, a_variable

DETAILS = FrameDetails(
    {"r4": 4, "sp": 0x2000_0FF0}, {"r5": 0x2000_0FF8}, code_origin="elf", stack_origin="dump"
)
SOURCE = b"".join(b"line %d\n" % number for number in range(1, 21))


def lines_of(*frames: Any, options: dict[str, Any] | None = None, **changed: Any) -> list[str]:
    return list(to_text(a_report(*frames, **changed), **(options or {})))


def variable_lines(*variables: Variable, **options: Any) -> list[str]:
    """The lines below the frame's own two."""
    lines = lines_of(a_frame(variables=variables), options=options)
    return lines[
        lines.index("      at src/main.c:10:5") + 1 : lines.index("end: reached Reset_Handler")
    ]


def test_a_frame_has_its_number_function_and_place() -> None:
    lines = lines_of(a_frame(0, "wait"), a_frame(1, "main"))
    assert lines[3:] == [
        " 0: wait",
        "      at src/main.c:10:5",
        " 1: main",
        "      at src/main.c:11:5",
        "end: reached Reset_Handler",
    ]


def test_the_head_says_which_core_and_whether_the_elf_belongs() -> None:
    assert lines_of(a_frame())[:3] == [
        "core:  Cortex-M4, thread mode",
        "elf:   build/fw.elf is the program in the dump: 64 flash bytes at 0x08000100 equal",
        "",
    ]


def test_an_unlisted_core_is_shown_by_its_cpuid() -> None:
    lines = lines_of(core=CoreState(0x720F_D213, None, None, None))
    assert lines[0] == "core:  core with CPUID 0x720fd213"


def test_nothing_is_said_of_an_unknown_core() -> None:
    assert lines_of(core=CoreState(None, None, None, None))[0].startswith("elf:")


def test_a_mismatch_is_said_loudly() -> None:
    lines = lines_of(elf_match=ElfMatch("mismatch", "bytes differ"))
    assert lines[1] == "elf:   build/fw.elf is NOT the program in the dump: bytes differ"


def test_a_fault_is_told_first_with_its_bits() -> None:
    assert lines_of(a_frame(), fault=BUS_FAULT)[:5] == [
        "fault: precise data bus error at 0x60000010",
        "       CFSR.PRECISERR  precise data bus error",
        "       HFSR.FORCED  escalated to HardFault: the fault's own handler is disabled",
        "       at 0x08000190: ldr r3, [r3, r4]  (r3 0x60000000, r4 unknown)  loads 4 bytes from "
        "0x60000010,",
        "           as BFAR says",
    ]


def test_a_fault_without_a_legible_instruction_tells_where_it_was() -> None:
    fault = replace(BUS_FAULT, causes=(), instruction=FaultInstruction(0, None, {}, None, None))
    assert lines_of(fault=fault)[1] == "       at 0x00000000"


def test_warnings_stand_before_the_frames() -> None:
    lines = lines_of(a_frame(), warnings=("two dumps disagree",))
    assert lines[2] == "warning: two dumps disagree"


def test_inline_and_exception_frames_are_marked() -> None:
    lines = lines_of(
        a_frame(0, "get", kind="inline"),
        a_frame(1, "SysTick", kind="exception", location=None, rule="exception"),
    )
    assert lines[3] == " 0: get (inline)"
    assert lines[5] == " 1: SysTick (exception)"


@pytest.mark.parametrize(
    ("rule", "mark"),
    [
        ("leaf", "likely: leaf"),
        ("prologue", "likely: prologue"),
        ("scan", "guess: scan"),
    ],
)
def test_an_uncertain_frame_says_so(rule: str, mark: str) -> None:
    assert f" 0: wait ({mark})" in lines_of(a_frame(rule=rule))


@pytest.mark.parametrize("rule", ["innermost", "cfi", "exidx", "exception"])
def test_a_certain_frame_has_no_mark(rule: str) -> None:
    assert " 0: wait" in lines_of(a_frame(rule=rule))


def test_a_legend_tells_once_what_the_marks_mean() -> None:
    frames = (*(a_frame(level, rule="leaf") for level in range(3)), a_frame(3, rule="scan"))
    lines = lines_of(*frames, options={"columns": 500})
    [legend] = [line for line in lines if line.startswith("legend: ")]
    assert lines[-1] == legend
    assert legend.startswith("legend: leaf: its return address was still in lr; scan: a call left")


def test_without_marks_there_is_no_legend() -> None:
    assert not any(line.startswith("legend") for line in lines_of(a_frame(), a_frame(1)))


def test_a_frame_without_a_name_shows_its_pc() -> None:
    lines = lines_of(a_frame(function=None, location=None))
    assert lines[3] == " 0: 0x08000200 (no symbol)"


def test_a_place_without_a_column_shows_none() -> None:
    assert "      at a.c:3" in lines_of(a_frame(location=Location("a.c", 3)))


def test_numbers_are_aligned() -> None:
    lines = lines_of(*(a_frame(level, location=None) for level in range(11)))
    assert (lines[3], lines[13]) == ("  0: wait", " 10: wait")


def test_a_variable_shows_name_type_and_value() -> None:
    assert variable_lines(a_variable("count", "7")) == ["      count: int = 7"]


@pytest.mark.parametrize(
    ("state", "why", "shown"),
    [
        ("optimized_out", None, "<optimized out>"),
        ("not_captured", "4 bytes at 0x20000000", "<not captured: 4 bytes at 0x20000000>"),
        ("unsupported", "fixed point", "<unsupported: fixed point>"),
        ("ok", None, "<no value>"),
    ],
)
def test_a_value_that_is_not_there_says_why(state: str, why: str | None, shown: str) -> None:
    lines = variable_lines(a_variable(value=None, state=state, why=why))
    assert lines == [f"      count: int = {shown}"]


def test_a_partial_value_says_what_is_missing() -> None:
    lines = variable_lines(a_variable(value="{1, ?}", state="partial", why="r1 is not known"))
    assert lines == ["      count: int = {1, ?} <partial: r1 is not known>"]


def test_a_long_value_is_capped_and_the_cut_is_visible() -> None:
    long = a_variable(value="[" + ", ".join(["1234"] * 400) + "]")
    lines = variable_lines(long, columns=80, max_lines=3)
    assert len(lines) == 3
    assert lines[-1].endswith("...")


def test_without_a_cap_all_of_a_long_value_is_shown() -> None:
    long = a_variable(value=" ".join(str(n) for n in range(1000)))
    joined = " ".join(line.strip() for line in variable_lines(long, columns=80, max_lines=0))
    assert joined == "count: int = " + " ".join(str(n) for n in range(1000))


def test_a_value_that_is_none_of_its_type_is_marked() -> None:
    unlisted = a_variable(value="9", why="no enumerator has this value")
    assert variable_lines(unlisted) == ["      count: int = 9 <no enumerator has this value>"]


def test_inlined_and_zero_sized_variables_show_only_when_asked_for() -> None:
    inlined, empty = a_variable("i", inlined=True), a_variable("z", zero_sized=True)
    assert variable_lines(inlined, empty) == []
    assert variable_lines(inlined, empty, show_inlined=True) == ["      i: int = 7"]
    assert variable_lines(inlined, empty, show_zero_sized=True) == ["      z: int = 7"]


def test_the_innermost_frame_shows_the_source_around_its_pc() -> None:
    lines = lines_of(a_frame(), options={"read_source": lambda _path: SOURCE})
    assert lines[4:10] == [
        "      at src/main.c:10:5",
        "          8 | line 8",
        "          9 | line 9",
        "      -> 10 | line 10",
        "            |     ^",
        "         11 | line 11",
    ]


def test_an_outer_frame_shows_the_line_of_its_call() -> None:
    lines = lines_of(a_frame(), a_frame(1), options={"read_source": lambda _path: SOURCE})
    assert lines[-3:-1] == ["      at src/main.c:11:5", "      -> 11 | line 11"]


def test_a_caret_beyond_the_terminal_is_left_out() -> None:
    wide = (b"x" * 100 + b"\n") * 20
    frame = a_frame(location=Location("a.c", 10, 70))
    lines = lines_of(frame, options={"read_source": lambda _path: wide, "columns": 60})
    assert not any("^" in line for line in lines)


def test_a_caret_beyond_its_line_is_left_out() -> None:
    frame = a_frame(location=Location("a.c", 10, 70))
    lines = lines_of(frame, options={"read_source": lambda _path: SOURCE})
    assert not any("^" in line for line in lines)


def test_source_is_escaped_and_kept_to_one_line() -> None:
    evil = (b"\x1b[2J" + b"x" * 200 + b"\n") * 20
    lines = lines_of(a_frame(), options={"read_source": lambda _path: evil, "columns": 60})
    assert "      -> 10 | \\x1b[2J" + "x" * 36 + "..." in lines


def test_verbose_shows_how_each_frame_was_found_and_the_registers() -> None:
    frames = a_frame(details=DETAILS), a_frame(1, cfa=None, details=DETAILS)
    lines = lines_of(*frames, options={"verbose": True})
    assert lines[2] == "r0     0x00000000  sp     0x20001000  pc     0x08000200"
    assert lines[6] == (
        "      pc 0x08000200 (from elf)  cfa 0x20001000 (from dump)  rule innermost"
    )
    assert lines[9:12] == [
        "      pc 0x08000210 (from elf)  cfa unknown  rule cfi",
        "      r4     0x00000004  sp     0x20000ff0",
        "      r5 was saved at 0x20000ff8, which is not in the dump",
    ]


def test_verbose_shows_where_each_register_was_saved() -> None:
    saved_at = {"r4": 0x2000_0FE8, "r5": 0x2000_0FEC, "pc": 0x2000_0FF4}
    details = FrameDetails({"r4": 4, "r5": 5, "sp": 0x2000_0FF8}, saved_at, "elf", "dump")
    lines = lines_of(a_frame(1, details=details), options={"verbose": True, "columns": 80})
    assert lines[-4:-1] == [
        "      pc 0x08000210 (from elf)  cfa 0x20001010 (from dump)  rule cfi",
        "      r4     0x00000004 at 0x20000fe8  r5     0x00000005 at 0x20000fec",
        "      sp     0x20000ff8                pc     0x08000210 at 0x20000ff4",
    ]


def test_bytes_that_nobody_vouches_for_are_said_to_be_in_no_file() -> None:
    nowhere = FrameDetails({}, {}, None, None)
    lines = lines_of(a_frame(details=nowhere), options={"verbose": True})
    assert lines[-2].startswith("      pc 0x08000200 (in no file)  cfa 0x20001000 (in no file)")


def test_a_frame_without_bytes_has_them_from_nowhere() -> None:
    empty = FrameDetails({"sp": 0x2000_1000}, {}, "elf", None)
    lines = lines_of(a_frame(details=empty), options={"verbose": True})
    assert lines[-2] == "      pc 0x08000200 (from elf)  cfa 0x20001000  rule innermost"


def test_the_pc_of_an_exception_is_no_code() -> None:
    frame = a_frame(kind="exception", pc=0xFFFF_FFF9, rule="exception", details=DETAILS)
    lines = lines_of(frame, options={"verbose": True})
    assert lines[-2] == "      pc 0xfffffff9  cfa 0x20001000 (from dump)  rule exception"


def test_an_early_end_gives_its_reason_and_what_would_help() -> None:
    end = ReportEnd("no_memory", "no memory at 0x20002000", "capture with --ram all")
    lines = lines_of(threads=(a_thread(a_frame(), end=end),))
    assert lines[-2:] == ["end: no memory at 0x20002000", "hint: capture with --ram all"]


def test_several_threads_have_headings() -> None:
    threads = (a_thread(a_frame()), a_thread(a_frame(), name="idle", current=False))
    lines = lines_of(threads=threads)
    assert lines[3] == "thread without name (current):"
    assert lines[8] == "thread idle:"


def test_statics_come_last_by_file() -> None:
    one = a_variable("one", kind="static", declared=Location("b.c", 1))
    two = a_variable("two", kind="static", declared=Location("a.c", 1))
    three = a_variable("three", kind="static", declared=Location("b.c", 2))
    none = a_variable("none", kind="static", declared=None)
    lines = lines_of(a_frame(), statics=(one, two, three, none))
    assert lines[-9:] == [
        "",
        "statics:",
        "  b.c",
        "    one: int = 7",
        "    three: int = 7",
        "  a.c",
        "    two: int = 7",
        "  (no file)",
        "    none: int = 7",
    ]


def test_no_text_of_the_target_controls_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x9b2J\n"
    variable = a_variable(evil, evil, type=evil)
    report = a_report(
        a_frame(function=evil, location=Location(evil, 1), variables=(variable,)),
        elf_path=evil,
        warnings=(evil,),
        statics=(a_variable(evil, None, state="unsupported", why=evil),),
    )
    assert all(line.isprintable() for line in to_text(report))


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_every_line_keeps_to_the_width(columns: int) -> None:
    name = "core::ptr::drop_in_place<alloc::boxed::Box<dyn FnMut<(), Output = ()>>>::{{closure}}"
    frames = [a_frame(level, name, variables=(a_variable(name, name * 9),)) for level in range(3)]
    lines = lines_of(*frames, fault=BUS_FAULT, options={"columns": columns, "verbose": True})
    assert max(map(width, lines)) <= columns


def test_the_styled_lines_have_the_text_of_the_plain_ones() -> None:
    report = a_report(a_frame(variables=(a_variable(),)), a_frame(1, rule="scan"), fault=BUS_FAULT)
    lines = list(to_lines(report, Look(columns=60)))
    assert [plain(line) for line in lines] == list(to_text(report, columns=60))
    assert {part.style for line in lines for part in line} > {"alarm", "doubt", "function", "name"}


@pytest.mark.parametrize("columns", [40, 100])
def test_statics_written_where_they_are_read_stand_where_they_would(columns: int) -> None:
    statics = [
        a_variable(f"v{number}", "word " * number, declared=Location(f"{number % 3}.c", 1))
        for number in range(80)
    ]
    statics = [replace(each, kind="static") for each in [*statics, a_variable(zero_sized=True)]]
    look, paint = Look(columns), lambda lines: map(plain, lines)
    write = static_writer(look, paint)
    written = [
        replace(each, value=None, brief=None, written=write(each)) if number % 4 else each
        for number, each in enumerate(statics)
    ]
    lines = painted(a_report(a_frame(), statics=tuple(written)), look, paint)
    expected = to_text(a_report(a_frame(), statics=tuple(statics)), columns=columns)
    assert "\n".join(lines) == "\n".join(expected)


def test_no_line_ends_with_spaces() -> None:
    report = a_report(a_frame(location=Location("a.c ", 3), variables=(a_variable(value=" "),)))
    lines = list(to_text(report, read_source=lambda _path: b"  \n" * 20))
    assert lines == [line.rstrip(" ") for line in lines]


def test_an_overflow_of_the_stack_stands_below_the_fault() -> None:
    lines = lines_of(a_frame(), fault=BUS_FAULT, stack_overflow=OVERFLOW)
    at = lines.index("stack: the process stack overflowed")
    assert any(line.startswith("fault:") for line in lines[:at])
    assert lines[at + 1].startswith("core:")


def test_a_frame_in_another_security_state_than_the_one_inside_it_says_so() -> None:
    states = ("secure", "secure", "nonsecure", "nonsecure", "secure")
    frames = [a_frame(level, security=state) for level, state in enumerate(states)]
    titles = [line for line in lines_of(*frames) if ": wait" in line]
    assert titles == [
        " 0: wait",
        " 1: wait",
        " 2: wait (Non-secure state)",
        " 3: wait",
        " 4: wait (Secure state)",
    ]


def test_a_core_of_two_security_states_names_its_own() -> None:
    core = CoreState(0x410F_D213, "Cortex-M33", "thread", None, "nonsecure")
    assert lines_of(core=core)[0] == "core:  Cortex-M33, Non-secure state, thread mode"


def test_a_doubt_about_a_frame_stands_right_below_its_name() -> None:
    frame = a_frame(kind="exception", rule="exception", location=None, doubt="stacking failed")
    assert lines_of(frame)[-3:-1] == [
        " 0: wait (exception)",
        "      doubt: stacking failed",
    ]
