"""Our reader and readelf agree on every entry of exception tables, of every instruction there is.

pyelftools is no witness here: its long form of 0xb2 and its prel31 offsets beyond 64 MiB are wrong.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from stackdump_probe.arch.registers import CORE, SINGLES
from stackdump_probe.image.elf import Image
from stackdump_probe.image.frames.exidx_code import Instruction, MoveVsp, Pop, Refusal, SetVsp
from tests.oracle.fixtures import ELVES

CPU = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
# Operands for the instructions that take one.
OPERANDS = {
    **dict.fromkeys(range(0x80, 0x90), b"\x00\x01\x08\x12\x81\xf0"),
    **dict.fromkeys((0xB1, 0xC7), b"\x00\x01\x05\x0f\x10\x81"),
    **dict.fromkeys((0xB3, 0xC6, 0xC8, 0xC9), b"\x00\x12\x81\xf0\xf1\xff"),
    0xB2: b"\x00\x01\x7f",
}
LONG = ((0xB2, 0xE1, 0x08), (0xB2, 0x80, 0x80, 0x01), (0x97, 0x41, 0x84, 0x0B), tuple(range(14)))
# Frames of every shape; the object with a destructor takes the C++ personality routine.
SHAPES = """
struct guard { ~guard(); };
void use(void *, ...);
double half(double);
void small() { use(0); use(0); }
void large() { char room[5000]; use(room); }
int sized(int size) { char room[size]; use(room); return room[1]; }
double folded(double a, double b) { double x = half(a), y = half(b); return x * y + half(x + y); }
void listed(int count, ...) { __builtin_va_list l; __builtin_va_start(l, count); use(&l, l); }
int leaf(int a) { return a + 1; }
void guarded(int a) { guard g; use(&g, a); char room[800]; use(room); }
void caught() { try { use(0); } catch (int) { use(0); } }
"""
ABSENT = ("__aeabi_unwind_cpp_pr0", "__aeabi_unwind_cpp_pr1", "__gxx_personality_v0")


def tool(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing: scripts/test installs it"
    return found


def each_instruction() -> Iterator[tuple[int, ...]]:
    for opcode in range(0x100):
        for operand in OPERANDS.get(opcode, ()):
            yield opcode, operand
        if opcode not in OPERANDS:
            yield (opcode,)
    yield from LONG


def assembled(folder: Path) -> Path:
    """A function for each instruction, undone by just that one."""
    lines = [".syntax unified", ".thumb"]
    for number, octets in enumerate(each_instruction()):
        lines += [f".section .text.f{number}", ".thumb_func", f"f{number}:", ".fnstart", "bx lr"]
        lines += [".unwind_raw 0, " + ", ".join(map(str, octets)), ".fnend"]
    source = folder / "each.s"
    source.write_text("\n".join(lines) + "\n")
    subprocess.run(
        [tool("arm-none-eabi-as"), *CPU[:2], source, "-o", folder / "each.o"], check=True
    )
    return linked(folder / "each.o", folder)


def compiled(folder: Path, optimization: str) -> Path:
    source = folder / "shapes.cpp"
    source.write_text(SHAPES)
    how = (*CPU, optimization, "-fexceptions", "-funwind-tables", "-ffunction-sections")
    compiler = tool("arm-none-eabi-g++")
    subprocess.run([compiler, *how, "-c", source, "-o", folder / "shapes.o"], check=True)
    return linked(folder / "shapes.o", folder)


def linked(objects: Path, folder: Path) -> Path:
    """What the program calls is not there; personality routines have a name and no code."""
    stubs = folder / "stubs.s"
    functions = (f".globl {name}\n.type {name}, %function\n{name}: bx lr\n" for name in ABSENT)
    stubs.write_text(".thumb\n" + "".join(functions))
    assembler = tool("arm-none-eabi-as")
    subprocess.run([assembler, *CPU[:2], stubs, "-o", folder / "stubs.o"], check=True)
    how = ("-Ttext=0x8000000", "--entry=0", "--unresolved-symbols=ignore-all")
    elf, linker = folder / "fw.elf", tool("arm-none-eabi-ld")
    quiet = "--no-warn-rwx-segments"
    subprocess.run([linker, *how, quiet, folder / "stubs.o", objects, "-o", elf], check=True)
    return elf


@cache
def image_and_listing(program: str) -> tuple[Image, str]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if program in ELVES:
            elf = ELVES[program]
        elif program == "each instruction":
            elf = assembled(folder)
        else:
            elf = compiled(folder, program)
        command = [tool("arm-none-eabi-readelf"), "--unwind", str(elf)]
        listing = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
        return Image.from_bytes(elf.read_bytes()), listing.stdout


COMPILED = ("-O0", "-O2", "-Os")
WITH_TABLES = [name for name, path in ELVES.items() if b".ARM.exidx" in path.read_bytes()]


@pytest.mark.parametrize("program", ["each instruction", *COMPILED, *WITH_TABLES])
def test_entries_are_the_same(program: str) -> None:
    image, listing = image_and_listing(program)
    theirs = dict(their_entries(listing))
    assert theirs
    ours = {}
    for start in theirs:
        entry = image.exidx.entry_at(start)
        if entry is not None:  # the terminator behind all code covers none
            ours[start] = None if isinstance(entry.unwinding, Refusal) else [*entry.unwinding]
    assert ours == {start: what for start, what in theirs.items() if image.is_code(start)}


def test_the_compiled_programs_have_entries_of_every_kind() -> None:
    listing = "".join(image_and_listing(program)[1] for program in COMPILED)
    for mark in ("@0x", "[cantunwind]", "index: 0", "index: 1", "__gxx_personality_v0", "vsp = r7"):
        assert mark in listing


def their_entries(listing: str) -> Iterator[tuple[int, list[Instruction] | None]]:
    """Each function of readelf's listing, and what undoes it; None if nothing does."""
    for block in re.split(r"^(?=0x)", listing, flags=re.MULTILINE)[1:]:
        start = int(block.split()[0].rstrip(":"), 16)
        if "[cantunwind]" in block:
            yield start, None
            continue
        lines = [line.strip() for line in block.splitlines()[1:]]
        yield start, their_instructions([line for line in lines if line.startswith("0x")])


def their_instructions(lines: list[str]) -> list[Instruction] | None:
    found: list[Instruction] = []
    for line in lines:
        opcode = int(line.split()[0], 16)
        text = re.sub(r"^(0x[0-9a-f]{2}\s+)+", "", line)
        if text == "finish":
            break
        if re.match(r"\[|Refuse|pop {w", text):
            return None
        if pair := re.match(r"pop {D(\d+)(?:-D(\d+))?}", text):
            first, last = int(pair[1]), int(pair[2] or pair[1])
            with_format = opcode == 0xB3 or 0xB8 <= opcode <= 0xBF
            if last > (15 if with_format else 31):
                return None
            found += their_doubles(first, last, with_format=with_format)
        elif text.startswith("pop {r"):
            names = text[5:-1].split(", ")
            found.append(Pop(tuple(CORE[int(n[1:])] if n[1:].isdigit() else n for n in names)))
        elif text.startswith("vsp = vsp"):
            found.append(MoveVsp(int("".join(text.split()[3:]))))
        elif text.startswith("vsp = r"):
            found.append(SetVsp(CORE[int(text[7:])]))
        else:
            assert text == "vsp as modifier for PAC validation"
    return found


def their_doubles(first: int, last: int, *, with_format: bool) -> Iterator[Instruction]:
    """A Cortex-M has d0 to d15, which are s0 to s31."""
    if first < 16:
        yield Pop(SINGLES[2 * first : 2 * last + 2])
    beyond = 8 * max(last - max(first - 1, 15), 0) + (4 if with_format else 0)
    if beyond:
        yield MoveVsp(beyond)
