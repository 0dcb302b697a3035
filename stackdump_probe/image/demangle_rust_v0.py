"""The grammar of Rust symbols, v0 (RFC 2603): from productions to the text they stand for."""

from collections.abc import Callable

# Bounds for symbols that somebody made up: what compilers emit stays far below.
_DEEPEST = 160
_MOST_STEPS = 50_000
_LONGEST = 1 << 16
_LARGEST = (1 << 64) - 1


class InvalidSymbol(Exception):
    """The symbol breaks the grammar or a bound; leaves no demangler."""


_HEX = frozenset("0123456789abcdef")
_BASIC_TYPES = {
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8",
    "i": "isize", "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16",
    "t": "u16", "u": "()", "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
}  # fmt: skip
_SPECIAL_NAMESPACES = {"C": "closure", "S": "shim"}
_DIGITS_62 = {
    digit: value
    for value, digit in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
_QUOTED_ESCAPES = {"\t": r"\t", "\r": r"\r", "\n": r"\n", "\\": r"\\", "\0": r"\0"}


def demangle_v0(text: str) -> tuple[str, str]:
    """The path that `text`, a symbol without its `_R`, begins with, and what follows it.

    Raises InvalidSymbol.
    """
    if not "A" <= text[:1] <= "Z":
        raise InvalidSymbol  # a digit would be a version of the mangling that we do not know
    symbol = _Symbol(text)
    symbol.path(in_value=True)
    if "A" <= symbol.peek() <= "Z":  # the crate that instantiated it
        symbol.silently(lambda: symbol.path(in_value=False))
    return "".join(symbol.out), text[symbol.at :]


class _Symbol:
    """Reads productions of the grammar at `at` and appends what they mean to `out`."""

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

    # --- paths -----------------------------------------------------------------------------

    def path(self, *, in_value: bool) -> None:
        self.enter()
        match self.next():
            case "C":
                self.optional_base_62("s")
                self.emit(self.identifier())
            case "N":
                self.nested(in_value=in_value)
            case "M":
                self.impl_path()
                self.emit("<")
                self.type()
                self.emit(">")
            case "X":
                self.impl_path()
                self.trait_path()
            case "Y":
                self.trait_path()
            case "I":
                self.path(in_value=in_value)
                self.emit("::<" if in_value else "<")
                self.listed(self.generic_argument)
                self.emit(">")
            case "B":
                self.back_reference(lambda: self.path(in_value=in_value))
            case _:
                raise InvalidSymbol
        self.depth -= 1

    def nested(self, *, in_value: bool) -> None:
        namespace = self.next()
        if not namespace.isalpha():
            raise InvalidSymbol
        self.path(in_value=in_value)
        disambiguator = self.optional_base_62("s")
        name = self.identifier()
        if namespace.isupper():
            kind = _SPECIAL_NAMESPACES.get(namespace, namespace)
            self.emit(f"::{{{kind}{':' if name else ''}{name}#{disambiguator}}}")
        elif name:
            self.emit(f"::{name}")

    def impl_path(self) -> None:
        self.optional_base_62("s")
        self.silently(lambda: self.path(in_value=False))

    def trait_path(self) -> None:
        self.emit("<")
        self.type()
        self.emit(" as ")
        self.path(in_value=False)
        self.emit(">")

    def generic_argument(self) -> None:
        if self.eat("L"):
            self.lifetime(self.base_62())
        elif self.eat("K"):
            self.const(in_value=False)
        else:
            self.type()

    def lifetime(self, index: int) -> None:
        """Index 0 is erased; from 1 on they count outwards from the innermost binder."""
        if self.silent:
            return
        depth = self.bound_lifetimes - index
        if index == 0:
            self.emit("'_")
        elif depth < 0:
            raise InvalidSymbol
        else:
            self.emit("'" + (chr(ord("a") + depth) if depth < 26 else f"_{depth}"))

    def bound(self, production: Callable[[], None]) -> None:
        """`production` inside an optional `for<'a, ...>`."""
        count = self.optional_base_62("G")
        if self.silent:
            production()
            return
        for number in range(count):
            self.emit(", " if number else "for<")
            self.bound_lifetimes += 1
            self.lifetime(1)
        if count:
            self.emit("> ")
        production()
        self.bound_lifetimes -= count

    # --- types -----------------------------------------------------------------------------

    def type(self) -> None:
        tag = self.next()
        if tag in _BASIC_TYPES:
            self.emit(_BASIC_TYPES[tag])
            return
        self.enter()
        match tag:
            case "R" | "Q":
                self.emit("&")
                if self.eat("L") and (lifetime := self.base_62()):
                    self.lifetime(lifetime)
                    self.emit(" ")
                self.emit("mut " if tag == "Q" else "")
                self.type()
            case "P" | "O":
                self.emit("*mut " if tag == "O" else "*const ")
                self.type()
            case "A":
                self.emit("[")
                self.type()
                self.emit("; ")
                self.const(in_value=True)
                self.emit("]")
            case "S":
                self.emit("[")
                self.type()
                self.emit("]")
            case "T":
                self.emit("(")
                self.emit(",)" if self.listed(self.type) == 1 else ")")
            case "F":
                self.bound(self.function_type)
            case "D":
                self.trait_object()
            case "B":
                self.back_reference(self.type)
            case "W":
                self.type()
                self.emit(" is ")
                self.pattern()
            case _:
                self.at -= 1
                self.path(in_value=False)
        self.depth -= 1

    def function_type(self) -> None:
        self.emit("unsafe " if self.eat("U") else "")
        if self.eat("K"):
            abi = "C" if self.eat("C") else self.identifier().replace("_", "-")
            self.emit(f'extern "{abi}" ')
        self.emit("fn(")
        self.listed(self.type)
        self.emit(")")
        if not self.eat("u"):
            self.emit(" -> ")
            self.type()

    def trait_object(self) -> None:
        self.emit("dyn ")
        self.bound(lambda: self._discard(self.listed(self.dyn_trait, " + ")))
        if not self.eat("L"):
            raise InvalidSymbol
        if lifetime := self.base_62():
            self.emit(" + ")
            self.lifetime(lifetime)

    def _discard(self, _count: int) -> None:
        pass

    def dyn_trait(self) -> None:
        """A trait, its associated types among its generic arguments: `Trait<T, Assoc = X>`."""
        is_open = self.open_path()
        while self.eat("p"):
            self.emit(", " if is_open else "<")
            is_open = True
            self.emit(f"{self.identifier()} = ")
            if self.eat("K"):
                self.const(in_value=False)
            else:
                self.type()
        self.emit(">" if is_open else "")

    def open_path(self) -> bool:
        """A path whose `<...>`, if it has one, is left open; returns whether it is."""
        self.enter()
        is_open = False
        if self.eat("B"):
            opened: list[bool] = []
            self.back_reference(lambda: opened.append(self.open_path()))
            is_open = any(opened)
        elif self.eat("I"):
            self.path(in_value=False)
            self.emit("<")
            self.listed(self.generic_argument)
            is_open = True
        else:
            self.path(in_value=False)
        self.depth -= 1
        return is_open

    def pattern(self) -> None:
        self.enter()
        match self.next():
            case "R":
                self.const(in_value=False)
                self.emit("..=")
                self.const(in_value=False)
            case "O":
                self.listed(self.pattern, " | ")
            case "N":
                self.emit("!null")
            case _:
                raise InvalidSymbol
        self.depth -= 1

    # --- constants -------------------------------------------------------------------------

    def const(self, *, in_value: bool) -> None:
        """A constant; one that is an expression, not a literal, in braces unless `in_value`."""
        self.enter()
        tag = self.next()
        is_str = tag == "R" and self.peek() == "e"
        braces = tag in "eRQATV" and not in_value and not is_str
        self.emit("{" if braces else "")
        match tag:
            case "p":
                self.emit("_")
            case "h" | "t" | "m" | "y" | "o" | "j":
                self.emit(_number(self.hex_digits()))
            case "a" | "s" | "l" | "x" | "n" | "i":
                self.emit("-" if self.eat("n") else "")
                self.emit(_number(self.hex_digits()))
            case "b":
                self.emit(_boolean(self.hex_digits()))
            case "c":
                self.emit(_quoted(_scalar(self.hex_digits()), "'"))
            case "e":
                self.emit("*")
                self.emit(_quoted(_text(self.hex_digits()), '"'))
            case "R" if self.eat("e"):
                self.emit(_quoted(_text(self.hex_digits()), '"'))
            case "R" | "Q":
                self.emit("&mut " if tag == "Q" else "&")
                self.const(in_value=True)
            case "A":
                self.emit("[")
                self.listed(self.value)
                self.emit("]")
            case "T":
                self.emit("(")
                self.emit(",)" if self.listed(self.value) == 1 else ")")
            case "V":
                self.variant()
            case "B":
                self.back_reference(lambda: self.const(in_value=in_value))
            case _:
                raise InvalidSymbol
        self.emit("}" if braces else "")
        self.depth -= 1

    def value(self) -> None:
        self.const(in_value=True)

    def variant(self) -> None:
        self.path(in_value=True)
        match self.next():
            case "U":
                pass
            case "T":
                self.emit("(")
                self.listed(self.value)
                self.emit(")")
            case "S":
                self.emit(" { ")
                self.listed(self.field)
                self.emit(" }")
            case _:
                raise InvalidSymbol

    def field(self) -> None:
        self.optional_base_62("s")
        self.emit(f"{self.identifier()}: ")
        self.value()


def _number(digits: str) -> str:
    """Decimal if it fits in 64 bits, else hex as it stands."""
    significant = digits.lstrip("0")
    return str(int(significant or "0", 16)) if len(significant) <= 16 else f"0x{digits}"


def _boolean(digits: str) -> str:
    try:
        return {0: "false", 1: "true"}[_small(digits)]
    except KeyError:
        raise InvalidSymbol from None


def _scalar(digits: str) -> str:
    code = _small(digits)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise InvalidSymbol
    return chr(code)


def _small(digits: str) -> int:
    if len(digits) > 16:
        raise InvalidSymbol
    return int(digits or "0", 16)


def _text(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode()
    except ValueError:
        raise InvalidSymbol from None


def _quoted(text: str, quote: str) -> str:
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
