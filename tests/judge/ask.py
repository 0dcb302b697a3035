"""Runs inside GDB: what it says of each dump that is served, one JSON document per dump.

A variable is told by its scalars: each has its path in the variable (".levels.0"), its first bit,
its size in bits, and its bytes as hex, "=n" for a bitfield, "optimized out", or "error: " and what
GDB says.
"""

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

import gdb  # type: ignore[import-untyped]

DEPTH = 80  # frames
NO_NUMBER = "a pointer to a method in a register"
LONGEST = 8  # bytes of a number that Python gets from GDB
MOST = 96  # scalars of one variable, elements of one array
AGGREGATES = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)
COMPOSED = (*AGGREGATES, gdb.TYPE_CODE_ARRAY)
# GDB converts them to no number; in a register they cannot be had.
BYTES_ONLY = (gdb.TYPE_CODE_METHODPTR, gdb.TYPE_CODE_MEMBERPTR, gdb.TYPE_CODE_FIXED_POINT)
REFERENCES = (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
KINDS = {gdb.NORMAL_FRAME: "function", gdb.INLINE_FRAME: "inline", gdb.SIGTRAMP_FRAME: "exception"}
SINGLES, DOUBLES = (f"s{n}" for n in range(16, 32)), (f"d{n}" for n in range(8, 16))
KEPT = (*(f"r{n}" for n in range(4, 12)), "sp", *SINGLES, *DOUBLES)
FLOATS = {2: "<e", 4: "<f", 8: "<d"}
GONE, SYNTHETIC = "optimized out", "synthetic pointer"
Scalar = tuple[int, int, str]
FRAME_AT = re.compile(r"frame at (0x[0-9a-f]+)")


def scalar(value: Any) -> str:
    """The bytes of a scalar as hex."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_COMPLEX:
        gdb.set_convenience_variable("complex", value)
        parts = ("$_creal($complex)", "$_cimag($complex)")
        return "".join(scalar(gdb.parse_and_eval(part)) for part in parts)
    if kind.code in BYTES_ONLY and value.address is not None:
        return raw(value)
    if kind.code == gdb.TYPE_CODE_METHODPTR:
        raise gdb.error(NO_NUMBER)
    if kind.code == gdb.TYPE_CODE_MEMBERPTR or kind.sizeof > LONGEST:
        digits = value.format_string(format="x")
        return int(digits, 16).to_bytes(kind.sizeof, "little").hex()
    if kind.code == gdb.TYPE_CODE_FLT:
        return struct.pack(FLOATS[kind.sizeof], float(value)).hex()
    size: int = kind.sizeof
    return (int(value) & (1 << 8 * size) - 1).to_bytes(size, "little").hex()


def raw(value: Any) -> str:
    """The bytes of an object in memory."""
    octets = gdb.selected_inferior().read_memory(int(value.address), value.type.sizeof)
    return str(octets.tobytes().hex())


def read(value: Any) -> str:
    """The bytes of a scalar, or why there are none; None for what is behind a lost reference."""
    try:
        if value is None or value.is_optimized_out:
            return GONE
        return SYNTHETIC if is_synthetic(value) else scalar(value)
    except (gdb.error, OverflowError, struct.error) as error:
        return refusal(error)


def is_synthetic(value: Any) -> bool:
    """True for a pointer of which GDB only knows what it pointed at; it makes a 0 of it."""
    is_pointer = value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR
    return is_pointer and not int(value) and SYNTHETIC in value.format_string()


def scalars(value: Any, path: str = "", at: int = 0) -> Iterator[tuple[str, Scalar]]:
    """Yield every scalar in the value with its path; `at` is the bit where the value begins."""
    kind = value.type.strip_typedefs()
    size = 8 * kind.sizeof
    if kind.code in REFERENCES:
        yield path, (at, size, read(value.referenced_value().address))
    elif kind.code == gdb.TYPE_CODE_ARRAY:
        low, high = kind.range() if kind.sizeof else (0, -1)
        step = 8 * kind.target().sizeof
        for index in range(low, min(high + 1, low + MOST)):
            yield from scalars(value[index], f"{path}.{index}", at + step * (index - low))
    elif kind.code in AGGREGATES:
        for field in kind.fields():
            yield from member(value, field, path, at)
    else:
        yield path, (at, size, read(value))


def member(value: Any, field: Any, path: str, at: int) -> Iterator[tuple[str, Scalar]]:
    """Yield the scalars of one member; static members are no part of the value."""
    if not hasattr(field, "bitpos") or field.artificial:
        return
    inner = f"{path}.{field.name}" if field.name else path
    if field.bitsize:
        yield inner, (at + field.bitpos, field.bitsize, number(value[field]))
    else:
        held = value[field]
        start = offset(held, value) if field.bitpos is None else field.bitpos
        yield from scalars(held, inner, at + start)


def offset(base: Any, whole: Any) -> int:
    """How many bits into an object one of its virtual bases begins."""
    return 8 * (int(base.address) - int(whole.address))


def number(value: Any) -> str:
    """The number in a bitfield, or why there is none."""
    try:
        return GONE if value.is_optimized_out else f"={int(value)}"
    except gdb.error as error:
        return f"error: {error}"


def reading(frame: Any, symbol: Any, block: Any) -> Any:
    """The scalars of a variable, or GDB's words for not having them.

    One that GDB cannot take apart is told by its bytes.
    """
    try:
        value = symbol.value() if frame is None else frame.read_var(symbol, block)
        return taken_apart(value)
    except (gdb.error, RuntimeError) as error:
        return refusal(error)


def taken_apart(value: Any) -> Any:
    """The scalars of a value; where GDB fails at that all its bytes, if it is in memory."""
    try:
        if value.is_optimized_out and value.type.strip_typedefs().code not in COMPOSED:
            return GONE
        return dict(pair for pair, _ in zip(scalars(value), range(MOST), strict=False))
    except (gdb.error, RuntimeError):
        if value.address is None:
            raise
        return {"": (0, 8 * value.type.sizeof, raw(value))}


def refusal(error: Exception) -> str:
    """Why there is no value."""
    return GONE if "optimized out" in str(error) else f"error: {error}"


def held(block: Any) -> Iterator[Any]:
    """The variables of a block."""
    for symbol in block:
        is_label = str(symbol.type) == "__CORE_ADDR"
        is_object = symbol.is_variable or symbol.is_argument or is_constant(symbol)
        if is_object and not is_label:
            yield symbol


def is_constant(symbol: Any) -> bool:
    """True for a variable whose value the compiler knew, but for no enumerator."""
    kind = symbol.type.strip_typedefs()
    listed = kind.fields() if kind.code == gdb.TYPE_CODE_ENUM else ()
    return bool(symbol.is_constant) and symbol.name not in [field.name for field in listed]


def variables(frame: Any) -> list[dict[str, Any]]:
    """The variables of the blocks around the pc, the innermost block's first."""
    found = []
    block = frame.block()
    while block is not None:
        for symbol in held(block):
            told = {"name": symbol.name, "line": symbol.line, "argument": symbol.is_argument}
            found.append({**told, "value": reading(frame, symbol, block)})
        if block.function is not None:
            break
        block = block.superblock
    return found


def statics(files: list[Any]) -> list[dict[str, Any]]:
    """The variables outside functions in the units of these source files."""
    found = []
    for file in files:
        for block in (file.global_block(), file.static_block()):
            found += [
                {"name": symbol.name, "line": symbol.line, "value": reading(None, symbol, block)}
                for symbol in held(block)
                if not symbol.needs_frame
            ]
    return found


def frames() -> tuple[list[dict[str, Any]], str]:
    """The back trace, innermost first, and why it ends; tail calls, without a frame, left out."""
    found: list[dict[str, Any]] = []
    try:
        frame = gdb.newest_frame()
        while len(found) < DEPTH:
            if frame.type() in KINDS:
                found.append(reported(frame))
            older = frame.older()
            if older is None:
                return found, str(gdb.frame_stop_reason_string(frame.unwind_stop_reason()))
            frame = older
    except gdb.error as error:
        return found, str(error)
    return found, "too many"


def reported(frame: Any) -> dict[str, Any]:
    """One frame."""
    frame.select()
    place = frame.find_sal()
    return {
        "kind": KINDS[frame.type()],
        "function": frame.name(),
        "pc": frame.pc(),
        "cfa": cfa(),
        "file": place.symtab.filename if place.symtab else None,
        "line": place.line,
        "registers": {name: register(frame, name) for name in KEPT},
        "variables": variables(frame) if frame.function() is not None else [],
    }


def register(frame: Any, name: str) -> int | None:
    """A register as this frame's function has it."""
    try:
        value = frame.read_register(name)
        # "x" gives the bytes that underlie a floating-point number.
        return None if value.is_optimized_out else int(value.format_string(format="x"), 16)
    except (gdb.error, ValueError):  # not known, or none of that name
        return None


def cfa() -> int | None:
    """The canonical frame address of the selected frame."""
    try:
        found = FRAME_AT.search(gdb.execute("info frame", to_string=True))
    except gdb.error:
        return None
    return int(found[1], 16) if found else None


def source_files(addresses: list[int]) -> list[Any]:
    """One source file for each unit that has code at one of the addresses."""
    found: dict[tuple[int, int], Any] = {}
    for address in addresses:
        file = gdb.find_pc_line(address).symtab
        if file is not None:
            found[file.static_block().start, file.static_block().end] = file
    return list(found.values())


def judge(question: dict[str, Any]) -> None:
    """Answer for each dump."""
    files = source_files(question["units"])
    for number in range(question["dumps"]):
        gdb.execute(f"monitor {number}", to_string=True)
        gdb.execute("maintenance flush register-cache", to_string=True)
        gdb.execute("maintenance flush dcache", to_string=True)
        found, end = frames()
        answer = {"frames": found, "end": end, "statics": statics(files)}
        answer["files"] = [file.filename for file in files]
        print("JSON:" + json.dumps(answer))  # noqa: T201
