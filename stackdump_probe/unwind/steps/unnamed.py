"""One step for code that no symbol names: a stripped program, a ROM whose bytes are in the dump.

Only a call tells where such a function begins. So each word that may be the return address is
taken at its word: from what the call before it goes to, the code is followed up to pc, and has to
have put the return address just where that word was found.
"""

from collections.abc import Iterator

from stackdump_probe.arch.exceptions import ExcReturn
from stackdump_probe.unwind.code.paths import LONGEST_UNNAMED
from stackdump_probe.unwind.frame import End
from stackdump_probe.unwind.pointers import pointers_into
from stackdump_probe.unwind.return_addresses import (
    ReturnAddress,
    in_lr,
    is_code,
    on_stack,
    targets_of,
)
from stackdump_probe.unwind.step import Caller, Lost, Position, Surroundings
from stackdump_probe.unwind.steps.prologue import caller_from, state_of

MOST_STARTS = 16  # places that are tried
_HANDLERS = range(2, 512)  # DDI 0403 B1.5.3: IPSR has 9 bits


def unnamed_step(position: Position, surroundings: Surroundings) -> Caller | Lost | None:
    """Return to the one word that the code on the way from the called to pc has left or kept."""
    pc = position.lookup_pc
    if surroundings.program.symbols.function_at(pc) is not None or not is_code(pc, surroundings):
        return None
    search = _Search(position, surroundings)
    words = [*in_lr(position, surroundings), *on_stack(position, surroundings)]
    telling = [word for word in words if not _tells_little(word)]
    found = search.agreeing(telling) or search.agreeing(words)
    if len(found) > 1:
        return None  # GCC jumps far by BL on Armv6-M, and libgcc calls parts of a function
    return found[0] if found else search.reset()


def _tells_little(candidate: ReturnAddress) -> bool:
    """A call by register that lr still tells of may be one that this function itself has made."""
    call = candidate.call
    return candidate.place is None and call is not None and call.target is None


class _Search:
    """What the code from each start does, found once."""

    def __init__(self, position: Position, surroundings: Surroundings) -> None:
        self.position = position
        self.surroundings = surroundings
        self.callers: dict[int, Caller | None] = {}
        self.pointers: tuple[int, ...] | None = None

    def agreeing(self, words: list[ReturnAddress]) -> list[Caller]:
        """Each caller that one of the words and the code from where its call goes agree about."""
        found: dict[tuple[int, int], Caller] = {}
        for word in words:
            for start in self.starts(word):
                caller = self.caller_from(start)
                if caller is not None and (caller.return_address, caller.saved_at) == (
                    word.word,
                    word.place,
                ):
                    found.setdefault((caller.return_address, caller.cfa), caller)
        return list(found.values())

    def starts(self, candidate: ReturnAddress) -> Iterator[int]:
        """Where the function may begin that returns to the candidate, the likeliest first."""
        if ExcReturn(candidate.word).is_valid:
            yield from (start for start in self._handlers() if self._is_near(start))
        elif candidate.call is None:
            return
        elif candidate.call.target is None:
            yield from self._pointed_to()
        else:
            targets = targets_of(candidate.call.target, self.surroundings)
            yield from (target for target in targets if self._is_near(target))

    def caller_from(self, start: int) -> Caller | None:
        """The caller if the function begins at `start`; None if the code does not tell."""
        if start not in self.callers:
            few = len(self.callers) < MOST_STARTS
            found = caller_from(start, self.position, self.surroundings) if few else None
            self.callers[start] = found if isinstance(found, Caller) else None
        return self.callers[start]

    def reset(self) -> Lost | None:
        """The end, if the way from the reset vector to pc has called nobody that has not returned.

        Then the code there has no caller.
        """
        vectors = self.surroundings.program.vectors
        start = None if vectors is None else vectors.reset & ~1
        if start is None or not self._is_near(start):
            return None
        if state_of(self.position, start, self.surroundings) is None:
            return None
        return Lost(End("reset", f"reached the code at the reset vector, {start:#010x}"))

    def _handlers(self) -> list[int]:
        vectors = self.surroundings.program.vectors
        if vectors is None:
            return []
        found = {vectors.handler(number) for number in _HANDLERS}
        return sorted({start & ~1 for start in found if start is not None}, reverse=True)

    def _pointed_to(self) -> tuple[int, ...]:
        if self.pointers is None:
            low, high = self.position.lookup_pc - LONGEST_UNNAMED, self.position.lookup_pc + 1
            found = pointers_into(max(low, 0), high, self.surroundings.memory)
            self.pointers = tuple(sorted(found, reverse=True))
        return self.pointers

    def _is_near(self, start: int) -> bool:
        return abs(self.position.lookup_pc - start) < LONGEST_UNNAMED
