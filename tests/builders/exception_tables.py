"""Exception tables of the Arm ABI, word by word (EHABI32, IHI 0038)."""

from tests.builders.octets import words

CANTUNWIND = 1
FINISH = 0xB0


def prel31(target: int, place: int) -> int:
    """A signed offset of 31 bits from where it stands (Relocations)."""
    return target - place & 0x7FFF_FFFF


def an_index(*entries: tuple[int, int], at: int) -> bytes:
    """The index at address `at`, of (function, second word)."""
    return b"".join(
        words(prel31(function, at + 8 * number), second)
        for number, (function, second) in enumerate(entries)
    )


def refer_to(target: int, *, at: int, number: int = 0) -> int:
    """The second word of entry `number` of the index at `at`, when the entry is at `target`."""
    return prel31(target, at + 8 * number + 4)


def short(*instructions: int) -> int:
    """An entry for routine 0: three instruction bytes."""
    first, second, third = (*instructions, *[FINISH] * 3)[:3]
    return 0x8000_0000 | first << 16 | second << 8 | third


def long(*instructions: int, routine: int = 1) -> bytes:
    """An entry for routine 1 or 2: two instruction bytes, then words of four."""
    more = _more(instructions[2:])
    first, second = (*instructions, FINISH, FINISH)[:2]
    head = (0x80 | routine) << 24 | len(more) // 4 << 16 | first << 8 | second
    return words(head) + more


def generic(personality: int, *instructions: int, at: int) -> bytes:
    """An entry at `at` for another routine, as gas and LLVM put it together for the GNU ones."""
    more = _more(instructions[3:])
    first, second, third = (*instructions, *[FINISH] * 3)[:3]
    head = len(more) // 4 << 24 | first << 16 | second << 8 | third
    return words(prel31(personality, at), head) + more


def _more(instructions: tuple[int, ...]) -> bytes:
    """Whole words, the first instruction in the most significant byte."""
    padded = bytes((*instructions, *[FINISH] * (-len(instructions) % 4)))
    return b"".join(padded[at : at + 4][::-1] for at in range(0, len(padded), 4))
