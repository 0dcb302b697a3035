"""Variable-length arrays: a frame says how many elements they have."""

from stackdump_probe.image.dwarf.expression import evaluate
from stackdump_probe.image.types.model import (
    CHAIN_LIMIT,
    Array,
    Dynamic,
    Link,
    Qualified,
    Type,
    Typedef,
    size_of,
)
from stackdump_probe.image.types.tree import TypeTree
from stackdump_probe.record import replace
from stackdump_probe.values.frame_context import UnitContext
from stackdump_probe.values.locate import storage_of
from stackdump_probe.values.words import word_of

WORD = 4


def with_bounds(type_: Type, context: UnitContext, tree: TypeTree, depth: int = 0) -> Type:
    """`type_` with its counts known; itself where nothing is open.

    A bound that was optimised out stays open. Raises DwarfError and Unavailable.
    """
    if depth > CHAIN_LIMIT:
        return type_
    match type_:
        case Typedef(target=target) | Qualified(target=target):
            inner = with_bounds(target.type, context, tree, depth + 1)
            return type_ if inner is target.type else replace(type_, target=_known(inner))
        case Array(element=element, count=count):
            inner = with_bounds(element.type, context, tree, depth + 1)
            number = _count(count, context, tree) if isinstance(count, Dynamic) else count
            if inner is element.type and number == count:
                return type_
            return replace(type_, element=_known(inner), count=number, size=None)
        case _:
            return type_


def _known(type_: Type) -> Link:
    return Link(lambda: type_)


def _count(bound: Dynamic, context: UnitContext, tree: TypeTree) -> int | Dynamic:
    if bound.expression is not None:
        number = word_of(evaluate(bound.expression, context), context)
        return _counted(number, bound)
    if bound.variable is None:
        return bound
    die = context.unit.dwarf.die_at(bound.variable)
    storage = storage_of(die, context, size_of(tree.type_of(die)) or WORD)
    if storage.gaps:
        return bound
    return _counted(int.from_bytes(storage.octets[:WORD], "little"), bound)


def _counted(word: int, bound: Dynamic) -> int:
    """Compilers take 1 from the length as a size_t, so that the last index of nothing is SIZE_MAX.

    Before the length is set the word is anything, and the array as long as it says.
    """
    return (word + bound.added) % (1 << 8 * WORD)
