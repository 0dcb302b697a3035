"""What a parameter was worth on entry: the caller's call site tells (DWARF 5 section 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

from stackdump_probe.errors import DwarfError, OptimizedOut
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import StackValue, evaluate
from stackdump_probe.image.dwarf.reader import Reader
from stackdump_probe.values.words import word_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.frame_context import FrameContext

OP_REG0, OP_BREG0, OP_REGX = 0x50, 0x70, 0x90
REGVAL_TYPES = (0xA5, 0xF5)  # DW_OP_regval_type and its GNU form
STACK_VALUE = b"\x9f"
PARAMETERS = (dw.TAG_call_site_parameter, dw.TAG_GNU_call_site_parameter)
VALUES = (dw.AT_call_value, dw.AT_GNU_call_site_value)


def entry_value(context: FrameContext, expression: bytes | memoryview) -> int:
    """What `expression` gave when the frame's function was entered; raises OptimizedOut."""
    wanted = _register_of(expression)
    for caller, parameter in _parameters(context):
        place = parameter.block(dw.AT_location)
        if place is None:
            continue
        if place == expression or (wanted is not None and _register_of(place) == wanted):
            return _value(caller, parameter)
    raise OptimizedOut("the caller does not tell what was passed")


def entry_parameter(context: FrameContext, offset: int) -> int:
    """What the parameter whose DIE is at `offset` was worth on entry; raises OptimizedOut."""
    for caller, parameter in _parameters(context):
        meant = parameter.reference(dw.AT_call_parameter)
        if meant is None:
            meant = parameter.reference(dw.AT_abstract_origin)
        if meant is not None and meant.offset == offset:
            return _value(caller, parameter)
    raise OptimizedOut("the caller does not tell what was passed")


def _parameters(context: FrameContext) -> Iterator[tuple[FrameContext, Die]]:
    """What the debug information of its caller tells of the call that made the frame."""
    if context.call is None:
        return
    caller, site = context.call
    for child in site.children():
        if child.tag in PARAMETERS:
            yield caller, child


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


def _value(caller: FrameContext, parameter: Die) -> int:
    for attribute in VALUES:
        expression = parameter.block(attribute)
        if expression is not None:
            return _evaluated(bytes(expression), caller)
    raise OptimizedOut("the caller does not tell what was passed")


def _evaluated(expression: bytes, caller: FrameContext) -> int:
    """The value with all bits that it was written with: an address would keep 32 of a double."""
    try:
        location = evaluate(expression + STACK_VALUE, caller)
    except DwarfError:  # it ends in a location, to which nothing can be added
        location = evaluate(expression, caller)
    return location.number if isinstance(location, StackValue) else word_of(location, caller)
