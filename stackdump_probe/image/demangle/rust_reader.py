"""Characters of a Rust symbol (v0, RFC 2603), what literals in it mean, and bounded output."""

from collections.abc import Callable

# Bounds for symbols that somebody made up: what compilers emit stays far below.
_DEEPEST = 160
_MOST_STEPS = 50_000
_LONGEST = 1 << 16
_LARGEST = (1 << 64) - 1


class InvalidSymbol(Exception):
    """The symbol breaks the grammar or a bound; leaves no demangler."""


_HEX = frozenset("0123456789abcdef")
_DIGITS_62 = {
    digit: value
    for value, digit in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
_QUOTED_ESCAPES = {"\t": r"\t", "\r": r"\r", "\n": r"\n", "\\": r"\\", "\0": r"\0"}


class Reader:
    """Reads at `at` and appends to `out`; a subclass has a method for each production."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.silent = 0
        self.depth = 0
        self.steps = 0
        self.bound_lifetimes = 0

    # --- output and bounds -----------------------------------------------------------------

    def emit(self, text: str) -> None:
        if self.silent:
            return
        self.length += len(text)
        if self.length > _LONGEST:
            raise InvalidSymbol
        self.out.append(text)

    def silently(self, production: Callable[[], None]) -> None:
        self.silent += 1
        production()
        self.silent -= 1

    def enter(self) -> None:
        self.depth += 1
        self.steps += 1
        if self.depth > _DEEPEST or self.steps > _MOST_STEPS:
            raise InvalidSymbol

    # --- lexical parts ---------------------------------------------------------------------

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        character = self.peek()
        if not character:
            raise InvalidSymbol
        self.at += 1
        return character

    def eat(self, character: str) -> bool:
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def base_62(self) -> int:
        """A number that ends in `_`: nothing is 0, 0 is 1, and so on."""
        if self.eat("_"):
            return 0
        value = 0
        while (digit := self.next()) != "_":
            if digit not in _DIGITS_62:
                raise InvalidSymbol
            value = value * 62 + _DIGITS_62[digit]
            if value >= _LARGEST:
                raise InvalidSymbol
        return value + 1

    def optional_base_62(self, tag: str) -> int:
        return self.base_62() + 1 if self.eat(tag) else 0

    def hex_digits(self) -> str:
        start = self.at
        while (digit := self.next()) != "_":
            if digit not in _HEX:
                raise InvalidSymbol
        return self.text[start : self.at - 1]

    def identifier(self) -> str:
        is_punycode = self.eat("u")
        start = self.at
        while self.peek().isdigit() and self.text[start] != "0":
            self.at += 1
        if self.at - start > 6 or (self.at == start and not self.eat("0")):
            raise InvalidSymbol
        size = int(self.text[start : self.at])
        self.eat("_")
        start, self.at = self.at, self.at + size
        if self.at > len(self.text):
            raise InvalidSymbol
        name = self.text[start : self.at]
        return _from_punycode(name) if is_punycode else name

    def back_reference(self, production: Callable[[], None]) -> None:
        start = self.at - 1
        target = self.base_62()
        if target >= start:
            raise InvalidSymbol
        if not self.silent:
            here, self.at = self.at, target
            production()
            self.at = here

    def listed(self, production: Callable[[], None], separator: str = ", ") -> int:
        """Productions up to `E`; returns how many."""
        count = 0
        while not self.eat("E"):
            if count:
                self.emit(separator)
            production()
            count += 1
        return count


def number(digits: str) -> str:
    """Decimal if it fits in 64 bits, else hex as it stands."""
    significant = digits.lstrip("0")
    return str(int(significant or "0", 16)) if len(significant) <= 16 else f"0x{digits}"


def boolean(digits: str) -> str:
    try:
        return {0: "false", 1: "true"}[_small(digits)]
    except KeyError:
        raise InvalidSymbol from None


def scalar(digits: str) -> str:
    code = _small(digits)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise InvalidSymbol
    return chr(code)


def _small(digits: str) -> int:
    if len(digits) > 16:
        raise InvalidSymbol
    return int(digits or "0", 16)


def text(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode()
    except ValueError:
        raise InvalidSymbol from None


def quoted(text: str, quote: str) -> str:
    return quote + "".join(_escaped(character, quote) for character in text) + quote


def _escaped(character: str, quote: str) -> str:
    if character in _QUOTED_ESCAPES:
        return _QUOTED_ESCAPES[character]
    if character == quote:
        return "\\" + character
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def _from_punycode(name: str) -> str:
    """Punycode (RFC 3492) with `_` for its delimiter; shown as it is if it cannot be decoded."""
    basic, _, extended = name.rpartition("_")
    if not extended:
        raise InvalidSymbol
    encoded = f"{basic}-{extended}" if basic else extended
    try:
        if extended == extended.lower():
            return encoded.encode().decode("punycode")
    except UnicodeError:
        pass
    return f"punycode{{{encoded}}}"
