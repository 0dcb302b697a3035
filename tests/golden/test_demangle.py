"""Names of C++ symbols against binutils: the whole standard library, and every fixture."""

import subprocess
from pathlib import Path

from stackdump_probe.image.demangle.cpp import demangle_cpp
from stackdump_probe.image.demangle.rust import is_legacy_rust
from stackdump_probe.image.elf import Image

ELFS = tuple(sorted(Path(__file__).parent.glob("*/fw.elf")))


def output(*command: str, stdin: str | None = None) -> list[str]:
    """The lines that a tool prints."""
    done = subprocess.run(
        command, input=stdin, stdout=subprocess.PIPE, check=True, encoding="utf-8"
    )
    return done.stdout.splitlines()


def symbols_of_the_standard_library() -> set[str]:
    (path,) = output("arm-none-eabi-g++", "-print-file-name=libstdc++.a")
    return {line.split()[-1] for line in output("arm-none-eabi-nm", path) if line}


def test_binutils_gives_the_same_names() -> None:
    symbols = symbols_of_the_standard_library()
    assert len(symbols) > 7000
    for elf in ELFS:
        symbols |= {symbol.name for symbol in Image.from_bytes(elf.read_bytes()).symbols.all}
    mangled = sorted(symbol for symbol in symbols if symbol.startswith("_Z"))
    mangled = [symbol for symbol in mangled if not is_legacy_rust(symbol)]
    names = output("arm-none-eabi-c++filt", stdin="\n".join(mangled))
    ours = [demangle_cpp(symbol) or symbol for symbol in mangled]
    assert dict(zip(mangled, ours, strict=True)) == dict(zip(mangled, names, strict=True))
