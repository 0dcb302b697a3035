"""Numbers as people write them on a command line, and sizes as they read them."""

from stackdump_probe.capture.plan import Region
from stackdump_probe.errors import UsageError

END_OF_ADDRESSES = 1 << 32
_HERTZ = {"": 1, "hz": 1, "k": 1000, "khz": 1000, "m": 1_000_000, "mhz": 1_000_000}
_SECONDS = {"": 1, "s": 1, "ms": 0.001, "m": 60}
LONGEST_TIME = 24 * 3600.0  # seconds
_BYTES = {"": 1, "b": 1, "k": 1024, "kb": 1024, "kib": 1024, "m": 1 << 20, "mib": 1 << 20}


def frequency(text: str) -> int:
    """Hertz from "4m", "500k", "1.5MHz" or "4000000"; raises UsageError."""
    digits = text.lower().rstrip("kmhz")
    factor = _HERTZ.get(text.lower()[len(digits) :])
    try:
        hertz = round(float(digits) * (factor or 0))
    except (ValueError, OverflowError):
        hertz = 0
    if not 1000 <= hertz <= 100_000_000:
        raise UsageError(f"{text!r} is no frequency such as 4m, 500k or 4000000")
    return hertz


def seconds(text: str) -> float:
    """Seconds from "30s", "500ms", "2m" or "30"; raises UsageError."""
    digits = text.lower().rstrip("ms")
    factor = _SECONDS.get(text.lower()[len(digits) :])
    try:
        found = float(digits) * (factor or 0)
    except ValueError:
        found = 0
    if not 0 < found <= LONGEST_TIME:
        raise UsageError(f"{text!r} is no time such as 30s, 500ms or 2m")
    return found


def whole_number(text: str) -> int:
    """A number from 0 up; raises UsageError."""
    if not text.isascii() or not text.isdecimal():
        raise UsageError(f"{text!r} is no number")
    return int(text)


def region(text: str) -> Region:
    """A region from "START:SIZE", such as "0x20000000:4k"; raises UsageError."""
    start, _colon, size = text.partition(":")
    first, length = _number(start), _bytes(size)
    if first is None or not length or first + length > END_OF_ADDRESSES:
        raise UsageError(f"{text!r} is no region such as 0x20000000:0x400")
    return Region(first, length, f"region {text}")


def size(count: int) -> str:
    """Bytes for people: "344 bytes", "1.5 KiB"."""
    if count < 1024:
        return f"{count} bytes"
    unit, name = (1024, "KiB") if count < 1 << 20 else (1 << 20, "MiB")
    return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"


def _bytes(text: str) -> int | None:
    if text.lower().startswith("0x"):
        return _number(text)
    digits = text.lower().rstrip("kmib")
    number, factor = _number(digits), _BYTES.get(text.lower()[len(digits) :])
    return None if number is None or factor is None else number * factor


def _number(text: str) -> int | None:
    try:
        return int(text, 0) if text.isascii() and not text.startswith(("-", "+")) else None
    except ValueError:
        return None
