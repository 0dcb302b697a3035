"""Every debugging entry as llvm-dwarfdump prints it, beside what our reader makes of it."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from elftools.dwarf.enums import ENUM_DW_AT, ENUM_DW_TAG

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.debug_info import Dwarf
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.forms import BLOCKS
from stackdump_probe.image.elf import Image

COMMAND = ("llvm-dwarfdump-14", "--debug-info", "--debug-types")
ENTRY = re.compile(r"^(0x[0-9a-f]+): ( *)DW_TAG_(\w+)$")
ATTRIBUTE = re.compile(r"^ +DW_AT_(\w+)\t\((.*)\)$")
NUMBER = re.compile(r"(-?(?:0x[0-9a-f]+|\d+))(?: \".*\")?")  # behind a reference what it names
ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
NAMED_ESCAPES = {b"t": b"\t", b"n": b"\n"}
PLACES = ("data_member_location", "upper_bound", "count", "byte_size")  # a block is an expression
COMPARED = (
    "name", "type", "byte_size", "bit_size", "data_bit_offset", "data_member_location",
    "upper_bound", "count", "const_value", "specification", "abstract_origin",
)  # fmt: skip

Attributes = dict[str, int | str | bytes]
# Offset in its section, depth, tag, attributes.
Entry = tuple[int, int, int, Attributes]


def differences(elf: Path, image: Image, counts: Counter[str]) -> Iterator[str]:
    """Yield how our entries differ from those of llvm-dwarfdump; count what is compared."""
    for mine, theirs in zip_longest(_ours(image.dwarf), _theirs(elf)):
        if mine is None or theirs is None:
            yield f"one reader ends: {mine} and {theirs}"
            return
        counts["entries"] += 1
        if mine[:3] != theirs[:3]:
            yield f"{mine} is {theirs}"
        for name, expected in theirs[3].items():
            counts[name] += 1
            if mine[3].get(name) != expected:
                yield f"{mine[0]:#x}: {name} {mine[3].get(name)!r}, not {expected!r}"
        if missing := mine[3].keys() - theirs[3].keys():
            yield f"{mine[0]:#x}: only we have {', '.join(missing)}"


def _ours(dwarf: Dwarf) -> Iterator[Entry]:
    units = sorted((*dwarf.units, *dwarf.type_units), key=lambda unit: (unit.section, unit.offset))
    for unit in units:
        waiting = [(unit.top, 0)]
        while waiting:
            die, depth = waiting.pop()
            yield die.offset, depth, die.tag, _attributes(die)
            waiting += reversed([(child, depth + 1) for child in die.children()])


def _attributes(die: Die) -> Attributes:
    return {name: value for name in COMPARED if (value := _value(die, name)) is not None}


def _value(die: Die, name: str) -> int | str | bytes | None:
    """References as offsets, those by signature as that; None for expressions."""
    at = ENUM_DW_AT[f"DW_AT_{name}"]
    form, raw = die.attributes.get(at, (None, 0))
    if form is None or form == dw.FORM_exprloc or (name in PLACES and form in BLOCKS):
        return None
    if form == dw.FORM_ref_sig8:
        return int(raw)
    match die.get(at):
        case Die(offset=offset):
            return offset
        case memoryview() as octets:
            return bytes(octets)
        case value:
            return value


def _theirs(elf: Path) -> Iterator[Entry]:
    with subprocess.Popen([*COMMAND, elf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        entry: Entry | None = None
        for line in process.stdout:
            if start := ENTRY.match(text := line.decode("utf-8", "surrogateescape").rstrip("\n")):
                if entry is not None:
                    yield entry
                offset, indent, tag = start.groups()
                entry = int(offset, 16), len(indent) // 2, _tag(tag), {}
            elif entry is not None and (found := ATTRIBUTE.match(text)):
                _add(entry[3], *found.groups())
        if entry is not None:
            yield entry
    assert process.returncode == 0, f"{COMMAND[0]} fails on {elf}"


def _tag(name: str) -> int:
    if name.startswith("unknown_"):
        return int(name.removeprefix("unknown_"), 16)
    short = name.removesuffix("eter")  # pyelftools: template_type_param
    return int(ENUM_DW_TAG.get(f"DW_TAG_{name}") or ENUM_DW_TAG[f"DW_TAG_{short}"])


def _add(attributes: Attributes, name: str, text: str) -> None:
    """Keep the value if it is one that is compared, and no expression."""
    if name not in COMPARED or text.startswith("DW_OP_"):
        return
    if text.startswith('"'):
        octets = text[1:-1].encode("utf-8", "surrogateescape")
        attributes[name] = ESCAPE.sub(_unescaped, octets).decode("utf-8", "replace")
    elif text.startswith("<"):
        attributes[name] = bytes.fromhex(text.partition("> ")[2])
    elif number := NUMBER.fullmatch(text):
        attributes[name] = int(number[1], 0)
    else:
        raise AssertionError(f"{COMMAND[0]} prints {name} as {text}")


def _unescaped(escape: re.Match[bytes]) -> bytes:
    """LLVM's raw_ostream::write_escaped."""
    what = escape[1]
    return bytes([int(what, 8)]) if len(what) == 3 else NAMED_ESCAPES.get(what, what)
