"""Qualified names of C++ with template arguments, taken apart and put as their author would."""

from collections.abc import Iterator

OPENING, CLOSING = "<([{", ">)]}"
# Arguments that the standard library puts where the author leaves them out.
DEFAULTS = (
    "std::allocator<",
    "std::char_traits<",
    "std::default_delete<",
    "std::less<",
    "std::equal_to<",
    "std::hash<",
    "std::ratio<1, 1>",
)
# What these are made of, unless told otherwise.
ADAPTED = {
    "std::priority_queue": "std::vector",
    "std::queue": "std::deque",
    "std::stack": "std::deque",
}
DYNAMIC_EXTENT = ("4294967295", "18446744073709551615")  # [views.span]: the length is not fixed
# [basic.string] and [string.view]: what the source calls the templates of characters.
CHARACTERS = {
    "char": "",
    "wchar_t": "w",
    "char8_t": "u8",
    "char16_t": "u16",
    "char32_t": "u32",
}
STRINGS = {"std::basic_string": "string", "std::basic_string_view": "string_view"}
LENGTH_LIMIT = 1 << 14  # names of more characters stay as they are
NESTING_LIMIT = 32


def components(name: str) -> tuple[str, ...]:
    """`ns::Class<a::b>::Part` as its parts between the `::` that stand in no brackets."""
    return tuple(part for part in _split(name, "::") if part)


def template(name: str) -> str:
    """The name without its own template arguments, without the library's inline namespaces.

    `std::__cxx11::basic_string<char, ...>` is `std::basic_string`.
    """
    opening = name.find("<")
    if opening >= 0 and _end_of_arguments(name, opening) != len(name) - 1:
        return name
    head = name if opening < 0 else name[:opening]
    if not head.startswith("std::__"):
        return head
    first, *inner = head.split("::")
    return "::".join((first, *(part for part in inner if not part.startswith("__"))))


def arguments(name: str) -> tuple[str, ...]:
    """The template arguments of the whole name; none if it does not end with them."""
    opening = name.find("<")
    if opening < 0 or _end_of_arguments(name, opening) != len(name) - 1:
        return ()
    return tuple(part.strip() for part in _split(name[opening + 1 : -1], ","))


def _split(text: str, separator: str) -> Iterator[str]:
    """The parts of `text` between separators that stand in no brackets."""
    depth, start, at = 0, 0, 0
    while at < len(text):
        character = text[at]
        if character in OPENING:
            depth += 1
        elif character in CLOSING and not (character == ">" and text[at - 1 : at] == "-"):
            depth = max(depth - 1, 0)
        elif not depth and text.startswith(separator, at):
            yield text[start:at]
            at += len(separator)
            start = at
            continue
        at += 1
    yield text[start:]


def as_written(name: str) -> str:
    """A type's name without what the library adds to it.

    `std::vector<int, std::allocator<int> >` is `std::vector<int>`, and the templates of text have
    their short names.
    """
    return _shortened(name, 0) if "std::" in name and len(name) <= LENGTH_LIMIT else name


def _shortened(name: str, depth: int) -> str:
    opening = name.find("<")
    if opening < 0 or depth > NESTING_LIMIT:
        return _without_inline(name)
    closing = _end_of_arguments(name, opening)
    if closing is None:
        return name
    head = _without_inline(name[:opening])
    given = [
        _shortened(part.strip(), depth + 1) for part in _split(name[opening + 1 : closing], ",")
    ]
    if head.rpartition(" ")[2].startswith("std::"):
        while len(given) > 1 and (given[-1].startswith(DEFAULTS) or given[-1] in DYNAMIC_EXTENT):
            given.pop()
        if len(given) == 2 and given[1] == f"{ADAPTED.get(head)}<{given[0]}>":
            given.pop()
    return _named(head, given) + _shortened(name[closing + 1 :], depth + 1)


def _without_inline(name: str) -> str:
    """Without the inline namespaces of libstdc++ that types of the library are in."""
    return name.replace("std::__cxx11::", "std::").replace("chrono::_V2::", "chrono::")


def _named(head: str, given: list[str]) -> str:
    prefix, _, bare = head.rpartition(" ")  # `const std::basic_string<char>`
    if bare in STRINGS and len(given) == 1 and given[0] in CHARACTERS:
        return f"{prefix} std::{CHARACTERS[given[0]]}{STRINGS[bare]}".lstrip()
    return f"{head}<{', '.join(given)}>"


def _end_of_arguments(name: str, opening: int) -> int | None:
    depth = 0
    for at in range(opening, len(name)):
        character = name[at]
        if character in OPENING:
            depth += 1
        elif character in CLOSING and not (character == ">" and name[at - 1] == "-"):
            depth -= 1
            if not depth:
                return at
    return None
