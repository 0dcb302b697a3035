"""The large programs: one station, compiled at several levels of optimization and linked together.

A level is linked by itself first, and only its entry stays visible, so that the next has the same
names. The last one of a program runs, from where Cortex-M7 starts; the others lie beside it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path
from types import MappingProxyType

from tests.bench.compiling import FIRMWARE, compiled, linked, run
from tests.bench.folder import CACHE
from tests.bench.sources import in_folder, source

LEVELS = MappingProxyType(
    {
        "O0": ("-O0",),
        "Og": ("-Og",),
        "O1": ("-O1",),
        "O2": ("-O2",),
        "O3": ("-O3",),
        "Os": ("-Os",),
        "O2_no_inline": ("-O2", "-fno-inline"),
        "Os_whole": ("-Os", "-fno-tree-sra"),
    }
)
DEFINES = (
    "-DFT2_BUILD_LIBRARY",
    '-DMBEDTLS_USER_CONFIG_FILE="mbedtls_user.h"',
    "-DSQLITE_CORE",
    "-DSQLITE_ENABLE_FTS3",
    "-DSQLITE_OMIT_LOAD_EXTENSION",
    "-DSQLITE_OMIT_WAL",
    "-DSQLITE_OS_OTHER=1",
    "-DSQLITE_TEMP_STORE=3",
    "-DSQLITE_THREADSAFE=0",
    "-DLUA_32BITS=1",
)
LWIP = (
    "core/*.c", "core/ipv[46]/*.c", "netif/*.c", "apps/mdns/*.c", "apps/mqtt/*.c",
    "apps/netbiosns/*.c", "apps/lwiperf/*.c", "apps/smtp/*.c", "apps/snmp/*.c", "apps/sntp/*.c",
    "apps/tftp/*.c",
)  # fmt: skip
# FreeType's file for each of its modules includes the rest of the module.
FREETYPE = (
    "autofit/autofit.c", "base/ftbase.c", "base/ftbbox.c", "base/ftbdf.c", "base/ftbitmap.c",
    "base/ftcid.c", "base/ftdebug.c", "base/ftfstype.c", "base/ftgasp.c", "base/ftglyph.c",
    "base/ftgxval.c", "base/ftinit.c", "base/ftmm.c", "base/ftotval.c", "base/ftpatent.c",
    "base/ftpfr.c", "base/ftstroke.c", "base/ftsynth.c", "base/ftsystem.c", "base/fttype1.c",
    "base/ftwinfnt.c", "bdf/bdf.c", "cache/ftcache.c", "cff/cff.c", "cid/type1cid.c",
    "gzip/ftgzip.c", "lzw/ftlzw.c", "pcf/pcf.c", "pfr/pfr.c", "psaux/psaux.c",
    "pshinter/pshinter.c", "psnames/psnames.c", "raster/raster.c", "sdf/sdf.c", "sfnt/sfnt.c",
    "smooth/smooth.c", "svg/svg.c", "truetype/truetype.c", "type1/type1.c", "type42/type42.c",
    "winfonts/winfnt.c",
)  # fmt: skip
NOT_SQLITE = (
    "fts[125]*", "*icu*", "geopoly*", "mutex_[uw]*", "os_[kuw]*", "rtree*", "shell*", "sqlite3*",
    "tclsqlite*", "userauth*",
)  # fmt: skip


def build(levels: Sequence[str], elf: Path) -> None:
    """Link the station of each of these LEVELS into one program; the last one runs."""
    folder = elf.parent / elf.stem / "beside"
    folder.mkdir(parents=True, exist_ok=True)
    runs = _level(levels[-1])
    linked([runs, *(_beside(_level(level), folder) for level in levels[:-1])], levels, elf)


def _beside(level: Path, folder: Path) -> Path:
    """The same object file under a path by which the linker's script knows what does not run."""
    target = folder / level.name
    target.unlink(missing_ok=True)
    target.hardlink_to(level)
    return target


def _level(level: str) -> Path:
    """All of a station in one object file, in which only its entry is visible."""
    target = CACHE / "levels" / f"{level}.o"
    if not target.exists():
        folder = CACHE / "levels" / level
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(cpu_count()) as pool:
            objects = list(pool.map(partial(_object, level, folder), _sources()))
        joined = folder / "joined.o"
        run("arm-none-eabi-ld", "-r", "-o", joined, *objects)
        run("arm-none-eabi-objcopy", f"--keep-global-symbol=station_{level}", joined, target)
    return target


def _object(level: str, folder: Path, path: Path) -> Path:
    target = folder / f"{path.parent.name}-{path.stem}.o"
    include = (f"-I{folder}" for folder in _includes())
    how = (*LEVELS[level], *DEFINES, f"-DSTATION=station_{level}")
    return compiled(path, target, *how, *include)


def _sources() -> list[Path]:
    lua, sqlite = source("lua5.4") / "src", source("sqlite3") / "tsrc"
    unwanted = {lua / "lua.c", lua / "luac.c", *in_folder(sqlite, NOT_SQLITE)}
    found = [
        *in_folder(lua, ["*.c"]),
        *in_folder(sqlite, ["*.c"]),
        *in_folder(source("mbedtls") / "library", ["*.c"]),
        *in_folder(source("freetype") / "src", FREETYPE),
        *in_folder(source("lwip") / "src", LWIP),
        *in_folder(FIRMWARE, ["storage.c", "station.c"]),
    ]
    return [path for path in found if path not in unwanted]


def _includes() -> tuple[Path, ...]:
    others = (source(name) / "include" for name in ("mbedtls", "freetype"))
    lwip = source("lwip") / "src" / "include"
    return (FIRMWARE, source("lua5.4") / "src", source("sqlite3") / "tsrc", *others, lwip)
