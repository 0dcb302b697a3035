"""Text from a target or a file, made safe for a terminal."""


def printable(text: str) -> str:
    """`text` with every character escaped that does not simply show as itself.

    That is what Unicode calls Other or Separator, but for the space: controls, escape sequences,
    direction marks, lone surrogates, line separators. The result has one line.
    """
    if text.isprintable():
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
