"""The identification that pyOCD has read on its way to the cores."""

from collections.abc import Iterator
from typing import Any

from stackdump_probe.capture.part_tables import BY_PORT
from stackdump_probe.capture.part_tables.row import ARM
from stackdump_probe.capture.probe import Identity

DP_TARGETID = 0x24  # the bank in bits 7 to 4, as pyOCD writes it
DP_WITH_TARGETID = 2  # DPIDR.VERSION from which on there is one (ADIv5.2, IHI 0031, B2.2.10)


def identity_of(core: Any) -> Identity:
    """What is known of the part that a core of pyOCD's belongs to."""
    port = core.ap.dp
    dpidr = port.dpidr
    table = core.ap.rom_table
    found = None if table is None else table.cmpid
    designer, part = (None, None) if found is None else (found.designer, found.part)
    if designer in (None, 0, ARM) and dpidr.version >= DP_WITH_TARGETID:
        targetid = port.read_reg(DP_TARGETID)
        code = targetid >> 1 & 0x7FF
        if code:
            designer, part = code >> 7 << 8 | code & 0x7F, targetid >> 12 & 0xFFFF
    if designer in (None, 0, ARM):
        vendor = next(_vendors_by_port(port), None)
        designer, part = (designer, part) if vendor is None else (vendor, None)
    return Identity(int(dpidr.idr), designer, part)


def _vendors_by_port(debug_port: Any) -> Iterator[int]:
    for port in debug_port.aps.values():
        for idr, mask, vendor in BY_PORT:
            if port.idr & mask == idr:
                yield vendor
