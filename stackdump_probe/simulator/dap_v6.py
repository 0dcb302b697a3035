"""The debug access port of newer parts: access ports lie at addresses, and a ROM table lists them.

Arm Debug Interface ADIv6 (IHI 0074): DP registers B2.2, MEM-AP registers C2.5, which begin at 0xD00
of an access port; identification as CoreSight 3.0 (IHI 0029) B2 has it.
"""

from types import MappingProxyType

from stackdump_probe.simulator.core_debug import identification
from stackdump_probe.simulator.dap import CTRL_STAT, DRW, AccessPort, DebugPort
from stackdump_probe.simulator.interposer import Access, Ack, Reply
from stackdump_probe.simulator.machines import ARM, Component

PAGE = 0x1000
MEM_AP = 0xD00
ADDRESS_SIZE = 32  # DPIDR1.ASIZE
VALID = 1  # BASEPTR0
PRESENT = 0b11  # of an entry of the ROM table
DPIDR = 0x4C013477  # DPIDR.VERSION is 3
DPIDR1_BANK, BASEPTR0_BANK, TARGETID_BANK = 1, 2, 2
ROM_TABLE, MEMORY_PORT = (
    Component(0, 0x4E0, 9, architecture=0x0AF7),
    Component(0, 0x9E3, 9, architecture=0x0A17),  # AHB-AP of CoreSight SoC-600
)


class _AtAddress:
    """An access port with its identification around it."""

    _words = MappingProxyType(identification(MEMORY_PORT, designer=ARM))

    def __init__(self, port: AccessPort) -> None:
        self._port = port

    def read(self, register: int) -> int | None:
        if MEM_AP <= register < MEM_AP + 0x100:
            return self._port.read(register - MEM_AP)
        return self._words.get(register, 0)

    def write(self, register: int, word: int) -> bool:
        is_its_own = MEM_AP <= register < MEM_AP + 0x100
        return not is_its_own or self._port.write(register - MEM_AP, word)

    def is_plain(self, count: int) -> bool:
        return self._port.is_plain(count)

    def read_words(self, count: int) -> list[int] | None:
        return self._port.read_words(count)


class _RomTable:
    """The list of access ports, at the base address."""

    _words = MappingProxyType(identification(ROM_TABLE, designer=ARM))

    def __init__(self, addresses: tuple[int, ...]) -> None:
        self._entries = {4 * at: address | PRESENT for at, address in enumerate(addresses)}

    def read(self, register: int) -> int | None:
        return self._entries.get(register, self._words.get(register, 0))

    def write(self, register: int, word: int) -> bool:
        del register, word
        return True

    def is_plain(self, count: int) -> bool:
        del count
        return False

    def read_words(self, count: int) -> list[int] | None:
        del count
        return None


class DebugPortV3(DebugPort):
    """A SW-DP of ADIv6, whose access ports lie at 0x2000, 0x4000, ... as those of an RP2350 do."""

    data = MEM_AP + DRW
    target_id = 0x00040927  # Raspberry Pi, RP2350

    def _read_dp(self, access: Access) -> Reply:
        match access.register, self._select & 0xF:
            case 0x0, 0:
                return Reply(Ack.OK, DPIDR)
            case 0x0, bank if bank == DPIDR1_BANK:
                return Reply(Ack.OK, ADDRESS_SIZE)
            case 0x0, bank if bank == BASEPTR0_BANK:
                return Reply(Ack.OK, VALID)
            case register, bank if (register, bank) == (CTRL_STAT, TARGETID_BANK):
                return Reply(Ack.OK, self.target_id)
            case 0x0, _:
                return Reply(Ack.OK)
        return super()._read_dp(access)

    def _port(self) -> AccessPort | None:
        addresses = tuple(2 * PAGE * number for number in range(1, len(self._ports) + 1))
        address = self._select & ~(PAGE - 1)
        if address == 0:
            return _RomTable(addresses)
        return _AtAddress(self._ports[addresses.index(address)]) if address in addresses else None

    def _register(self, low: int) -> int:
        return self._select & 0xFF0 | low
