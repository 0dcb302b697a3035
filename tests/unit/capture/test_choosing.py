from typing import Literal

import pytest

from stackdump_probe.capture.choosing import ListedProbe, chosen_uid, listed
from stackdump_probe.capture.usb import UsbProbe
from stackdump_probe.errors import NoProbe, ProbePermission

DAPLINK = ListedProbe("0240000034544E45", "DAPLink", "ready")
STLINK = ListedProbe("066BFF343334", "STM32 STLink", "ready")
DENIED = ListedProbe(None, "ST-Link/V2-1", "denied")


def test_the_only_probe_is_chosen() -> None:
    assert chosen_uid([DAPLINK], None) == "0240000034544E45"


def test_a_unique_part_of_the_id_in_any_case_is_enough() -> None:
    assert chosen_uid([DAPLINK, STLINK], "ff34") == "066BFF343334"


def test_a_whole_id_wins_over_one_that_contains_it() -> None:
    short = ListedProbe("66BF", "x", "ready")
    assert chosen_uid([STLINK, short], "66bf") == "66BF"


def test_no_probe_at_all() -> None:
    with pytest.raises(NoProbe, match="no debug probe found") as failure:
        chosen_uid([], None)
    assert "plugged in" in (failure.value.hint or "")


def test_no_probe_of_that_name_lists_those_that_are_there() -> None:
    with pytest.raises(NoProbe, match="'ABC'") as failure:
        chosen_uid([STLINK], "ABC")
    assert "066BFF343334 (STM32 STLink)" in (failure.value.hint or "")


def test_several_probes_and_none_named() -> None:
    with pytest.raises(NoProbe, match="2 probes") as failure:
        chosen_uid([DAPLINK, STLINK], None)
    assert failure.value.hint == "name one with --probe"


def test_a_probe_that_may_not_be_opened_is_told_from_none() -> None:
    with pytest.raises(ProbePermission, match="ST-Link/V2-1") as failure:
        chosen_uid([DENIED], None)
    assert "udev" in (failure.value.hint or "")


def test_a_probe_that_can_be_used_is_chosen_beside_one_that_cannot() -> None:
    assert chosen_uid([DENIED, DAPLINK], None) == DAPLINK.uid


def test_a_probe_that_pyocd_cannot_drive_says_what_is_missing() -> None:
    jlink = ListedProbe("000683", "J-Link", "unusable")
    with pytest.raises(NoProbe) as failure:
        chosen_uid([jlink], None)
    assert "SEGGER" in (failure.value.hint or "")


def test_what_pyocd_lists_and_what_usb_shows_are_joined_by_serial_number() -> None:
    usb = [
        UsbProbe(0x0D28, 0x0204, "DAPLink", "A", "ready"),
        UsbProbe(0x0483, 0x374B, "ST-Link/V2-1", "B", "denied"),
        UsbProbe(0x1366, 0x0101, "J-Link", "C", "ready"),
    ]
    assert listed([("A", "Arm DAPLink")], usb) == (
        ListedProbe("A", "Arm DAPLink", "ready"),
        ListedProbe("B", "ST-Link/V2-1", "denied"),
        ListedProbe("C", "J-Link", "unusable"),
    )


def test_a_probe_that_another_program_holds_is_busy() -> None:
    usb = [UsbProbe(0x0D28, 0x0204, "DAPLink", "A", "busy")]
    assert listed([("A", "Arm DAPLink")], usb) == (ListedProbe("A", "Arm DAPLink", "busy"),)


@pytest.mark.parametrize("access", ["denied", "busy", "unusable"])
def test_every_obstacle_has_a_remedy(access: Literal["denied", "busy", "unusable"]) -> None:
    assert ListedProbe("A", "x", access).remedy


def test_nothing_stands_in_the_way_of_a_probe_that_is_ready() -> None:
    assert DAPLINK.remedy is None
