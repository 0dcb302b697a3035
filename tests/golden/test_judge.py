"""Every golden case against GDB, which reads the same ELF and dump by itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from tests.golden.traces import CASES, trace_json
from tests.judge.judge import judged

RESET_LR = 0xFFFF_FFFF
NO_VALUE = ("optimized out", "synthetic pointer", "error: ")
# GDB takes the exit hook of a thread, from which nobody called, for its caller.
GDB_GOES_ON = {"nested_clang_o2", "nested_gcc_og", "relay_gcc_og"}
# GDB shows no inlined function whose call has no line, as strict DWARF 2 has none.
BARE_INLINING = {"hang_gcc_dwarf2"}
# Functions whose place GDB tells otherwise: with bare inlining by the line of the inlined one.
PLACED_OTHERWISE = {"hang_gcc_dwarf2": {"sensor_poll"}}
# An entry value in an inlined function: GDB computes the caller's `1 << (r4 + 1)` with the r4 of
# the function that all is inlined in ("left shift count >= width of type"), and gets 0.
INLINED_ENTRY = {"sensor_settle: mask"}
# GDB reads 0 for a piece of 8 bytes that is computed (DW_OP_lit1).
WIDE_PIECE = {"harbor::cells::weigh::<harbor::cells::stage::{closure#3}>: every"}
# GDB lists what is in blocks of an inlined function of which no code is left, always gone.
GONE_BLOCK = {
    *(
        f"harbor::futures::leaf::{{closure#0}}: {name}"
        for name in ("__awaitee", "doubled", "height", "result", "tide")
    ),
    *(
        f"harbor::futures::outer::{{closure#0}}: {name}"
        for name in ("__awaitee", "first", "label", "result", "second")
    ),
}
# r0 or r2 of a caller, which the functions called may have changed: GDB takes them as unchanged.
CLOBBERED = {
    "harbor::cells::weigh::<harbor::cells::stage::{closure#3}>: depth",
    "harbor::enums::named: depth",
    "harbor::enums::stage: depth",
}
READ_OTHERWISE: dict[str, set[str]] = {
    # r4, which hard_fault has changed and, since it never returns, not saved. GDB shows the pc that
    # it put there; the source passes 3.
    "crash_rustc_os": {"crash::poll: channels"},
    # A register that the function called may have changed, which GDB takes as unchanged: right
    # in fault, where GCC knew that it is not (-fipa-ra), wrong in the others.
    "fault_gcc_os": {
        "parse_field: field",
        "parse_field: weight",
        "read_register: field",
    },
    "hang_clang_o2": {"service: mask", "service: sensor"},
    "rover_rustc_os": {"<rover::Motor>::request: budget", "<rover::Motor>::request: mask"},
    "harbor_rustc_o2": WIDE_PIECE
    | GONE_BLOCK
    | CLOBBERED
    | {"harbor::futures::middle::{closure#0}: result"},
    "harbor_rustc_os": WIDE_PIECE | GONE_BLOCK | CLOBBERED | {"harbor::collections::stage: depth"},
    # Without a frame for sensor_settle its variables are among its caller's.
    "hang_gcc_dwarf2": {"sensor_poll: budget"},
    "hang_gcc_dwarf64": INLINED_ENTRY,
    "hang_gcc_o2": INLINED_ENTRY,
    "hang_gcc_types4": INLINED_ENTRY,
    # GDB converts a pointer to a method to no number, and in a register it has no bytes either.
    "depot_g++_o2": {"depot::Crew::work: method"},
}
# The programs that hold every kind of object as a static, and how many scalars they are at least.
SCALARS = {"depot": 250, "gauge": 290}
WHOLE = {case.name for case in CASES if case.name.partition("_")[0] in SCALARS}
LIBRARY = ("std::", "__")
IN_FUNCTIONS = {
    "code_of",
    "gauge_run",
    "depot::Crane::visit",
    "depot::Crane::visit(depot::Place const&, int&&)::{lambda(int, depot::Place const&)#1}"
    "::operator()",
    "depot::take_stock",
}


def parts(member: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A variable and all that it holds, by path."""
    yield path, member
    for child in member["children"]:
        yield from parts(child, f"{path}.{child['name']}" if child["name"] else path)


def our_path(path: str) -> str:
    """The path of GDB as ours: no part for a variant, positions in a tuple without "__"."""
    steps = [step for step in path.split(".") if not step[:1].isupper()]
    return ".".join(step.removeprefix("__") for step in steps)


def nearest(variable: dict[str, Any], path: str) -> dict[str, Any]:
    """The part at `path`, or what holds it and has no such part: `NonZero`, a slice, a box."""
    found = dict(parts(variable))
    while path not in found:
        path = path.rpartition(".")[0]
    return found[path]


def our_frames(case: Path) -> list[dict[str, Any]]:
    """What `trace` finds in a case, innermost first."""
    (thread,) = trace_json(case)["threads"]
    frames: list[dict[str, Any]] = thread["frames"]
    return frames


def gdb_frames(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What GDB finds, without the reset value of lr that it shows as a frame."""
    frames = [frame for frame in answer["frames"] if frame["pc"] != RESET_LR]
    return [{**frame, "variables": gdb_variables(frame)} for frame in frames]


def gdb_variables(frame: dict[str, Any]) -> dict[str, dict[str, str] | str]:
    """By name, an inner one of the same name first: bytes by path, or why there are none."""
    found: dict[str, dict[str, str] | str] = {}
    for variable in frame["variables"]:
        value = variable["value"]
        if isinstance(value, dict):
            value = {path: octets for path, (_, _, octets) in value.items()}
            lost = [octets for octets in value.values() if octets.startswith(NO_VALUE)]
            value = lost[0] if lost else value
        found.setdefault(variable["name"], value)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gdb_finds_the_same_frames_and_values(case: Path) -> None:
    (answer,) = judged(case / "fw.elf", [case / "hang.dump"])
    ours, theirs = our_frames(case), gdb_frames(answer)
    if case.name in BARE_INLINING:
        ours = [frame for frame in ours if frame["kind"] != "inline"]
    if case.name in GDB_GOES_ON:
        theirs = theirs[: len(ours)]
    assert [(f["kind"], f["pc"]) for f in ours] == [(f["kind"], f["pc"]) for f in theirs]
    pairs = list(zip(ours, theirs, strict=True))
    placed = {frame["function"] for frame, other in pairs if place(frame) != place(other)}
    assert placed == PLACED_OTHERWISE.get(case.name, set())
    read = dict(entry for pair in pairs for entry in all_differences(*pair))
    assert read.keys() == READ_OTHERWISE.get(case.name, set()), read


def place(frame: dict[str, Any]) -> tuple[str, int] | None:
    """File and line of one of our frames or GDB's."""
    where = frame.get("location", frame)
    return (where["file"], where["line"]) if where and where["file"] else None


def all_differences(frame: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What GDB reads otherwise than we do in one frame, by function and variable."""
    # An inner variable stands before an outer one of the same name, and hides it.
    held = {variable["name"]: variable for variable in reversed(frame["variables"])}
    for name, scalars in other["variables"].items():
        for text in differences(held.get(name), scalars):
            yield f"{frame['function']}: {name}", text


def differences(ours: dict[str, Any] | None, theirs: dict[str, str] | str) -> Iterator[str]:
    """What GDB reads otherwise than we do in one variable."""
    if ours is None:
        yield f"missing, {theirs}"
    elif isinstance(theirs, str):
        if ours["bytes"] is not None:
            yield f"{ours['value']}, {theirs}"
    else:
        for path, octets in theirs.items():
            member = nearest(ours, our_path(path))
            if not is_read_so(member["bytes"] or "", octets):
                known = f"{member['value']} {member['why']} ({member['bytes']})"
                yield f"{path} {known}, not {octets}"


def is_read_so(ours: str, octets: str) -> bool:
    """True if our bytes hold what GDB reads: bytes, or the number that a bitfield is."""
    if not octets.startswith("="):
        return octets in ours
    mask = (1 << 4 * len(ours)) - 1
    return bool(ours) and int.from_bytes(bytes.fromhex(ours), "little") == int(octets[1:]) & mask


# --- statics ----------------------------------------------------------------------------------

ABI_TAG = re.compile(r"\[abi:\w+\]")


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.name in WHOLE], ids=lambda case: case.name
)
def test_gdb_reads_the_same_statics(case: Path) -> None:
    (answer,) = judged(case / "fw.elf", [case / "hang.dump"], units=functions(case / "fw.elf"))
    ours = {each["name"]: each["bytes"] or "" for each in trace_json(case)["statics"]}
    theirs = {ABI_TAG.sub("", each["name"]): each["value"] for each in answer["statics"]}
    authored = {name: value for name, value in theirs.items() if not name.startswith(LIBRARY)}
    assert authored.keys() == {name for name in ours if not is_in_function(name)}
    told = {
        (name, path): (octets, (int.from_bytes(bytes.fromhex(ours[name]), "little") >> bit))
        for name, value in authored.items()
        if isinstance(value, dict)
        for path, (bit, _, octets) in value.items()
    }
    wrong = [key for key, (octets, number) in told.items() if not begins_with(number, octets)]
    assert wrong == []
    assert len(told) > SCALARS[case.name.partition("_")[0]]


def functions(elf: Path) -> list[int]:
    """The addresses of all functions, which tell GDB the units to look at."""
    with elf.open("rb") as file:
        symbols = ELFFile(file).get_section_by_name(".symtab").iter_symbols()
        return [s["st_value"] & ~1 for s in symbols if s["st_info"]["type"] == "STT_FUNC"]


def is_in_function(name: str) -> bool:
    """True for a static of a function, which GDB lists among the function's variables."""
    return name.rpartition("::")[0] in IN_FUNCTIONS


def begins_with(number: int, octets: str) -> bool:
    """True if the lowest bits of `number` are those that GDB reads, or GDB cannot tell."""
    if octets.startswith(NO_VALUE):
        return True
    if octets.startswith("="):
        bits = max(int(octets[1:]).bit_length(), 1)
        return (number ^ int(octets[1:])) & ((1 << bits) - 1) == 0
    size = len(octets) // 2
    return (number & (1 << 8 * size) - 1).to_bytes(size, "little").hex() == octets
