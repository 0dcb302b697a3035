"""Names of C++ symbols (Itanium C++ ABI), as binutils' c++filt and GDB write them."""

from stackdump_probe.image.demangle.cpp_names import Parser
from stackdump_probe.image.demangle.cpp_printer import Printer
from stackdump_probe.image.demangle.cpp_reader import InvalidSymbol

_CLONE_CHARACTERS = tuple("abcdefghijklmnopqrstuvwxyz0123456789_")


def demangle_cpp(symbol: str, *, parameters: bool = True) -> str | None:
    """What a mangled symbol stands for; None if it is not a mangled C++ symbol.

    As c++filt writes it. Without `parameters`, a function stands without them, its return type
    and what marks it as a copy, as in GDB's back traces.
    """
    parser = Parser(symbol)
    printer = Printer(parameters=parameters)
    try:
        node = parser.mangled_name()
        clones = _clones(symbol[parser.at :])
        printer.whole(node)
    except (InvalidSymbol, RecursionError):
        return None
    text = "".join(printer.out)
    return text + "".join(f" [clone {clone}]" for clone in clones) if parameters else text


def _clones(suffix: str) -> list[str]:
    """Split what compilers append to the name of a function's copy: `.isra.0`, `.cold`."""
    clones = []
    while suffix:
        size = _clone_size(suffix)
        clones.append(suffix[:size])
        suffix = suffix[size:]
    return clones


def _clone_size(suffix: str) -> int:
    at = 1
    while suffix[at : at + 1] in _CLONE_CHARACTERS:
        at += 1
    if suffix[0] != "." or at == 1:
        raise InvalidSymbol
    while suffix[at : at + 1] == "." and suffix[at + 1 : at + 2].isdigit():
        at += 2
        while suffix[at : at + 1].isdigit():
            at += 1
    return at
