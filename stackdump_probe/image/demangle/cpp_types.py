"""Types, template arguments and substitutions in C++ symbols (Itanium C++ ABI, 5.1.5, 5.1.8)."""

from __future__ import annotations

from abc import abstractmethod

from stackdump_probe.image.demangle.cpp_expressions import ExpressionParser
from stackdump_probe.image.demangle.cpp_reader import InvalidSymbol, Node
from stackdump_probe.image.demangle.cpp_tables import (
    BUILTIN_TYPES,
    D_TYPES,
    STANDARD_SUBSTITUTIONS,
)

_QUALIFIERS = {"r": "restrict", "V": "volatile", "K": "const"}


class TypeParser(ExpressionParser):
    """Reads types; their names are read by those who know names."""

    @abstractmethod
    def name(self) -> Node:
        """A name with its scope."""

    @abstractmethod
    def bare_function_type(self, *, has_return_type: bool) -> Node:
        """A function's types."""

    @abstractmethod
    def parameters(self) -> list[Node]:
        """The types of a function's parameters."""

    # --- substitutions and templates -------------------------------------------------------

    def substitution(self) -> Node:
        self.expect("S")
        if self.peek() == "_" or self.peek().isdigit() or self.peek().isupper():
            index = self.sequence_number()
            if index >= len(self.substitutions):
                raise InvalidSymbol
            return self.substitutions[index]
        code = self.peek()
        if code not in STANDARD_SUBSTITUTIONS:
            raise InvalidSymbol
        self.at += 1
        name, last = STANDARD_SUBSTITUTIONS[code]
        node = Node("standard", Node("name", text=last), text=name)
        if self.peek() == "B":
            while self.eat("B"):
                node = Node("tagged", node, self.source_name())
            self.remember(node)
        return node

    def sequence_number(self) -> int:
        """Base 36 in digits and upper case, up to `_`; nothing is 0, 0 is 1."""
        start = self.at
        while self.peek() != "_":
            if not (self.peek().isdigit() or self.peek().isupper()):
                raise InvalidSymbol
            self.at += 1
        digits = self.text[start : self.at]
        self.at += 1
        if len(digits) > 5:
            raise InvalidSymbol
        return int(digits, 36) + 1 if digits else 0

    def template_parameter(self) -> Node:
        self.expect("T")
        if self.eat("L"):
            self.optional_number()
        return Node("parameter", text=str(self.optional_number()))

    def template_arguments(self) -> Node:
        self.at += 1  # I, or J for a pack
        return self.arguments()

    def arguments(self) -> Node:
        arguments = []
        while not self.eat("E"):
            arguments.append(self.template_argument())
        return Node("list", *arguments)

    def template_argument(self) -> Node:
        self.enter()
        match self.peek():
            case "X":
                self.at += 1
                node = self.expression()
                self.expect("E")
            case "L":
                node = self.primary()
            case "I" | "J":
                node = self.template_arguments()
            case _:
                node = self.type()
        self.depth -= 1
        return node

    # --- types -----------------------------------------------------------------------------

    def qualifiers(self) -> list[str]:
        found = []
        while self.peek() in _QUALIFIERS:
            found.append(_QUALIFIERS[self.peek()])
            self.at += 1
        return found

    def type(self) -> Node:
        self.enter()
        node = self.type_of_any_kind()
        self.depth -= 1
        return node

    def type_of_any_kind(self) -> Node:
        if self.peek() in _QUALIFIERS:
            return self.remember(self.qualified_type())
        if self.starts_function_with_specification():
            return self.remember(self.function_type())
        character = self.peek()
        if character in BUILTIN_TYPES:
            self.at += 1
            return Node("builtin", text=BUILTIN_TYPES[character])
        match character:
            case "u":
                self.at += 1
                return self.remember(self.vendor_type())
            case "F":
                return self.remember(self.function_type())
            case "A":
                return self.remember(self.array_type())
            case "M":
                self.at += 1
                of = self.type()
                return self.remember(Node("member", self.type(), of))
            case "T":
                return self.remember(self.type_parameter())
            case "S" if self.peek(2) != "St":
                return self.substituted_type()
            case "P" | "R" | "O" | "C" | "G":
                self.at += 1
                kind = {"P": "pointer", "R": "reference", "O": "rvalue"}.get(character, "suffixed")
                text = {"C": " _Complex", "G": " _Imaginary"}.get(character, "")
                return self.remember(Node(kind, self.type(), text=text))
            case "U":
                return self.remember(self.vendor_qualified_type())
            case "D":
                return self.type_in_d()
        return self.remember(self.name())

    def qualified_type(self) -> Node:
        qualifiers = self.qualifiers()
        if self.peek() == "F" or self.starts_function_with_specification():
            function = self.function_type()
            text = "".join(f" {each}" for each in reversed(qualifiers))
            return Node("function", *function.parts, text=text + function.text)
        node = self.type()
        for qualifier in reversed(qualifiers):
            node = Node("qualified", node, text=qualifier)
        return node

    def starts_function_with_specification(self) -> bool:
        return self.peek(2) in ("Do", "DO", "Dw", "Dx")

    def function_type(self) -> Node:
        specification = ""
        thrown: Node | None = None
        if self.eat("Dx"):
            specification += " transaction_safe"
        if self.eat("Do"):
            specification += " noexcept"
        elif self.eat("DO"):
            thrown = self.expression()
            self.expect("E")
            specification += " noexcept"
        elif self.eat("Dw"):
            thrown = Node("list", *self.parameters())
            self.expect("E")
            specification += " throw"
        if self.eat("Dx"):
            specification = " transaction_safe" + specification
        self.expect("F")
        self.eat("Y")  # extern "C", which is not shown
        function = self.bare_function_type(has_return_type=True)
        reference = ""
        if self.peek(2) in ("RE", "OE"):
            reference = " &" if self.peek() == "R" else " &&"
            self.at += 1
        self.expect("E")
        parts = (*function.parts, thrown) if thrown else function.parts
        return Node("function", *parts, text=reference + specification)

    def array_type(self) -> Node:
        self.expect("A")
        if self.peek().isdigit():
            dimension = self.decimal()
        elif self.peek() == "_":
            dimension = Node("nothing")
        else:
            dimension = self.expression()
        self.expect("_")
        return Node("array", self.type(), dimension)

    def type_parameter(self) -> Node:
        parameter = self.template_parameter()
        if self.peek() != "I":
            return parameter
        if not self.in_conversion:
            return Node("template", self.remember(parameter), self.template_arguments())
        # The arguments may be those of the conversion operator itself.
        at, known = self.at, len(self.substitutions)
        self.remember(parameter)
        arguments = self.template_arguments()
        if self.peek() == "I":
            return Node("template", parameter, arguments)
        self.at = at
        del self.substitutions[known:]
        return parameter

    def substituted_type(self) -> Node:
        node = self.substitution()
        if self.peek() != "I":
            return node
        return self.remember(Node("template", node, self.template_arguments()))

    def vendor_type(self) -> Node:
        name = self.source_name()
        if self.peek() != "I":
            return name
        return Node("template", name, self.template_arguments())

    def vendor_qualified_type(self) -> Node:
        self.expect("U")
        qualifier = self.vendor_type()
        return Node("vendor", self.type(), qualifier)

    def type_in_d(self) -> Node:
        code = self.peek(2)
        if code in D_TYPES:
            self.at += 2
            return Node("builtin", text=D_TYPES[code])
        self.at += 2
        match code:
            case "Dt" | "DT":
                node = Node("decltype", self.expression())
                self.expect("E")
                return self.remember(node)
            case "Dp":
                return self.remember(Node("expansion", self.type()))
            case "Dv":
                return self.remember(self.vector_type())
            case "DF":
                return self.float_type()
        self.at -= 2
        return self.remember(self.name())

    def vector_type(self) -> Node:
        is_expression = self.eat("_")
        dimension = self.expression() if is_expression else self.decimal()
        self.expect("_")
        return Node("vector", self.type(), dimension)

    def float_type(self) -> Node:
        if self.eat("16b"):
            return Node("builtin", text="std::bfloat16_t")
        size = self.number()
        suffix = "x" if self.eat("x") else ""
        if not suffix:
            self.expect("_")
        return Node("builtin", text=f"_Float{size}{suffix}")
