"""Firmware in QEMU seen as a debug probe: a bench without hardware."""
