"""Reports made by hand."""

from typing import Any

from stackdump_probe.report.model import (
    Access,
    Cause,
    CoreState,
    ElfMatch,
    Fault,
    FaultInstruction,
    Location,
    Member,
    Report,
    ReportEnd,
    ReportFrame,
    StackOverflow,
    Thread,
    Variable,
)


def a_variable(name: str = "count", value: str | None = "7", **changed: Any) -> Variable:
    """An int on the stack, but for what is changed."""
    fields: dict[str, Any] = {
        "type": "int",
        "state": "ok",
        "why": None,
        "address": 0x2000_0010,
        "octets": b"\x07\0\0\0",
        "children": (),
        "kind": "local",
        "declared": Location("src/main.c", 3),
        "inlined": False,
        "zero_sized": False,
    }
    return Variable(name, value=value, **{**fields, **changed})


def a_member(name: str, value: str | None, *children: Member) -> Member:
    """A part of a variable, read from memory."""
    return Member(name, "int", value, "ok", None, 0x2000_0010, b"\x07\0\0\0", children)


def a_frame(level: int = 0, function: str | None = "wait", **changed: Any) -> ReportFrame:
    """A frame found by CFI, but for what is changed."""
    fields: dict[str, Any] = {
        "kind": "function",
        "linkage_name": None,
        "pc": 0x0800_0200 + 0x10 * level,
        "cfa": 0x2000_1000 + 0x10 * level,
        "rule": "cfi" if level else "innermost",
        "location": Location("src/main.c", 10 + level, 5, "/work/fw"),
        "variables": (),
    }
    return ReportFrame(level, function=function, **{**fields, **changed})


def a_thread(*frames: ReportFrame, **changed: Any) -> Thread:
    """The one context of a bare-metal dump."""
    fields: dict[str, Any] = {
        "name": None,
        "current": True,
        "end": ReportEnd("reset", "reached Reset_Handler"),
    }
    return Thread(frames=frames, **{**fields, **changed})


def a_report(*frames: ReportFrame, **changed: Any) -> Report:
    """A report of a matching ELF and these frames, but for what is changed."""
    fields: dict[str, Any] = {
        "elf_path": "build/fw.elf",
        "build_id": None,
        "dumps": ("hang.dump",),
        "elf_match": ElfMatch("match", "64 flash bytes at 0x08000100 equal"),
        "core": CoreState(0x410F_C241, "Cortex-M4", "thread", None),
        "registers": {"r0": 0, "sp": 0x2000_1000, "pc": 0x0800_0200},
        "fault": None,
        "threads": (a_thread(*frames),),
        "statics": (),
        "warnings": (),
    }
    return Report(**{**fields, **changed})


BUS_FAULT = Fault(
    "precise data bus error at 0x60000010",
    (
        Cause("CFSR", "PRECISERR", "precise data bus error"),
        Cause("HFSR", "FORCED", "escalated to HardFault: the fault's own handler is disabled"),
    ),
    0x6000_0010,
    FaultInstruction(
        0x0800_0190,
        "ldr r3, [r3, r4]",
        {"r3": 0x6000_0000, "r4": None},
        Access("load", 0x6000_0010, 4),
        "loads 4 bytes from 0x60000010, as BFAR says",
    ),
)

OVERFLOW = StackOverflow(
    "process", 0x2000_03F8, 0x2000_0400, "worker_stack", True, "the process stack overflowed"
)
