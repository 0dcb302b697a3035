"""How a command declares what it takes, without importing a command line library.

A command is a function whose parameters are annotated with these, as typer's are:
`elf: Annotated[str, Argument("FW.elf|DIR", "the program")]`. `quick.py` and `typer_app.py` both
read them; a command where it does not matter may use typer's own marks instead.
"""

from typing import NamedTuple


class Argument(NamedTuple):
    """A value by position; a parameter of type `list[str]` takes all that are left."""

    metavar: str
    help: str


class Option(NamedTuple):
    """A value by name; `names` are separated by spaces, such as "-l --max-wrapping-lines".

    A parameter of type `list[str] | None` takes it repeatedly; `counted` makes an int parameter
    count how often it was given. `variable` of the environment stands for an option left out.
    """

    names: str
    help: str
    metavar: str | None = None
    counted: bool = False
    lowest: int | None = None
    highest: int | None = None
    variable: str | None = None


ALSO = Option(
    "--also", "another program in the target, such as a bootloader; may be repeated", "FW.elf"
)
