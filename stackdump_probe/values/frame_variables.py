"""The variables of a scope in a frame: parameters, and locals of the blocks around the pc."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from stackdump_probe.errors import DwarfError, Unavailable, Unsupported
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.expression import ImplicitPointer
from stackdump_probe.image.dwarf.functions import Scope
from stackdump_probe.image.elf import Image
from stackdump_probe.image.types import model as types
from stackdump_probe.image.types.model import Type, size_of, stripped
from stackdump_probe.image.types.tree import TypeTree
from stackdump_probe.record import Record, replace
from stackdump_probe.unwind.frame import Backtrace, Frame
from stackdump_probe.values.bounds import with_bounds
from stackdump_probe.values.c import STRING_LIMIT, character_of, text_up_to_nul
from stackdump_probe.values.declared import declared_at
from stackdump_probe.values.decode import Decoder
from stackdump_probe.values.frame_context import FrameContext, Physical
from stackdump_probe.values.locate import FIXED_ADDRESS, absence_of, locate, storage_of, stored
from stackdump_probe.values.model import Pointer, Value, Variable
from stackdump_probe.values.storage import Storage, absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.values.model import VariableKind

OBJECTS = (dw.TAG_variable, dw.TAG_formal_parameter, dw.TAG_constant)
ASYNC_FUNCTION = "{async_fn#"  # what rustc calls the body of an `async fn`
GONE = "the pointer itself was optimized out"


def variables_of(
    scope: Scope, frame: Frame, backtrace: Backtrace, image: Image, decoder: Decoder
) -> tuple[Variable, ...]:
    """The variables of `scope` that can be named at its pc in `frame`, one of `backtrace`.

    Parameters come first, then the locals of each block, the innermost block first; a local that
    hides a parameter comes before it. An object that cannot be had says why in its state.
    """
    level = next(index for index, each in enumerate(backtrace.frames) if each is frame)
    physical = Physical(backtrace.frames, level, decoder.memory, image)
    context = FrameContext(physical, _function(scope.die), scope.die.unit)
    reader = _Reader(decoder, image.types, context, scope.inline)
    return _in_order([reader.variable(each) for each in _objects(scope)])


class _Reader(Record):
    """What all variables of a scope are read with."""

    decoder: Decoder
    types: TypeTree
    context: FrameContext
    inlined: bool

    def variable(self, die: Die) -> Variable:
        name = die.inherited(dw.AT_name)
        file, line = declared_at(die)
        value = self.value(die)
        return Variable(str(name), _kind(die), value, file, line, self.inlined)

    def value(self, die: Die) -> Value:
        """The value of the object; what cannot be had is told in its state."""
        context = self.context.in_unit(die.unit)
        type_ = self.types.type_of(die)
        try:
            type_ = with_bounds(type_, context, self.types)
            location = locate(die, context)
            if isinstance(location, ImplicitPointer):
                return self.pointed_to(type_, location)
            size = size_of(self.decoder.actual(type_))
            storage = stored(location, context, size or 0)
        except (Unavailable, DwarfError) as error:
            absence = absence_of(error)
            storage = absent(size_of(self.decoder.actual(type_)) or 0, absence)
        return self.decoder.decode(type_, storage)

    def pointed_to(self, type_: Type, location: ImplicitPointer) -> Value:
        """A pointer that is gone, and the object that it pointed to."""
        pointer = stripped(type_)
        if not isinstance(pointer, types.Pointer | types.Reference):
            raise Unsupported("an implicit pointer that is no pointer")
        die = self.context.unit.dwarf.die_at(location.die_offset)
        context = self.context.in_unit(die.unit)
        target = self.decoder.actual(pointer.target.type)
        size = STRING_LIMIT if character_of(target) else size_of(target) or 0
        whole = storage_of(die, context, max(location.byte_offset + size, 0))
        object_ = self.behind(pointer.target.type, whole, location.byte_offset)
        if object_.content is None and object_.size != 0:
            gone = object_.state, object_.why or GONE
            return Value(self.decoder.name(type_), None, *gone, size=pointer.size)
        content = Pointer(None, None, object_)
        return Value(self.decoder.name(type_), content, "partial", GONE, None, None, pointer.size)

    def behind(self, type_: Type, whole: Storage, at: int) -> Value:
        """What a pointer to a `type_` points to, `at` bytes into `whole`."""
        object_ = self.decoder.decode(type_, whole, at)
        character = character_of(self.decoder.actual(type_))
        if object_.content is None or character is None:
            return object_
        known = min((gap.start // 8 for gap in whole.gaps), default=len(whole.octets))
        text = text_up_to_nul(whole.octets[at:known], character)
        return replace(object_, content=text, octets=None, size=None)


def _kind(die: Die) -> VariableKind:
    if die.origin().tag == dw.TAG_formal_parameter:
        return "parameter"
    expression = die.block(dw.AT_location)
    return "static" if expression and expression[0] in FIXED_ADDRESS else "local"


def _function(die: Die) -> Die | None:
    """The subprogram that `die` is, or is inlined into: its frame base counts."""
    scope: Die | None = die
    while scope is not None and scope.tag != dw.TAG_subprogram:
        scope = scope.parent
    return scope


def _in_order(variables: list[Variable]) -> tuple[Variable, ...]:
    """Parameters first, but for one that a local of the same name hides."""
    hidden: set[str] = set()
    first, rest = [], []
    for variable in variables:
        if variable.kind == "parameter" and variable.name not in hidden:
            first.append(variable)
        else:
            hidden.add(variable.name)
            rest.append(variable)
    return (*first, *rest)


def _objects(scope: Scope) -> Iterator[Die]:
    """The named objects of the scope's blocks, innermost first, then what is gone of each."""
    there: set[Die] = set()
    found = [list(_of_block(block, there)) for block in scope.blocks]
    if found and _is_async_function(scope.die):
        inside = {_declaration(die) for block in found[:-1] for die in block}
        found[-1] = [die for die in found[-1] if _declaration(die) not in inside]
    return chain.from_iterable(found)


def _is_async_function(die: Die) -> bool:
    """True for the body of an `async fn`: it begins with `let x = x;` for each parameter.

    So rustc lowers it (rustc_ast_lowering, lower_maybe_coroutine_body): the object of that name
    and line in the function's own scope is what the one in the block was made of.
    """
    return (die.origin().name or "").startswith(ASYNC_FUNCTION)


def _declaration(die: Die) -> tuple[object, object]:
    return die.inherited(dw.AT_name), die.inherited(dw.AT_decl_line)


def _of_block(block: Die, there: set[Die]) -> Iterator[Die]:
    concrete = [child for child in block.children() if _is_object(child)]
    there |= {child.origin() for child in concrete}
    names: set[object] = {child.inherited(dw.AT_name) for child in concrete}
    yield from concrete
    yield from _gone(block, there, names)


def _is_object(die: Die) -> bool:
    if die.tag not in OBJECTS or (die.flag(dw.AT_declaration) and dw.AT_location not in die):
        return False
    return isinstance(die.inherited(dw.AT_name), str)


def _gone(block: Die, there: set[Die], names: set[object]) -> Iterator[Die]:
    """Objects of the abstract instance that the concrete one leaves out: nothing is left of them.

    Those that are `there`, be it in an inner block, are not. One whose name a concrete object
    bears has been split by the compiler: the live one counts.
    """
    abstract = block.reference(dw.AT_abstract_origin)
    if abstract is None:
        return
    for child in abstract.children():
        if _is_object(child) and child not in there and child.name not in names:
            yield child
