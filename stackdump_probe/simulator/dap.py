"""The debug access port: a SW-DP with one AHB memory access port behind it.

Arm Debug Interface ADIv5.2 (IHI 0031). Both transports, the pyOCD plugin and the CMSIS-DAP
device, put their transfers here one by one or in blocks.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Protocol

from stackdump_probe.simulator.core_debug import PRIVATE_BUS, ROM_TABLE, CoreDebug
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply
from stackdump_probe.simulator.target import Target

# DP registers, B2.2. Reading 0 gives DPIDR, writing it is ABORT.
DPIDR = ABORT = 0x0
CTRL_STAT = 0x4
SELECT = RESEND = 0x8
RDBUFF = 0xC
STKERRCLR = 1 << 2
STICKYERR = 1 << 5
POWER_REQUESTS = 1 << 28 | 1 << 30  # CDBGPWRUPREQ, CSYSPWRUPREQ; their acknowledgements follow
CTRL_STAT_WRITABLE = POWER_REQUESTS | 0xF0F | 1 << 24  # ... MASKLANE, TRNMODE, ORUNDETECT, TRNCNT

# MEM-AP registers, C2.6.
CSW, TAR, DRW, BD0, CFG, BASE, IDR = 0x00, 0x04, 0x0C, 0x10, 0xF4, 0xF8, 0xFC
CSW_SIZE = 0b111
CSW_WORD = 2
CSW_INCREMENT = 1 << 4
CSW_WRITABLE = 0x7F000037  # Prot, AddrInc, Size
CSW_DEVICE_ENABLED = 1 << 6
CSW_SECURE_ENABLED = 1 << 23
INCREMENT_WRAP = 0x1000

Transfer = Callable[[Access], Reply]
DRW_READ = Access(is_ap=True, is_read=True, register=DRW)


class AccessPort(Protocol):
    """What answers behind the debug port; None and False are faults."""

    def read(self, register: int) -> int | None:
        """The register's word."""

    def write(self, register: int, word: int) -> bool:
        """Write the register."""

    def is_plain(self, count: int) -> bool:
        """True if so many reads of DRW are of plain memory, and can be done at once."""

    def read_words(self, count: int) -> list[int] | None:
        """`count` reads of DRW at once; None if there is no memory."""


class MemoryPort:
    """The memory access port: the machine's memory with the core's debug registers in it."""

    def __init__(
        self, target: Target, core: CoreDebug, *, interposer: Interposer | None = None
    ) -> None:
        self._target = target
        self._core = core
        self._interposer = interposer or Interposer()
        self._csw = CSW_WORD
        self._tar = 0

    def read(self, register: int) -> int | None:
        """The register's word; None is a bus fault."""
        model = self._target.model
        match register:
            case 0x00:
                secure = CSW_SECURE_ENABLED * model.has_security
                return self._csw | CSW_DEVICE_ENABLED | secure
            case 0x04:
                return self._tar
            case 0x0C:
                return self._read_data()
            case 0x10 | 0x14 | 0x18 | 0x1C:
                return self._word_at((self._tar & ~0xF) + register - BD0)
            case 0xF8:
                return ROM_TABLE | 0b11
            case 0xFC:
                return model.ap_idr
        return 0

    def write(self, register: int, word: int) -> bool:
        """Write the register; False is a bus fault."""
        match register:
            case 0x00:
                size = word & CSW_SIZE
                self._csw = word & CSW_WRITABLE & ~CSW_SIZE | min(size, CSW_WORD)
            case 0x04:
                self._tar = word
            case 0x0C:
                return self._write_data(word)
            case 0x10 | 0x14 | 0x18 | 0x1C:
                return self._put((self._tar & ~0xF) + register - BD0, word.to_bytes(4, "little"))
        return True

    def is_plain(self, count: int) -> bool:
        """True if so many reads of DRW are of plain memory, and can be done at once."""
        last = self._tar + 4 * count - 1
        in_one_page = self._tar // INCREMENT_WRAP == last // INCREMENT_WRAP
        by_words = self._csw & (CSW_SIZE | CSW_INCREMENT) == CSW_WORD | CSW_INCREMENT
        return by_words and in_one_page and not self._tar & 3 and self._tar not in PRIVATE_BUS

    def read_words(self, count: int) -> list[int] | None:
        """`count` reads of DRW at once; None if there is no memory."""
        content = self._memory(self._tar, 4 * count)
        if content is None:
            return None
        self._advance(4 * count)
        return list(struct.unpack(f"<{count}I", content))

    def _read_data(self) -> int | None:
        size = 1 << (self._csw & CSW_SIZE)
        address = self._tar & ~(size - 1)
        if address in PRIVATE_BUS or size == 4:
            word = self._word_at(address & ~3)
        else:
            content = self._memory(address, size)
            shift = 8 * (address & 3)  # each byte in its own lane
            word = None if content is None else int.from_bytes(content, "little") << shift
        if word is not None:
            self._advance(size)
        return word

    def _write_data(self, word: int) -> bool:
        size = 1 << (self._csw & CSW_SIZE)
        address = self._tar & ~(size - 1)
        lane = address & 3
        written = self._put(address, word.to_bytes(4, "little")[lane : lane + size])
        if written:
            self._advance(size)
        return written

    def _word_at(self, address: int) -> int | None:
        word = self._core.read(address) if address in PRIVATE_BUS else None
        if word is not None:
            return word
        content = self._memory(address, 4)
        return None if content is None else int.from_bytes(content, "little")

    def _memory(self, address: int, size: int) -> bytes | None:
        is_there = self._interposer.reaches(address) and self._interposer.reaches(
            address + size - 1
        )
        return self._target.read_memory(address, size) if is_there else None

    def _put(self, address: int, content: bytes) -> bool:
        word = int.from_bytes(content, "little")
        if address in PRIVATE_BUS and len(content) == 4 and self._core.write(address, word):
            return True
        return self._target.write_memory(address, content)

    def _advance(self, size: int) -> None:
        if self._csw & CSW_INCREMENT:
            page = self._tar & ~(INCREMENT_WRAP - 1)
            self._tar = page | (self._tar + size) % INCREMENT_WRAP


class DebugPort:
    """The SW-DP; a bus fault is answered once, and then FAULT until the debugger clears it.

    After a transfer without acknowledge it hears nothing until the line is reset and its DPIDR
    read (B4.2.5, B4.3.3).
    """

    data = DRW  # where an access port has its data register

    def __init__(
        self, target: Target, core: CoreDebug, *, interposer: Interposer | None = None
    ) -> None:
        self._interposer = interposer or Interposer()
        self._is_watched = interposer is not None
        self._dpidr = target.model.dpidr
        self._ports: list[AccessPort] = [MemoryPort(target, core, interposer=interposer)]
        self._control = 0
        self._select = 0
        self._is_lost = False
        self._is_to_be_read = False  # DPIDR

    def add_core(self, target: Target, core: CoreDebug) -> None:
        """Put another core with its own memory behind the next access port."""
        self.add_port(MemoryPort(target, core))

    def add_port(self, port: AccessPort) -> None:
        """Put another access port behind those that are there."""
        self._ports.append(port)

    def access(self, access: Access) -> Reply:
        """Do one transfer."""
        reply = self._interposer.access(access)
        if reply is None:
            reply = Reply(Ack.NONE) if self._hears_not(access) else self._reply(access)
            reply = self._interposer.answer(access, reply)
        if reply.ack is Ack.NONE:
            self._is_lost = True
        return reply

    def line_reset(self) -> None:
        """The debugger held the line high for long enough."""
        self._is_to_be_read = True

    def select_target(self, word: int) -> None:
        """TARGETSEL was written, which nobody acknowledges; this port is the only one anyway."""

    def lose_power(self) -> None:
        """What was asked for and selected is forgotten."""
        self._control = self._select = 0
        self._is_lost = True

    def read_block(
        self, access: Access, count: int, transfer: Transfer | None = None
    ) -> tuple[Reply, list[int]]:
        """Repeat a read until it is not acknowledged; return the last reply and the words.

        `transfer` does those that cannot be done at once; without it each is tried once.
        """
        words = self.read_at_once(access, count)
        if words is not None:
            return Reply(Ack.OK), words
        words = []
        reply = Reply(Ack.OK)
        while len(words) < count:
            reply = (transfer or self.access)(access)
            if reply.ack is not Ack.OK or reply.parity_error:
                break
            words.append(reply.word)
        return reply, words

    def read_at_once(self, access: Access, count: int) -> list[int] | None:
        """The words of so many reads of plain memory; None where it has to be one by one."""
        if access != DRW_READ or not self._reaches_memory():
            return None
        port = self._port()
        if port is None or not port.is_plain(count):
            return None
        is_watched = self._is_watched and not self._interposer.passes_block(count)
        return None if is_watched else port.read_words(count)

    def write_block(
        self, access: Access, words: Sequence[int], transfer: Transfer | None = None
    ) -> tuple[Reply, int]:
        """Repeat a write until it is not acknowledged; return the last reply and how many were."""
        for done, word in enumerate(words):
            reply = (transfer or self.access)(Access(access.is_ap, False, access.register, word))
            if reply.ack is not Ack.OK:
                return reply, done
        return Reply(Ack.OK), len(words)

    def _hears_not(self, access: Access) -> bool:
        """True until the line was reset and DPIDR read, if that is needed."""
        is_identification = not access.is_ap and access.is_read and access.register == DPIDR
        if self._is_to_be_read and is_identification:
            self._is_to_be_read = self._is_lost = False
        return self._is_lost

    def _reply(self, access: Access) -> Reply:
        if access.is_ap:
            return self._ap(access)
        return self._read_dp(access) if access.is_read else self._write_dp(access)

    def _reaches_memory(self) -> bool:
        if self._is_lost:
            return False
        powered = self._control & POWER_REQUESTS == POWER_REQUESTS
        return powered and not self._control & STICKYERR and self._selects_data()

    def _selects_data(self) -> bool:
        return self._port() is not None and self._register(DRW) == self.data

    def _port(self) -> AccessPort | None:
        """The access port that SELECT chooses."""
        number = self._select >> 24
        return self._ports[number] if number < len(self._ports) else None

    def _register(self, low: int) -> int:
        """Which of its registers is meant, given the bits of the transfer."""
        return self._select & 0xF0 | low

    def _ap(self, access: Access) -> Reply:
        if self._control & POWER_REQUESTS != POWER_REQUESTS or self._control & STICKYERR:
            return self._fault()
        port = self._port()
        if port is None:  # no such port: its IDR reads as 0
            return Reply(Ack.OK)
        register = self._register(access.register)
        if access.is_read:
            word = port.read(register)
            return self._fault() if word is None else Reply(Ack.OK, word)
        return Reply(Ack.OK) if port.write(register, access.word) else self._fault()

    def _fault(self) -> Reply:
        self._control |= STICKYERR
        return Reply(Ack.FAULT)

    def _read_dp(self, access: Access) -> Reply:
        match access.register:
            case 0x0:
                return Reply(Ack.OK, self._dpidr)
            case 0x4 if self._select & 0xF == 0:
                acknowledged = (self._control & POWER_REQUESTS) << 1
                return Reply(Ack.OK, self._control | acknowledged)
        return Reply(Ack.OK)

    def _write_dp(self, access: Access) -> Reply:
        match access.register:
            case 0x0 if access.word & STKERRCLR:
                self._control &= ~STICKYERR
            case 0x4 if self._select & 0xF == 0:
                kept = self._control & STICKYERR
                self._control = access.word & CTRL_STAT_WRITABLE | kept
            case 0x8:
                self._select = access.word
        return Reply(Ack.OK)
