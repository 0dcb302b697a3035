"""Our reader and pyelftools agree on every row of every fixture's call frame information."""

from collections.abc import Callable
from typing import Any

import pytest
from elftools.dwarf.callframe import FDE

from stackdump_probe.image.frames.cfi import rows
from stackdump_probe.image.frames.cfi_rules import (
    CfaExpression,
    CfaOffset,
    CfaRule,
    InRegister,
    Offset,
    Rule,
    SameValue,
    Undefined,
    ValOffset,
)
from stackdump_probe.image.frames.cfi_table import FrameTable
from tests.oracle.fixtures import ELVES, image_of, oracle_of

pytestmark = pytest.mark.parametrize("case", ELVES)

# What pyelftools calls the rules that the fixtures use.
RULES: dict[str, Callable[[Any], Rule]] = {
    "OFFSET": Offset,
    "VAL_OFFSET": ValOffset,
    "REGISTER": InRegister,
    "SAME_VALUE": lambda _: SameValue(),
    "UNDEFINED": lambda _: Undefined(),
}


def their_rules(line: dict[Any, Any]) -> dict[int, Rule]:
    registers = {number: rule for number, rule in line.items() if isinstance(number, int)}
    return {number: RULES[rule.type](rule.arg) for number, rule in registers.items()}


def their_cfa(line: dict[Any, Any]) -> CfaRule:
    cfa = line["cfa"]
    return CfaOffset(cfa.reg, cfa.offset) if cfa.expr is None else CfaExpression(bytes(cfa.expr))


def test_rows_are_the_same(case: str) -> None:
    table = FrameTable(".debug_frame", image_of(case).contents(".debug_frame"))
    ours = {fde.offset: fde for fde in table.fdes()}
    theirs = [
        entry for entry in oracle_of(case).get_dwarf_info().CFI_entries() if isinstance(entry, FDE)
    ]
    assert list(ours) == [entry.offset for entry in theirs]
    for entry in theirs:
        found = [(at, row.cfa, row.registers) for at, row in rows(table, ours[entry.offset])]
        expected = [
            (line["pc"], their_cfa(line), their_rules(line)) for line in entry.get_decoded().table
        ]
        assert found == expected
