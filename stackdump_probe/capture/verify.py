"""Is every byte of the program in the target's flash?"""

from collections.abc import Callable, Collection, Sequence

from stackdump_probe.capture.plan import Region
from stackdump_probe.capture.probe import Probe
from stackdump_probe.capture.reading import readable_parts
from stackdump_probe.memory import Segment
from stackdump_probe.record import Record


class Difference(Record):
    """A byte that is another one on the target than in the program."""

    address: int
    on_target: int
    in_program: int


class Verification(Record):
    """How many bytes were compared, how many of them differ, and how many cannot be read."""

    compared: int
    different: int
    unread: int
    first: Difference | None


def verify(
    probe: Probe,
    program: Sequence[Segment],
    progress: Callable[[int, int], None],
    *,
    ignored: Collection[int] = (),
) -> Verification:
    """Compare the target's memory with `program`; needs no halt, and the core runs meanwhile.

    `ignored` are addresses that a flash tool writes by itself. `progress` hears the bytes read so
    far and in all, and may raise to stop.
    """
    total = sum(len(segment.content) for segment in program)
    done = compared = different = 0
    first = None
    for segment in program:

        def between(size: int) -> None:
            nonlocal done
            done += size
            progress(done, total)

        for part in readable_parts(probe, Region(segment.start, len(segment.content)), between):
            wanted = bytes(segment.between(part.start, part.end).content)
            found = [at for at in _unequal(part, wanted) if at not in ignored]
            compared += len(wanted)
            different += len(found)
            if first is None and found:
                at = found[0] - part.start
                first = Difference(found[0], part.content[at], wanted[at])
    return Verification(compared, different, total - compared, first)


def _unequal(part: Segment, wanted: bytes) -> list[int]:
    if part.content == wanted:
        return []
    pairs = enumerate(zip(part.content, wanted, strict=True), part.start)
    return [address for address, (on_target, in_program) in pairs if on_target != in_program]
