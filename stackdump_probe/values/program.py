"""A decoder that knows a program."""

from functools import cache

from stackdump_probe.image.dwarf.names import demangle
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder, Limits


def decoder_for(image: Image, memory: Memory, limits: Limits | None = None) -> Decoder:
    """A decoder that knows the symbols and types of `image`."""

    @cache
    def symbol_at(address: int) -> str | None:
        if not address:
            return None
        is_code = image.is_code(address & ~1)
        symbol = image.symbols.function_at(address & ~1) if is_code else None
        symbol = symbol or image.symbols.object_at(address)
        if symbol is None:
            return None
        offset = address - symbol.address & (~1 if is_code else -1)
        name = demangle(symbol.name)
        return f"{name}+{offset}" if offset else name

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
        image.rust_vtables.owners_at,
        declared,
    )
