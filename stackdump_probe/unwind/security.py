"""The two security states of Armv8-M: whose registers are meant, and where the others stand.

With the Security Extension each state has stack pointers, CONTROL, stack limits and part of the
system control space of its own. What a debugger reads under the plain names is that of the state
that the core was halted in, which DSCSR.CDS tells (Armv8-M ARM, DDI 0553).
"""

from stackdump_probe.arch.debug import DSCSR, DSCSR_CDS, NS_ALIAS
from stackdump_probe.arch.exceptions import CONTROL_SPSEL
from stackdump_probe.arch.registers import BANKED, Registers
from stackdump_probe.memory import Memory
from stackdump_probe.record import replace
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.step import Surroundings


def halted_in_secure(memory: Memory) -> bool | None:
    """The state that the core was halted in; None where there is but one, or nothing tells."""
    return bool(memory.u32(DSCSR) & DSCSR_CDS) if memory.holds(DSCSR, 4) else None


def state_name(secure: bool) -> str:
    """As the manual has it."""
    return "Secure" if secure else "Non-secure"


def own_register(address: int, size: int, around: Surroundings) -> int | None:
    """Where the dump holds what the state of `around` has at `address` of the system control space.

    To Secure state that of the other one shows at an alias, to Non-secure state not at all.
    """
    halted = halted_in_secure(around.memory)
    if halted is None or around.secure in (None, halted):
        own = address
    elif halted:
        own = address + NS_ALIAS
    else:
        return None
    return own if around.memory.holds(own, size) else None


def left_stack(around: Surroundings, sp: int | None, *, on_psp: bool | None) -> Surroundings:
    """The same, with the stack pointer noted down that the code which is being left has."""
    if sp is None or on_psp is None:
        return around
    return replace(around, live=around.live.updated(**{"psp" if on_psp else "msp": sp}))


def in_other_state(around: Surroundings) -> Surroundings:
    """The same, as the other security state sees it."""
    live, secure = around.live, not around.secure
    left, entered = ("ns", "s") if secure else ("s", "ns")
    words = {name: word for name, word in live.words.items() if name not in BANKED}
    for name in BANKED:
        words |= {f"{name}_{left}": live[name]} if name in live else {}
        other = live.get(f"{name}_{entered}")
        words |= {} if other is None else {name: other}
    return replace(around, live=Registers(words, live.saved_at), secure=secure)


def selects_psp(around: Surroundings) -> bool | None:
    """CONTROL.SPSEL of the state of `around`; None if it is not known."""
    control = around.live.control
    return None if control is None else bool(control & CONTROL_SPSEL)


def with_spsel(around: Surroundings, spsel: bool) -> Surroundings:
    """The same, with CONTROL.SPSEL as exception return sets it."""
    cfbp = around.live.get("cfbp")
    if cfbp is None:
        return around
    word = cfbp & ~(CONTROL_SPSEL << 24) | spsel * CONTROL_SPSEL << 24
    return replace(around, live=around.live.updated(cfbp=word))


def of_other_image(pc: int, around: Surroundings) -> End:
    """The end at code of the other state, which is mostly another program."""
    state = state_name(bool(around.secure))
    reason = f"the {state} code at {pc:#010x} is neither in the ELF nor in the dump"
    return End("no_memory", reason, pc, "name the ELF of that image with --also")


def stack_unknown(what: str, secure: bool) -> End:
    """The end for a dump without the registers of the other state."""
    hint = (
        "a capture holds the stack pointers of both states where debug of Secure state is allowed"
    )
    reason = f"{what}, whose stack is not known: the dump has no {state_name(secure)} registers"
    return End("no_memory", reason, hint=hint)
