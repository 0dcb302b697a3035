"""An exception made pending at any instruction, as if its device had asked for it."""

from types import MappingProxyType

from stackdump_probe.simulator.qemu import Machine

ICSR, ISPR0 = 0xE000ED04, 0xE000E200
# DDI 0403 B3.2.4 and B3.4.5: where to write what, by the name of the handler.
INTERRUPTS = MappingProxyType(
    {
        "SysTick_Handler": (ICSR, 1 << 26),
        "LOW_IRQHandler": (ISPR0, 1 << 20),
        "MIDDLE_IRQHandler": (ISPR0, 1 << 21),
        "HIGH_IRQHandler": (ISPR0, 1 << 22),
    }
)
STR_R0_R1 = b"\x08\x60"
XPSR_IT_ICI = 0x0600FC00  # in an IT block the store would be conditional


def pend(machine: Machine, name: str) -> None:
    """Let the halted core itself write the request; a step takes no interrupt.

    From outside the Security Extension would hide the registers.
    """
    address, word = INTERRUPTS[name]
    kept = {each: machine.read_register(each) or 0 for each in ("r0", "r1", "pc", "xpsr")}
    beneath = machine.read_memory(kept["pc"], len(STR_R0_R1))
    if beneath is None:
        return
    machine.write_memory(kept["pc"], STR_R0_R1)
    changed = {"r0": word, "r1": address, "xpsr": kept["xpsr"] & ~XPSR_IT_ICI}
    for register, value in changed.items():
        machine.write_register(register, value)
    machine.step()
    machine.write_memory(kept["pc"], beneath)
    for register, value in kept.items():
        machine.write_register(register, value)
