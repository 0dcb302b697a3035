"""How a command declares what it takes, without importing a command line library.

A command is a function whose parameters are annotated with these, as typer's are:
`elf: Annotated[str, Argument("FW.elf|DIR", "the program")]`. `quick.py` and `typer_app.py` both
read them. To the type checker Annotated and Literal are those of `typing`, which takes longer to
load than the interpreter; here they only keep what they are given. So the annotations must not be
strings: a module of a command has no `from __future__ import annotations`.
"""

from types import NoneType, UnionType

from stackdump_probe.record import Record


class Argument(Record):
    """A value by position; a parameter of type `list[str]` takes all that are left."""

    metavar: str
    help: str


class Option(Record):
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


class Choice(Record):
    """The type of a parameter that is one of these words."""

    words: tuple[str, ...]

    def __or__(self, _none: None) -> "Choice":
        return self


class Declared(Record):
    """What a parameter is annotated with: the type that a value given has, and the mark.

    None, which one left out may be, is no part of the type. The mark may be one of typer's own.
    """

    type: object
    mark: object


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated as Annotated
    from typing import Literal as Literal
else:

    class Annotated:
        """A type with a mark."""

        def __class_getitem__(cls, given: tuple[object, object]) -> Declared:
            type_, mark = given
            if isinstance(type_, UnionType):
                (type_,) = (each for each in type_.__args__ if each is not NoneType)
            return Declared(type_, mark)

    class Literal:
        """One of some words."""

        def __class_getitem__(cls, words: tuple[str, ...]) -> Choice:
            return Choice(words)


ALSO = Option(
    "--also", "another program in the target, such as a bootloader; may be repeated", "FW.elf"
)
