"""Parts of GigaDevice, whose ROM table names it."""

from stackdump_probe.capture.part_tables.row import GIGADEVICE, Code, Register
from stackdump_probe.capture.target_tables.row import M3, M4, M23, M33

_GD32F3 = "gd32f3 gd32e10 gd32e11 gd32c1"


def _device_id(core: str, address: int, *codes: Code) -> Register:
    """DBG_ID, whose lower half begins like that of the STM32 that it replaces."""
    return Register(
        GIGADEVICE, (core,), "DBG_ID", address, 0xFFF, codes, "Black Magic Probe stm32f1.c"
    )


REGISTERS = (
    _device_id(M3, 0xE0042000, Code(0x410, "GD32F10x", "gd32f1")),
    _device_id(
        M4,
        0xE0042000,
        Code(0x410, "GD32F3x0/F30x/E10x", _GD32F3),
        Code(0x414, "GD32F30x high density", _GD32F3),
        Code(0x430, "GD32F30x XL density", _GD32F3),
    ),
    _device_id(M23, 0x40015800, Code(0x410, "GD32E23x", "gd32e23")),
    _device_id(M33, 0xE0044000, Code(0x444, "GD32E50x", "gd32e50")),
)
