"""The instruction that a fault interrupted: what it is, what it touched, what that means."""

from collections.abc import Callable

from stackdump_probe.arch.exceptions import Xpsr
from stackdump_probe.arch.faults import CPACR, CPACR_CP10
from stackdump_probe.arch.registers import Registers
from stackdump_probe.errors import NotCaptured
from stackdump_probe.memory import Memory
from stackdump_probe.record import Record
from stackdump_probe.report.core import word_at
from stackdump_probe.report.instruction import Instruction, decoded
from stackdump_probe.report.model import Access, FaultInstruction

# The stacked pc is not to be had: DDI 0403 B1.5.7, derived exceptions on entry; or the fault
# belongs to no instruction.
_NO_INSTRUCTION = frozenset(("CFSR.MSTKERR", "CFSR.STKERR", "HFSR.VECTTBL"))
# pc is the target of a branch, from which nothing was fetched.
_NOT_FETCHED = frozenset(("CFSR.IACCVIOL", "CFSR.IBUSERR", "SFSR.INVEP"))
_ESCALATED = "HFSR.FORCED"
_SEMIHOSTING = "0xab"  # Semihosting for AArch32 and AArch64, Arm 2.0: T32 on M profile
_SVC = 0xDF00  # DDI 0403 A7.7.175


class Scene(Record):
    """What is known when a fault is explained.

    `bits` are the set status bits ("CFSR.PRECISERR"), `registers` those of the interrupted code;
    `reported` is the valid fault address register and what it holds.
    """

    bits: frozenset[str]
    registers: Registers
    memory: Memory
    reported: tuple[str, int] | None = None

    @property
    def is_unrecorded(self) -> bool:
        """True if no status bit says what happened."""
        return self.bits <= {_ESCALATED}


def culprit(scene: Scene) -> FaultInstruction | None:
    """The instruction to blame, in words; None where the fault belongs to none."""
    if scene.bits & _NO_INSTRUCTION or "pc" not in scene.registers:
        return None
    pc = scene.registers["pc"]
    if scene.bits & _NOT_FETCHED:
        return _nowhere(scene, "no instruction can be fetched from here")
    if _is_arm_state(scene):
        lost = "a branch had bit 0 of its target clear: that means Arm code, of which there is none"
        return _nowhere(scene, "a branch through a null pointer" if pc == 0 else lost)
    pc = _svc_before(pc, scene) or pc
    try:
        code = _code_at(pc, scene.memory)
    except NotCaptured:
        return _nowhere(scene, "what is there is not in the dump, nor in the ELF")
    instruction = decoded(code, pc)
    if instruction is None:
        return FaultInstruction(pc, _as_data(code), {}, None, None)
    access = None if "CFSR.IMPRECISERR" in scene.bits else _access(instruction, scene)
    values = {name: scene.registers.get(name) for name in instruction.reads}
    meaning = _meaning(instruction, access, scene)
    return FaultInstruction(pc, instruction.text, values, access, meaning)


def _nowhere(scene: Scene, meaning: str) -> FaultInstruction:
    """Nothing to disassemble; lr may tell who called."""
    registers = {"lr": scene.registers.get("lr")}
    return FaultInstruction(scene.registers["pc"], None, registers, None, meaning)


def _is_arm_state(scene: Scene) -> bool:
    """True if EPSR.T was clear: no instruction can run then (DDI 0403 B1.4.2)."""
    xpsr = scene.registers.get("xpsr")
    may_be = "CFSR.INVSTATE" in scene.bits or scene.is_unrecorded
    return may_be and xpsr is not None and not Xpsr(xpsr).is_thumb


def _svc_before(pc: int, scene: Scene) -> int | None:
    """The address of an SVC that was just executed, if nothing else explains the fault."""
    before = pc - 2
    if not scene.is_unrecorded or not scene.memory.holds(before, 2):
        return None
    return before if scene.memory.u16(before) & 0xFF00 == _SVC else None


def _code_at(pc: int, memory: Memory) -> bytes:
    """The instruction's bytes; DDI 0403 A5.1: from 0b11101 up it has two halfwords."""
    return memory.read(pc, 4 if memory.u16(pc) >> 11 >= 0b11101 else 2)


def _as_data(code: bytes) -> str:
    """What GNU as would take for it."""
    halves = [code[at : at + 2][::-1].hex() for at in range(0, len(code), 2)]
    return f".inst.{'w' if len(halves) == 2 else 'n'} 0x{''.join(halves)}"


def _access(instruction: Instruction, scene: Scene) -> Access | None:
    touched = instruction.touches
    if touched is None:
        return None
    return Access(touched.kind, instruction.address_touched(scene.registers), touched.size)


def _meaning(instruction: Instruction, access: Access | None, scene: Scene) -> str | None:
    explain = _BY_MNEMONIC.get(instruction.mnemonic)
    if explain is not None:
        return explain(instruction, scene)
    if "CFSR.IMPRECISERR" in scene.bits:
        return "the core noticed the error here; the access to blame was made here or before"
    if "CFSR.NOCP" in scene.bits:
        return _why_no_coprocessor(scene)
    if "CFSR.UNDEFINSTR" in scene.bits:
        return "this core does not have this instruction, or this is no code"
    return None if access is None else _what_was_touched(access, scene)


def _division(instruction: Instruction, scene: Scene) -> str | None:
    divisor = instruction.reads[-1]
    return f"{divisor} is zero" if scene.registers.get(divisor) == 0 else None


def _trap(_instruction: Instruction, _scene: Scene) -> str:
    return "undefined on purpose, as a trap: abort, __builtin_trap, a panic"


def _breakpoint(instruction: Instruction, scene: Scene) -> str | None:
    if not scene.is_unrecorded and "HFSR.DEBUGEVT" not in scene.bits:
        return None
    if instruction.text.endswith(_SEMIHOSTING):
        return "a semihosting call, and no debugger is attached to answer it"
    return "a breakpoint, and no debugger is attached to take it"


def _supervisor_call(_instruction: Instruction, scene: Scene) -> str | None:
    if not scene.is_unrecorded:
        return None
    return "a supervisor call where the current priority does not let SVCall run"


_BY_MNEMONIC: dict[str, Callable[[Instruction, Scene], str | None]] = {
    "udiv": _division,
    "sdiv": _division,
    "udf": _trap,
    "bkpt": _breakpoint,
    "svc": _supervisor_call,
}


def _why_no_coprocessor(scene: Scene) -> str | None:
    cpacr = word_at(scene.memory, CPACR)
    if cpacr is None or cpacr & CPACR_CP10:
        return None
    return f"the FPU is off: CPACR is {cpacr:#010x}"


def _what_was_touched(access: Access, scene: Scene) -> str:
    size = "1 byte" if access.size == 1 else f"{access.size} bytes"
    verb, to = ("loads", "from") if access.kind == "load" else ("stores", "to")
    if access.address is None:
        return f"{verb} {size} {to} an address that is not known"
    text = f"{verb} {size} {to} {access.address:#010x}"
    if scene.reported is not None:
        text += _compared(access.address, access.size, *scene.reported)
    if "CFSR.UNALIGNED" in scene.bits or scene.is_unrecorded:
        text += _misaligned(access.address, min(access.size, 4))
    return text


def _compared(address: int, size: int, register: str, reported: int) -> str:
    if reported == address:
        return f", as {register} says"
    if address < reported < address + size:
        return f", of which {register} names {reported:#010x}"
    return f", but {register} names {reported:#010x}"


def _misaligned(address: int, unit: int) -> str:
    return f", which is not a multiple of {unit}" if address % unit else ""
