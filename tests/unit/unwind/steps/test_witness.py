from stackdump_probe.arch.registers import Registers
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.step import Caller, Lost
from stackdump_probe.unwind.steps.witness import settled


def a_caller(return_address: int = 0x101, cfa: int = 0x2000, **registers: int) -> Caller:
    return Caller(Registers({"sp": cfa, **registers}), return_address, cfa, "cfi")


def test_where_the_code_shows_another_caller_it_is_right() -> None:
    witness = a_caller(0x201, r4=4)
    assert settled(a_caller(r4=5), witness, is_sure=False) is witness
    assert settled(Lost(End("no_rule", "")), witness, is_sure=False) is witness
    other_cfa = a_caller(cfa=0x2010)
    assert settled(a_caller(), other_cfa, is_sure=True) is other_cfa


def test_what_the_code_does_not_tell_of_stands() -> None:
    found = a_caller(r4=4, r5=5)
    for is_sure in (False, True):
        assert settled(found, a_caller(r4=4), is_sure=is_sure) == found


def test_a_register_that_both_place_otherwise_is_as_the_code_has_it_if_that_is_sure() -> None:
    found, witness = a_caller(r4=4, r5=5), a_caller(r4=0x44)
    assert settled(found, witness, is_sure=True) is witness
    assert settled(found, witness, is_sure=False) == a_caller(r5=5)
