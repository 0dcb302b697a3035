"""Time traces beside GDB and the Rust CLI: what `scripts/bench` runs.

It prints medians, ratios and peak memory of whole processes, and the stages of a trace. It judges
nothing: a machine is quick or slow, and busy or not.
"""

import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path

from stackdump_probe.dump.codec import decode, encode
from stackdump_probe.memory import Memory
from stackdump_probe.record import replace
from tests.bench import installed
from tests.bench.folder import CACHE
from tests.bench.inputs import INPUTS, Input, made
from tests.bench.pairs import Figures, compared
from tests.bench.shown import keep_only_shown
from tests.judge.judge import SETTINGS

MILLISECONDS, MEGABYTES = 1000, 1 / 1024
RUST = CACHE / "rust" / "bin" / "stackdump-cli"
DUMPS = 200
Commands = dict[str, tuple[str, ...]]


def main() -> None:
    """The command line."""
    parser = ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how often each is run")
    parser.add_argument("--rust", action="store_true", help="build the Rust CLI to compare with")
    parser.add_argument("inputs", nargs="*", help=f"of {', '.join(INPUTS)}; all if none is named")
    options = parser.parse_args()
    os.environ |= {"NO_COLOR": "1", "STACKDUMP_CACHE": ""}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        os.environ.pop(name, None)
    installed.install()
    if options.rust and not RUST.exists():
        install = ("cargo", "install", "--locked", "--root", CACHE / "rust", "stackdump-cli")
        subprocess.run(install, check=True)
    report("start-up", compared(_start_up(), options.runs))
    for name in options.inputs or INPUTS:
        case = made(name)
        size = case.elf.stat().st_size * MEGABYTES / 1024
        report(f"{name}, {size:.1f} MB: frames", compared(_frames(case), options.runs))
        report(f"{name}: with statics", compared(_with_statics(case), options.runs))
        print("stages, CPU ms:", ", ".join(_stages(case)))  # noqa: T201
        dumps = compared(_many_dumps(case), options.runs)
        report(f"{name}: JSON lines", dumps)
        print(f"{_rate(dumps):.0f} dumps a second")  # noqa: T201


def _start_up() -> Commands:
    return {
        "python -c pass": (installed.PYTHON, "-c", "pass"),
        "--version": (installed.COMMAND, "--version"),
        "modules of a trace": (installed.PYTHON, "-c", "import stackdump_probe.cli.trace"),
        "gdb, nothing to do": (_gdb(), "-nx", "-batch"),
    }


def _frames(case: Input) -> Commands:
    trace = (installed.COMMAND, "trace", str(case.elf), str(case.dump), "--no-statics")
    asked = [f"file {case.elf}", f"core-file {case.core}", f"bt full {case.gdb_frames}".strip()]
    words = [word for command in (*SETTINGS, *asked) for word in ("-ex", command)]
    commands: Commands = {
        "gdb bt full": (_gdb(), "-nx", "-batch", *words),
        "trace --no-statics": trace,
        "trace --no-statics --json": (*trace, "--json"),
    }
    if case.gdb_frames:
        cut = str(_cut(case, int(case.gdb_frames)))
        same = (installed.COMMAND, "trace", str(case.elf), cut, "--no-statics")
        commands["the same, as deep as GDB"] = same
    return commands


def _cut(case: Input, depth: int) -> Path:
    """A dump whose stack ends behind so many frames."""
    trace = (installed.COMMAND, "trace", str(case.elf), str(case.dump), "--no-statics", "--json")
    done = subprocess.run(trace, check=True, capture_output=True)
    end = json.loads(done.stdout)["threads"][0]["frames"][depth - 1]["cfa"]
    dump = decode(case.dump.read_bytes())
    kept = [
        each.between(each.start, end) if each.start < end < each.end else each
        for each in dump.memory.segments
    ]
    path = CACHE / f"{case.name}.cut.dump"
    path.write_bytes(encode(replace(dump, memory=Memory(kept))))
    return path


def _with_statics(case: Input) -> Commands:
    trace = (installed.COMMAND, "trace", str(case.elf), str(case.dump))
    index = CACHE / "remembered" / case.name
    shutil.rmtree(index, ignore_errors=True)  # it may be that of an earlier build
    remembering = ("env", f"STACKDUMP_CACHE={index}", *trace)
    subprocess.run(remembering, check=True, stdout=subprocess.DEVNULL)
    ours: Commands = {
        "trace": trace,
        "trace, once more": remembering,
        "trace --json": (*trace, "--json"),
    }
    if not RUST.exists():
        return ours
    command, said = _rust(case)
    if said and any(index.iterdir()):
        folder = CACHE / "shown" / case.name
        count = keep_only_shown(next(index.iterdir()), said, folder)
        same = f"once more, the {count} statics that the Rust CLI shows"
        ours[same] = ("env", f"STACKDUMP_CACHE={folder}", *trace)
    return {"Rust stackdump-cli": command, **ours}


def _many_dumps(case: Input) -> Commands:
    trace = (installed.COMMAND, "trace", "--no-statics", "--json-lines", str(case.elf))
    return {f"{count} dumps": (*trace, *(str(case.dump),) * count) for count in (1, DUMPS)}


def _rate(figures: Mapping[str, Figures | None]) -> float:
    """How many dumps a second takes, once the program is read."""
    one, many = (figures[f"{count} dumps"] for count in (1, DUMPS))
    return (DUMPS - 1) / (many.wall - one.wall) if one and many else 0


def _rust(case: Input) -> tuple[tuple[str, ...], str]:
    """The Rust CLI, which wants a section of this name, and what it says.

    `false` and nothing where it ends with an error.
    """
    elf = RUST.with_name(f"{case.name}.elf")
    copy = ("arm-none-eabi-objcopy", "--rename-section", ".isr_vector=.vector_table")
    subprocess.run((*copy, case.elf, elf), check=True)
    command = str(RUST), "cortex-m", str(elf), str(case.dump)
    done = subprocess.run(command, check=False, capture_output=True)
    said = done.stdout.decode(errors="replace")
    if done.returncode or said.startswith("Error"):
        return ("false",), ""
    return command, said


def _gdb() -> str:
    return shutil.which("gdb-multiarch") or "gdb"


def _stages(case: Input) -> Iterator[str]:
    command = (sys.executable, "-m", "tests.bench.stages", case.elf, case.dump)
    done = subprocess.run(command, check=True, capture_output=True)
    for stage, spent in json.loads(done.stdout).items():
        yield f"{stage} {spent:.0f}"


def report(title: str, figures: Mapping[str, Figures | None]) -> None:
    """Print a table in Markdown; ratios are to the first line that has figures."""
    first = next(each for each in figures.values() if each)
    print(f"\n| {title} | ms | ratio | CPU ms | ratio | peak MB | ratio |")  # noqa: T201
    print("|---|---|---|---|---|---|---|")  # noqa: T201
    for name, each in figures.items():
        if not each:
            print(f"| {name} | fails | | | | | |")  # noqa: T201
            continue
        columns = (
            f"{each.wall * MILLISECONDS:.0f}",
            f"{each.wall / first.wall:.2f}",
            f"{each.cpu * MILLISECONDS:.0f}",
            f"{each.cpu / first.cpu:.2f}",
            f"{each.peak * MEGABYTES:.0f}",
            f"{each.peak / first.peak:.2f}",
        )
        print(f"| {name} | {' | '.join(columns)} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
