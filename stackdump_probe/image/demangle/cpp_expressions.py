"""Expressions in C++ symbols (Itanium C++ ABI, 5.1.6)."""

from __future__ import annotations

from abc import abstractmethod

from stackdump_probe.image.demangle.cpp_reader import InvalidSymbol, Node, Reader
from stackdump_probe.image.demangle.cpp_tables import OPERATORS

_NEW_STYLE_CASTS = frozenset(("cc", "dc", "rc", "sc"))


class ExpressionParser(Reader):
    """Reads expressions; what is in them is read by those who know names and types."""

    @abstractmethod
    def encoding(self, *, is_top: bool) -> Node:
        """A function or an object."""

    @abstractmethod
    def unqualified_name(self, scope: Node | None) -> Node:
        """A name without its scope."""

    @abstractmethod
    def source_name(self) -> Node:
        """An identifier."""

    @abstractmethod
    def type(self) -> Node:
        """A type."""

    @abstractmethod
    def qualifiers(self) -> list[str]:
        """`const` and the like."""

    @abstractmethod
    def template_parameter(self) -> Node:
        """`T_`."""

    @abstractmethod
    def template_arguments(self) -> Node:
        """What stands between `<` and `>`."""

    @abstractmethod
    def arguments(self) -> Node:
        """Template arguments after their opening."""

    def expression(self) -> Node:
        self.enter()
        node = self.expression_of_any_kind()
        self.depth -= 1
        return node

    def expression_of_any_kind(self) -> Node:
        code = self.peek(2)
        if code[:1] == "L":
            return self.primary()
        if code[:1] == "T":
            return self.template_parameter()
        if code[:1].isdigit() or code == "on":
            return self.member()
        self.at += 2
        match code:
            case "sr":
                levels = self.levels()
                if levels:
                    name = Node("nested", levels, self.unqualified_name(None))
                    return self.with_arguments(name)
                scope = self.type()
                return Node("nested", scope, self.member())
            case "sp":
                return Node("expansion", self.expression())
            case "fp" if self.eat("T"):
                return Node("name", text="this")
            case "fp":
                self.qualifiers()
                return Node("name", text=f"{{parm#{self.optional_number() + 1}}}")
            case "fL" if self.peek().isdigit():
                self.number()
                self.expect("p")
                self.qualifiers()
                return Node("name", text=f"{{parm#{self.optional_number() + 1}}}")
            case "il":
                return Node("braces", Node("nothing"), self.expressions("E"))
            case "tl":
                return Node("braces", self.type(), self.expressions("E"))
        self.at -= 2
        return self.operation()

    def levels(self) -> Node | None:
        """Scopes of a name that could not be looked up yet, up to `E`; None if it is a type."""
        if not self.peek().isdigit():
            return None
        at, known = self.at, len(self.substitutions)
        scope = self.with_arguments(self.source_name())
        while self.peek().isdigit():
            scope = Node("nested", scope, self.with_arguments(self.source_name()))
        if self.eat("E") and (self.peek().isdigit() or self.peek(2) == "on"):
            self.eat("on")
            return scope
        self.at = at
        del self.substitutions[known:]
        return None

    def expressions(self, end: str) -> Node:
        found = []
        while not self.eat(end):
            found.append(self.expression())
        return Node("list", *found)

    def member(self) -> Node:
        self.eat("on")
        return self.with_arguments(self.unqualified_name(None))

    def with_arguments(self, name: Node) -> Node:
        return Node("template", name, self.template_arguments()) if self.peek() == "I" else name

    def operation(self) -> Node:
        code = self.peek(2)
        if code == "cv":
            self.at += 2
            target = self.type()
            operand = self.expressions("E") if self.eat("_") else self.expression()
            return Node("cast", target, operand)
        if code not in OPERATORS:
            raise InvalidSymbol
        self.at += 2
        match OPERATORS[code][1]:
            case 0:
                return Node("name", text=OPERATORS[code][0])
            case 1:
                return self.unary(code)
            case 2:
                return self.binary(code)
            case _:
                return self.trinary(code)

    def unary(self, code: str) -> Node:
        if code in ("pp", "mm") and not self.eat("_"):
            return Node("postfix", self.expression(), text=code)
        if code == "st":
            operand = self.type()
        elif code == "sP":
            operand = self.arguments()
        else:
            operand = self.expression()
        return Node("unary", operand, text=code)

    def binary(self, code: str) -> Node:
        if code in _NEW_STYLE_CASTS:
            left = self.type()
        elif code in ("fl", "fr"):
            folded = self.folded_operator()
            return Node("fold", self.expression(), text=f"{code}{folded}")
        else:
            left = self.expression()
        if code == "cl":
            return Node("call", left, self.expressions("E"))
        if code in ("dt", "pt"):
            return Node("binary", left, self.member(), text=code)
        return Node("binary", left, self.expression(), text=code)

    def folded_operator(self) -> str:
        code = self.peek(2)
        if code not in OPERATORS:
            raise InvalidSymbol
        self.at += 2
        return OPERATORS[code][0]

    def trinary(self, code: str) -> Node:
        if code in ("fL", "fR"):
            folded = self.folded_operator()
            return Node("fold", self.expression(), self.expression(), text=f"{code}{folded}")
        if code not in ("nw", "na"):
            return Node(
                "trinary", self.expression(), self.expression(), self.expression(), text=code
            )
        placement = self.expressions("_")
        created = self.type()
        if self.eat("E"):
            initializer = Node("nothing")
        elif self.eat("pi"):
            initializer = self.expressions("E")
        elif self.peek(2) == "il":
            initializer = self.expression()
        else:
            raise InvalidSymbol
        return Node("new", placement, created, initializer, text=code)

    def primary(self) -> Node:
        self.expect("L")
        if self.peek() in ("_", "Z"):
            self.eat("_")
            self.expect("Z")
            node = self.encoding(is_top=False)
            self.expect("E")
            return node
        type_ = self.type()
        if type_.kind == "builtin" and type_.text == "decltype(nullptr)" and self.eat("E"):
            return type_
        sign = "-" if self.eat("n") else ""
        end = self.text.find("E", self.at)
        if end <= self.at:
            raise InvalidSymbol
        value = self.text[self.at : end]
        self.at = end + 1
        return Node("literal", type_, text=sign + value)
