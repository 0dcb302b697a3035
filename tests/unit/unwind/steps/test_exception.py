import pytest

from stackdump_probe.arch.debug import DSCSR, NS_ALIAS
from stackdump_probe.arch.exceptions import FPCCR, ExcReturn
from stackdump_probe.arch.registers import Registers
from stackdump_probe.memory import Segment
from stackdump_probe.record import replace
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.step import Lost
from stackdump_probe.unwind.steps.exception import Interrupted, leave_exception
from tests.builders.octets import words
from tests.builders.programs import RAM, a_frame, a_stack, around

PSP = 0x2000_4000
HANDLER = Registers({"sp": RAM, "r4": 4, "r11": 11, "s16": 16, "s0": 99})
T = 1 << 24


def leave(word: int, *segments: Segment, live: Registers | None = None) -> Interrupted | Lost:
    return leave_exception(ExcReturn(word), HANDLER, around(*segments, live=live))


def interrupted(word: int, *segments: Segment, live: Registers | None = None) -> Interrupted:
    found = leave(word, *segments, live=live)
    assert isinstance(found, Interrupted)
    return found


def end_of(word: int, *segments: Segment, live: Registers | None = None) -> End:
    found = leave(word, *segments, live=live)
    assert isinstance(found, Lost)
    return found.end


def fpccr(control: int, fpcar: int) -> Segment:
    return Segment(FPCCR, words(control, fpcar))


def test_a_basic_frame_gives_back_what_entry_stacked() -> None:
    found = interrupted(0xFFFF_FFF9, a_stack(*a_frame(pc=0x0800_0101, xpsr=T, lr=0x0800_0201)))
    assert found.registers.words == {
        "r0": 0xA0,
        "r1": 0xA1,
        "r2": 0xA2,
        "r3": 0xA3,
        "r12": 0xAC,
        "lr": 0x0800_0201,
        "pc": 0x0800_0100,
        "xpsr": T,
        "sp": RAM + 0x20,
        "r4": 4,
        "r11": 11,
        "s16": 16,
    }
    assert (found.frame_address, found.cfa) == (RAM, RAM + 0x20)


def test_an_extended_frame_moves_sp_past_fp_words() -> None:
    fp_words = [*range(0x50, 0x60), 0x0300_0000, 0]
    frame = a_stack(*a_frame(pc=0x0800_0100), *fp_words)
    found = interrupted(0xFFFF_FFE9, frame, fpccr(0xC000_0000, 0))
    assert found.cfa == RAM + 0x68
    assert [found.registers[f"s{n}"] for n in (0, 15, 16)] == [0x50, 0x5F, 16]
    assert found.registers["fpscr"] == 0x0300_0000


def test_bit_9_of_the_stacked_xpsr_adds_the_alignment_word() -> None:
    found = interrupted(0xFFFF_FFF9, a_stack(*a_frame(pc=0x0800_0100, xpsr=T | 1 << 9)))
    assert found.cfa == RAM + 0x24
    assert found.registers["xpsr"] == T


def test_a_thread_on_the_process_stack_left_its_frame_there() -> None:
    frame = a_stack(*a_frame(pc=0x0800_0100), at=PSP)
    found = interrupted(0xFFFF_FFFD, frame, live=Registers({"psp": PSP}))
    assert (found.frame_address, found.cfa) == (PSP, PSP + 0x20)


def test_a_handler_that_was_interrupted_has_its_exception_in_the_stacked_xpsr() -> None:
    found = interrupted(0xFFFF_FFF1, a_stack(*a_frame(pc=0x0800_0100, xpsr=T | 15)))
    assert found.xpsr.exception == 15


def test_fp_words_that_were_not_yet_stored_are_still_in_the_registers() -> None:
    live = Registers({"s0": 0x1000, "s15": 0x1015, "fpscr": 3, "s16": 0x99})
    frame = a_stack(*a_frame(pc=0x0800_0100), *[0xDEAD] * 18)
    found = interrupted(0xFFFF_FFE9, frame, fpccr(0xC000_0001, RAM + 0x20), live=live)
    assert [found.registers[name] for name in ("s0", "s15", "fpscr")] == [0x1000, 0x1015, 3]
    assert found.registers["s16"] == 16
    assert found.cfa == RAM + 0x68
    assert "s1" not in found.registers


def test_the_pending_fp_words_of_another_frame_do_not_matter() -> None:
    frame = a_stack(*a_frame(pc=0x0800_0100), *range(0x50, 0x62))
    live = Registers({"s0": 0x1000})
    found = interrupted(0xFFFF_FFE9, frame, fpccr(0xC000_0001, RAM + 0x220), live=live)
    assert found.registers["s0"] == 0x50


def test_without_fpccr_in_the_dump_nothing_tells_whether_fp_words_were_stored() -> None:
    frame = a_stack(*a_frame(pc=0x0800_0100), *range(0x50, 0x62))
    found = interrupted(0xFFFF_FFE9, frame, live=Registers({"s0": 0x1000}))
    assert "s0" not in found.registers
    assert "fpscr" not in found.registers
    assert (found.registers["s16"], found.cfa) == (16, RAM + 0x68)


def test_secure_code_has_s16_to_s31_stacked_if_fpccr_says_so() -> None:
    frame = a_stack(*a_frame(pc=0x0800_0100), *range(0x50, 0x62), *range(0x70, 0x80))
    found = interrupted(0xFFFF_FFE9, frame, fpccr(1 << 26, 0))
    assert [found.registers[f"s{n}"] for n in (15, 16, 31)] == [0x5F, 0x70, 0x7F]
    assert found.cfa == RAM + 0xA8


def test_an_additional_frame_holds_r4_to_r11() -> None:
    additional = (0xFEFA_125B, 0, *range(0x64, 0x6C))
    found = interrupted(0xFFFF_FFD9, a_stack(*additional, *a_frame(pc=0x0800_0100)))
    assert [found.registers[f"r{n}"] for n in (4, 11)] == [0x64, 0x6B]
    assert (found.frame_address, found.cfa) == (RAM, RAM + 0x48)


@pytest.mark.parametrize(("word", "signature"), [(0xFFFF_FFD9, 0x5B), (0xFFFF_FFC9, 0x5A)])
def test_the_signature_tells_whether_fp_words_were_stacked(word: int, signature: int) -> None:
    # DDI 0553 B3.19: bit 0 is FType; a return with the other one is refused (SFSR.INVIS).
    additional = (0xFEFA_1200 | signature, 0, *range(8))
    stack = a_stack(*additional, *a_frame(pc=0x0800_0100), *[0] * 18)
    assert isinstance(leave(word, stack), Interrupted)
    assert end_of(word ^ 1 << 4, stack).reason == "no integrity signature at 0x20000000"


def test_an_additional_frame_without_its_signature_is_corrupt() -> None:
    end = end_of(0xFFFF_FFD9, a_stack(*[0] * 18))
    assert (end.kind, end.reason) == ("corrupt", "no integrity signature at 0x20000000")


@pytest.mark.parametrize(("word", "state"), [(0xFFFF_FFF8, "Secure"), (0xFFFF_FFBD, "Non-secure")])
def test_the_stack_of_the_other_security_state_is_not_known(word: int, state: str) -> None:
    end = end_of(word, a_stack(*[0] * 18))
    assert end.kind == "no_memory"
    assert end.reason.startswith(f"{state} code was interrupted")


def test_without_psp_the_dump_is_said_to_lack_it() -> None:
    end = end_of(0xFFFF_FFFD, a_stack(*a_frame(pc=0x0800_0100)))
    assert (end.kind, end.reason) == (
        "no_memory",
        "the interrupted code ran on PSP, which is not in the dump",
    )
    assert end.hint is not None


def test_a_stack_pointer_between_words_is_corrupt() -> None:
    assert end_of(0xFFFF_FFFD, live=Registers({"psp": PSP + 2})).kind == "corrupt"


def test_a_frame_that_the_dump_ends_in_says_where() -> None:
    end = end_of(0xFFFF_FFF9, a_stack(1, 2, 3))
    assert (end.kind, end.address) == ("no_memory", RAM + 12)
    assert end.hint == "stack region ends at 0x2000000c; capture with --ram all"


@pytest.mark.parametrize(("word", "xpsr"), [(0xFFFF_FFF9, T | 3), (0xFFFF_FFF1, T)])
def test_a_frame_of_the_wrong_mode_is_corrupt(word: int, xpsr: int) -> None:
    end = end_of(word, a_stack(*a_frame(pc=0x0800_0100, xpsr=xpsr)))
    assert (end.kind, end.address) == ("corrupt", RAM)


# With the Security Extension: halted in one of two states, each with stack pointers of its own.
OTHER = 0x2820_1F00
BOTH = Registers({"msp_s": RAM, "psp_s": PSP, "cfbp_s": 0, "msp_ns": OTHER, "psp_ns": 1,
                  "cfbp_ns": 0, "cfbp": 0})  # fmt: skip
ADDITIONAL = (0xFEFA_125B, 0, *range(0x64, 0x6C))


def across(
    word: int, *segments: Segment, secure: bool, live: Registers = BOTH
) -> Interrupted | Lost:
    state = Segment(DSCSR, words(secure << 16))
    surroundings = replace(around(state, *segments, live=live), secure=secure)
    return leave_exception(ExcReturn(word), HANDLER, surroundings)


def test_secure_code_that_a_non_secure_exception_interrupted() -> None:
    # EXC_RETURN: S = 1, ES = 0; DDI 0553 B3.19: the additional state context is always there.
    stack = a_stack(*ADDITIONAL, *a_frame(pc=0x1000_0100))
    found = across(0xFFFF_FFF8, stack, secure=False)
    assert isinstance(found, Interrupted)
    assert [found.registers[f"r{n}"] for n in (4, 11)] == [0x64, 0x6B]
    assert (found.cfa, found.around.secure) == (RAM + 0x48, True)


def test_its_stack_is_the_one_that_control_of_secure_state_selects() -> None:
    # PopStack: SPSEL in EXC_RETURN is that of the state which the exception was taken to.
    live = BOTH.updated(cfbp_s=2 << 24)
    stack = a_stack(*ADDITIONAL, *a_frame(pc=0x1000_0100), at=PSP)
    found = across(0xFFFF_FFF8, stack, secure=False, live=live)
    assert isinstance(found, Interrupted)
    assert (found.frame_address, found.on_psp) == (PSP, True)


def test_non_secure_code_that_a_secure_exception_interrupted() -> None:
    frame = a_stack(*a_frame(pc=0x0020_0100), at=OTHER)
    found = across(0xFFFF_FFB9, frame, secure=True)
    assert isinstance(found, Interrupted)
    assert (found.frame_address, found.around.secure) == (OTHER, False)
    assert found.registers["r4"] == HANDLER["r4"]


def test_a_return_puts_spsel_of_its_own_state_back() -> None:
    found = across(0xFFFF_FFBD, a_stack(*a_frame(pc=0x0020_0100), at=OTHER), secure=True)
    assert isinstance(found, Interrupted)
    assert found.around.live["cfbp_s"] == 2 << 24


def test_exc_return_of_the_other_state_is_none() -> None:
    found = across(0xFFFF_FFF9, a_stack(*a_frame(pc=0x1000_0100)), secure=False)
    assert isinstance(found, Lost)
    assert found.end.reason == "EXC_RETURN 0xfffffff9 is that of a handler in Secure state"


def test_without_control_of_the_other_state_its_stack_is_not_known() -> None:
    found = across(0xFFFF_FFF8, a_stack(*[0] * 18), secure=False, live=Registers({"msp_s": RAM}))
    assert isinstance(found, Lost)
    assert found.end.kind == "no_memory"


def test_fpccr_of_non_secure_state_shows_at_its_alias() -> None:
    # Pending there: the live registers are the caller's. What Secure state has does not matter.
    frame = a_stack(*a_frame(pc=0x0020_0100), *[0xDEAD] * 18, at=OTHER)
    pending = Segment(FPCCR + NS_ALIAS, words(0xC000_0001, OTHER + 0x20))
    live = BOTH.updated(s0=0x1000)
    found = across(0xFFFF_FFA9, frame, fpccr(0xC000_0000, 0), pending, secure=True, live=live)
    assert isinstance(found, Interrupted)
    assert found.registers["s0"] == 0x1000


def test_where_fpccr_of_secure_state_is_hidden_the_frame_may_have_two_lengths() -> None:
    signed = (0xFEFA_125A, *ADDITIONAL[1:])
    stack = a_stack(*signed, *a_frame(pc=0x1000_0100), *[0] * 34)
    found = across(0xFFFF_FFE8, stack, fpccr(1 << 26, 0), secure=False)
    assert isinstance(found, Interrupted)
    assert found.longer is not None
    assert (found.cfa, found.longer.cfa) == (RAM + 0x28 + 0x68, RAM + 0x28 + 0xA8)
    assert "s0" not in found.registers
