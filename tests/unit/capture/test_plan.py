from stackdump_probe.arch.registers import Registers
from stackdump_probe.capture.core import Core
from stackdump_probe.capture.plan import (
    LARGEST_BANK,
    LONGEST_STACK,
    LONGEST_THREAD_STACK,
    LONGEST_UNKNOWN_RAM,
    Bank,
    Layout,
    Region,
    absent_specials,
    code,
    control_space,
    core_names,
    is_flash,
    most_bytes,
    program,
    security_state,
    stacks,
    variables,
    without_overlap,
)
from stackdump_probe.record import replace

SRAM = Bank(0x2000_0000, 0x2_0000)
M0 = Core(is_mainline=False)
M4 = Core(has_fpu=True, interrupt_words=3)
M33 = Core(is_v8m=True, has_fpu=True)
TRUSTZONE = Core(is_v8m=True, has_fpu=True, has_security=True)


def spans(regions: tuple[Region, ...]) -> list[tuple[int, int]]:
    return [(region.start, region.end) for region in regions]


def test_core_registers_are_selected_as_dcrsr_numbers_them() -> None:
    names = core_names(M4)
    assert list(names) == [*(f"r{n}" for n in range(13)), "sp", "lr", "pc", "xpsr", "msp", "psp",
                           "cfbp"]  # fmt: skip
    assert list(names.values()) == [*range(19), 20]


def test_v8m_has_stack_limits_of_the_state_that_the_core_is_in() -> None:
    assert core_names(M33)["msplim"] == 30
    assert core_names(Core(is_v8m=True, is_secure=True))["psplim"] == 29


def test_v8m_baseline_without_security_has_no_stack_limits() -> None:
    assert "msplim" not in core_names(Core(is_mainline=False, is_v8m=True))


def test_what_both_security_states_have_is_read_if_the_debugger_may() -> None:
    # DDI 0553, DCRSR.REGSEL: MSP_NS is 24, PSP_S 27, CONTROL and the masks of both 34 and 35.
    names = core_names(replace(TRUSTZONE, sees_secure=True))
    found = (names["msp_ns"], names["psp_s"], names["cfbp_s"], names["cfbp_ns"])
    assert found == (24, 27, 34, 35)
    assert "msp_ns" not in core_names(TRUSTZONE)
    assert spans(security_state(TRUSTZONE)) == [(0xE000EE08, 0xE000EE0C)]
    assert security_state(M33) == ()


def test_secure_state_sees_what_the_other_one_has_at_its_alias() -> None:
    found = spans(control_space(replace(TRUSTZONE, is_secure=True, sees_secure=True)))
    assert {(0xE002ED00, 0xE002ED90), (0xE002EF34, 0xE002EF3C)} <= set(found)
    assert (0xE002ED00, 0xE002ED90) not in spans(control_space(TRUSTZONE))


def test_rfsr_is_read_where_there_is_ras() -> None:
    assert (0xE000EF04, 0xE000EF08) in spans(control_space(replace(M33, has_ras=True)))
    assert (0xE000EF04, 0xE000EF08) not in spans(control_space(M33))


def test_the_stacks_of_both_security_states_are_read() -> None:
    words = {"msp": 0x2001_FF00, "psp": 0, "msp_s": 0x2001_FF00, "psp_s": 0,
             "msp_ns": 0x2000_1000, "psp_ns": 0x2000_2000}  # fmt: skip
    found = stacks(Registers(words), Layout(stack_tops=(0x2000_1100, 0x2000_2100)), [SRAM], None)
    assert spans(found) == [
        (0x2001_FF00, 0x2002_0000),
        (0x2000_1000, 0x2000_1100),
        (0x2000_2000, 0x2000_2100),
    ]


def test_special_registers_that_a_core_lacks_are_zero() -> None:
    assert absent_specials(M0) == {"fpscr": 0, "msplim": 0, "psplim": 0}
    assert absent_specials(M33) == {}


def test_control_space_of_v7m_is_as_the_dump_format_lists_it() -> None:
    assert spans(control_space(M4)) == [
        (0xE000ED00, 0xE000ED90),
        (0xE000EF34, 0xE000EF3C),
        (0xE000E100, 0xE000E10C),
        (0xE000E200, 0xE000E20C),
        (0xE000E300, 0xE000E30C),
    ]


def test_v6m_has_no_active_bits_and_no_fp_control() -> None:
    assert spans(control_space(M0)) == [
        (0xE000ED00, 0xE000ED90),
        (0xE000E100, 0xE000E104),
        (0xE000E200, 0xE000E204),
    ]


def test_v8m_mainline_adds_the_secure_fault_registers() -> None:
    assert (0xE000EDE4, 0xE000EDEC) in spans(control_space(M33))


def test_the_program_is_told_by_its_build_id_and_vector_table() -> None:
    layout = Layout(proof=(Region(0x0800_1000, 36, "build id"),))
    assert spans(program(Core(interrupt_words=1), 0x0800_0000, layout)) == [
        (0x0800_1000, 0x0800_1024),
        (0x0800_0000, 0x0800_00C0),
    ]


def test_code_is_what_stands_around_pc_and_lr() -> None:
    assert spans(code(Registers({"pc": 0x0800_0102, "lr": 0x0800_0201}))) == [
        (0x0800_00E0, 0x0800_0120),
        (0x0800_01E0, 0x0800_0220),
    ]


def test_exc_return_and_lockup_are_no_code() -> None:
    assert code(Registers({"pc": 0xEFFF_FFFE, "lr": 0xFFFF_FFF9})) == ()


def test_code_near_address_zero_begins_at_zero() -> None:
    assert spans(code(Registers({"pc": 4}))) == [(0, 64)]


def test_flash_is_the_code_region_without_the_ram_in_it() -> None:
    ccm = Bank(0x1000_0000, 0x1_0000)
    assert is_flash(Region(0x0800_0000, 64), [SRAM, ccm])
    assert is_flash(Region(0x1FFF_FFC0, 64), [SRAM, ccm])
    assert not is_flash(Region(0x1FFF_FFC4, 64), [SRAM, ccm])
    assert not is_flash(Region(0x0FFF_FFFF, 2), [SRAM, ccm])
    assert not is_flash(Region(0x6000_0000, 64), [SRAM, ccm])


def test_main_stack_reaches_to_the_nearest_top_above_sp() -> None:
    layout = Layout(stack_tops=(0x2000_1000, 0x2000_8000))
    found = stacks(Registers({"msp": 0x2000_4000}), layout, [SRAM], 0x2002_0000)
    assert spans(found) == [(0x2000_4000, 0x2000_8000)]


def test_without_elf_the_stack_reaches_to_the_first_word_of_the_vector_table() -> None:
    found = stacks(Registers({"msp": 0x2001_FF00}), Layout(), [SRAM], 0x2001_FFF0)
    assert spans(found) == [(0x2001_FF00, 0x2001_FFF0)]
    assert not found[0].is_superset


def test_without_any_top_the_stack_reaches_to_the_end_of_its_bank() -> None:
    found = stacks(Registers({"msp": 0x2001_FF00}), Layout(), [SRAM], None)
    assert spans(found) == [(0x2001_FF00, 0x2002_0000)]


def test_a_top_in_another_bank_does_not_count() -> None:
    ccm = Bank(0x1000_0000, 0x1_0000)
    found = stacks(Registers({"msp": 0x1000_FF00}), Layout(), [SRAM, ccm], 0x2002_0000)
    assert spans(found) == [(0x1000_FF00, 0x1001_0000)]


def test_a_stack_in_a_huge_bank_is_bounded() -> None:
    found = stacks(Registers({"msp": 0x2000_0000}), Layout(), [Bank(0x2000_0000, 1 << 29)], 0)
    assert found[0].size == LONGEST_STACK


def test_an_empty_stack_at_the_very_end_of_ram_is_no_region() -> None:
    assert stacks(Registers({"msp": 0x2002_0000}), Layout(), [SRAM], 0x2002_0000) == ()


def test_process_stack_reaches_to_the_end_of_the_variable_that_holds_it() -> None:
    layout = Layout(objects=(Region(0x2000_1000, 0x400, "idle_stack"),))
    registers = Registers({"msp": 0x2002_0000, "psp": 0x2000_1300})
    assert spans(stacks(registers, layout, [SRAM], 0x2002_0000)) == [(0x2000_1300, 0x2000_1400)]


def test_process_stack_of_unknown_extent_is_bounded() -> None:
    registers = Registers({"psp": 0x2000_1000})
    found = stacks(registers, Layout(), [SRAM], None)
    assert spans(found) == [(0x2000_1000, 0x2000_1000 + LONGEST_THREAD_STACK)]
    assert found[0].is_superset


def test_process_stack_ends_with_its_bank_or_a_stack_top() -> None:
    registers = Registers({"psp": 0x2001_FF00})
    assert spans(stacks(registers, Layout(), [SRAM], None)) == [(0x2001_FF00, 0x2002_0000)]
    found = stacks(registers, Layout(stack_tops=(0x2001_FF80,)), [SRAM], None)
    assert spans(found) == [(0x2001_FF00, 0x2001_FF80)]


def test_a_process_stack_pointer_that_was_never_set_is_left_out() -> None:
    found = stacks(Registers({"msp": 0x2001_FF00, "psp": 0}), Layout(), [SRAM], 0x2002_0000)
    assert [region.what for region in found] == ["main stack"]


def test_the_stack_that_the_core_is_on_comes_first() -> None:
    words = {"msp": 0x2001_FF00, "psp": 0x2000_1000}
    on_psp = stacks(Registers({**words, "sp": 0x2000_1000}), Layout(), [SRAM], None)
    assert [region.what for region in on_psp] == ["process stack", "main stack"]
    on_msp = stacks(Registers({**words, "sp": 0x2001_FF00}), Layout(), [SRAM], None)
    assert [region.what for region in on_msp] == ["main stack", "process stack"]


def test_a_stack_pointer_outside_ram_is_worth_a_short_look() -> None:
    found = stacks(Registers({"msp": 0xC000_0000}), Layout(), [SRAM], None)
    assert spans(found) == [(0xC000_0000, 0xC000_1000)]


def test_a_wild_stack_pointer_is_not_followed() -> None:
    for wild in (0, 0xFFFF_FFFC, 0xE000_ED00, 0x4000_0001):
        assert stacks(Registers({"msp": wild, "psp": wild}), Layout(), [SRAM], None) == ()


def test_ram_used_is_data_and_heap_up_to_the_stack() -> None:
    layout = Layout(data=(Region(0x2000_0000, 0x100, ".data"),), heap=0x2000_0100)
    found = variables("used", Registers({"msp": 0x2001_F000}), layout, [SRAM])
    assert spans(found) == [(0x2000_0000, 0x2000_0100), (0x2000_0100, 0x2001_F000)]


def test_a_heap_above_the_stack_reaches_to_the_end_of_its_bank() -> None:
    found = variables("used", Registers({"msp": 0x2000_0800}), Layout(heap=0x2000_1000), [SRAM])
    assert spans(found) == [(0x2000_1000, 0x2002_0000)]


def test_a_heap_outside_the_known_banks_is_left_out() -> None:
    assert variables("used", Registers(), Layout(heap=0xC000_0000), [SRAM]) == ()


def test_ram_all_is_every_bank_but_the_aliases() -> None:
    alias = Bank(0x3000_0000, 0x2_0000, is_alias=True)
    assert spans(variables("all", Registers(), Layout(), [SRAM, alias])) == [
        (0x2000_0000, 0x2002_0000)
    ]


def test_ram_all_of_a_bank_of_unknown_size_is_bounded() -> None:
    bank = Bank(0x2000_0000, LARGEST_BANK + 1)
    assert variables("all", Registers(), Layout(), [bank])[0].size == LONGEST_UNKNOWN_RAM


def test_ram_stack_is_nothing_beside_the_stacks() -> None:
    layout = Layout(data=(Region(0x2000_0000, 0x100),))
    assert variables("stack", Registers(), layout, [SRAM]) == ()


def test_what_an_earlier_region_has_is_taken_out_of_later_ones() -> None:
    regions = (Region(0x100, 0x100), Region(0x80, 0x200), Region(0x140, 0x20))
    assert spans(without_overlap(regions)) == [(0x100, 0x200), (0x80, 0x100), (0x200, 0x280)]


def test_what_was_read_already_is_not_read_again() -> None:
    found = without_overlap([Region(0x100, 0x100)], [Region(0x180, 0x1000)])
    assert spans(found) == [(0x100, 0x180)]


def test_touching_and_empty_regions_lose_nothing() -> None:
    regions = (Region(0x100, 0x100), Region(0x200, 0), Region(0x200, 0x10))
    assert spans(without_overlap(regions)) == [(0x100, 0x200), (0x200, 0x210)]


def test_most_bytes_covers_what_all_asks_for() -> None:
    asked = [Region(0x4000_0000, 0x100)]
    assert most_bytes("all", asked, [SRAM], Layout()) >= 0x2_0000 + 0x100


def test_a_stack_that_has_left_its_bank_downwards_is_read_from_the_start_of_the_bank() -> None:
    registers = Registers({"msp": 0x1FFF_FFD0, "psp": 0x1FFF_FFE0, "sp": 0x1FFF_FFD0})
    found = stacks(registers, Layout(stack_tops=(0x2000_1000,)), [SRAM], None)
    assert [(each.start, each.end) for each in found] == [(SRAM.start, 0x2000_1000)] * 2
