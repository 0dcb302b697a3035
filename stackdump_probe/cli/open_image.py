"""From the ELF or directory that the user named to the one program that is in the dump."""

import os
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from stackdump_probe.cli.files import contents
from stackdump_probe.dump import Dump
from stackdump_probe.errors import ImageError, InputError, ProgramMismatch
from stackdump_probe.image.elf import Image
from stackdump_probe.record import Record, replace
from stackdump_probe.report.beside import Beside, first_shared
from stackdump_probe.report.matching import elf_match
from stackdump_probe.report.model import ElfMatch

MOST_FILES = 20_000  # how many files of a directory tree are looked at
_ET_EXEC, _ET_DYN = 2, 3
_LISTED = 5  # how many candidates a message names
_HASH = r"\b([0-9a-f]{12})[0-9a-f]{4,}\b"


class OpenedImage(Record):
    """The program, the file that it came from, whether it is in the dump, and what lies beside."""

    path: str
    image: Image
    match: ElfMatch
    also: tuple[Beside, ...] = ()

    @property
    def programs(self) -> tuple[Beside, ...]:
        """It and those beside it."""
        return Beside(self.path, self.image, self.match), *self.also


def open_image(
    path: str, dump: Dump, *, also: Sequence[str] = (), force: bool = False
) -> OpenedImage:
    """Open an ELF, or the one in a directory tree that matches the dump, with those beside it.

    Raises InputError if there is none to read, or if two cannot lie side by side, and
    ProgramMismatch if one is not the program in the dump, unless `force`, or if none or several in
    a directory are.
    """
    return Programs(path, also=also, force=force).of(dump)


def opened_for(opened: OpenedImage, dump: Dump, *, name: str, force: bool = False) -> OpenedImage:
    """The same programs for the dump of this name; raises ProgramMismatch as `open_image` does."""
    also = tuple(replace(each, match=_match(dump, each.image, each.path)) for each in opened.also)
    again = replace(opened, match=_match(dump, opened.image, opened.path), also=also)
    for each in again.programs:
        _refuse_other(each, name, force=force)
    return again


def _refuse_other(opened: Beside, dump: str, *, force: bool) -> None:
    if opened.match.verdict == "mismatch" and not force:
        raise ProgramMismatch(
            f"{opened.path} is not the program in {dump}: {opened.match.evidence}",
            hint="name the ELF that was flashed, or trace all the same with --force",
        )


class Programs:
    """The ELF that the user named, or those in a directory, for many dumps: each is read once.

    `also` are those beside it. Raises InputError for a file that is no ELF to read.
    """

    def __init__(self, path: str, *, also: Sequence[str] = (), force: bool = False) -> None:
        self._path = path
        self._force = force
        self._is_directory = os.path.isdir(path)  # noqa: PTH112
        self._also = {each: image_at(each) for each in also}
        self._images: dict[str, Image] = {}
        if not self._is_directory:
            self._keep(path, image_at(path))

    def of(self, dump: Dump) -> OpenedImage:
        """The program in the dump; raises as `open_image` does."""
        opened = self._first(dump)
        also = (Beside(at, image, _match(dump, image, at)) for at, image in self._also.items())
        opened = replace(opened, also=tuple(also))
        for each in opened.programs:
            _refuse_other(each, "the dump", force=self._force)
        return opened

    def _first(self, dump: Dump) -> OpenedImage:
        for path, image in self._images.items():
            opened = OpenedImage(path, image, _match(dump, image, path))
            if opened.match.verdict == "match" or not self._is_directory:
                return opened
        opened = _only_match(self._path, dump, self._also.values())
        self._keep(opened.path, opened.image)
        return opened

    def _keep(self, path: str, image: Image) -> None:
        self._images[path] = image
        placed = [(path, image), *self._also.items()]
        for (one, first), (other, second) in combinations(placed, 2):
            shared = first_shared(first, second)
            if shared is not None:
                raise InputError(
                    f"{one} and {other} cannot be in one target: both fill {shared:#010x}",
                    hint="--also names a program that lies elsewhere in the flash",
                )


def image_at(path: str) -> Image:
    """The ELF at `path`; raises InputError."""
    try:
        return Image.from_bytes(contents(path))
    except ImageError as error:
        raise InputError(f"{path}: {error}", hint=error.hint) from error


def _opened(path: str, dump: Dump) -> OpenedImage:
    image = image_at(path)
    return OpenedImage(path, image, _match(dump, image, path))


def _match(dump: Dump, image: Image, path: str) -> ElfMatch:
    try:
        return elf_match(dump, image)
    except ImageError as error:
        raise InputError(f"{path}: {error}", hint=error.hint) from error


def _only_match(directory: str, dump: Dump, beside: Collection[Image]) -> OpenedImage:
    """The one that matches, of those that are not named otherwise, too."""
    named = {bytes(each.octets) for each in beside}
    found = list(_opened_in(directory, dump))
    if named:
        found = [each for each in found if bytes(each.image.octets) not in named]
    if not found:
        raise InputError(f"{directory} holds no Arm ELF program")
    matching = [each for each in found if each.match.verdict == "match"]
    different = {bytes(each.image.octets): each for each in reversed(matching)}
    if not matching:
        raise ProgramMismatch(
            f"none of the {len(found)} ELF files in {directory} matches the dump",
            hint="name the ELF itself to trace with it",
            candidates=_listed(found, directory),
        )
    if len(different) > 1:
        raise ProgramMismatch(
            f"{len(matching)} ELF files in {directory} match the dump",
            hint="name the one that was flashed; of several that were, the others with --also",
            candidates=_listed(matching, directory),
        )
    return matching[0]


def _listed(found: list[OpenedImage], directory: str) -> list[str]:
    """The first of them, from the directory on, with the evidence; long hashes are cut."""
    import re  # not loaded where all goes well

    lines = [f"{os.path.relpath(each.path, directory)}: {each.match.evidence}" for each in found]
    more = [f"and {len(found) - _LISTED} more"] if len(found) > _LISTED else []
    return [re.sub(_HASH, r"\1...", line) for line in lines[:_LISTED]] + more


def _opened_in(directory: str, dump: Dump) -> Iterator[OpenedImage]:
    for path in programs_in(directory):
        try:
            yield _opened(path, dump)
        except InputError:
            continue  # a damaged file beside the right one does no harm


def programs_in(directory: str) -> Iterator[str]:
    """Yield the linked ELFs of a directory tree; raises InputError if there are too many files."""
    for number, path in enumerate(_files_in(directory)):
        if number == MOST_FILES:
            raise InputError(
                f"{directory} holds more than {MOST_FILES} files",
                hint="name the ELF, or a directory nearer to it",
            )
        if _is_program(path):
            yield path


def _files_in(directory: str) -> Iterator[str]:
    """Yield the regular files of the tree, a folder's own before those below, by name."""
    for folder, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113
                yield path


def _is_program(path: str) -> bool:
    """True for a linked ELF; object files and libraries are none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            head = file.read(20)
    except OSError:
        return False
    kind = int.from_bytes(head[16:18], "little")
    return head[:4] == b"\x7fELF" and kind in (_ET_EXEC, _ET_DYN)
