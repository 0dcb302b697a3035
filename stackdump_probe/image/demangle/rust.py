"""Names of Rust symbols, legacy and v0 (RFC 2603), as rustc-demangle prints them with `{:#}`.

That is without hashes, disambiguators and the types of constants.
"""

from stackdump_probe.image.demangle.rust_reader import InvalidSymbol
from stackdump_probe.image.demangle.rust_v0 import demangle_v0

_LLVM_SUFFIX = ".llvm."
_LLVM_SUFFIX_CHARACTERS = frozenset("0123456789ABCDEF@")
_HEX = frozenset("0123456789abcdef")


def demangle_rust(symbol: str) -> str | None:
    """The path that a mangled symbol stands for; None if it is not a mangled Rust symbol."""
    stem, _, llvm = symbol.partition(_LLVM_SUFFIX)  # ThinLTO renames what it imports
    if llvm and not _LLVM_SUFFIX_CHARACTERS.issuperset(llvm):
        stem = symbol
    if not stem.isascii():
        return None
    try:
        if stem.startswith("_ZN"):
            path, rest = _legacy(stem[3:])
        elif stem.startswith("_R"):
            path, rest = demangle_v0(stem[2:])
        else:
            return None
    except (InvalidSymbol, RecursionError):
        return None
    if rest and not (rest[0] == "." and rest.isprintable() and " " not in rest):
        return None
    return path + rest


def is_legacy_rust(symbol: str) -> bool:
    """Whether `_ZN...` is Rust's, not C++'s: its last element is a hash, 17h and 16 hex digits."""
    end = symbol.rfind("17h")
    return (
        symbol.startswith("_ZN")
        and end > 0
        and _HEX.issuperset(symbol[end + 3 : end + 19])
        and symbol[end + 19 : end + 20] == "E"
    )


# --- legacy: a C++ nested name with escapes (rustc_symbol_mangling::legacy) --------------------

_ESCAPES = {
    "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
}  # fmt: skip


def _legacy(text: str) -> tuple[str, str]:
    elements, at = [], 0
    while text[at : at + 1] != "E":
        digits = at
        while text[at : at + 1].isdigit():
            at += 1
        if at == digits or at - digits > 6:
            raise InvalidSymbol
        size = int(text[digits:at])
        elements.append(text[at : at + size])
        at += size
        if at >= len(text):
            raise InvalidSymbol
    if elements and elements[-1][:1] == "h" and _is_hash(elements[-1][1:]):
        elements.pop()
    return "::".join(map(_unescaped, elements)), text[at + 1 :]


def _is_hash(digits: str) -> bool:
    return _HEX.issuperset(digits.lower())


def _unescaped(element: str) -> str:
    if element.startswith("_$"):
        element = element[1:]
    text = ""
    while element:
        if element.startswith(".."):
            text, element = text + "::", element[2:]
        elif element[0] == "$":
            escape, closed, rest = element[1:].partition("$")
            character = _ESCAPES.get(escape) or _escaped_character(escape)
            if not closed or character is None:
                break
            text, element = text + character, rest
        else:
            size = _ordinary_prefix(element)
            text, element = text + element[:size], element[size:]
    return text + element


def _ordinary_prefix(element: str) -> int:
    """How many characters follow, at least one, before the next that may begin an escape."""
    places = (element.find("$", 1), element.find(".", 1))
    return min((place for place in places if place > 0), default=len(element))


def _escaped_character(escape: str) -> str | None:
    """The character of `u` and lower-case hex digits, if it is one that can be shown."""
    if escape[:1] != "u" or not escape[1:] or not _HEX.issuperset(escape[1:]):
        return None
    return _character(int(escape[1:9], 16)) if len(escape) < 9 else None


def _character(code: int) -> str | None:
    """The Unicode scalar value `code`, unless it is a control character."""
    if code > 0x10FFFF or 0xD800 <= code < 0xE000 or code < 0x20 or 0x7F <= code < 0xA0:
        return None
    return chr(code)
