"""What the other reader finds is what llvm-dwarfdump prints of these ELFs."""

from pathlib import Path

from tests.differential.described import Descriptions, Wanted, descriptions_of

GOLDEN = Path(__file__).parents[1] / "golden"


def of(case: str) -> Descriptions:
    return descriptions_of(GOLDEN / case / "fw.elf")


def test_pieces_are_summed_up() -> None:
    # [0x080001da, 0x08000246): DW_OP_lit1, DW_OP_stack_value, DW_OP_piece 0x2
    # [0x08000246, 0x08000248): ..., DW_OP_piece 0x2, DW_OP_reg1 R1, DW_OP_piece 0x2
    rover = of("rover_rustc_os")
    assert rover.described(Wanted("budget", 71, 0x0800_0241)) == {2}
    assert rover.described(Wanted("budget", 71, 0x0800_0246)) == {4}
    assert rover.described(Wanted("budget", 71, 0x0800_0268)) == set()
    assert not rover.has_wide_piece(Wanted("budget", 71, 0x0800_0241))


def test_a_computed_piece_of_two_words_is_wide() -> None:
    # [0x08000180, 0x080001f0): DW_OP_lit1, DW_OP_stack_value, DW_OP_piece 0x8
    assert of("harbor_rustc_o2").has_wide_piece(Wanted("every", 124, 0x0800_0180))


def test_a_piece_may_have_no_place() -> None:
    # [0x08001416, 0x08001480): DW_OP_piece 0x4, DW_OP_breg13 SP+256, ...
    # [0x080001da, 0x08000246): DW_OP_lit1, DW_OP_stack_value, DW_OP_piece 0x2
    assert of("harbor_rustc_os").has_empty_piece(Wanted("self", 1271, 0x0800_141F))
    assert not of("rover_rustc_os").has_empty_piece(Wanted("budget", 71, 0x0800_0241))


def test_the_body_of_an_async_function_is_told_by_its_name() -> None:
    # DW_TAG_subprogram "{async_fn#0}" [0x0800b50e, 0x0800b5ec); "wait_for"
    harbor = of("harbor_rustc_o0")
    assert harbor.is_of_async(Wanted("mask", 30, 0x0800_B52C))
    assert harbor.blocks(Wanted("mask", 28, 0x0800_C400)) == 1
    assert not harbor.is_of_async(Wanted("mask", 28, 0x0800_C400))


def test_a_constant_is_told_as_a_number() -> None:
    # DW_AT_const_value (67305985) at [0x08002dac, 0x08002db2)
    dummy = Wanted("dummy", 490, 0x0800_2DB0)
    assert of("harbor_rustc_os").constants(dummy) == [0x0403_0201]
    assert not of("harbor_rustc_os").is_in_pieces(dummy)


def test_entry_values_are_told_by_their_range() -> None:
    # [0x080001de, 0x0800026a): DW_OP_reg10 R10
    # [0x0800026a, 0x0800026c): DW_OP_entry_value(DW_OP_reg3 R3), DW_OP_stack_value
    rover = of("rover_rustc_os")
    assert rover.is_entry_value(Wanted("attempt", 69, 0x0800_026A))
    assert not rover.is_entry_value(Wanted("attempt", 69, 0x0800_0268))
    assert not rover.is_placed(Wanted("attempt", 69, 0x0800_026C))


def test_a_parameter_that_is_optimized_out_is_the_callers() -> None:
    # [0x08000160, 0x08000168): DW_OP_GNU_parameter_ref
    assert of("fault_gcc_os").is_entry_value(Wanted("field", 43, 0x0800_0160))


def test_a_variable_that_is_a_register_is_told_by_its_name() -> None:
    # [0x080001de, 0x0800026a): DW_OP_reg10 R10
    rover = of("rover_rustc_os")
    assert rover.registers(Wanted("attempt", 69, 0x0800_0268)) == {"r10"}
    assert rover.registers(Wanted("attempt", 69, 0x0800_026A)) == set()


def test_a_variable_counts_in_the_block_around_it_only() -> None:
    # DW_TAG_lexical_block [0x080001da, 0x080001de) [0x080001e0, 0x08000242) [0x08000246, ...66)
    rover = of("rover_rustc_os")
    assert rover.blocks(Wanted("budget", 71, 0x0800_01E0)) == 1
    assert rover.blocks(Wanted("budget", 71, 0x0800_0242)) == 0
    assert rover.blocks(Wanted("budget", 72, 0x0800_01E0)) == 0


def test_a_static_is_in_a_unit_with_code_or_it_is_not() -> None:
    assert of("hang_gcc_o2").is_in_code("outlet", 8)
    assert not of("hang_gcc_o2").is_in_code("outlet", 1)


def test_an_inlined_call_has_a_line_or_it_has_none() -> None:
    # gcc -gdwarf-2 -gstrict-dwarf: DW_TAG_inlined_subroutine without DW_AT_call_line
    assert of("hang_gcc_dwarf2").inlined_bare(0x0800_0262)
    assert not of("hang_gcc_dwarf3").inlined_bare(0x0800_0262)
