"""Tests of the simulator without QEMU."""
