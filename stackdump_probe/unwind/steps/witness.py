"""What the code shows beside what a table says of the same frame."""

from collections.abc import Iterator

from stackdump_probe.record import replace
from stackdump_probe.unwind.step import Caller, Lost


def settled(found: Caller | Lost, witness: Caller, *, is_sure: bool) -> Caller:
    """`found` if both are of one mind, else the `witness`, which has followed the code.

    Unless it `is_sure`, other ways through the code may have saved a register that its way did
    not: then one that they place otherwise is not known.
    """
    if isinstance(found, Lost) or _return(found) != _return(witness):
        return witness
    doubted = tuple(_doubted(found, witness))
    if is_sure and doubted:
        return witness
    return replace(found, registers=found.registers.without(*doubted))


def _return(caller: Caller) -> tuple[int, int]:
    return caller.cfa, caller.return_address


def _doubted(found: Caller, witness: Caller) -> Iterator[str]:
    for name, word in found.registers.words.items():
        if witness.registers.get(name) not in (None, word):
            yield name
