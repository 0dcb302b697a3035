"""What the languages add to bytes: a module of the same functions for each, loaded when needed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from stackdump_probe.image.types.model import Enum, Language, Pointer, Struct
    from stackdump_probe.values.c import Fields
    from stackdump_probe.values.decode import Decoder
    from stackdump_probe.values.model import Content
    from stackdump_probe.values.storage import Absence, Place

    class Views(Protocol):
        """What the module of a language has."""

        def view(
            self, decoder: Decoder, struct: Struct, place: Place, /
        ) -> Content | Absence | None:
            """What an object stands for; None for one that is its members."""

        def fields(self, decoder: Decoder, struct: Struct, /) -> Fields | None:
            """The members of a struct that is no more than they are; None for any other."""

        def enumerator(self, enum: Enum, octets: bytes, /) -> Content:
            """What an enum holds."""

        def pointer(
            self, decoder: Decoder, pointer: Pointer, number: int, depth: int, /
        ) -> Content:
            """What a pointer to `number` tells, `depth` levels into an object."""


def views_of(language: Language) -> Views:
    """The functions of a language."""
    if language == "rust":
        from stackdump_probe.values.rust import views as rust

        return rust
    if language == "c++":
        from stackdump_probe.values.cpp import views as cpp

        return cpp
    from stackdump_probe.values import c

    return c
