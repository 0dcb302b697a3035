"""The typer application: help, completion, and every command line that `quick.py` leaves."""

import enum
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from stackdump_probe import __version__
from stackdump_probe.cli.help import CommandWithPlainHelp
from stackdump_probe.cli.options import Argument, Choice, Declared, Option
from stackdump_probe.cli.settings import settings_from

Command = Callable[..., Any]

PROGRAM = "stackdump-probe"
DESCRIPTION = (
    "Capture a hung or crashed Cortex-M device and show where it is, how it got there and what "
    "every variable holds."
)


def call_by_typer(commands: Mapping[str, Command], arguments: Sequence[str]) -> int:
    """Run the one of `commands` that `arguments` ask for; return its exit code.

    Usage errors escape as typer raises them: with `format_message()` and `exit_code`.
    """
    command = typer.main.get_command(_application(commands))
    result = command.main(list(arguments), PROGRAM, standalone_mode=False)
    return result if isinstance(result, int) else 0


def _application(commands: Mapping[str, Command]) -> typer.Typer:
    app = typer.Typer(
        help=DESCRIPTION,
        rich_markup_mode=None,  # its tables cut the names of options at 80 columns
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_typed(_whole_program))
    for name, function in commands.items():
        app.command(name, cls=CommandWithPlainHelp)(_typed(function))
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _whole_program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="show the version and exit"
        ),
    ] = False,
) -> None:
    """What stands before a command."""


_whole_program.__doc__ = DESCRIPTION


def _typed(function: Command) -> Command:
    """`function` with the marks that typer reads, and the common options put in."""
    own = dict(inspect.signature(function).parameters)
    wants_settings = own.pop("settings", None) is not None
    common = inspect.signature(settings_from).parameters
    parameters = [_typed_parameter(each) for each in (*own.values(), *common.values())]

    def call(**given: Any) -> Any:
        values = {name: _plain(value) for name, value in given.items()}
        settings = settings_from(**{name: values.pop(name) for name in common})
        return function(**values, settings=settings) if wants_settings else function(**values)

    call.__doc__ = function.__doc__
    call.__name__ = function.__name__
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    return call


def _typed_parameter(parameter: inspect.Parameter) -> inspect.Parameter:
    annotation = parameter.annotation
    if isinstance(annotation, Declared):
        annotation = Annotated[_typer_type(parameter, annotation.type), _typer_mark(annotation)]
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def _typer_mark(declared: Declared) -> Any:
    mark, type_ = declared.mark, declared.type
    if isinstance(mark, Argument):
        return typer.Argument(metavar=mark.metavar, help=mark.help, show_default=False)
    if not isinstance(mark, Option):
        return mark
    metavar = "|".join(type_.words) if isinstance(type_, Choice) else mark.metavar
    return typer.Option(
        *mark.names.split(),
        metavar=metavar,
        help=mark.help,
        count=mark.counted,
        min=mark.lowest,
        max=mark.highest,
        envvar=mark.variable,
        show_default=metavar is not None,
    )


def _typer_type(parameter: inspect.Parameter, type_: Any) -> Any:
    plain = _enum_of(type_) if isinstance(type_, Choice) else type_
    return plain | None if parameter.default is None else plain


def _enum_of(choice: Choice) -> Any:
    """What typer before 0.19, which takes no Literal, takes for it."""
    return enum.Enum("Choice", {word: word for word in choice.words}, type=str)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value
