"""Which machine a program is meant for: by the core it was built for and where it lies."""

from stackdump_probe.errors import SimulatorError
from stackdump_probe.image.elf import Image
from stackdump_probe.image.leb import DAMAGE, uleb
from stackdump_probe.simulator.machines import MACHINES, MachineModel

# Build attributes (Addenda to the ABI, IHI 0045): 2.3.4 gives the tags' values.
TAG_FILE, TAG_CPU_ARCH, TAG_FP_ARCH, TAG_COMPATIBILITY = 1, 6, 10, 32
STRING_TAGS = (4, 5, 65, 67)
SECTION = ".ARM.attributes"


def model_for(elf: bytes) -> MachineModel:
    """The first machine that has code memory where the program lies, and a core that runs it.

    Raises SimulatorError if there is none, ImageError for what is no ELF.
    """
    image = Image.from_bytes(elf)
    start = min((segment.start for segment in image.flash.segments), default=0)
    attributes = build_attributes(bytes(image.contents(SECTION)))
    architecture = attributes.get(TAG_CPU_ARCH)
    for model in MACHINES.values():
        fits = architecture is None or architecture in model.architectures
        if fits and start in model.code and attributes.get(TAG_FP_ARCH, 0) <= model.fp_arch:
            return model
    raise SimulatorError(
        f"no machine of the simulator has code memory at {start:#010x} and a core for this program",
        hint=f"name one with ?machine=NAME: {', '.join(MACHINES)}",
    )


def build_attributes(content: bytes) -> dict[int, int]:
    """The numbers among the file's build attributes, by tag; empty if there are none.

    Damage ends the reading; what was read till then is returned.
    """
    found: dict[int, int] = {}
    try:
        at = content.index(b"aeabi\0") + 6
        if content[:1] != b"A" or content[at] != TAG_FILE:
            return found
        end = at + int.from_bytes(content[at + 1 : at + 5], "little")
        at += 5
        while at < min(end, len(content)):
            tag, at = uleb(content, at)
            if tag in STRING_TAGS:
                at = content.index(0, at) + 1
                continue
            found[tag], at = uleb(content, at)
            if tag == TAG_COMPATIBILITY:
                at = content.index(0, at) + 1
    except DAMAGE:
        pass
    return found
