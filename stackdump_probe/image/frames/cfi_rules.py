"""What call frame information says at a pc: where the caller's registers are (DWARF 5, 6.4.1)."""

from collections.abc import Mapping

from stackdump_probe.record import Record


class Undefined(Record):
    """The register has no recoverable value in the caller."""


class SameValue(Record):
    """The register was not changed."""


class Offset(Record):
    """The value is saved at CFA + `offset`."""

    offset: int


class ValOffset(Record):
    """The value is CFA + `offset`."""

    offset: int


class InRegister(Record):
    """The value is in another register, by its DWARF number."""

    number: int


class Expression(Record):
    """The value is saved where this expression points to; it starts with the CFA pushed."""

    octets: bytes


class ValExpression(Record):
    """The value is what this expression computes; it starts with the CFA pushed."""

    octets: bytes


Rule = Undefined | SameValue | Offset | ValOffset | InRegister | Expression | ValExpression


class CfaOffset(Record):
    """CFA = a register + `offset`."""

    register: int
    offset: int


class CfaExpression(Record):
    """CFA = what this expression computes."""

    octets: bytes


CfaRule = CfaOffset | CfaExpression


class Row(Record):
    """The rules at one pc.

    A register that is not in `registers` has no rule: the ABI says what becomes of it.
    `return_address` is the DWARF number of the column that gives the caller's pc;
    `is_signal_frame` says that this pc is exact, no return address. `args_size` are the bytes of
    arguments pushed so far (DW_CFA_GNU_args_size). `is_only` says that the FDE has no other row.
    """

    cfa: CfaRule
    registers: Mapping[int, Rule]
    return_address: int
    args_size: int = 0
    is_signal_frame: bool = False
    is_only: bool = False
