"""A program of one function, and frames of it."""

from collections.abc import Iterator, Mapping, Sequence

from stackdump_probe.arch.registers import Registers
from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.dwarf.functions import scopes_at
from stackdump_probe.image.elf import Image
from stackdump_probe.memory import Memory, Segment
from stackdump_probe.unwind.frame import Backtrace, End, Frame
from stackdump_probe.values.frame_context import FrameContext, Physical
from stackdump_probe.values.frame_variables import variables_of
from stackdump_probe.values.model import Variable
from stackdump_probe.values.program import decoder_for
from tests.builders.dwarf import ADie, AUnit, a_unit
from tests.builders.dwarf import debug_sections as written
from tests.builders.elves import (
    OBJECT,
    ASymbol,
    an_elf,
    code,
    debug_sections,
    variables,
)
from tests.builders.type_dies import C99, Attribute, expression, language, named

CODE = 0x0800_0100
PC = CODE + 0x10
RAM = 0x2000_0000
CFA = RAM + 0x80

CALL_FRAME_CFA = b"\x9c"
REG = 0x50
FBREG = 0x91
ADDR = 0x03
STACK_VALUE = 0x9F


def at_address(address: int) -> bytes:
    """The expression of a static object."""
    return bytes((ADDR,)) + address.to_bytes(4, "little")


def a_function(
    *children: ADie,
    low: int = CODE,
    size: int = 0x40,
    name: str = "f",
    more: Sequence[Attribute] = (),
) -> ADie:
    """A function whose frame base is its CFA, labelled by its name."""
    told = (
        named(name),
        (dw.AT_low_pc, dw.FORM_addr, low),
        (dw.AT_high_pc, dw.FORM_data4, size),
        expression(CALL_FRAME_CFA, dw.AT_frame_base),
    )
    return ADie(dw.TAG_subprogram, (*told, *more), children, label=name)


def a_block(*children: ADie, low: int = CODE, size: int = 0x40) -> ADie:
    """A lexical block; by default the pc of the tests is in it."""
    told = ((dw.AT_low_pc, dw.FORM_addr, low), (dw.AT_high_pc, dw.FORM_data4, size))
    return ADie(dw.TAG_lexical_block, told, children)


def a_c_unit(*children: ADie, version: int = 4) -> AUnit:
    return a_unit(*children, version=version, top=language(C99))


def an_image(
    *units: AUnit,
    symbols: Sequence[ASymbol] = (),
    more: dict[str, bytes] | None = None,
    low: bytes = b"",
) -> Image:
    """Code at CODE, 256 bytes of variables at RAM, and if wanted constants at 0."""
    sections = [
        code(bytes(0x100), at=CODE),
        variables(bytes(0x100), at=RAM, load_address=CODE + 0x1000),
    ]
    if low:
        sections.append(code(low, at=0, name=".vectors"))
    contents = {**written(*units), **(more or {})}
    kept = {name: content for name, content in contents.items() if content}
    return Image.from_bytes(an_elf(*sections, *debug_sections(kept), symbols=symbols))


def an_object(name: str, address: int, size: int = 4, section: str = ".data") -> ASymbol:
    return ASymbol(name, address, size, OBJECT, section=section)


def frame(
    pc: int = PC,
    held: Mapping[str, int] | None = None,
    *,
    returned: bool = False,
    cfa: int | None = CFA,
    **words: int,
) -> Frame:
    """A frame at `pc` with these registers; `returned` if pc is a return address."""
    registers = Registers({**(held or {}), **words, "pc": pc})
    return Frame(registers, cfa, "cfi" if returned else "innermost", pc - 1 if returned else pc)


def backtrace(*frames: Frame) -> Backtrace:
    return Backtrace(frames, End("reset", "the end"))


def memory(octets: bytes = bytes(0x100), at: int = RAM) -> Memory:
    return Memory([Segment(at, octets)])


def locals_of(
    image: Image, *frames: Frame, held: Memory | None = None, scope: int = 0, level: int = 0
) -> tuple[Variable, ...]:
    """The variables of a scope of frame `level`."""
    trace = backtrace(*frames)
    here = frames[level]
    scopes = scopes_at(image.dwarf, here.lookup_pc)
    return variables_of(scopes[scope], here, trace, image, decoder_for(image, held or memory()))


def context_of(image: Image, *frames: Frame, held: Memory | None = None) -> FrameContext:
    """What expressions of the first unit may ask in the first frame."""
    physical = Physical(frames, 0, held or memory(), image)
    function = next(die_of(image, dw.TAG_subprogram), None)
    return FrameContext(physical, function, image.dwarf.units[0])


def die_of(image: Image, *tags: int) -> Iterator[Die]:
    """The entries of these tags in the first unit."""
    return image.dwarf.units[0].walk(*tags)


def first_variable(image: Image) -> Die:
    return next(die_of(image, dw.TAG_variable, dw.TAG_formal_parameter))
