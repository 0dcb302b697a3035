"""Run inside GDB: prints the back trace and every scalar of every variable as one JSON document.

A scalar has its path in the variable (".levels.0") and its bytes as hex, "=n" for a bitfield.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

import gdb  # type: ignore[import-untyped]

AGGREGATES = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)
REFERENCES = (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)
KINDS = {gdb.NORMAL_FRAME: "function", gdb.INLINE_FRAME: "inline", gdb.SIGTRAMP_FRAME: "exception"}


def scalar(value: Any) -> str:
    """The bytes of a scalar as hex."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_FLT:
        return struct.pack("<f" if kind.sizeof == 4 else "<d", float(value)).hex()
    size: int = kind.sizeof
    return (int(value) & (1 << 8 * size) - 1).to_bytes(size, "little").hex()


def scalars(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every scalar in the value with its path."""
    kind = value.type.strip_typedefs()
    if kind.code in REFERENCES:
        yield path, scalar(value.referenced_value().address)
    elif kind.code == gdb.TYPE_CODE_ARRAY:
        low, high = kind.range()
        for index in range(low, high + 1):
            yield from scalars(value[index], f"{path}.{index}")
    elif kind.code in AGGREGATES:
        for field in kind.fields():
            yield from member(value, field, path)
    else:
        yield path, scalar(value)


def member(value: Any, field: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the scalars of one member; static members are no part of the value."""
    if not hasattr(field, "bitpos") or field.artificial:
        return
    inner = f"{path}.{field.name}" if field.name else path
    if field.bitsize:
        yield inner, f"={int(value[field])}"
    else:
        yield from scalars(value[field], inner)


def variables(frame: Any) -> dict[str, Any]:
    """The variables of the blocks around the pc, an inner one of the same name first."""
    found: dict[str, Any] = {}
    block = frame.block()
    while block is not None:
        for symbol in block:
            label = str(symbol.type) == "__CORE_ADDR"
            held = (symbol.is_variable or symbol.is_argument) and not label
            if held and symbol.name not in found:
                found[symbol.name] = reading(frame, symbol, block)
        if block.function is not None:
            break
        block = block.superblock
    return found


def reading(frame: Any, symbol: Any, block: Any) -> Any:
    """The scalars of a variable, or GDB's words for not having them."""
    try:
        value = frame.read_var(symbol, block)
        return "optimized out" if value.is_optimized_out else dict(scalars(value))
    except gdb.error as error:
        return str(error)


def frames() -> Iterator[dict[str, Any]]:
    """The back trace, innermost first; tail calls, which have no frame, left out."""
    frame = gdb.newest_frame()
    while frame is not None:
        if frame.type() in KINDS:
            yield reported(frame)
        frame = frame.older()


def reported(frame: Any) -> dict[str, Any]:
    """One frame."""
    place = frame.find_sal()
    return {
        "kind": KINDS[frame.type()],
        "function": frame.name(),
        "pc": frame.pc(),
        "file": place.symtab.filename if place.symtab else None,
        "line": place.line,
        "variables": variables(frame) if frame.function() is not None else {},
    }


print("JSON:" + json.dumps(list(frames())))  # noqa: T201
