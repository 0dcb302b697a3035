"""Several looks as JSON: our own document, and a profile for https://www.speedscope.app."""

from collections.abc import Sequence
from json import dumps

from stackdump_probe import __version__
from stackdump_probe.report.looks.model import Branch, CommonFrame, Look, Looks, SeenVariable
from stackdump_probe.report.looks.tree import label
from stackdump_probe.report.model import ReportFrame
from stackdump_probe.report.to_json import Json, location_json, one_document

SCHEMA = "stackdump-probe/looks/1"


def looks_to_json(looks: Looks) -> str:
    """The looks as one JSON document in ASCII on one line, as docs/json-schema.md describes it."""
    match = looks.elf_match
    return one_document(
        SCHEMA,
        {
            "elf": looks.elf_path,
            "elf_match": {"verdict": match.verdict, "evidence": match.evidence},
            "core": {"cpuid": looks.core.cpuid, "name": looks.core.name},
            "verdict": {
                "kind": looks.verdict.kind,
                "text": looks.verdict.text,
                "evidence": list(looks.verdict.evidence),
            },
            "common": [_common(frame) for frame in looks.common],
            "statics": [_variable(variable) for variable in looks.statics],
            "tree": [_branch(branch) for branch in looks.tree],
            "looks": [_look(look) for look in looks.looks],
            "warnings": list(looks.warnings),
        },
    )


def looks_to_speedscope(looks: Looks) -> str:
    """The looks as a sampled profile of speedscope's file format, one sample for each.

    https://github.com/jlfwong/speedscope, src/lib/file-format-spec.ts: a sample is a list of
    frames by their index, the outermost first.
    """
    numbers: dict[tuple[str, str | None, int | None], int] = {}
    samples: list[Json] = [
        [numbers.setdefault(_of_speedscope(frame), len(numbers)) for frame in frames]
        for frames in (reversed(look.frames) for look in looks.looks)
    ]
    shared: list[Json] = [_named(*key) for key in numbers]
    weights: list[Json] = [1] * len(samples)
    return dumps(
        {
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "exporter": f"stackdump-probe {__version__}",
            "name": looks.elf_path,
            "activeProfileIndex": 0,
            "shared": {"frames": shared},
            "profiles": [
                {
                    "type": "sampled",
                    "name": f"{len(samples)} looks",
                    "unit": "none",
                    "startValue": 0,
                    "endValue": len(samples),
                    "samples": samples,
                    "weights": weights,
                }
            ],
        },
        allow_nan=False,
    )


def _of_speedscope(frame: ReportFrame) -> tuple[str, str | None, int | None]:
    kind = "" if frame.kind == "function" else f" ({frame.kind})"
    place = frame.location
    name = f"{label(frame)}{kind}"
    return (name, None, None) if place is None else (name, place.file, place.line)


def _named(name: str, file: str | None, line: int | None) -> Json:
    return {"name": name} if file is None else {"name": name, "file": file, "line": line}


def _common(frame: CommonFrame) -> Json:
    return {
        "kind": frame.kind,
        "function": frame.function,
        "cfa": frame.cfa,
        "pcs": list(frame.pcs),
        "location": location_json(frame.location),
        "variables": [_variable(variable) for variable in frame.variables],
    }


def _variable(variable: SeenVariable) -> Json:
    return {
        "name": variable.name,
        "type": variable.type,
        "moves": variable.moves,
        "values": list(variable.values),
    }


def _branch(branch: Branch) -> Json:
    return {
        "depth": branch.depth,
        "kind": branch.kind,
        "function": branch.function,
        "location": location_json(branch.location),
        "count": branch.count,
        "own": branch.own,
    }


def _look(look: Look) -> Json:
    return {
        "dump": look.dump,
        "pc": look.pc,
        "asleep": look.asleep,
        "locked_up": look.locked_up,
        "frames": _frames(look.frames),
        "end": {"kind": look.end.kind, "reason": look.end.reason},
    }


def _frames(frames: Sequence[ReportFrame]) -> Json:
    return [
        {
            "level": frame.level,
            "kind": frame.kind,
            "function": frame.function,
            "pc": frame.pc,
            "cfa": frame.cfa,
            "rule": frame.rule,
            "location": location_json(frame.location),
        }
        for frame in frames
    ]
