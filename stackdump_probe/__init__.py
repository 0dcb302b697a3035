"""Capture a hung or crashed Cortex-M device and trace it with its ELF.

    from pathlib import Path
    from stackdump_probe import Image, build_report, decode, to_text

    dump = decode(Path("hang.dump").read_bytes())
    image = Image.from_bytes(Path("fw.elf").read_bytes())
    report = build_report(dump, image, elf_path="fw.elf", dumps=["hang.dump"])
    print(*to_text(report), sep="\\n")

The names of this module are the ones to rely on, beside those in `stackdump_probe.errors`; each
is loaded when it is first used.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.arch.registers import Registers
    from stackdump_probe.dump.codec import decode, encode
    from stackdump_probe.dump.model import Dump, join
    from stackdump_probe.errors import StackdumpError
    from stackdump_probe.image.elf import Image
    from stackdump_probe.memory import Memory, Segment
    from stackdump_probe.report.build import build_report
    from stackdump_probe.report.model import Report
    from stackdump_probe.report.to_json import to_json
    from stackdump_probe.report.to_text import to_text

_HOMES = {
    "Dump": "dump.model",
    "Image": "image.elf",
    "Memory": "memory",
    "Registers": "arch.registers",
    "Report": "report.model",
    "Segment": "memory",
    "StackdumpError": "errors",
    "build_report": "report.build",
    "decode": "dump.codec",
    "encode": "dump.codec",
    "join": "dump.model",
    "to_json": "report.to_json",
    "to_text": "report.to_text",
}

__all__ = [
    "Dump",
    "Image",
    "Memory",
    "Registers",
    "Report",
    "Segment",
    "StackdumpError",
    "build_report",
    "decode",
    "encode",
    "join",
    "to_json",
    "to_text",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
