"""How a command declares what it takes, without importing a command line library.

A command is a function whose parameters are annotated with these, as typer's are:
`elf: Annotated[str, Argument("FW.elf|DIR", "the program")]`. `quick.py` and `typer_app.py` both
read them; a command that is slow anyway may use typer's own marks instead.
"""

from typing import NamedTuple


class Argument(NamedTuple):
    """A value by position; a parameter of type `list[str]` takes all that are left."""

    metavar: str
    help: str


class Option(NamedTuple):
    """A value by name; `names` are separated by spaces, such as "-l --max-wrapping-lines".

    `counted` makes an int parameter count how often it was given.
    """

    names: str
    help: str
    metavar: str | None = None
    counted: bool = False
    lowest: int | None = None
