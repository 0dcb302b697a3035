"""Every error that this package raises on purpose.

StackdumpError
├── DumpFormatError      bytes that break the dump format
├── ImageError           an ELF that cannot be read
│   └── DwarfError       malformed debug information
├── InputError           a file that is missing, may not be read, or is not what it should be
├── ProgramMismatch      the ELF is not the program in the dump
├── Unavailable          a value that cannot be had; costs one variable, never a trace
│   ├── NotCaptured      memory that the dump does not hold
│   ├── RegisterUnknown  a register that was not captured, or not saved by an inner frame
│   ├── OptimizedOut     the compiler kept no location for it
│   ├── PartMissing      a part on which the rest depends is not known (values/storage.py)
│   └── Unsupported      an expression or type that we cannot evaluate, and why
├── UsageError           options that do not go together, or a value that is none
├── UnknownTarget        a target name that nobody knows
├── OutputError          a file that cannot be written, or exists already
└── CaptureError         the capture could not be made
    ├── NoProbe          none plugged in, none of that name, or several and none named
    │   └── SeveralProbes    several, from which one has to be chosen
    ├── ProbePermission  plugged in, but may not be opened
    ├── ConnectError     the probe or the target does not answer
    │   └── StateLost    the core was reset or ran on while it was read
    ├── RegionUnreadable one memory range faults; costs that range
    ├── Interrupted      told to stop before all was read
    └── SimulatorError   QEMU is missing or does not do what is asked
"""

from collections.abc import Sequence


class StackdumpError(Exception):
    """Base of all; `hint` says what to try next, for the person who reads the message."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class DumpFormatError(StackdumpError):
    """Bytes that break the dump format, `offset` bytes from the start of the file."""

    def __init__(self, message: str, *, offset: int, hint: str | None = None) -> None:
        super().__init__(f"{message} (at offset {offset:#x})", hint=hint)
        self.offset = offset


class ImageError(StackdumpError):
    """An ELF that cannot be read."""


class DwarfError(ImageError):
    """Malformed debug information, `offset` bytes into `section`."""

    def __init__(self, message: str, *, section: str, offset: int) -> None:
        super().__init__(f"{section}+{offset:#x}: {message}")
        self.section = section
        self.offset = offset


class InputError(StackdumpError):
    """An input file that is missing, may not be read, or is not what it should be."""


class ProgramMismatch(StackdumpError):
    """The ELF is not the program in the dump; `candidates` tells of each in a directory."""

    def __init__(
        self, message: str, *, hint: str | None = None, candidates: Sequence[str] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


class Unavailable(StackdumpError):
    """A value that cannot be had."""


class NotCaptured(Unavailable):
    """`size` bytes from `address` are not all in the dump; `address` is the first one missing."""

    def __init__(self, address: int, size: int) -> None:
        super().__init__(f"{size} bytes at {address:#010x} not captured")
        self.address = address
        self.size = size


class RegisterUnknown(Unavailable):
    """Register `name` was not captured, or no inner frame saved it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not known in this frame")
        self.name = name


class OptimizedOut(Unavailable):
    """The compiler kept no location for this object at this pc."""


class Unsupported(Unavailable):
    """An expression or a type that cannot be evaluated; the message is the reason."""


class UsageError(StackdumpError):
    """Options that do not go together, or a value that is none of its kind."""


class UnknownTarget(StackdumpError):
    """A target name that nobody knows; `nearest` holds names like it, best first."""

    def __init__(self, name: str, *, nearest: Sequence[str]) -> None:
        hint = f"did you mean {', '.join(nearest)}?" if nearest else None
        super().__init__(f"unknown target {name!r}", hint=hint)
        self.name = name
        self.nearest = tuple(nearest)


class OutputError(StackdumpError):
    """A file that cannot be written, or that exists and may not be replaced."""


class CaptureError(StackdumpError):
    """The capture could not be made."""


class NoProbe(CaptureError):
    """None plugged in, none of that name, or several and none named."""


class SeveralProbes(NoProbe):
    """More than one probe is meant; `probes` holds the id and the name of each."""

    def __init__(self, probes: Sequence[tuple[str, str]]) -> None:
        names = ", ".join(f"{uid} ({name})" for uid, name in probes)
        super().__init__(
            f"{len(probes)} probes are plugged in: {names}", hint="name one with --probe"
        )
        self.probes = tuple(probes)


class ProbePermission(CaptureError):
    """A probe is plugged in, but this user may not open it."""


class ConnectError(CaptureError):
    """The probe or the target does not answer as it must."""


class StateLost(ConnectError):
    """The core was reset, or ran on, while it was read: what was read last may be of no moment."""


class RegionUnreadable(CaptureError):
    """The target faults when `size` bytes from `address` are read."""

    def __init__(self, address: int, size: int, why: str) -> None:
        super().__init__(f"{size} bytes at {address:#010x} cannot be read: {why}")
        self.address = address
        self.size = size


class Interrupted(CaptureError):
    """Told to stop before all was read."""


class SimulatorError(CaptureError):
    """QEMU is missing, or does not do what is asked of it."""
