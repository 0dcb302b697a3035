"""The RAM of the parts and families that a capture knows by name, a table for each maker.

Where parts of a row differ, the banks are the largest of them: what a smaller part lacks is
found when it cannot be read. The longest name that fits a part number counts. The sources are
named by block; "probe-rs" is version 0.32 of its target descriptions, which come from the
makers' CMSIS packs.
"""

from stackdump_probe.capture.target_tables import (
    gigadevice,
    infineon,
    kinetis,
    microchip,
    nordic,
    nxp,
    others,
    renesas,
    silabs,
    st,
    ti,
)
from stackdump_probe.capture.target_tables.row import Ram, Row

__all__ = ["ROWS", "Ram", "Row"]

ROWS: tuple[Row, ...] = (
    *st.ROWS,
    *nordic.ROWS,
    *nxp.ROWS,
    *kinetis.ROWS,
    *microchip.ROWS,
    *silabs.ROWS,
    *ti.ROWS,
    *infineon.ROWS,
    *renesas.ROWS,
    *gigadevice.ROWS,
    *others.ROWS,
)
