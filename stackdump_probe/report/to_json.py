"""A Report as the JSON that docs/json-schema.md describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from json import dumps, loads
from json.encoder import encode_basestring_ascii as quoted

from stackdump_probe import __version__
from stackdump_probe.report.model import (
    CoreState,
    DumpInfo,
    ElfMatch,
    Fault,
    FaultInstruction,
    FrameDetails,
    Location,
    Member,
    OtherElf,
    Report,
    ReportFrame,
    StackOverflow,
    Thread,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.report.model import Security

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

TRACE_SCHEMA = "stackdump-probe/trace/1"
INFO_SCHEMA = "stackdump-probe/info/1"
ERROR_SCHEMA = "stackdump-probe/error/1"
CORES_SCHEMA = "stackdump-probe/cores/1"
NULL = "null"


class Written(str):
    """A part of a document that is JSON already."""

    __slots__ = ()


def to_json(report: Report) -> str:
    """The report as one JSON document in ASCII on one line."""
    return one_document(
        TRACE_SCHEMA,
        {
            "elf": {"path": report.elf_path, "build_id": report.build_id},
            "dumps": list(report.dumps),
            "elf_match": _match(report.elf_match),
            "core": _core(report.core),
            "registers": dict(report.registers),
            "fault": _fault(report.fault),
            "stack_overflow": _overflow(report.stack_overflow),
            "threads": _array(map(_thread, report.threads)),
            "statics": _variables(report.statics),
            "warnings": list(report.warnings),
            **({"also": _array(map(_other, report.also))} if report.also else {}),
        },
    )


def _match(match: ElfMatch) -> Json:
    return {"verdict": match.verdict, "evidence": match.evidence}


def _other(elf: OtherElf) -> Written:
    return _object(
        {
            "path": elf.path,
            "build_id": elf.build_id,
            "elf_match": _match(elf.match),
            "statics": _variables(elf.statics),
        }
    )


def info_to_json(info: DumpInfo) -> str:
    """The info as one JSON document, as docs/json-schema.md describes it."""
    memory: list[Json] = [
        {"start": each.start, "size": each.size, "region": each.region} for each in info.memory
    ]
    return one_document(
        INFO_SCHEMA,
        {
            "dumps": list(info.dumps),
            "core": _core(info.core),
            "registers": dict(info.registers),
            "fault": _fault(info.fault),
            "memory": memory,
            "warnings": list(info.warnings),
        },
    )


def error_to_json(dump: str, exit_code: int, message: str, hint: str | None) -> str:
    """The document that stands for the trace of a dump that cannot be traced."""
    return one_document(ERROR_SCHEMA, {"dumps": [dump], "error": _error(exit_code, message, hint)})


def cores_to_json(
    cores: Iterable[tuple[str, str | None, tuple[int, str, str | None] | None]],
) -> str:
    """One document of those of several cores, each with its name and what went wrong."""
    found: list[Json] = [
        {
            "number": number,
            "name": name,
            "document": None if document is None else loads(document),
            "error": None if error is None else _error(*error),
        }
        for number, (name, document, error) in enumerate(cores)
    ]
    return one_document(CORES_SCHEMA, {"cores": found})


def _error(exit_code: int, message: str, hint: str | None) -> Json:
    return {"exit_code": exit_code, "message": message, "hint": hint}


def one_document(schema: str, fields: Mapping[str, Json]) -> str:
    """The fields as one line that says first what it is and what wrote it.

    It is ASCII, so that no encoding of a terminal can spoil it.
    """
    tool: Json = {"name": "stackdump-probe", "version": __version__}
    return _object({"schema": schema, "tool": tool, **fields})


def _object(fields: Mapping[str, Json]) -> Written:
    """An object of which some fields are written already."""
    texts = (
        f"{quoted(name)}: {each if isinstance(each, Written) else dumps(each, allow_nan=False)}"
        for name, each in fields.items()
    )
    return Written(f"{{{', '.join(texts)}}}")


def _array(objects: Iterable[Written]) -> Written:
    return Written(f"[{', '.join(objects)}]")


def _core(state: CoreState) -> Json:
    """The object that stands under "core"."""
    return {
        "cpuid": state.cpuid,
        "name": state.name,
        "mode": state.mode,
        "exception": state.exception,
        **_security(state.security),
    }


def _security(security: Security | None) -> dict[str, Json]:
    """Only for a core that has two states."""
    return {} if security is None else {"security": security}


def _fault(recorded: Fault | None) -> Json:
    """The object that stands under "fault", or null."""
    if recorded is None:
        return None
    return {
        "summary": recorded.summary,
        "causes": [
            {"register": cause.register, "bit": cause.bit, "text": cause.text}
            for cause in recorded.causes
        ],
        "address": recorded.address,
        "instruction": None if recorded.instruction is None else _instruction(recorded.instruction),
    }


def _overflow(overflow: StackOverflow | None) -> Json:
    if overflow is None:
        return None
    return {
        "stack": overflow.stack,
        "sp": overflow.sp,
        "limit": overflow.limit,
        "limit_name": overflow.limit_name,
        "certain": overflow.certain,
        "text": overflow.text,
    }


def _instruction(instruction: FaultInstruction) -> Json:
    access = instruction.access
    return {
        "address": instruction.address,
        "text": instruction.text,
        "registers": dict(instruction.registers),
        "access": None
        if access is None
        else {"kind": access.kind, "address": access.address, "size": access.size},
        "meaning": instruction.meaning,
    }


def _thread(thread: Thread) -> Written:
    return _object(
        {
            "name": thread.name,
            "current": thread.current,
            "frames": _array(map(_frame, thread.frames)),
            "end": {
                "kind": thread.end.kind,
                "reason": thread.end.reason,
                "address": thread.end.address,
                "hint": thread.end.hint,
            },
        }
    )


def _frame(frame: ReportFrame) -> Written:
    head = dumps(
        {
            "level": frame.level,
            "kind": frame.kind,
            "function": frame.function,
            "linkage_name": frame.linkage_name,
            "pc": frame.pc,
            "cfa": frame.cfa,
            "rule": frame.rule,
            "doubt": frame.doubt,
            **_security(frame.security),
            "details": None if frame.details is None else _details(frame.details),
            "location": location_json(frame.location),
        }
    )
    return Written(f'{head[:-1]}, "variables": {_variables(frame.variables)}}}')


def _details(details: FrameDetails) -> Json:
    return {
        "registers": dict(details.registers),
        "saved_at": dict(details.saved_at),
        "code_origin": details.code_origin,
        "stack_origin": details.stack_origin,
    }


def location_json(location: Location | None) -> Json:
    """The object that stands under "location", or null."""
    if location is None:
        return None
    return {"file": location.file, "line": location.line, "column": location.column}


def _variables(variables: Iterable[Variable]) -> Written:
    texts = [variable_json(each) if each.written is None else each.written for each in variables]
    return Written(f"[{', '.join(texts)}]")


def variable_json(variable: Variable) -> str:
    """The object of a variable in the array of a frame's, or of the statics."""
    declared = variable.declared
    place = declared and f'{{"file": {quoted(declared.file)}, "line": {declared.line}}}'
    return (
        f'{{"name": {quoted(variable.name)}, "kind": "{variable.kind}", {_what_it_holds(variable)}'
        f', "declared": {place or NULL}, "inlined": {_truth(variable.inlined)}'
        f', "zero_sized": {_truth(variable.zero_sized)}, "children": [{_members(variable)}]}}'
    )


def _members(member: Member) -> str:
    """The parts, which most of a long document is: written without a dict for each."""
    return ", ".join([_member(each) for each in member.children])


def _member(member: Member) -> str:
    holds, members = _what_it_holds(member), _members(member)
    return f'{{"name": {quoted(member.name)}, {holds}, "children": [{members}]}}'


def _what_it_holds(member: Member) -> str:
    value, why, address, octets = member.value, member.why, member.address, member.octets
    return (
        f'"type": {quoted(member.type)}, "value": {NULL if value is None else quoted(value)}'
        f', "state": "{member.state}", "why": {NULL if why is None else quoted(why)}'
        f', "address": {NULL if address is None else address}'
        f', "bytes": {NULL if octets is None else quoted(octets.hex())}'
    )


def _truth(value: bool) -> str:
    return "true" if value else "false"
