"""Parts of STMicroelectronics."""

from stackdump_probe.capture.part_tables.row import ST, Code, Register
from stackdump_probe.capture.target_tables.row import M0, M0P, M3, M4, M7, M33

# DEV_ID, DBGMCU_IDCODE[11:0]; the part number in the ROM table repeats it. From the chapter
# "MCU device ID code" of each reference manual (RM0008 31.6.1, RM0090 38.6.1, ...).
STM32 = (
    Code(0x410, "STM32F101/102/103 medium density", "stm32f103x8 stm32f101 stm32f102 stm32f103"),
    Code(0x411, "STM32F205/207/215/217", "stm32f2"),
    Code(0x412, "STM32F101/102/103 low density", "stm32f103x6 stm32f101 stm32f102 stm32f103"),
    Code(0x413, "STM32F405/407/415/417", "stm32f405 stm32f407 stm32f415 stm32f417"),
    Code(0x414, "STM32F101/103 high density", "stm32f103xd stm32f101 stm32f103"),
    Code(0x415, "STM32L47x/48x", "stm32l47 stm32l48"),
    Code(0x416, "STM32L1 category 1", "stm32l15xx8 stm32l1"),
    Code(0x417, "STM32L05x/06x", "stm32l05 stm32l06"),
    Code(0x418, "STM32F105/107", "stm32f105 stm32f107"),
    Code(0x419, "STM32F42x/43x", "stm32f427 stm32f42 stm32f43"),
    Code(0x420, "STM32F100 low and medium density", "stm32f100x8 stm32f100"),
    Code(0x421, "STM32F446", "stm32f446"),
    Code(0x422, "STM32F302xB/C, F303xB/C, F358", "stm32f303xc stm32f302 stm32f303 stm32f358"),
    Code(0x423, "STM32F401xB/C", "stm32f401xb stm32f401"),
    Code(0x425, "STM32L031/041", "stm32l03 stm32l04"),
    Code(0x427, "STM32L1 category 3", "stm32l15xxc stm32l1"),
    Code(0x428, "STM32F100 high density", "stm32f100xc stm32f100"),
    Code(0x429, "STM32L1 category 2", "stm32l15xx8a stm32l1"),
    Code(0x430, "STM32F101/103 XL density", "stm32f103xf stm32f101 stm32f103"),
    Code(0x431, "STM32F411", "stm32f411"),
    Code(0x432, "STM32F373/378", "stm32f373 stm32f37"),
    Code(0x433, "STM32F401xD/E", "stm32f401xe stm32f401"),
    Code(0x434, "STM32F469/479", "stm32f469 stm32f479"),
    Code(0x435, "STM32L43x/44x", "stm32l43 stm32l44"),
    Code(0x436, "STM32L1 category 4", "stm32l15xxd stm32l1"),
    Code(0x437, "STM32L1 category 5 and 6", "stm32l15xxe stm32l1"),
    Code(0x438, "STM32F303x6/8, F328, F334", "stm32f303x8 stm32f303 stm32f328 stm32f334"),
    Code(0x439, "STM32F301, F302x6/8, F318", "stm32f302x8 stm32f301 stm32f302 stm32f318"),
    Code(0x440, "STM32F030x8, F05x", "stm32f051 stm32f05 stm32f030"),
    Code(0x441, "STM32F412", "stm32f412"),
    Code(0x442, "STM32F030xC, F09x", "stm32f09 stm32f030"),
    Code(0x443, "STM32C011", "stm32c011"),
    Code(0x444, "STM32F030x4/6, F03x", "stm32f031 stm32f03"),
    Code(0x445, "STM32F04x, F070x6", "stm32f042 stm32f04 stm32f070"),
    Code(0x446, "STM32F302xD/E, F303xD/E, F398", "stm32f303xe stm32f302 stm32f303 stm32f398"),
    Code(0x447, "STM32L07x/08x", "stm32l07 stm32l08"),
    Code(0x448, "STM32F07x", "stm32f07"),
    Code(0x44C, "STM32C051", "stm32c051"),
    Code(0x44D, "STM32C091/092", "stm32c091 stm32c092"),
    Code(0x449, "STM32F74x/75x", "stm32f74 stm32f75"),
    Code(0x450, "STM32H742/743/745/747/750/753/755/757", "stm32h743 stm32h74 stm32h75"),
    Code(0x451, "STM32F76x/77x", "stm32f76 stm32f77"),
    Code(0x452, "STM32F72x/73x", "stm32f72 stm32f73"),
    Code(0x453, "STM32C031", "stm32c031"),
    Code(0x455, "STM32U535/545", "stm32u535 stm32u545"),
    Code(0x456, "STM32G05x/06x", "stm32g05 stm32g06"),
    Code(0x457, "STM32L01x/02x", "stm32l01 stm32l02"),
    Code(0x458, "STM32F410", "stm32f410"),
    Code(0x459, "STM32U031", "stm32u031"),
    Code(0x460, "STM32G07x/08x", "stm32g07 stm32g08"),
    Code(0x461, "STM32L496/4A6", "stm32l49 stm32l4a"),
    Code(0x462, "STM32L45x/46x", "stm32l45 stm32l46"),
    Code(0x463, "STM32F413/423", "stm32f413 stm32f423"),
    Code(0x464, "STM32L41x/42x", "stm32l41 stm32l42"),
    Code(0x466, "STM32G03x/04x", "stm32g03 stm32g04"),
    Code(0x467, "STM32G0Bx/0Cx", "stm32g0b stm32g0c"),
    Code(0x468, "STM32G431/441", "stm32g43 stm32g44"),
    Code(0x469, "STM32G47x/48x", "stm32g47 stm32g48"),
    Code(0x470, "STM32L4Rx/4Sx", "stm32l4r stm32l4s"),
    Code(0x471, "STM32L4Px/4Qx", "stm32l4p stm32l4q"),
    Code(0x472, "STM32L552/562", "stm32l5"),
    Code(0x474, "STM32H503", "stm32h503"),
    Code(0x478, "STM32H523/533", "stm32h523 stm32h533"),
    Code(0x479, "STM32G491/4A1", "stm32g49 stm32g4a"),
    Code(0x480, "STM32H7A3/7B0/7B3", "stm32h7a stm32h7b"),
    Code(0x481, "STM32U59x/5Ax", "stm32u59 stm32u5a"),
    Code(0x482, "STM32U575/585", "stm32u575 stm32u585"),
    Code(0x483, "STM32H72x/73x", "stm32h72 stm32h73"),
    Code(0x484, "STM32H562/563/573", "stm32h563 stm32h56 stm32h57"),
    Code(0x485, "STM32H7Rx/7Sx", "stm32h7r stm32h7s"),
    Code(0x489, "STM32U073/083", "stm32u0"),
    Code(0x492, "STM32WBA5x", "stm32wba5"),
    Code(0x493, "STM32C071", "stm32c071"),
    Code(0x494, "STM32WB10/15", "stm32wb10 stm32wb15"),
    Code(0x495, "STM32WB35/55", "stm32wb55 stm32wb35"),
    Code(0x496, "STM32WB30/50", "stm32wb30 stm32wb50"),
    Code(0x497, "STM32WLE/WL5x", "stm32wle stm32wl"),
)


def _dev_id(cores: tuple[str, ...], name: str, address: int, source: str) -> Register:
    return Register(ST, cores, name, address, 0xFFF, STM32, source)


REGISTERS = (
    _dev_id(
        (M3, M4, M7), "DBGMCU_IDCODE", 0xE0042000,
        "RM0008, RM0090, RM0385, RM0351, RM0440, RM0434: MCU device ID code",
    ),
    _dev_id(
        (M0, M0P), "DBGMCU_IDCODE", 0x40015800,
        "RM0091 32.4.1, RM0367, RM0444, RM0490: DBG_IDCODE",
    ),
    _dev_id(
        (M33,), "DBGMCU_IDCODE", 0xE0044000, "RM0438, RM0456, RM0481, RM0493: DBGMCU_IDCODE"
    ),
    _dev_id(
        (M7, M4), "DBGMCU_IDC", 0x5C001000, "RM0433, RM0399, RM0455, RM0468, RM0477: DBGMCU_IDC"
    ),
)  # fmt: skip
