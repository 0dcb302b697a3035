"""Capture a hung or crashed Cortex-M device and trace it with its ELF."""

__version__ = "0.1.0"
