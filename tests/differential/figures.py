"""What the long comparison found, as lines of text."""

from collections.abc import Iterator

from tests.differential.accepted import RULES
from tests.differential.harness import Unexplained, Verdict

EXAMPLES = 3  # of each kind of unexplained difference


def figures(found: Verdict, seconds: float) -> Iterator[str]:
    """How much was compared, how much agrees, and which rules were called for."""
    counts = found.counts
    states = max(counts["states"], 1)
    differing = sum(found.accepted.values())
    yield (
        f"{counts['states']} states of {counts['programs']} programs in {seconds:.0f} s, "
        f"{counts['captured']} captured through pyOCD"
    )
    if counts["unjudged"]:
        yield f"{counts['unjudged']} more, at which GDB broke off"
    yield (
        f"{counts['frames']} frames, {counts['registers']} registers of theirs, "
        f"{counts['variables']} variables, {counts['statics']} statics compared, "
        f"{counts['scalars']} scalars in these"
    )
    yield f"{counts['proved']} callers to which the machine was seen to return"
    depths = (counts[whose] / states for whose in ("our_frames", "gdb_frames", "frames"))
    yield "mean depth {:.2f} frames, GDB {:.2f}, of which {:.2f} agree".format(*depths)
    yield f"{differing} differences by a rule, {len(found.unexplained)} unexplained"
    for rule in RULES:
        yield f"{found.accepted[rule.name]:7} {rule.name}: {rule.why}"


def examples(found: Verdict) -> Iterator[tuple[str, Unexplained]]:
    """The unexplained differences, some of each kind, with a name for the file of each dump."""
    kinds: dict[str, list[Unexplained]] = {}
    for each in found.unexplained:
        kinds.setdefault(each.kind, []).append(each)
    for kind, alike in sorted(kinds.items(), key=lambda item: -len(item[1])):
        for number, example in enumerate(alike[:EXAMPLES], 1):
            name = "-".join(kind.replace("/", " ").split())
            yield f"{name}-{number}-of-{len(alike)}.dump", example
