"""CPUID to core name."""

import pytest

from stackdump_probe.arch.cores import core_name, core_revision, has_main_extension

# CPUID reset values as the Technical Reference Manuals print them.
MANUALS = [
    (0x410CC200, "Cortex-M0", "r0p0"),
    (0x410CC601, "Cortex-M0+", "r0p1"),
    (0x412FC231, "Cortex-M3", "r2p1"),
    (0x410FC241, "Cortex-M4", "r0p1"),
    (0x411FC272, "Cortex-M7", "r1p2"),
    (0x411CD200, "Cortex-M23", "r1p0"),
    (0x410FD214, "Cortex-M33", "r0p4"),
    (0x411FD221, "Cortex-M55", "r1p1"),
    (0x631F1320, "STAR-MC1", "r1p0"),
]


@pytest.mark.parametrize(("cpuid", "name", "revision"), MANUALS)
def test_a_core_is_named_by_implementer_and_part(cpuid: int, name: str, revision: str) -> None:
    assert (core_name(cpuid), core_revision(cpuid)) == (name, revision)


def test_the_variant_and_revision_do_not_change_the_name() -> None:
    assert core_name(0x41FFC24F) == "Cortex-M4"


def test_a_part_of_another_implementer_is_not_taken_for_arms() -> None:
    assert core_name(0x720FC240) is None


def test_armv6m_and_the_baseline_of_armv8m_lack_the_main_extension() -> None:
    without = {name for cpuid, name, _revision in MANUALS if not has_main_extension(cpuid)}
    assert without == {"Cortex-M0", "Cortex-M0+", "Cortex-M23"}
