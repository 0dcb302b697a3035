"""Help as the commands declare it: versions of typer differ in what they would add."""

from typing import Any

from typer.core import TyperCommand


class CommandWithPlainHelp(TyperCommand):
    """Shows an argument by its metavar alone, without brackets, dots or a type of typer's."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """What follows the program's name in the usage line."""
        return ["[OPTIONS]", *(str(each.metavar) for each in self._arguments())]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options."""
        arguments = [(each.metavar, each.help) for each in self._arguments()]
        records = (each.get_help_record(ctx) for each in self.get_params(ctx) if _is_option(each))
        if arguments:
            with formatter.section("Arguments"):
                formatter.write_dl(arguments)
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record is not None])

    def _arguments(self) -> list[Any]:
        return [each for each in self.params if not _is_option(each)]


def _is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")
