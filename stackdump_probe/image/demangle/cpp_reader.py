"""Characters of a C++ symbol, and the nodes of the tree that they are read into."""

from __future__ import annotations

# Bounds for symbols that somebody made up: what compilers emit stays far below.
_DEEPEST = 96
_MOST_STEPS = 50_000


class InvalidSymbol(Exception):
    """The symbol breaks the grammar or a bound; leaves no demangler."""


class Node:
    """One construct: its kind (see the printer), what it is made of, and its own text."""

    __slots__ = ("kind", "parts", "text")

    def __init__(self, kind: str, *parts: Node, text: str = "") -> None:
        self.kind = kind
        self.parts = parts
        self.text = text


class Reader:
    """Reads at `at`. Its subclasses read productions (Itanium C++ ABI, 5.1), a method for each."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.substitutions: list[Node] = []
        self.in_conversion = False
        self.depth = 0
        self.steps = 0

    def peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def eat(self, text: str) -> bool:
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def expect(self, text: str) -> None:
        if not self.eat(text):
            raise InvalidSymbol

    def ends(self) -> bool:
        """Whether a list of types or an encoding is over."""
        return self.peek() in ("", "E", ".")

    def number(self) -> int:
        start = self.at
        while "0" <= self.peek() <= "9":
            self.at += 1
        if not 0 < self.at - start < 10:
            raise InvalidSymbol
        return int(self.text[start : self.at])

    def decimal(self) -> Node:
        return Node("name", text=str(self.number()))

    def optional_number(self) -> int:
        """Nothing is 0, 0 is 1, and so on; up to `_`."""
        value = 0 if self.peek() == "_" else self.number() + 1
        self.expect("_")
        return value

    def enter(self) -> None:
        self.depth += 1
        self.steps += 1
        if self.depth > _DEEPEST or self.steps > _MOST_STEPS:
            raise InvalidSymbol

    def remember(self, node: Node) -> Node:
        self.substitutions.append(node)
        return node
