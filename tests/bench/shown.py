"""The statics that the Rust CLI shows with a value, for a trace that has the same to do.

It leaves out arrays and what holds them, and says "Optimized away" of much that has an address.
"""

import re
from collections import Counter
from pathlib import Path

from stackdump_probe.cli.statics_index import read_kept, write_kept
from stackdump_probe.values.kept_statics import Kept

_STATICS = ": Static (Static)"
_CONTINUED = re.compile(r"\n {6,}")
_WITHOUT = re.compile(r"= \{?(Optimized away|Data not available|Required)")
_VARIABLE = re.compile(r" {4}([^:]+):.* \(at .*:(\d+):\d+\)")


def shown_with_value(said: str) -> Counter[tuple[str, int]]:
    """How often the CLI shows a value of this name and line of declaration."""
    _, _, statics = said.partition(_STATICS)
    lines = _CONTINUED.sub(" ", statics).splitlines()
    found = (_VARIABLE.match(line) for line in lines if not _WITHOUT.search(line))
    return Counter((match[1], int(match[2])) for match in found if match)


def keep_only_shown(index: Path, said: str, folder: Path) -> int:
    """Write an index to `folder` that has no other statics; return how many it has."""
    kept = read_kept(str(index))
    left, entries = shown_with_value(said), []
    for entry in kept.entries if kept else ():
        match entry:
            case [_, str(name), _, int(line), [_, _, _], _] if left[_own(name), line]:
                left[_own(name), line] -= 1
                entries.append(entry)
    folder.mkdir(parents=True, exist_ok=True)
    write_kept(str(folder / index.name), Kept(entries, kept.types if kept else []))
    return len(entries)


def _own(name: str) -> str:
    return name.rpartition("::")[2]
