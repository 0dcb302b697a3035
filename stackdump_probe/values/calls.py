"""Which call made a frame: that of its caller, or a tail call after it (DWARF 5 section 3.4)."""

from __future__ import annotations

from stackdump_probe.errors import NotCaptured
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import evaluate
from stackdump_probe.image.dwarf.functions import function_at
from stackdump_probe.image.dwarf.tail_calls import ORIGINS, TailCall
from stackdump_probe.record import replace
from stackdump_probe.unwind.code.calls import call_before
from stackdump_probe.values.words import word_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.frame_context import FrameContext, Physical

NESTING_LIMIT = 16  # entry values that build on entry values
TARGETS = (dw.AT_call_target, dw.AT_GNU_call_site_target)


def call_of(context: FrameContext) -> tuple[FrameContext, Die] | None:
    """The call that entered the frame's function, and what may be asked where it was made.

    None if that is not certain: after the call that made the frame, tail calls may have led from
    function to function. They are taken if there is only one way.
    """
    physical = context.physical.caller
    if physical is None or context.function is None or context.nesting >= NESTING_LIMIT:
        return None
    function = function_at(physical.image.dwarf, physical.frame.lookup_pc)
    if function is None:
        return None
    caller = type(context)(physical, function, function.unit, nesting=context.nesting + 1)
    calls = physical.image.tail_calls
    site = calls.site_in(function, physical.frame.pc)
    goal = calls.entry_of(context.function)
    called = None if site is None else _called(site, caller)
    if site is None or goal is None or called is None:
        return None
    way = calls.only_way(called, goal)
    if way is None:
        return None
    return _left_by(way[-1], context) if way else (caller, site)


def _left_by(call: TailCall, context: FrameContext) -> tuple[FrameContext, Die]:
    """A tail call, and what may be asked where it was made.

    The function that made it had given back its frame, and the registers of its caller: sp, and
    what AAPCS32 6.1.1 has it preserve, are what they are in the caller.
    """
    left, caller = context.physical, context.physical.caller
    assert caller is not None
    pc = call.lookup_pc + 1
    registers = caller.frame.registers.updated(pc=pc)
    frame = replace(left.frame, registers=registers, lookup_pc=call.lookup_pc)
    inside = left.with_frame(frame)
    made_by = call.function
    return type(context)(inside, made_by, made_by.unit, nesting=context.nesting + 1), call.site


def _called(site: Die, caller: FrameContext) -> int | None:
    """Where the code begins of what the site calls; the instruction itself tells it best.

    A call may be described by the abstract instance of a function that has several copies.
    """
    physical = caller.physical
    target = _branched_to(physical)
    if target is not None:
        return target
    if any(each in site for each in ORIGINS):
        return physical.image.tail_calls.target_of(site)
    for attribute in TARGETS:
        expression = site.block(attribute)
        if expression is not None:
            return word_of(evaluate(expression, caller), caller) & ~1
    return None


def _branched_to(physical: Physical) -> int | None:
    """The function that the BL before the return address goes to; None for a veneer."""
    try:
        call = call_before(physical.frame.pc, physical.memory)
    except NotCaptured:
        return None
    if call is None or call.target is None:
        return None
    image, target = physical.image, call.target
    function = function_at(image.dwarf, target)
    begins = function is not None and image.tail_calls.entry_of(function) == target
    return target if begins else None
