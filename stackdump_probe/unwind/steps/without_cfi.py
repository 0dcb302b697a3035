"""The steps for code that call frame information does not describe."""

from __future__ import annotations

from stackdump_probe.unwind.code.epilogue import epilogue_step
from stackdump_probe.unwind.steps.exidx import exidx_step
from stackdump_probe.unwind.steps.leaf import leaf_step
from stackdump_probe.unwind.steps.prologue import prologue_step
from stackdump_probe.unwind.steps.scan import scan_step
from stackdump_probe.unwind.steps.unnamed import unnamed_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackdump_probe.unwind.step import Step

# The surest first.
STEPS: tuple[Step, ...] = (
    exidx_step, epilogue_step, prologue_step, unnamed_step, leaf_step, scan_step
)  # fmt: skip
