"""Names and encodings in C++ symbols (Itanium C++ ABI, 5.1.2 to 5.1.4)."""

from __future__ import annotations

from stackdump_probe.image.demangle.cpp_reader import InvalidSymbol, Node
from stackdump_probe.image.demangle.cpp_tables import OPERATORS, SPECIAL_NAMES
from stackdump_probe.image.demangle.cpp_types import TypeParser

_STD = Node("name", text="std")


class Parser(TypeParser):
    """Reads a whole symbol."""

    def mangled_name(self) -> Node:
        self.expect("_Z")
        return self.encoding(is_top=True)

    def encoding(self, *, is_top: bool) -> Node:
        self.enter()
        node = self.special_name() if self.peek() in ("T", "G") else self.named(is_top=is_top)
        self.depth -= 1
        return node

    def named(self, *, is_top: bool) -> Node:
        name = self.name()
        if self.peek() in ("", "E"):
            return name.parts[0] if name.kind == "this" else name
        function = self.bare_function_type(has_return_type=_has_return_type(name))
        if not is_top and _without_qualifiers(name).kind == "local":
            function = Node("function", Node("nothing"), *function.parts[1:])
        return Node("encoding", name, function)

    def bare_function_type(self, *, has_return_type: bool) -> Node:
        has_return_type = self.eat("J") or has_return_type
        returned = self.type() if has_return_type else Node("nothing")
        return Node("function", returned, Node("list", *self.parameters()))

    def parameters(self) -> list[Node]:
        types: list[Node] = []
        while not self.ends() and self.peek(2) not in ("RE", "OE"):
            types.append(self.type())
        if not types:
            raise InvalidSymbol
        is_void = len(types) == 1 and types[0].kind == "builtin" and types[0].text == "void"
        return [] if is_void else types

    def special_name(self) -> Node:
        code = self.peek(3) if self.peek(2) == "GT" else self.peek(2)
        if code not in SPECIAL_NAMES:
            raise InvalidSymbol
        self.at += len(code)
        prefix, operand = SPECIAL_NAMES[code]
        match operand:
            case "type":
                return Node("special", self.type(), text=prefix)
            case "name":
                return Node("special", self.name(), text=prefix)
            case "temporary":
                name = self.name()
                number = self.optional_number() if self.peek() else 0
                return Node("special", name, text=f"reference temporary #{number} for ")
            case "offset":
                self.call_offset(code[1])
            case "offsets":
                self.call_offset()
                self.call_offset()
            case "in":
                derived = self.type()
                self.optional_digits()
                self.expect("_")
                return Node("in", self.type(), derived, text=prefix)
            case "argument":
                return Node("special", self.template_argument(), text=prefix)
        return Node("special", self.encoding(is_top=False), text=prefix)

    def optional_digits(self) -> None:
        if self.peek().isdigit():
            self.number()

    def call_offset(self, code: str = "") -> None:
        code = code or self.peek()
        if code == self.peek():
            self.at += 1 if self.peek() in ("h", "v") else 0
        self.eat("n")
        self.number()
        self.expect("_")
        if code == "v":
            self.eat("n")
            self.number()
            self.expect("_")

    # --- names -----------------------------------------------------------------------------

    def name(self) -> Node:
        self.enter()
        node = self.name_of_any_kind()
        self.depth -= 1
        return node

    def name_of_any_kind(self) -> Node:
        match self.peek():
            case "N":
                return self.nested_name()
            case "Z":
                return self.local_name()
            case "S" if self.peek(2) != "St":
                substituted = self.substitution()
                if self.peek() != "I":
                    return substituted
                return Node("template", substituted, self.template_arguments())
        name = self.unscoped_name()
        if self.peek() != "I":
            return name
        return Node("template", self.remember(name), self.template_arguments())

    def unscoped_name(self) -> Node:
        if self.eat("St"):
            return Node("nested", _STD, self.unqualified_name(_STD))
        return self.unqualified_name(None)

    def nested_name(self) -> Node:
        self.expect("N")
        qualifiers = self.qualifiers()
        reference = ""
        if self.peek() in ("R", "O"):
            reference = " &" if self.peek() == "R" else " &&"
            self.at += 1
        node = self.prefix()
        self.expect("E")
        text = "".join(f" {each}" for each in reversed(qualifiers)) + reference
        return Node("this", node, text=text) if text else node

    def prefix(self) -> Node:
        """Components up to `E`; all but the last are candidates for substitution."""
        prefix: Node | None = None
        while self.peek() != "E":
            self.enter()
            is_substitution = False
            if self.peek() == "I":
                if prefix is None:
                    raise InvalidSymbol
                prefix = Node("template", prefix, self.template_arguments())
            elif self.peek() == "T" and prefix is None:
                prefix = self.template_parameter()
            elif self.peek(2) in ("Dt", "DT") and prefix is None:
                prefix = self.type()
                is_substitution = True
            elif self.peek() == "S" and prefix is None:
                is_substitution = True
                prefix = _STD if self.eat("St") else self.substitution()
            elif self.eat("M"):
                self.depth -= 1
                continue
            else:
                name = self.unqualified_name(prefix)
                prefix = Node("nested", prefix, name) if prefix else name
            self.depth -= 1
            if not is_substitution and self.peek() != "E":
                self.remember(prefix)
        if prefix is None:
            raise InvalidSymbol
        return prefix

    def unqualified_name(self, scope: Node | None) -> Node:
        character = self.peek()
        if character.isdigit():
            name = self.source_name()
        elif character == "L":
            self.at += 1
            name = self.source_name()
            self.discriminator()
        elif character == "C" or (character == "D" and self.peek(2)[1:] in tuple("012345")):
            name = self.constructor_name(scope)
        elif self.peek(2) == "Ut":
            self.at += 2
            name = Node("name", text=f"{{unnamed type#{self.optional_number() + 1}}}")
        elif self.peek(2) == "Ul":
            name = self.closure()
        elif self.peek(2) == "DC":
            name = self.structured_binding()
        elif character.islower():
            name = self.operator_name()
        else:
            raise InvalidSymbol
        while self.eat("B"):
            name = Node("tagged", name, self.source_name())
        return name

    def source_name(self) -> Node:
        size = self.number()
        name = self.peek(size)
        if len(name) < size or not size:
            raise InvalidSymbol
        self.at += size
        is_anonymous = name.startswith("_GLOBAL_") and name[8:9] in (".", "_", "$")
        if is_anonymous and name[9:10] == "N":
            name = "(anonymous namespace)"
        return Node("name", text=name)

    def constructor_name(self, scope: Node | None) -> Node:
        is_destructor = self.eat("D")
        inherits = not is_destructor and self.eat("C") and self.eat("I")
        if self.peek() not in tuple("012345"):
            raise InvalidSymbol
        self.at += 1
        name = _last_name(self.type() if inherits else scope)
        return Node("destructor" if is_destructor else "constructor", text=name)

    def closure(self) -> Node:
        self.expect("Ul")
        parameters = self.parameters()
        self.expect("E")
        return Node("lambda", Node("list", *parameters), text=str(self.optional_number() + 1))

    def structured_binding(self) -> Node:
        self.expect("DC")
        names = []
        while not self.eat("E"):
            names.append(self.source_name())
        return Node("binding", Node("list", *names))

    def operator_name(self) -> Node:
        code = self.peek(2)
        self.at += 2
        if code == "cv":
            outer, self.in_conversion = self.in_conversion, True
            node = Node("conversion", self.type())
            self.in_conversion = outer
            return node
        if code == "li":
            return Node("operator", text=f'operator"" {self.source_name().text}')
        if code[:1] == "v" and code[1:].isdigit():
            return Node("operator", text=f"operator {self.source_name().text}")
        if code not in OPERATORS:
            raise InvalidSymbol
        name = OPERATORS[code][0].rstrip()
        return Node("operator", text=f"operator{' ' if name[0].islower() else ''}{name}")

    def local_name(self) -> Node:
        self.expect("Z")
        function = self.encoding(is_top=False)
        self.expect("E")
        if self.eat("s"):
            self.discriminator()
            return Node("nested", function, Node("name", text="string literal"))
        argument = -1
        if self.eat("d"):
            argument = self.optional_number()
        entity = self.name()
        if _without_qualifiers(entity).kind not in ("lambda",):
            self.discriminator()
        qualifiers = ""
        if entity.kind == "this":
            qualifiers, entity = entity.text, entity.parts[0]
        if argument >= 0:
            entity = Node("default", entity, text=str(argument + 1))
        local = Node("local", function, entity)
        return Node("this", local, text=qualifiers) if qualifiers else local

    def discriminator(self) -> None:
        if self.eat("__"):
            self.number()
            self.expect("_")
        elif self.peek() == "_" and self.peek(2)[1:].isdigit():
            self.at += 1
            self.number()


def _has_return_type(name: Node) -> bool:
    """Whether a function of this name has its return type mangled: 5.1.5.3."""
    name = _without_qualifiers(name)
    if name.kind == "local":
        return _has_return_type(name.parts[1])
    return name.kind == "template" and not _is_constructor_like(name.parts[0])


def _without_qualifiers(name: Node) -> Node:
    return name.parts[0] if name.kind in ("this", "default") else name


def _is_constructor_like(name: Node) -> bool:
    while name.kind in ("nested", "local", "tagged"):
        name = name.parts[0 if name.kind == "tagged" else 1]
    return name.kind in ("constructor", "destructor", "conversion")


def _last_name(scope: Node | None) -> str:
    """What a constructor of the class `scope` is called."""
    while scope is not None:
        match scope.kind:
            case "name" | "operator":
                return scope.text
            case "nested" | "local":
                is_named = scope.parts[1].kind != "lambda" and scope.parts[1].text[:1] != "{"
                scope = scope.parts[1 if is_named else 0]
            case "template" | "tagged" | "standard":
                scope = scope.parts[0]
            case _:
                break
    raise InvalidSymbol
