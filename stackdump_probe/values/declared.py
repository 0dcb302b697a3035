"""Where a variable is declared."""

from stackdump_probe.errors import StackdumpError
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.lines import lines_for

ORIGINS_LIMIT = 16


def declared_at(die: Die) -> tuple[str | None, int | None]:
    """File and line of the declaration; None for what is not told, or told in a damaged way."""
    try:
        return _declared_at(die)
    except StackdumpError:
        return None, None


def _declared_at(die: Die) -> tuple[str | None, int | None]:
    told: Die | None = die
    for _ in range(ORIGINS_LIMIT):
        if told is None or dw.AT_decl_line in told:
            break
        told = told.reference(dw.AT_abstract_origin) or told.reference(dw.AT_specification)
    line = None if told is None else told.integer(dw.AT_decl_line)
    if told is None or line is None:
        return None, None
    # A definition tells only what differs from its declaration: the file may be told there.
    number = told.inherited(dw.AT_decl_file)
    lines = lines_for(told.unit) if isinstance(number, int) else None
    return (None if lines is None or not isinstance(number, int) else lines.file_name(number)), line
