"""A decoder that knows a program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from stackdump_probe.image.dwarf.names import demangle
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.types.rust_vtables import VtableOwner


def decoder_for(
    image: Image,
    memory: Memory,
    limits: Limits | None = None,
    *,
    beside: Sequence[Image] = (),
) -> Decoder:
    """A decoder that knows the symbols and types of `image`, and the functions of those beside it.

    Objects of others are not looked for: programs that run one after the other share the RAM.
    """

    @cache
    def symbol_at(address: int) -> str | None:
        if not address:
            return None
        code = address & ~1
        holder = next((each for each in (image, *beside) if each.is_code(code)), None)
        symbol = None if holder is None else holder.symbols.function_at(code)
        symbol = symbol or image.symbols.object_at(address)
        if symbol is None:
            return None
        offset = address - symbol.address & (-1 if holder is None else ~1)
        name = demangle(symbol.name)
        return f"{name}+{offset}" if offset else name

    def vtable_owners(address: int) -> Sequence[VtableOwner]:
        return image.rust_vtables.owners_at(address)

    def declared(offset: int) -> tuple[str | None, int | None]:
        return declared_at(image.dwarf.die_at(offset))

    tree = image.types
    return Decoder(
        memory,
        symbol_at,
        tree.definition,
        limits or Limits(),
        tree.class_named,
        tree.virtual_method,
        vtable_owners,
        declared,
    )
