"""How names and types in C++ symbols are written."""

from __future__ import annotations

from stackdump_probe.image.demangle.cpp_reader import InvalidSymbol, Node
from stackdump_probe.image.demangle.cpp_writer import Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_AROUND = frozenset(("pointer", "reference", "rvalue", "member"))
_REFERENCES = frozenset(("reference", "rvalue"))


class _Scope:
    """The template arguments that `T_` refers to, and those that hold inside of them."""

    __slots__ = ("arguments", "outer")

    def __init__(self, arguments: Node, outer: _Scope | None) -> None:
        self.arguments = arguments
        self.outer = outer


class Printer(Writer):
    """Writes a tree.

    A type is written around what is declared to be of it: `left` before, `right` after.
    """

    def __init__(self, *, parameters: bool) -> None:
        super().__init__()
        self.parameters = parameters  # of the function that is named next
        self.returned = True  # whether its return type is written, if it has one
        self.scope: _Scope | None = None
        self.in_lambda = False

    def whole(self, node: Node) -> None:
        self.left(node)
        self.right(node)

    def listed(self, node: Node) -> None:
        """Separated by commas, which nothing follows if only empty packs are left."""
        end = len(self.out)
        for index, part in enumerate(node.parts):
            if index:
                self.emit(", ")
            before = len(self.out)
            self.whole(part)
            if len(self.out) > before:
                end = len(self.out)
        del self.out[end:]

    # --- template parameters ---------------------------------------------------------------

    def argument(self, parameter: Node) -> tuple[Node, _Scope | None]:
        """What `T_` stands for, and the scope that it is to be read in."""
        scope, index = self.scope, int(parameter.text)
        if scope is None or index >= len(scope.arguments.parts):
            raise InvalidSymbol
        return scope.arguments.parts[index], scope.outer

    def resolved(self, node: Node) -> tuple[Node, _Scope | None]:
        """`node` with template parameters replaced, and the scope that it is to be read in."""
        scope, held = self.scope, self.scope
        while node.kind == "parameter" and not self.in_lambda:
            self.scope = scope
            self.enter()
            node, scope = self.argument(node)
            self.depth -= 1
            if node.kind == "list" and self.pack_index >= 0:
                if self.pack_index >= len(node.parts):
                    raise InvalidSymbol
                node = node.parts[self.pack_index]
        self.scope = held
        return node, scope

    def shape(self, node: Node) -> str:
        """The kind of a type below its qualifiers: a pointer to a function needs parentheses."""
        held = self.scope
        node, self.scope = self.resolved(node)
        while node.kind in ("qualified", "vendor"):
            node, self.scope = self.resolved(node.parts[0])
        self.scope = held
        return node.kind

    def is_open(self, node: Node) -> bool:
        """Whether the left part of a type ends in parentheses that its right part closes."""
        held = self.scope
        is_around = False
        node, self.scope = self.resolved(node)
        while node.kind in _AROUND or node.kind in ("qualified", "vendor", "suffixed"):
            is_around = is_around or node.kind in _AROUND
            node, self.scope = self.resolved(node.parts[0])
        self.scope = held
        return is_around and node.kind in ("function", "array")

    def pack_in(self, node: Node) -> Node | None:
        """The argument pack that `node`, the pattern of an expansion, goes through."""
        self.enter()
        found: Node | None = None
        if node.kind == "parameter":
            argument, _ = self.argument(node) if not self.in_lambda else (node, None)
            found = argument if argument.kind == "list" else None
        elif node.kind not in ("expansion", "lambda"):
            found = next(filter(None, map(self.pack_in, node.parts)), None)
        self.depth -= 1
        return found

    def expansion(self, pattern: Node) -> None:
        pack = self.pack_in(pattern)
        if pack is None:
            self.operand(pattern)
            self.emit("...")
            return
        held = self.pack_index
        for index in range(len(pack.parts)):
            self.pack_index = index
            self.emit(", " if index else "")
            self.whole(pattern)
        self.pack_index = held

    # --- names and types -------------------------------------------------------------------

    def left(self, node: Node) -> None:
        """What stands before a declared name; all of what is not a type."""
        self.enter()
        parts, text = node.parts, node.text
        match node.kind:
            case "nothing":
                pass
            case "name" | "operator" | "builtin" | "constructor" | "standard":
                self.emit(text)
            case "destructor":
                self.emit(f"~{text}")
            case "nested":
                self.nested(parts[0], parts[1])
            case "template":
                self.template(parts[0], parts[1])
            case "list":
                self.listed(node)
            case "parameter" if self.in_lambda:
                self.emit(f"auto:{int(text) + 1}")
            case "parameter":
                self.in_scope(node, self.left)
            case "tagged":
                self.whole(parts[0])
                self.within("[abi:", parts[1], "]")
            case "conversion":
                self.within("operator ", parts[0], "")
            case "lambda":
                self.closure(parts[0], text)
            case "binding":
                self.within("[", parts[0], "]")
            case "default":
                self.within(f"{{default arg#{text}}}::", parts[0], "")
            case "local":
                self.local(parts[0], parts[1])
            case "this":
                self.within("", parts[0], text)
            case "encoding":
                self.encoding(parts[0], parts[1])
            case "special":
                self.within(text, parts[0], "")
            case "in":
                self.within(text, parts[0], "-in-")
                self.whole(parts[1])
            case "qualified":
                self.qualified(node)
            case "pointer":
                self.around(parts[0], "*")
            case "reference" | "rvalue":
                self.reference(node, self.left)
            case "member":
                self.left(parts[0])
                self.emit(" (" if self.shape(parts[0]) == "array" else "")
                self.emit("(" if self.shape(parts[0]) == "function" else "")
                self.emit("" if self.last == "(" else " ")
                self.within("", parts[1], "::*")
            case "function":
                self.left(parts[0])
                self.emit("" if parts[0].kind == "nothing" or self.is_open(parts[0]) else " ")
            case "array":
                self.left(parts[0])
            case "vector":
                self.whole(parts[0])
                self.within(" __vector(", parts[1], ")")
            case "suffixed":
                self.left(parts[0])
                self.emit(text)
            case "vendor":
                self.left(parts[0])
                self.within(" ", parts[1], "")
            case "decltype":
                self.within("decltype (", parts[0], ")")
            case "expansion":
                self.expansion(parts[0])
            case _:
                self.expression(node)
        self.depth -= 1

    def right(self, node: Node) -> None:
        """What stands after a declared name: parameters and dimensions."""
        self.enter()
        parts = node.parts
        match node.kind:
            case "parameter" if not self.in_lambda:
                self.in_scope(node, self.right)
            case "pointer" | "member":
                self.emit(")" if self.shape(parts[0]) in ("function", "array") else "")
                self.right(parts[0])
            case "reference" | "rvalue":
                self.reference(node, self.right)
            case "qualified" | "suffixed" | "vendor":
                self.right(parts[0])
            case "function":
                self.within("(", parts[1], f"){node.text}")
                if len(parts) > 2:
                    self.within("(", parts[2], ")")
                self.right(parts[0])
            case "array":
                self.emit("" if self.last == "]" else " ")
                self.within("[", parts[1], "]")
                self.right(parts[0])
        self.depth -= 1

    def in_scope(self, parameter: Node, write: Callable[[Node], None]) -> None:
        argument, scope = self.argument(parameter)
        if argument.kind == "list":
            argument, scope = self.resolved(parameter)
        held, self.scope = self.scope, scope
        write(argument)
        self.scope = held

    def nested(self, scope: Node, name: Node) -> None:
        self.whole(scope)
        self.within("::", name, "")

    def template(self, name: Node, arguments: Node) -> None:
        self.whole(name)
        self.emit(" " if self.last == "<" else "")
        self.emit("<")
        self.whole(arguments)
        self.emit(" " if self.last == ">" else "")
        self.emit(">")

    def closure(self, parameters: Node, number: str) -> None:
        held, self.in_lambda = self.in_lambda, True
        self.within("{lambda(", parameters, f")#{number}}}")
        self.in_lambda = held

    def local(self, function: Node, entity: Node) -> None:
        held, self.parameters, self.returned = self.parameters, True, False
        self.whole(function)
        self.parameters, self.returned = held, True
        self.within("::", entity, "")

    def encoding(self, name: Node, function: Node) -> None:
        qualifiers = name.text if name.kind == "this" else ""
        name = name.parts[0] if name.kind == "this" else name
        inner = name.parts[1] if name.kind == "local" else name
        inner = inner.parts[0] if inner.kind == "default" else inner
        held = self.scope
        if inner.kind == "template":
            self.scope = _Scope(inner.parts[1], held)
        is_whole, self.parameters = self.parameters, True
        returned, self.returned = self.returned, True
        if is_whole and returned:
            self.left(function)
        self.whole(name)
        if is_whole:
            self.right(function)
            self.emit(qualifiers)
        self.parameters = is_whole
        self.scope = held

    # --- qualifiers, pointers, references --------------------------------------------------

    def qualified(self, node: Node) -> None:
        self.left(node.parts[0])
        inner, _ = self.resolved(node.parts[0])
        while inner.kind == "qualified":
            if inner.text == node.text:
                return
            inner, _ = self.resolved(inner.parts[0])
        self.emit(f" {node.text}")

    def around(self, target: Node, sign: str) -> None:
        self.left(target)
        shape = self.shape(target)
        self.emit({"function": "(", "array": " ("}.get(shape, ""))
        self.emit(sign)

    def reference(self, node: Node, write: Callable[[Node], None]) -> None:
        """References to references collapse: only `&&` to `&&` stays one."""
        held = self.scope
        is_rvalue = node.kind == "rvalue"
        target, self.scope = self.resolved(node.parts[0])
        while target.kind in _REFERENCES:
            is_rvalue &= target.kind == "rvalue"
            target, self.scope = self.resolved(target.parts[0])
        if write == self.left:
            self.around(target, "&&" if is_rvalue else "&")
        else:
            self.emit(")" if self.shape(target) in ("function", "array") else "")
            self.right(target)
        self.scope = held
