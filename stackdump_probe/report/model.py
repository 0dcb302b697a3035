"""The one Report that every format renders; its fields are those of the JSON schema.

Addresses and register values stay integers; text of the target is not yet escaped for a
terminal. docs/json-schema.md says what each field means.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from stackdump_probe.unwind.frame import EndKind
    from stackdump_probe.values.model import State, VariableKind

    FrameKind = Literal["function", "inline", "exception"]
    Verdict = Literal["match", "mismatch", "unknown"]
    Security = Literal["secure", "nonsecure"]
    StackName = Literal["main", "process"]
    from stackdump_probe.unwind.frame import Rule


class Location(Record):
    """A place in the source, the file as the debug information names it.

    `directory` is where the compiler ran, to find a relative `file`; no part of the JSON.
    """

    file: str
    line: int
    column: int | None = None
    directory: str | None = None


class Member(Record):
    """A part of a variable: a member, element, or field of a variant, rendered."""

    name: str
    type: str
    value: str | None
    state: State
    why: str | None
    address: int | None
    octets: bytes | None
    children: tuple[Member, ...]


class Variable(Member, Record):
    """A parameter, local or static variable, rendered.

    `brief` is its value with many equal elements in a row told as one; no part of the JSON.
    `written` is all that the output says of it, where that was written at once, instead of what it
    says of value, bytes and parts.
    """

    kind: VariableKind
    declared: Location | None
    inlined: bool
    zero_sized: bool
    brief: str | None = None
    written: str | None = None


class FrameDetails(Record):
    """What the unwinder knew of a physical frame, for whoever wants to check it.

    `registers` are those of the caller's side that are known in it. `saved_at` is where inner
    frames, or exception entry, saved registers and pc; one that is not in `registers` was saved
    where nothing was captured. `code_origin` and `stack_origin` tell who vouches for the bytes at
    pc and for those of the frame ("dump" or "elf"), None if nobody does.
    """

    registers: Mapping[str, int]
    saved_at: Mapping[str, int]
    code_origin: str | None
    stack_origin: str | None


class ReportFrame(Record):
    """One line of the trace and what belongs to it; `details` are those of its physical frame.

    `doubt` says why it and all outside it are less certain than `rule` promises. `security` is None
    for a core of one state; of an exception it is the handler's.
    """

    level: int
    kind: FrameKind
    function: str | None
    linkage_name: str | None
    pc: int
    cfa: int | None
    rule: Rule
    location: Location | None
    variables: tuple[Variable, ...]
    details: FrameDetails | None = None
    doubt: str | None = None
    security: Security | None = None


class ReportEnd(Record):
    """Why the frames end there; `hint` says what would lead further.

    `address` is the word or code address that stopped it, if one did.
    """

    kind: EndKind
    reason: str
    hint: str | None = None
    address: int | None = None


class Thread(Record):
    """One stack; `name` is None for the one context that a bare-metal dump holds."""

    name: str | None
    current: bool
    frames: tuple[ReportFrame, ...]
    end: ReportEnd


class ElfMatch(Record):
    """Whether the ELF is the program in the dump, and what says so."""

    verdict: Verdict
    evidence: str


class CoreState(Record):
    """The core as it was halted; None where the dump does not say."""

    cpuid: int | None
    name: str | None
    mode: Literal["handler", "thread"] | None
    exception: str | None
    security: Security | None = None


class Cause(Record):
    """One set bit of a fault status register, in words."""

    register: str
    bit: str
    text: str


class Access(Record):
    """The `size` bytes that an instruction loads or stores; `address` is None if not known."""

    kind: Literal["load", "store"]
    address: int | None
    size: int


class FaultInstruction(Record):
    """The instruction that a fault interrupted; `text` is None where there is none to be read.

    `registers` are those that it reads, None for a value that is not known; `meaning` says in
    words what the instruction has to do with the fault.
    """

    address: int
    text: str | None
    registers: Mapping[str, int | None]
    access: Access | None
    meaning: str | None


class Fault(Record):
    """What the fault status registers say, the address only where its valid bit is set.

    Without `causes` a fault is active of which they record nothing.
    """

    summary: str
    causes: tuple[Cause, ...]
    address: int | None
    instruction: FaultInstruction | None = None


class StackOverflow(Record):
    """A stack that left its memory: `sp` against its `limit`, the lowest address that it may use.

    `limit_name` says whose limit that is: a register, a symbol, a variable or a section. `text`
    has all of it in words.
    """

    stack: StackName
    sp: int
    limit: int | None
    limit_name: str
    certain: bool
    text: str


class OtherElf(Record):
    """A further program of the trace, with its statics."""

    path: str
    build_id: str | None
    match: ElfMatch
    statics: tuple[Variable, ...]


class Report(Record):
    """Everything a trace has to say; `also` are the programs beside the one at `elf_path`."""

    elf_path: str
    build_id: str | None
    dumps: tuple[str, ...]
    elf_match: ElfMatch
    core: CoreState
    registers: Mapping[str, int]
    fault: Fault | None
    threads: tuple[Thread, ...]
    statics: tuple[Variable, ...]
    warnings: tuple[str, ...]
    stack_overflow: StackOverflow | None = None
    also: tuple[OtherElf, ...] = ()


class Range(Record):
    """`size` bytes from `start`; `region` is what the memory map has there."""

    start: int
    size: int
    region: str


class DumpInfo(Record):
    """Everything `info` has to say."""

    dumps: tuple[str, ...]
    core: CoreState
    registers: Mapping[str, int]
    memory: tuple[Range, ...]
    fault: Fault | None
    warnings: tuple[str, ...]
