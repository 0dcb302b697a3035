"""Runs inside GDB: file and line of each pc that standard input lists, as one line of JSON."""

import json
import sys

import gdb  # type: ignore[import-untyped]


def line_at(pc: int) -> list[str | int] | None:
    """[file, line], or None."""
    found = gdb.find_pc_line(pc)
    return [found.symtab.filename, found.line] if found.symtab else None


print("JSON:" + json.dumps([line_at(pc) for pc in json.load(sys.stdin)]))  # noqa: T201
