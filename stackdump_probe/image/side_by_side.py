"""Several programs in one memory: bootloader and application, Secure and Non-secure image."""

from __future__ import annotations

from stackdump_probe.image.elf import Image
from stackdump_probe.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.image.frames.cfi_rules import Row
    from stackdump_probe.image.frames.exidx import Entry
    from stackdump_probe.image.symbols import Symbol
    from stackdump_probe.image.vectors import VectorTable


class SideBySide(Record):
    """All of them as seen from within one, `image`: what an Image is to unwinding.

    An address is in the program whose code holds it, in `image` if it is in none.
    """

    image: Image
    images: tuple[Image, ...]

    def at(self, address: int) -> SideBySide:
        """The same, seen from within the program that `address` is in."""
        image = self.image_at(address)
        return self if image is self.image else SideBySide(image, self.images)

    def image_at(self, address: int) -> Image:
        """The program that `address` is in; of code that takes turns in RAM it is in `image`."""
        if len(self.images) == 1 or self.image.is_code(address):
            return self.image
        return next((each for each in self.images if each.is_code(address)), self.image)

    def beside(self, image: Image) -> tuple[Image, ...]:
        """The other ones."""
        return tuple(each for each in self.images if each is not image)

    @property
    def entry(self) -> int:
        """Where `image` starts, by its header."""
        return self.image.entry

    @property
    def vectors(self) -> VectorTable | None:
        """The vector table of `image`."""
        return self.image.vectors

    @property
    def cfi(self) -> SideBySide:
        """The call frame information."""
        return self

    @property
    def exidx(self) -> SideBySide:
        """The exception tables."""
        return self

    @property
    def symbols(self) -> SideBySide:
        """The symbol tables."""
        return self

    def is_code(self, address: int) -> bool:
        """True if a program has instructions there."""
        return any(each.is_code(address) for each in self.images)

    def row_at(self, pc: int) -> Row | None:
        """The rules of call frames at `pc`; raises DwarfError."""
        return self.image_at(pc).cfi.row_at(pc)

    def entry_at(self, pc: int) -> Entry | None:
        """The entry of exception tables that covers `pc`; raises DwarfError."""
        return self.image_at(pc).exidx.entry_at(pc)

    def function_at(self, address: int) -> Symbol | None:
        """The function that covers `address`."""
        return self.image_at(address).symbols.function_at(address)
