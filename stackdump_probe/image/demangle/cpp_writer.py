"""How the expressions in C++ symbols are written."""

from __future__ import annotations

from abc import abstractmethod

from stackdump_probe.image.demangle.cpp_reader import InvalidSymbol, Node
from stackdump_probe.image.demangle.cpp_tables import FLOATING_TYPES, LITERAL_SUFFIXES, OPERATORS

# Bounds for symbols that somebody made up: what compilers emit stays far below.
_LONGEST = 1 << 16
_MOST_STEPS = 100_000
_DEEPEST = 160

_PLAIN = frozenset(("name", "nested", "braces"))  # need no parentheses in an expression


class Writer:
    """Appends text to `out`."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.last = ""  # character written, even if it was taken back: c++filt has it so
        self.length = 0
        self.steps = 0
        self.depth = 0
        self.pack_index = 0  # which argument of a pack `T_` stands for; -1 for the whole pack

    @abstractmethod
    def whole(self, node: Node) -> None:
        """Write a node."""

    @abstractmethod
    def pack_in(self, node: Node) -> Node | None:
        """The argument pack that `node`, the pattern of an expansion, goes through."""

    def emit(self, text: str) -> None:
        if text:
            self.length += len(text)
            if self.length > _LONGEST:
                raise InvalidSymbol
            self.out.append(text)
            self.last = text[-1]

    def enter(self) -> None:
        self.depth += 1
        self.steps += 1
        if self.depth > _DEEPEST or self.steps > _MOST_STEPS:
            raise InvalidSymbol

    def within(self, open_: str, node: Node, close: str) -> None:
        self.emit(open_)
        self.whole(node)
        self.emit(close)

    def operand(self, node: Node) -> None:
        if node.kind in _PLAIN:
            self.whole(node)
        else:
            self.within("(", node, ")")

    def expression(self, node: Node) -> None:
        parts, text = node.parts, node.text
        match node.kind:
            case "literal":
                self.literal(parts[0], text)
            case "braces":
                self.whole(parts[0])
                self.within("{", parts[1], "}")
            case "cast":
                self.within("(", parts[0], ")")
                self.operand(parts[1])
            case "postfix":
                self.operand(parts[0])
                self.emit(OPERATORS[text][0])
            case "unary":
                self.unary(text, parts[0])
            case "binary":
                self.binary(text, parts[0], parts[1])
            case "call":
                function = parts[0]
                self.operand(function.parts[0] if function.kind == "encoding" else function)
                self.within("(", parts[1], ")")
            case "fold":
                self.fold(node)
            case "trinary":
                self.operand(parts[0])
                self.emit(OPERATORS[text][0])
                self.operand(parts[1])
                self.emit(" : ")
                self.operand(parts[2])
            case "new":
                self.new(node)

    def literal(self, type_: Node, value: str) -> None:
        if type_.kind == "builtin":
            if type_.text in LITERAL_SUFFIXES:
                self.emit(value + LITERAL_SUFFIXES[type_.text])
                return
            if type_.text == "bool" and value in ("0", "1"):
                self.emit("true" if value == "1" else "false")
                return
        self.within("(", type_, ")")
        is_float = type_.kind == "builtin" and type_.text in FLOATING_TYPES
        self.emit(f"[{value}]" if is_float else value)

    def unary(self, code: str, operand: Node) -> None:
        if code == "ad" and operand.kind == "encoding" and operand.parts[0].kind == "nested":
            operand = operand.parts[0]  # the address of a function does not show its parameters
        if code in ("sZ", "sP"):
            size = self.pack_size(operand)
            if size is None:
                raise InvalidSymbol
            self.emit(str(size))
            return
        self.emit(OPERATORS[code][0])
        if code == "gs":
            self.whole(operand)
        elif code in ("st", "nx", "te", "ti"):
            self.within("(", operand, ")")
        else:
            self.operand(operand)

    def pack_size(self, node: Node) -> int | None:
        """How many arguments a pack has, or a list in which there may be packs."""
        if node.kind == "list":
            sizes = map(self.pack_size, node.parts)
            return sum(1 if size is None else size for size in sizes)
        pack = self.pack_in(node.parts[0] if node.kind == "expansion" else node)
        return len(pack.parts) if pack else None

    def binary(self, code: str, left: Node, right: Node) -> None:
        sign = OPERATORS[code][0]
        if code in ("cc", "dc", "rc", "sc"):
            self.within(f"{sign}<", left, ">(")
            self.within("", right, ")")
            return
        self.emit("(" if sign == ">" else "")  # it does not end the template arguments
        self.operand(left)
        if code == "ix":
            self.within("[", right, "]")
        else:
            self.emit(sign)
            self.operand(right)
        self.emit(")" if sign == ">" else "")

    def fold(self, node: Node) -> None:
        """A fold over a pack, which is written as a whole."""
        code, sign = node.text[:2], node.text[2:]
        held, self.pack_index = self.pack_index, -1
        self.emit("(")
        if code == "fl":
            self.emit(f"...{sign}")
        self.operand(node.parts[0])
        if code != "fl":
            self.emit(f"{sign}...")
        if len(node.parts) > 1:
            self.emit(sign)
            self.operand(node.parts[1])
        self.emit(")")
        self.pack_index = held

    def new(self, node: Node) -> None:
        placement, created, initializer = node.parts
        self.emit(f"{OPERATORS[node.text][0]} ")
        if placement.parts:
            self.within("(", placement, ") ")
        self.whole(created)
        if initializer.kind != "nothing":
            self.operand(initializer)
