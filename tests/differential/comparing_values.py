"""One variable beside what GDB reads."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackdump_probe.report.model import Member

GONE = "optimized out"
# A pointer that is not there; what it pointed at is (DWARF 5, 2.6.1.1.4).
SYNTHETIC = "synthetic pointer"
LOST = (GONE, SYNTHETIC)
Pair = tuple[Any, Any]


def as_told(value: Any) -> Any:
    """What GDB says of a variable; one word for an object of which nothing is left."""
    words = {octets for _, _, octets in value.values()} if isinstance(value, dict) else set()
    return words.pop() if len(words) == 1 and words <= {*LOST} else value


def value_differences(ours: Member, judged: Any, counts: Counter[str]) -> Iterator[Pair]:
    """Yield (ours, GDB's) for everything that is told otherwise."""
    if isinstance(judged, str):
        if ours.state not in _states(judged):
            yield (ours.state, ours.why, ours.value), judged
        return
    parts = dict(_parts(ours))
    paths = [_our_path(path) for path in judged]
    for (path, scalar), own_path in zip(judged.items(), paths, strict=True):
        counts["scalars"] += 1
        member = _part_at(parts, own_path, scalar[1], paths)
        if member is None and ours.octets is None and ours.value is not None:
            counts["unseen"] += (
                1  # a view shows the object in other parts, which are no bytes of it
            )
            continue
        yield from _of_scalar(ours, member, path, scalar)


def _states(judged: str) -> tuple[str, ...]:
    """What we call what GDB says in words."""
    if judged in LOST:
        return ("optimized_out",) if judged == GONE else ("optimized_out", "partial")
    return ("not_captured",) if "ccess memory" in judged else ("unsupported",)


def _of_scalar(
    ours: Member, member: Member | None, path: str, judged: tuple[int, int, str]
) -> Iterator[Pair]:
    bit, size, octets = judged
    if octets in LOST or octets.startswith("error"):
        if ours.octets is not None or (member and member.octets is not None):
            yield f"{path} {ours.value}", octets
        return
    expected = _number(octets) & (1 << size) - 1
    if ours.octets is not None:
        whole = int.from_bytes(ours.octets, "little") >> bit & (1 << size) - 1
        if whole != expected:
            yield f"{path} {whole:#x}", f"{expected:#x}"
    elif member is None or member.octets is None:
        state = (member or ours).state
        yield f"{path} {state} of {size} bits, {(member or ours).why}", f"{expected:#x}"
    if member is not None and member.octets is not None and not octets.startswith("="):
        own = int.from_bytes(member.octets, "little")
        if own != expected:
            yield f"{path} {own:#x} by itself", f"{expected:#x}"


def _number(octets: str) -> int:
    if octets.startswith("="):
        return int(octets[1:])
    return int.from_bytes(bytes.fromhex(octets), "little")


def _parts(member: Member, path: str = "") -> Iterator[tuple[str, Member]]:
    """A variable and all that it holds, by path."""
    yield path, member
    for child in member.children:
        yield from _parts(child, f"{path}.{child.name}" if child.name else path)


def _part_at(
    parts: Mapping[str, Member], path: str, size: int, paths: Sequence[str]
) -> Member | None:
    """The part at a path, or one around it that holds nothing else: a wrapper shown without."""
    around = path
    while around not in parts:
        around = around.rpartition(".")[0]
    if around == path:
        return parts[path]
    held = parts[around].octets
    within = [each for each in paths if f"{each}.".startswith(f"{around}.")]
    return parts[around] if held and 8 * len(held) == size and within == [path] else None


def _our_path(path: str) -> str:
    """GDB's path as ours: no part for a variant, positions in a tuple without "__"."""
    steps = [step for step in path.split(".") if not step[:1].isupper()]
    return ".".join(step.removeprefix("__") for step in steps)
