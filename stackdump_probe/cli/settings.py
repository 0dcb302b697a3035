"""What every command takes: color, verbosity, and where warnings go."""

import os
import sys

from stackdump_probe.cli.options import Annotated, Literal, Option
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from stackdump_probe.report.theme import ThemeName

Color = Literal["auto", "always", "never"]


class Settings(Record):
    """The options that all commands have in common.

    A command that names a parameter `settings` gets them.
    """

    color: Color = "auto"
    verbose: int = 0
    quiet: bool = False

    def colored(self, stream: "TextIO") -> bool:
        """True if text for `stream` shall have colors (https://no-color.org for NO_COLOR)."""
        if self.color != "auto":
            return self.color == "always"
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return wanted and stream.isatty()

    def theme(self, name: "ThemeName") -> "ThemeName":
        """`name`, or "none" where standard output shall have no colors."""
        return name if self.colored(sys.stdout) else "none"

    def warn(self, text: str) -> None:
        """Write one warning to standard error, unless told to be quiet."""
        if not self.quiet:
            print(f"warning: {text}", file=sys.stderr)  # noqa: T201


def settings_from(
    color: Annotated[Color, Option("--color", "when to use colors")] = "auto",
    verbose: Annotated[
        int, Option("-v --verbose", "say more; twice: still more", counted=True)
    ] = 0,
    quiet: Annotated[bool, Option("-q --quiet", "no warnings and no progress")] = False,
) -> Settings:
    """The settings that these options ask for; its parameters are every command's options."""
    return Settings(color, verbose, quiet)
