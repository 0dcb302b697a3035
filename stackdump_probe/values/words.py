"""Numbers out of locations: what an expression gives where a value is meant, not an object."""

from stackdump_probe.errors import Unsupported
from stackdump_probe.image.dwarf.expression import (
    Address,
    Context,
    InRegister,
    Location,
    StackValue,
)

WORD_MASK = 0xFFFF_FFFF


def word_of(location: Location, context: Context) -> int:
    """The 32 bits that an expression stands for where a value is meant, not an object."""
    match location:
        case Address(address):
            return address & WORD_MASK
        case StackValue(number):
            return number & WORD_MASK
        case InRegister(number):
            return context.register(number) & WORD_MASK
        case _:
            raise Unsupported(f"{type(location).__name__} where a number is needed")
