"""The grammar of Rust symbols, v0 (RFC 2603): from productions to the text they stand for."""

from collections.abc import Callable

from stackdump_probe.image.demangle.rust_reader import (
    InvalidSymbol,
    Reader,
    boolean,
    number,
    quoted,
    scalar,
    text,
)

_BASIC_TYPES = {
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8",
    "i": "isize", "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16",
    "t": "u16", "u": "()", "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
}  # fmt: skip
_SPECIAL_NAMESPACES = {"C": "closure", "S": "shim"}


def demangle_v0(symbol: str) -> tuple[str, str]:
    """The path that `symbol`, a symbol without its `_R`, begins with, and what follows it.

    Raises InvalidSymbol.
    """
    if not "A" <= symbol[:1] <= "Z":
        raise InvalidSymbol  # a digit would be a version of the mangling that we do not know
    reader = _Symbol(symbol)
    reader.path(in_value=True)
    if "A" <= reader.peek() <= "Z":  # the crate that instantiated it
        reader.silently(lambda: reader.path(in_value=False))
    return "".join(reader.out), symbol[reader.at :]


class _Symbol(Reader):
    """Appends what productions mean."""

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
        for index in range(count):
            self.emit(", " if index else "for<")
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
            abi = "C" if self.eat("C") else self.identifier()
            if not abi:
                raise InvalidSymbol
            self.emit(f'extern "{abi.replace("_", "-")}" ')
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
                self.emit(number(self.hex_digits()))
            case "a" | "s" | "l" | "x" | "n" | "i":
                self.emit("-" if self.eat("n") else "")
                self.emit(number(self.hex_digits()))
            case "b":
                self.emit(boolean(self.hex_digits()))
            case "c":
                self.emit(quoted(scalar(self.hex_digits()), "'"))
            case "e":
                self.emit("*")
                self.emit(quoted(text(self.hex_digits()), '"'))
            case "R" if self.eat("e"):
                self.emit(quoted(text(self.hex_digits()), '"'))
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
