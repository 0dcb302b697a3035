"""The one Report that every format renders; its fields are those of the JSON schema.

Addresses and register values stay integers; text of the target is not yet escaped for a
terminal. docs/json-schema.md says what each field means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stackdump_probe.unwind.frame import EndKind, Rule
from stackdump_probe.values.model import State, VariableKind

FrameKind = Literal["function", "inline", "exception"]
Verdict = Literal["match", "mismatch", "unknown"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the source, the file as the debug information names it.

    `directory` is where the compiler ran, to find a relative `file`; no part of the JSON.
    """

    file: str
    line: int
    column: int | None = None
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a variable: a member, element, or field of a variant, rendered."""

    name: str
    type: str
    value: str | None
    state: State
    why: str | None
    address: int | None
    octets: bytes | None
    children: tuple["Member", ...]


@dataclass(frozen=True, slots=True)
class Variable(Member):
    """A parameter, local or static variable, rendered."""

    kind: VariableKind
    declared: Location | None
    inlined: bool
    zero_sized: bool


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """One line of the trace and what belongs to it."""

    level: int
    kind: FrameKind
    function: str | None
    linkage_name: str | None
    pc: int
    cfa: int | None
    rule: Rule
    location: Location | None
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class ReportEnd:
    """Why the frames end there; `hint` says what would lead further."""

    kind: EndKind
    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """One stack; `name` is None for the one context that a bare-metal dump holds."""

    name: str | None
    current: bool
    frames: tuple[ReportFrame, ...]
    end: ReportEnd


@dataclass(frozen=True, slots=True)
class ElfMatch:
    """Whether the ELF is the program in the dump, and what says so."""

    verdict: Verdict
    evidence: str


@dataclass(frozen=True, slots=True)
class CoreState:
    """The core as it was halted; None where the dump does not say."""

    cpuid: int | None
    name: str | None
    mode: Literal["handler", "thread"] | None
    exception: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """One set bit of a fault status register, in words."""

    register: str
    bit: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What the fault status registers say, the address only where its valid bit is set."""

    summary: str
    causes: tuple[Cause, ...]
    address: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a trace has to say."""

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


@dataclass(frozen=True, slots=True)
class Range:
    """`size` bytes from `start`; `region` is what the memory map has there."""

    start: int
    size: int
    region: str


@dataclass(frozen=True, slots=True)
class DumpInfo:
    """Everything `info` has to say."""

    dumps: tuple[str, ...]
    core: CoreState
    registers: Mapping[str, int]
    memory: tuple[Range, ...]
    fault: Fault | None
    warnings: tuple[str, ...]
