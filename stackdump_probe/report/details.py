"""What is behind a frame: its registers, and where its bytes come from."""

from collections.abc import Mapping

from stackdump_probe.arch.registers import CORE, SINGLES, Registers
from stackdump_probe.memory import Memory
from stackdump_probe.report.model import FrameDetails
from stackdump_probe.unwind.frame import Frame


def details_of(frame: Frame, memory: Memory, live: Registers) -> FrameDetails:
    """The details of one physical frame; `live` are the registers as they were captured.

    FP registers are among them where an inner frame had saved another value.
    """
    words = frame.registers.words
    names = [name for name in CORE if name in words and name != "pc"]
    names += [name for name in SINGLES if name in words and words[name] != live.get(name)]
    return FrameDetails(
        registers={name: words[name] for name in names},
        saved_at=_in_order(frame.registers.saved_at),
        code_origin=None if frame.exception is not None else _origin(frame.lookup_pc, memory),
        stack_origin=_origin(_stack_address(frame), memory),
    )


def _in_order(saved_at: Mapping[str, int]) -> dict[str, int]:
    return {name: saved_at[name] for name in (*CORE, *SINGLES) if name in saved_at}


def _stack_address(frame: Frame) -> int | None:
    """The last word of the frame, or what sp points to where its end is not known."""
    return frame.registers.get("sp") if frame.cfa is None else frame.cfa - 4


def _origin(address: int | None, memory: Memory) -> str | None:
    segment = None if address is None else memory.segment_at(address)
    return None if segment is None else segment.origin
