"""Frozen records that cost nothing until they are used.

`dataclasses` compiles half a dozen methods for each class while its module is imported, which is
more than half of the time of a short trace. Here all classes share their methods, and those of as
many fields the code of `__init__`, which a class gets when its first object is made.
"""

from __future__ import annotations

from operator import attrgetter
from types import FunctionType, MappingProxyType

from stackdump_probe.record_inits import INITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, TypeVar, dataclass_transform
    from typing import Generic as Generic

    R = TypeVar("R")

    @dataclass_transform(frozen_default=True)
    class Record:
        """Base of a frozen record with slots, as `dataclass(frozen=True, slots=True)` makes it.

        Its fields are the annotated names, those of a record that it derives from first; a
        default is shared by all objects, so it must be immutable. What derives from another
        record names this one, too: `class Variable(Member, Record)`.
        """

    @dataclass_transform(frozen_default=True, eq_default=False)
    class Entity:
        """Base of a record that equals only itself."""


def replace(old: R, **changes: object) -> R:
    """A copy of a record with some fields changed."""
    values = {name: getattr(old, name) for name in _fields(type(old))}
    return type(old)(**{**values, **changes})


def _fields(cls: type) -> tuple[str, ...]:
    return getattr(cls, "__match_args__", ())


def _first_init(self: Any, *values: object, **named: object) -> None:
    """Make the class's own `__init__`, which takes this one's place."""
    cls = type(self)
    cls.__init__ = _own_init(cls)
    cls.__init__(self, *values, **named)


def _own_init(cls: Any) -> Callable[..., None]:
    """The common `__init__` of so many fields, with the names, defaults and slots of `cls`."""
    names, defaults = _fields(cls), cls.__record_defaults__
    code = INITS[len(names)].__code__
    letters = zip(code.co_names, names, strict=True)
    slots = {letter: getattr(cls, name).__set__ for letter, name in letters}
    given = tuple([defaults[name] for name in names if name in defaults])
    named = code.replace(
        co_varnames=("self", *names), co_name="__init__", co_qualname=f"{cls.__qualname__}.__init__"
    )
    return FunctionType(named, slots, None, given)


def _values(self: Any) -> tuple[Any, ...]:
    return self.__record_values__(self)  # type: ignore[no-any-return]


def _reads(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of these fields."""
    if len(names) > 1:
        return attrgetter(*names)
    return staticmethod(lambda self: tuple([getattr(self, name) for name in names]))


def _eq(self: object, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: object) -> int:
    return hash(_values(self))


def _repr(self: object) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in _fields(type(self)))
    return f"{type(self).__qualname__}({shown})"


def _reduce(self: object) -> tuple[type, tuple[Any, ...]]:
    return type(self), _values(self)


def _refuse(self: object, name: str, *_value: object) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be changed")


class _Entity:
    """What all records share."""

    __slots__ = ()
    __match_args__ = ()
    __record_defaults__: Mapping[str, object] = MappingProxyType({})
    __record_values__ = _reads(())
    __repr__ = _repr
    __reduce__ = _reduce
    __setattr__ = _refuse
    __delattr__ = _refuse


class _Record(_Entity):
    """What those share that equal others of the same values."""

    __slots__ = ()
    __eq__ = _eq
    __hash__ = _hash


class _Making(type):
    """Gives a class its slots while it is made; its own type is `type`, as of any other."""

    shared: type

    def __new__(cls, name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> Any:
        own = tuple(_annotated(body))
        bases = tuple([base.shared if isinstance(base, _Making) else base for base in bases])
        defaults = {name: body.pop(name) for name in own if name in body}
        body["__slots__"] = own
        body["__match_args__"] = bases[0].__match_args__ + own
        if len(body["__match_args__"]) >= len(INITS):
            raise TypeError(f"{name} has more than {len(INITS) - 1} fields")
        body["__record_defaults__"] = {**bases[0].__record_defaults__, **defaults}
        body["__record_values__"] = _reads(body["__match_args__"])
        body["__init__"] = _first_init
        return type.__new__(type, name, bases, body)


def _annotated(body: dict[str, Any]) -> Iterable[str]:
    """The names that the body of a class annotates."""
    if "__annotations__" in body:
        names: Iterable[str] = body["__annotations__"]
        return names
    # Python 3.14 leaves a function that makes them (PEP 649, PEP 749); 1 asks for values.
    make = body.get("__annotate_func__")
    return make(1) if make else ()


if not TYPE_CHECKING:

    class Generic:
        """typing's, which takes as long to load as a third of the interpreter."""

        __slots__ = ()

        def __class_getitem__(cls, parameter: str) -> type:
            return cls

    Record = type.__new__(_Making, "Record", (), {"shared": _Record})
    Entity = type.__new__(_Making, "Entity", (), {"shared": _Entity})
