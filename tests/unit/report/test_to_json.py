"""A report as the JSON of the contract, checked against the schema in docs/."""

import json
from typing import Any

import pytest

from stackdump_probe import __version__
from stackdump_probe.record import replace
from stackdump_probe.report.info import dump_info
from stackdump_probe.report.model import (
    CoreState,
    ElfMatch,
    FaultInstruction,
    FrameDetails,
    Location,
    Report,
    ReportEnd,
)
from stackdump_probe.report.to_json import info_to_json, to_json, variable_json
from tests.builders import a_dump, words
from tests.schemas import validator
from tests.unit.report.samples import (
    BUS_FAULT,
    OVERFLOW,
    a_frame,
    a_member,
    a_report,
    a_thread,
    a_variable,
)

TRACE, INFO = validator("trace"), validator("info")


def document(report: Report) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(to_json(report))
    TRACE.validate(parsed)
    return parsed


def test_every_field_of_a_report_is_there() -> None:
    frame = a_frame(
        0,
        "sensor::read",
        linkage_name="_ZN6sensor4readE",
        location=Location("src/sensor.rs", 83, 9, "/work"),
    )
    report = a_report(
        frame,
        build_id="0a1b",
        core=CoreState(0x410F_C241, "Cortex-M4", "handler", "HardFault"),
        fault=BUS_FAULT,
        warnings=("two dumps disagree",),
        stack_overflow=OVERFLOW,
    )
    assert document(report) == {
        "schema": "stackdump-probe/trace/1",
        "tool": {"name": "stackdump-probe", "version": __version__},
        "elf": {"path": "build/fw.elf", "build_id": "0a1b"},
        "dumps": ["hang.dump"],
        "elf_match": {"verdict": "match", "evidence": "64 flash bytes at 0x08000100 equal"},
        "core": {
            "cpuid": 1091551809,
            "name": "Cortex-M4",
            "mode": "handler",
            "exception": "HardFault",
        },
        "registers": {"r0": 0, "sp": 0x2000_1000, "pc": 0x0800_0200},
        "fault": {
            "summary": "precise data bus error at 0x60000010",
            "causes": [
                {"register": "CFSR", "bit": "PRECISERR", "text": "precise data bus error"},
                {
                    "register": "HFSR",
                    "bit": "FORCED",
                    "text": "escalated to HardFault: the fault's own handler is disabled",
                },
            ],
            "address": 0x6000_0010,
            "instruction": {
                "address": 0x0800_0190,
                "text": "ldr r3, [r3, r4]",
                "registers": {"r3": 0x6000_0000, "r4": None},
                "access": {"kind": "load", "address": 0x6000_0010, "size": 4},
                "meaning": "loads 4 bytes from 0x60000010, as BFAR says",
            },
        },
        "stack_overflow": {
            "stack": "process",
            "sp": 0x2000_03F8,
            "limit": 0x2000_0400,
            "limit_name": "worker_stack",
            "certain": True,
            "text": "the process stack overflowed",
        },
        "threads": [
            {
                "name": None,
                "current": True,
                "frames": [
                    {
                        "level": 0,
                        "kind": "function",
                        "function": "sensor::read",
                        "linkage_name": "_ZN6sensor4readE",
                        "pc": 0x0800_0200,
                        "cfa": 0x2000_1000,
                        "rule": "innermost",
                        "doubt": None,
                        "details": None,
                        "location": {"file": "src/sensor.rs", "line": 83, "column": 9},
                        "variables": [],
                    }
                ],
                "end": {
                    "kind": "reset",
                    "reason": "reached Reset_Handler",
                    "address": None,
                    "hint": None,
                },
            }
        ],
        "statics": [],
        "warnings": ["two dumps disagree"],
    }


def test_an_instruction_that_is_lost_leaves_what_is_known_of_it() -> None:
    instruction = FaultInstruction(0, None, {"lr": 0x0800_0101}, None, None)
    fault = replace(BUS_FAULT, causes=(), address=None, instruction=instruction)
    assert document(a_report(fault=fault))["fault"]["instruction"] == {
        "address": 0,
        "text": None,
        "registers": {"lr": 0x0800_0101},
        "access": None,
        "meaning": None,
    }


def test_an_early_end_says_where_and_what_would_help() -> None:
    end = ReportEnd("no_memory", "not in the dump", "capture with --ram all", 0x2000_2000)
    [thread] = document(a_report(threads=(a_thread(a_frame(), end=end),)))["threads"]
    assert thread["end"] == {
        "kind": "no_memory",
        "reason": "not in the dump",
        "address": 0x2000_2000,
        "hint": "capture with --ram all",
    }


def test_a_variable_comes_with_its_parts() -> None:
    variable = a_variable("pair", "[7, 8]", children=(a_member("0", "7", a_member("low", "7")),))
    [found] = document(a_report(a_frame(variables=(variable,))))["threads"][0]["frames"][0][
        "variables"
    ]
    leaf = {"state": "ok", "why": None, "address": 0x2000_0010, "bytes": "07000000"}
    assert found == {
        "name": "pair",
        "kind": "local",
        "type": "int",
        "value": "[7, 8]",
        **leaf,
        "declared": {"file": "src/main.c", "line": 3},
        "inlined": False,
        "zero_sized": False,
        "children": [
            {
                "name": "0",
                "type": "int",
                "value": "7",
                **leaf,
                "children": [{"name": "low", "type": "int", "value": "7", **leaf, "children": []}],
            }
        ],
    }


def test_what_is_not_known_is_null() -> None:
    report = a_report(
        a_frame(
            function=None,
            location=None,
            cfa=None,
            variables=(
                a_variable(
                    value=None, state="optimized_out", octets=None, address=None, declared=None
                ),
            ),
        ),
        core=CoreState(None, None, None, None),
        elf_match=ElfMatch("unknown", "the dump holds no flash bytes of it"),
    )
    found = document(report)
    assert found["core"] == {"cpuid": None, "name": None, "mode": None, "exception": None}
    assert found["fault"] is None
    frame = found["threads"][0]["frames"][0]
    assert (frame["function"], frame["location"], frame["cfa"]) == (None, None, None)
    assert (frame["variables"][0]["bytes"], frame["variables"][0]["declared"]) == (None, None)


def test_hidden_variables_are_in_the_json() -> None:
    hidden = (a_variable("i", inlined=True), a_variable("z", zero_sized=True))
    frame = document(a_report(a_frame(variables=hidden)))["threads"][0]["frames"][0]
    assert [each["name"] for each in frame["variables"]] == ["i", "z"]


def test_what_was_written_of_a_variable_stands_for_it_and_its_parts() -> None:
    variable = replace(a_variable("v"), children=(a_member("part", "1"),))
    written = replace(variable, children=(), written=variable_json(variable))
    expected = to_json(a_report(a_frame(variables=(variable,)), statics=(variable,)))
    assert to_json(a_report(a_frame(variables=(written,)), statics=(written,))) == expected
    assert '"part"' in expected


def test_no_control_character_is_written_raw() -> None:
    evil = "\x1b[2J\n\x9b\ud800"
    text = to_json(a_report(a_frame(function=evil, variables=(a_variable(evil, evil),))))
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["threads"][0]["frames"][0]["function"] == evil


def test_several_threads_are_all_there() -> None:
    threads = (a_thread(a_frame()), a_thread(a_frame(), name="idle", current=False))
    found = document(a_report(threads=threads))["threads"]
    assert [(each["name"], each["current"]) for each in found] == [(None, True), ("idle", False)]


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": "stackdump-probe/trace/2"},
        {"extra": 1},
        {"registers": {"r0": 1 << 32}},
        {"statics": [{"name": "x"}]},
    ],
)
def test_the_schema_refuses_what_is_not_a_trace(damage: dict[str, Any]) -> None:
    assert not TRACE.is_valid({**document(a_report(a_frame())), **damage})


def test_info_keeps_to_its_schema() -> None:
    control_space = words(0x410F_C241, *[0] * 9, 1 << 9 | 1 << 15, 1 << 30, 0, 0, 0x6000_0010)
    dump = a_dump(
        {0x2000_0000: bytes(16), 0xE000_ED00: control_space}, pc=0x0800_0100, xpsr=0x0100_0003
    )
    found = json.loads(info_to_json(dump_info(dump, dumps=["x.dump"])))
    INFO.validate(found)
    assert found["core"]["exception"] == "HardFault"
    assert found["fault"]["address"] == 0x6000_0010
    assert found["memory"] == [
        {"start": 0x2000_0000, "size": 16, "region": "SRAM"},
        {"start": 0xE000_ED00, "size": 60, "region": "system control"},
    ]


def test_info_of_an_empty_dump_keeps_to_its_schema() -> None:
    found = json.loads(info_to_json(dump_info(a_dump(), dumps=[])))
    INFO.validate(found)
    assert (found["registers"], found["memory"], found["fault"]) == ({}, [], None)


def test_a_frame_tells_what_it_rests_on() -> None:
    details = FrameDetails({"r4": 4}, {"r4": 0x2000_0FF0, "r5": 0x2000_0FF4}, "elf", "dump")
    frame = a_frame(details=details, doubt="stacking failed")
    shown = document(a_report(frame))["threads"][0]["frames"][0]
    assert shown["doubt"] == "stacking failed"
    assert shown["details"] == {
        "registers": {"r4": 4},
        "saved_at": {"r4": 0x2000_0FF0, "r5": 0x2000_0FF4},
        "code_origin": "elf",
        "stack_origin": "dump",
    }
