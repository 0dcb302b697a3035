from stackdump_probe.arch.debug import DSCSR
from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.start import Mode
from stackdump_probe.unwind.step import Caller, Surroundings
from stackdump_probe.unwind.steps.crossing import Crossed, leave_state, of_outermost
from tests.builders.octets import halfwords, words
from tests.builders.programs import AProgram, a_call, at

NS_SP, S_SP = 0x2820_1F00, 0x3800_1F00
BACK = 0x1000_0200  # behind a BLXNS in Secure code
NS_BACK = 0x0020_0300  # behind a call in Non-secure code
LIVE = Registers(
    {
        "msp": NS_SP, "psp": 1, "cfbp": 0, "msp_ns": NS_SP, "psp_ns": 1, "cfbp_ns": 0,
        "msp_s": S_SP, "psp_s": S_SP - 0x800, "cfbp_s": 0, "msplim_s": 0x3800_0000,
    }
)  # fmt: skip
THREAD, HIDDEN = Mode(0, False), Mode(1, False)
BLXNS = Segment(BACK - 2, halfwords(0x4784 | 4 << 3))
HERE = at({"pc": 0x0020_0100, "sp": NS_SP - 8})


def nonsecure(*segments: Segment, live: Registers = LIVE) -> Surroundings:
    return Surroundings(Memory((BLXNS, *segments)), AProgram(), live, secure=False)


def returning(raw: int, **registers: int) -> Caller:
    return Caller(Registers({"r4": 4, **registers, "sp": NS_SP}), raw, NS_SP, "cfi")


def return_state(address: int, retpsr: int = 0, back: int = BACK | 1) -> Segment:
    return Segment(address, words(back, retpsr))


def crossed(found: Crossed | End | None) -> Crossed:
    assert isinstance(found, Crossed)
    return found


def test_fnc_return_takes_the_return_state_from_the_secure_stack() -> None:
    # DDI 0553, FunctionReturn: return address and partial RETPSR, 8 bytes.
    found = crossed(
        leave_state(returning(0xFEFF_FFFF), HERE, THREAD, nonsecure(return_state(S_SP)))
    )
    assert found.position.registers.words == {"r4": 4, "sp": S_SP + 8, "pc": BACK}
    assert (found.position.is_exact, found.mode) == (False, Mode(0, False))


def test_the_registers_are_then_those_of_the_other_state() -> None:
    around = nonsecure(return_state(S_SP))
    live = crossed(leave_state(returning(0xFEFF_FFFF), HERE, THREAD, around)).around.live
    assert (live["msp"], live["psp"], live["msplim"]) == (S_SP, S_SP - 0x800, 0x3800_0000)
    assert live["msp_ns"] == NS_SP  # as it is after the return


def test_a_secure_thread_is_on_the_stack_that_its_own_control_selects() -> None:
    live = LIVE.updated(cfbp_s=2 << 24)
    around = nonsecure(return_state(S_SP - 0x800), live=live)
    found = crossed(leave_state(returning(0xFEFF_FFFE), HERE, THREAD, around))
    assert found.position.registers["sp"] == S_SP - 0x800 + 8
    assert found.mode == Mode(0, True)


def test_a_secure_handler_has_its_number_in_the_return_state() -> None:
    live = LIVE.updated(cfbp_s=2 << 24)
    around = nonsecure(return_state(S_SP, retpsr=18), live=live)
    found = crossed(leave_state(returning(0xFEFF_FFFF), HERE, HIDDEN, around))
    assert (found.position.registers["sp"], found.mode) == (S_SP + 8, Mode(18, False))


def ends(found: Crossed | End | None) -> End:
    assert isinstance(found, End)
    return found


def test_a_return_state_of_another_mode_is_none() -> None:
    around = nonsecure(return_state(S_SP, retpsr=18))
    end = ends(leave_state(returning(0xFEFF_FFFF), HERE, THREAD, around))
    assert (end.kind, end.address) == ("corrupt", S_SP)


def test_a_return_address_behind_no_blxns_is_none() -> None:
    around = nonsecure(return_state(S_SP, back=BACK + 9), Segment(BACK + 6, halfwords(0xBF00)))
    assert ends(leave_state(returning(0xFEFF_FFFF), HERE, THREAD, around)).kind == "corrupt"


def test_secure_code_of_another_image_was_called_all_the_same() -> None:
    back = 0x1000_8001
    around = nonsecure(return_state(S_SP, back=back))
    found = crossed(leave_state(returning(0xFEFF_FFFF), HERE, THREAD, around))
    assert found.position.pc == back - 1
    outermost = of_outermost(returning(1), HERE, around)
    assert outermost is not None
    assert ends(leave_state(outermost, HERE, THREAD, around)).kind == "corrupt"


def test_a_secure_stack_that_was_not_captured_is_named() -> None:
    end = ends(leave_state(returning(0xFEFF_FFFF), HERE, THREAD, nonsecure()))
    assert (end.kind, end.address) == ("no_memory", S_SP)


def test_a_dump_without_secure_registers_says_what_would_help() -> None:
    live = Registers({"msp": NS_SP, "cfbp": 0})
    end = ends(leave_state(returning(0xFEFF_FFFF), HERE, THREAD, nonsecure(live=live)))
    assert end.reason.endswith("the dump has no Secure registers")
    assert end.hint is not None
    assert "debug of Secure state is allowed" in end.hint


def test_the_mode_must_be_known() -> None:
    around = nonsecure(return_state(S_SP))
    assert ends(leave_state(returning(0xFEFF_FFFF), HERE, Mode(None, None), around)).kind == (
        "no_memory"
    )


def secure(*segments: Segment, program: AProgram | None = None) -> Surroundings:
    live = LIVE.updated(msp=S_SP, psp=0, cfbp=0)
    return Surroundings(Memory(segments), program or AProgram(), live, secure=True)


def test_an_entry_function_returns_to_non_secure_code() -> None:
    # DDI 0553, SG: bit 0 of lr is cleared; BXNS to such an address leaves Secure state.
    around = secure(a_call(NS_BACK))
    found = crossed(leave_state(returning(NS_BACK), HERE, THREAD, around))
    assert found.position.registers.words == {"r4": 4, "sp": NS_SP, "pc": NS_BACK}
    assert found.around.secure is False
    assert found.around.live["msp_s"] == NS_SP  # where `returning` says that sp was


def test_an_odd_return_address_stays_in_secure_state() -> None:
    assert leave_state(returning(NS_BACK | 1), HERE, THREAD, secure(a_call(NS_BACK))) is None


def test_an_even_word_that_no_call_has_left_is_no_return() -> None:
    no_call = Segment(NS_BACK - 4, halfwords(0xBF00, 0xBF00))
    assert leave_state(returning(NS_BACK), HERE, THREAD, secure(no_call)) is None


def test_one_state_has_nothing_to_cross() -> None:
    around = Surroundings(Memory((a_call(NS_BACK),)), AProgram(), LIVE)
    assert leave_state(returning(NS_BACK), HERE, THREAD, around) is None


def test_the_reset_handler_of_a_non_secure_image_was_called() -> None:
    found = of_outermost(returning(0xFFFF_FFFF), HERE, nonsecure())
    assert found == Caller(Registers(), 0xFEFF_FFFF, NS_SP - 8, "exception")
    kept = returning(0xFEFF_FFFF)
    assert of_outermost(kept, HERE, nonsecure()) is kept
    assert of_outermost(kept, HERE, secure()) is None


def test_dscsr_tells_the_state_in_a_dump() -> None:
    from stackdump_probe.unwind.security import halted_in_secure

    assert halted_in_secure(Memory((Segment(DSCSR, words(1 << 16)),))) is True
    assert halted_in_secure(Memory((Segment(DSCSR, words(0)),))) is False
    assert halted_in_secure(Memory()) is None
