"""Run a well-formed command line without typer, which takes longer to load than a trace."""

from __future__ import annotations

import os

from stackdump_probe.cli.options import Argument, Choice, Declared, Option
from stackdump_probe.cli.settings import settings_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Command = Callable[..., Any]


class _NotPlain(Exception):
    """A line that typer must judge."""


def quick_values(function: Command, arguments: Sequence[str]) -> dict[str, Any] | None:
    """The values by which `arguments` call `function`, its `settings` among them.

    None for every line that is not plainly right (help, a wrong or missing value, short options
    run together): typer then finds the words, or the other spelling. `function` is declared with
    Argument and Option; what this returns is what typer would.
    """
    options = {**_options_of(settings_from), **_options_of(function)}
    try:
        given, positional = _split(options, arguments)
        values = {**_from_environment(function), **given, **_by_position(function, positional)}
        if not values.keys() >= _required(function):
            raise _NotPlain
    except _NotPlain:
        return None
    common = {name: values.pop(name) for name in _marks_of(settings_from) if name in values}
    return {**values, "settings": settings_from(**common)}


def _marks_of(function: Command) -> dict[str, tuple[Any, Argument | Option]]:
    """Type and mark by parameter name."""
    return {
        name: (annotation.type, annotation.mark)
        for name, annotation in function.__annotations__.items()
        if isinstance(annotation, Declared) and isinstance(annotation.mark, Argument | Option)
    }


def _required(function: Command) -> set[str]:
    """The options that have no default."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    without = names[: len(names) - len(function.__defaults__ or ())]
    return {name for name, (_, mark) in _marks_of(function).items() if name in without}


def _from_environment(function: Command) -> dict[str, Any]:
    found = {}
    for name, (type_, mark) in _marks_of(function).items():
        if isinstance(mark, Option) and (text := os.environ.get(mark.variable or "")):
            found[name] = _value(type_, mark, text)
    return found


def _options_of(function: Command) -> dict[str, tuple[str, Any, Option]]:
    """Parameter, type and mark by option name."""
    return {
        name: (parameter, type_, mark)
        for parameter, (type_, mark) in _marks_of(function).items()
        if isinstance(mark, Option)
        for name in mark.names.split()
    }


def _split(
    options: Mapping[str, tuple[str, Any, Option]], arguments: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    positional: list[str] = []
    left = iter(arguments)
    for argument in left:
        if not argument.startswith("-"):
            positional.append(argument)
            continue
        name, equals, attached = argument.partition("=")
        if name not in options or (equals and not name.startswith("--")):
            raise _NotPlain
        parameter, type_, mark = options[name]
        if mark.counted and not equals:
            values[parameter] = values.get(parameter, 0) + 1
        elif type_ is bool and not equals:
            values[parameter] = True
        elif type_ is bool or mark.counted:
            raise _NotPlain
        else:
            value = _value(type_, mark, attached if equals else next(left, None))
            is_list = type_ == list[str]
            values[parameter] = [*values.get(parameter, ()), value] if is_list else value
    return values, positional


def _value(type_: Any, mark: Option, text: str | None) -> Any:
    if text is None or text.startswith("-"):
        raise _NotPlain
    if isinstance(type_, Choice):
        if text not in type_.words:
            raise _NotPlain
        return text
    if type_ is not int:
        return text
    if not text.isascii() or not text.isdecimal():
        raise _NotPlain
    highest = int(text) if mark.highest is None else mark.highest
    if not (mark.lowest or 0) <= int(text) <= highest:
        raise _NotPlain
    return int(text)


def _by_position(function: Command, positional: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    left = list(positional)
    for parameter, (type_, mark) in _marks_of(function).items():
        if not isinstance(mark, Argument):
            continue
        if not left:
            raise _NotPlain
        values[parameter], left = (left, []) if type_ == list[str] else (left[0], left[1:])
    if left:
        raise _NotPlain
    return values
