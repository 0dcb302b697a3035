"""The structure of the package, executable: who may import whom, and what stays unloaded.

An import points right in `cli | report, capture, simulator | values | unwind | image, dump |
arch, memory | errors, record`, never sideways between packages.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import stackdump_probe

ROOT = Path(stackdump_probe.__file__).parent
LAYERS = (
    ("record_inits",),
    ("errors", "record"),
    ("memory",),
    ("arch",),
    ("image", "dump"),
    ("unwind",),
    ("values",),
    ("report", "capture", "simulator"),
    ("cli",),
    ("__init__", "__main__"),
)
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}

# Where each library of others may be imported.
HOMES = {
    "capstone": ("report/instruction.py",),
    "elftools": ("image/",),
    "libusb_package": ("capture/usb.py", "simulator/"),
    "pyocd": ("capture/", "simulator/plugin.py"),
    "rich": ("cli/console.py", "cli/progress.py"),
    "typer": ("cli/",),
    "click": ("cli/",),
    "usb": ("capture/usb.py", "simulator/"),
}
# What opens, waits or looks around: only at the edges.
EDGES = ("capture", "simulator", "cli")
WORLD = {"asyncio", "glob", "io", "logging", "os", "pathlib", "shutil", "signal", "socket"}
WORLD |= {"subprocess", "sys", "tempfile", "threading", "time"}

MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def part_of(module: Path) -> str:
    """The package of a module; a module at the top is a part by itself."""
    return module.parts[0].removesuffix(".py")


def imported(module: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(name)):
                yield from (f"{name}.{alias.name}" for alias in node.names)
            case ast.ImportFrom():
                yield f"relative import in line {node.lineno}"


def parts_imported(module: Path) -> set[str]:
    """The parts of this package that a module imports."""
    names = (name.split(".") for name in imported(module))
    return {name[1] for name in names if name[0] == "stackdump_probe" and name[1] in RANK}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_point_to_lower_layers_only(module: Path) -> None:
    part = part_of(module)
    wrong = {p for p in parts_imported(module) if p != part and RANK[p] >= RANK[part]}
    assert not wrong


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_are_absolute(module: Path) -> None:
    assert not [name for name in imported(module) if name.startswith("relative")]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_each_library_of_others_is_imported_at_its_home_only(module: Path) -> None:
    libraries = {name.split(".")[0] for name in imported(module)}
    foreign = libraries - sys.stdlib_module_names - {"stackdump_probe"}
    assert not {x for x in foreign if not str(module).startswith(HOMES.get(x, ()))}


@pytest.mark.parametrize("module", [m for m in MODULES if part_of(m) not in EDGES], ids=str)
def test_the_core_opens_nothing(module: Path) -> None:
    if len(module.parts) > 1:
        assert not {name.split(".")[0] for name in imported(module)} & WORLD


def test_every_part_has_a_layer() -> None:
    assert {part_of(module) for module in MODULES} == set(RANK)


# What takes about as long to load as the interpreter itself; only the type checker needs it.
SLOW = {"typing", "dataclasses", "inspect", "pathlib"}


def loaded_by(statements: str) -> set[str]:
    """What these load in a new process that it has not loaded for itself."""
    before = "import sys; before = set(sys.modules); "
    report = "; print(*sys.modules.keys() - before)"
    run = [sys.executable, "-c", before + statements + report]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def loaded_by_trace(case: str, options: str) -> set[str]:
    folder = Path(__file__).parent / "golden" / case
    words = ["trace", str(folder / "fw.elf"), str(folder / "hang.dump"), *options.split()]
    return loaded_by(
        f"from stackdump_probe.cli.main import run; assert run({words!r}) == 0; print()"
    )


def test_the_package_itself_loads_nothing() -> None:
    assert loaded_by("import stackdump_probe") == {"stackdump_probe"}


@pytest.mark.parametrize(
    "options", ["", "--json", "--no-statics", "--json --no-statics", "--all-statics"]
)
@pytest.mark.parametrize("case", ["hang_gcc_o0", "pantry_g++_og", "harbor_rustc_o0"])
def test_a_trace_loads_no_library_of_others_and_no_slow_one(case: str, options: str) -> None:
    assert not loaded_by_trace(case, options) & {*HOMES, *SLOW}


def test_a_trace_loads_what_it_needs_only() -> None:
    loaded = loaded_by_trace("hang_gcc_o0", "--no-statics")
    assert not loaded & {"enum", "json", "pickle", "re", "zlib"}
    package = {name.removeprefix("stackdump_probe.") for name in loaded}
    assert not package & {"values.cpp", "values.rust", "values.statics", "report.to_json"}
    assert not package & {"unwind.steps.without_cfi", "image.types.rust_vtables", "cli.typer_app"}
