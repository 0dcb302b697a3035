"""Unwind tables: call frame information (DWARF 5, 6.4) and .ARM.exidx (EHABI32)."""
