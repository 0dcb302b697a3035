"""Cortex-M facts from the Arm manuals: tables and bit names, no behaviour."""
