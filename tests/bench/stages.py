"""Where the time of a trace goes: `python -m tests.bench.stages FW.elf X.dump`.

Prints milliseconds of CPU time as JSON. Each stage leaves what it read of the program to the next.
"""

import gc
import json
import sys
from time import process_time

INTERPRETER = process_time()  # until here, a few modules of Python's own included


def main(elf: str, path: str) -> None:
    """Trace in steps."""
    gc.disable()  # a trace collects garbage hardly ever
    marks = [("interpreter", INTERPRETER)]

    def done(stage: str) -> None:
        marks.append((stage, process_time()))

    import stackdump_probe.cli.trace  # noqa: F401  (with all that a trace loads)
    from stackdump_probe.cli.files import read_dumps
    from stackdump_probe.cli.open_image import open_image
    from stackdump_probe.image.dwarf.functions import scopes_at
    from stackdump_probe.image.dwarf.lines import lines_for
    from stackdump_probe.report.build import build_report
    from stackdump_probe.report.to_text import to_text
    from stackdump_probe.unwind.unwinder import unwind
    from stackdump_probe.values.static_entries import C_VARIABLES

    done("imports")
    dump = read_dumps([path])
    opened = open_image(elf, dump)
    image = opened.image
    done("dump, ELF, match")
    frames = unwind(dump.registers, dump.memory.over(image.flash), image).frames
    done("frames")
    scopes = [scope for frame in frames for scope in scopes_at(image.dwarf, frame.lookup_pc)[-1:]]
    done("functions")
    for scope in scopes:
        lines = lines_for(scope.die.unit)
        assert lines is not None
        lines.location_at(scope.pc)
    done("lines")
    build_report(dump, image, elf_path=elf, dumps=[path], children=False, statics="none")
    done("variables")
    report = build_report(dump, image, elf_path=elf, dumps=[path], children=False)
    done("statics, and all before once more")
    for _ in to_text(report):
        pass
    done("text")
    unread = open_image(elf, dump).image
    for unit in unread.dwarf.units:
        for _ in unit.wanted(C_VARIABLES):
            pass
    done("all entries passed to the variables, none looked at")
    starts = [0.0, *(at for _, at in marks)]
    spent = {name: 1000 * (at - start) for (name, at), start in zip(marks, starts, strict=False)}
    print(json.dumps(spent))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
