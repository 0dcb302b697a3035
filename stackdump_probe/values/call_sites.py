"""What a parameter was worth on entry: the caller's call site tells (DWARF 5 section 3.4)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackdump_probe.errors import DwarfError, OptimizedOut, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import (
    Address,
    Context,
    InRegister,
    Location,
    StackValue,
    evaluate,
)
from stackdump_probe.image.dwarf.functions import scopes_at
from stackdump_probe.image.dwarf.reader import Reader

if TYPE_CHECKING:
    from stackdump_probe.image.elf import Image
    from stackdump_probe.values.frame_context import FrameContext

WORD_MASK = 0xFFFF_FFFF
NESTING_LIMIT = 16  # entry values that build on entry values
OP_REG0, OP_BREG0, OP_REGX = 0x50, 0x70, 0x90
REGVAL_TYPES = (0xA5, 0xF5)  # DW_OP_regval_type and its GNU form
STACK_VALUE = b"\x9f"
SITES = (dw.TAG_call_site, dw.TAG_GNU_call_site)
PARAMETERS = (dw.TAG_call_site_parameter, dw.TAG_GNU_call_site_parameter)
VALUES = (dw.AT_call_value, dw.AT_GNU_call_site_value)
TARGETS = (dw.AT_call_target, dw.AT_GNU_call_site_target)
ORIGINS = (dw.AT_call_origin, dw.AT_abstract_origin)


def entry_value(context: "FrameContext", expression: bytes | memoryview) -> int:
    """What `expression` gave when the frame's function was entered; raises OptimizedOut."""
    wanted = _register_of(expression)
    for caller, parameter in _parameters(context):
        place = parameter.block(dw.AT_location)
        if place is None:
            continue
        if place == expression or (wanted is not None and _register_of(place) == wanted):
            return _value(caller, parameter)
    raise OptimizedOut("the caller does not tell what was passed")


def entry_parameter(context: "FrameContext", offset: int) -> int:
    """What the parameter whose DIE is at `offset` was worth on entry; raises OptimizedOut."""
    for caller, parameter in _parameters(context):
        meant = parameter.reference(dw.AT_call_parameter)
        if meant is None:
            meant = parameter.reference(dw.AT_abstract_origin)
        if meant is not None and meant.offset == offset:
            return _value(caller, parameter)
    raise OptimizedOut("the caller does not tell what was passed")


def _parameters(context: "FrameContext") -> "Iterator[tuple[FrameContext, Die]]":
    """What the caller's debug information tells of the call that made the frame."""
    physical = context.physical.caller
    if physical is None or context.function is None or context.nesting >= NESTING_LIMIT:
        return
    scopes = scopes_at(physical.image.dwarf, physical.frame.lookup_pc)
    if not scopes:
        return
    function = scopes[-1].die
    caller = type(context)(physical, function, function.unit, nesting=context.nesting + 1)
    site = _site_at(function, physical.frame.pc)
    if site is None or not _calls(site, context.function, caller):
        return
    for child in site.children():
        if child.tag in PARAMETERS:
            yield caller, child


def _site_at(function: Die, return_pc: int) -> Die | None:
    """The call in `function` that returns to `return_pc`; the GNU form tells it as low_pc."""
    for site in function.walk(*SITES):
        returns_to = site.address(dw.AT_call_return_pc)
        if returns_to is None:
            returns_to = site.address(dw.AT_low_pc)
        if returns_to is not None and returns_to & ~1 == return_pc:
            return site
    return None


def _calls(site: Die, function: Die, caller: "FrameContext") -> bool:
    """True if the site calls `function` itself: tail calls may stand between the two frames."""
    entry = function.address(dw.AT_low_pc)
    for attribute in ORIGINS:
        origin = site.reference(attribute)
        if origin is not None:
            return _is_same(origin, function, caller.physical.image)
    for attribute in TARGETS:
        target = site.block(attribute)
        if target is not None:
            return word_of(evaluate(target, caller), caller) & ~1 == entry
    return False


def _is_same(origin: Die, function: Die, image: "Image") -> bool:
    """True if a call names `function`, its abstract part, or a declaration of it."""
    if origin in (function, function.origin()) or origin.origin() == function.origin():
        return True
    name = origin.inherited(dw.AT_linkage_name) or origin.inherited(dw.AT_name)
    symbol = image.symbols.named(name) if isinstance(name, str) else None
    return symbol is not None and symbol.address == function.address(dw.AT_low_pc)


def _register_of(expression: bytes | memoryview) -> int | None:
    """The register that is all the expression names, whatever type it gives it."""
    reader = Reader(expression, "expression")
    operation = reader.u8() if reader.left else 0
    if OP_REG0 <= operation < OP_BREG0:
        register = operation - OP_REG0
    elif operation in (OP_REGX, *REGVAL_TYPES):
        register = reader.uleb()
        if operation != OP_REGX:
            reader.uleb()  # the type
    else:
        return None
    return None if reader.left else register  # pieces are more than one register


def _value(caller: "FrameContext", parameter: Die) -> int:
    for attribute in VALUES:
        expression = parameter.block(attribute)
        if expression is not None:
            return _evaluated(bytes(expression), caller)
    raise OptimizedOut("the caller does not tell what was passed")


def _evaluated(expression: bytes, caller: "FrameContext") -> int:
    """The value with all bits that it was written with: an address would keep 32 of a double."""
    try:
        location = evaluate(expression + STACK_VALUE, caller)
    except DwarfError:  # it ends in a location, to which nothing can be added
        location = evaluate(expression, caller)
    return location.number if isinstance(location, StackValue) else word_of(location, caller)


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
