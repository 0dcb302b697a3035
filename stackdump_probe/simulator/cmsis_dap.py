"""A debug probe that speaks CMSIS-DAP v2: one response to each command, on a SW-DP.

CMSIS-DAP 2.1 (Arm-software.github.io/CMSIS-DAP), "Commands". All numbers are little-endian.
"""

import struct
from collections.abc import Callable
from enum import IntEnum

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.dap import ABORT, DebugPort
from stackdump_probe.simulator.interposer import Access, Ack, Interposer, Reply

PACKET_SIZE = 512  # of a high-speed device; 64 of a full-speed one
PACKET_COUNT = 4
LINE_RESET = 50  # cycles with the data line high (ADIv5.2, IHI 0031, B4.3.3)
OK, ERROR = 0x00, 0xFF
SWD_PORT = 1
CAPABLE_OF_SWD = 1
NRESET = 1 << 7  # in DAP_SWJ_Pins


class Command(IntEnum):
    """The commands that this probe knows."""

    INFO = 0x00
    HOST_STATUS = 0x01
    CONNECT = 0x02
    DISCONNECT = 0x03
    TRANSFER_CONFIGURE = 0x04
    TRANSFER = 0x05
    TRANSFER_BLOCK = 0x06
    WRITE_ABORT = 0x08
    DELAY = 0x09
    RESET_TARGET = 0x0A
    SWJ_PINS = 0x10
    SWJ_CLOCK = 0x11
    SWJ_SEQUENCE = 0x12
    SWD_CONFIGURE = 0x13
    SWD_SEQUENCE = 0x1D


# Bits of a transfer request, and of the response of transfers.
REQUEST_AP = 1 << 0
REQUEST_READ = 1 << 1
REQUEST_REGISTER = 0b1100
REQUEST_VALUE_MATCH = 1 << 4
REQUEST_MATCH_MASK = 1 << 5
PROTOCOL_ERROR = 1 << 3
SWD_INPUT = 0x80  # of a sequence in DAP_SWD_Sequence
TARGETSEL_REQUEST, WORD_AND_PARITY = 0x99, 33  # ADIv5.2, IHI 0031, B4.3.4
VALUE_MISMATCH = 1 << 4


class CmsisDap:
    """The probe's firmware: commands in, responses out, transfers to `port`.

    `reset` is called when the host lets nRESET go. `serial` is what users name the probe by.
    `packet_size` is how much goes into one command or response.
    """

    def __init__(
        self,
        port: DebugPort,
        *,
        serial: str,
        reset: Callable[[], None],
        interposer: Interposer | None = None,
        packet_size: int = PACKET_SIZE,
    ) -> None:
        self.packet_size = packet_size
        self._port = port
        self._reset = reset
        self._interposer = interposer or Interposer()
        self._match_mask = 0xFFFFFFFF
        self._wait_retries = 0
        self._match_retries = 0
        self._pins = 0xFF
        self._ones = 0  # cycles that the data line has been high for
        self._info: dict[int, bytes] = {
            0x01: _text("stackdump-probe"),
            0x02: _text("QEMU CMSIS-DAP"),
            0x03: _text(serial),
            0x04: _text("2.1.0"),
            0x09: _text("1.0.0"),
            0xF0: bytes([CAPABLE_OF_SWD]),
            0xFE: bytes([PACKET_COUNT]),
            0xFF: struct.pack("<H", packet_size),
        }

    def execute(self, command: bytes) -> bytes:
        """Answer one command packet; an unknown or cut one is answered by one byte, ERROR."""
        try:
            response = self._execute(command)
        except (struct.error, IndexError):
            response = bytes([ERROR])
        return self._interposer.response(command, response)

    def _execute(self, command: bytes) -> bytes:
        code, body = command[0], command[1:]
        match code:
            case Command.INFO:
                content = self._info.get(body[0], b"")
                return bytes([code, len(content)]) + content
            case Command.CONNECT:
                return bytes([code, SWD_PORT if body[0] in (0, SWD_PORT) else 0])
            case Command.TRANSFER_CONFIGURE:
                _, self._wait_retries, self._match_retries = struct.unpack_from("<BHH", body)
            case Command.TRANSFER:
                return self._transfers(body)
            case Command.TRANSFER_BLOCK:
                return self._block(body)
            case Command.WRITE_ABORT:
                word = int.from_bytes(body[1:5], "little")
                self._access(Access(is_ap=False, is_read=False, register=ABORT, word=word))
            case Command.RESET_TARGET:
                return bytes([code, OK, 0])  # this probe knows no such sequence
            case Command.SWJ_PINS:
                return bytes([code, self._set_pins(body[0], body[1])])
            case Command.SWJ_SEQUENCE:
                self._drive_line(body)
            case Command.SWD_SEQUENCE:
                return bytes([code, OK]) + bytes(self._drive_swd(body))
            case (
                Command.HOST_STATUS
                | Command.DISCONNECT
                | Command.DELAY
                | Command.SWJ_CLOCK
                | Command.SWD_CONFIGURE
            ):
                pass
            case _:
                return bytes([ERROR])
        return bytes([code, OK])

    def _transfers(self, body: bytes) -> bytes:
        """DAP_Transfer: `count` requests, each with a word if it writes or compares."""
        at, done, words = 2, 0, b""
        reply, mismatch = Reply(Ack.OK), False
        while done < body[1]:
            request = body[at]
            read = self._read_at_once(request, body[at : at + body[1] - done])
            if read:
                words += struct.pack(f"<{len(read)}I", *read)
                done, at = done + len(read), at + len(read)
                continue
            at += 1
            word = 0
            if not request & REQUEST_READ or request & REQUEST_VALUE_MATCH:
                (word,) = struct.unpack_from("<I", body, at)
                at += 4
            reply, mismatch = self._request(request, word)
            if reply.ack is not Ack.OK or reply.parity_error or mismatch:
                break
            if request & REQUEST_READ and not request & REQUEST_VALUE_MATCH:
                words += struct.pack("<I", reply.word)
            done += 1
        status = _status(reply) | VALUE_MISMATCH * mismatch
        return bytes([Command.TRANSFER, done, status]) + words

    def _read_at_once(self, request: int, requests: bytes) -> list[int]:
        """The words of all like `request` that `requests` begins with; none if one by one."""
        count = len(requests) - len(requests.lstrip(bytes([request])))
        if count < 2 or request & REQUEST_VALUE_MATCH:
            return []
        try:
            return self._port.read_at_once(_access(request, 0), count) or []
        except SimulatorError:  # the target is gone
            return []

    def _request(self, request: int, word: int) -> tuple[Reply, bool]:
        """Do one request; return the reply and whether a value failed to match."""
        if request & REQUEST_MATCH_MASK and not request & REQUEST_READ:
            self._match_mask = word
            return Reply(Ack.OK), False
        access = _access(request, word)
        reply = self._access(access)
        if not request & REQUEST_VALUE_MATCH:
            return reply, False
        for _ in range(self._match_retries):
            if reply.ack is not Ack.OK or reply.word & self._match_mask == word:
                break
            reply = self._access(access)
        return reply, reply.ack is Ack.OK and reply.word & self._match_mask != word

    def _block(self, body: bytes) -> bytes:
        """DAP_TransferBlock: one request, repeated; each is tried again while it has to WAIT."""
        _, count, request = struct.unpack_from("<BHB", body)
        access = _access(request, 0)
        try:
            if access.is_read:
                reply, words = self._port.read_block(access, count, self._access)
                done, content = len(words), struct.pack(f"<{len(words)}I", *words)
            else:
                words = list(struct.unpack_from(f"<{count}I", body, 4))
                reply, done = self._port.write_block(access, words, self._access)
                content = b""
        except SimulatorError:  # the target is gone
            reply, done, content = Reply(Ack.NONE), 0, b""
        return struct.pack("<BHB", Command.TRANSFER_BLOCK, done, _status(reply)) + content

    def _access(self, access: Access) -> Reply:
        """One transfer, tried again while the target says WAIT."""
        try:
            reply = self._port.access(access)
            for _ in range(self._wait_retries):
                if reply.ack is not Ack.WAIT:
                    break
                reply = self._port.access(access)
        except SimulatorError:  # the target is gone
            return Reply(Ack.NONE)
        return reply

    def _drive_line(self, body: bytes) -> None:
        """DAP_SWJ_Sequence: `count` bits, the lowest of each byte first; 0 is 256 of them."""
        bits = int.from_bytes(body[1:], "little")
        for _ in range(body[0] or 256):
            self._ones = self._ones + 1 if bits & 1 else 0
            bits >>= 1
            if self._ones == LINE_RESET:
                self._port.line_reset()

    def _drive_swd(self, body: bytes) -> int:
        """DAP_SWD_Sequence; return how many bytes it reads back, which nothing drives: zeros.

        Only a write of TARGETSEL is understood: its request, and its word after a turnaround.
        """
        at, size, before = 1, 0, 0
        for _ in range(body[0]):
            count = body[at] & 0x3F or 64
            octets, is_input = (count + 7) // 8, bool(body[at] & SWD_INPUT)
            at += 1
            if is_input:
                size += octets
                continue
            bits = int.from_bytes(body[at : at + octets], "little")
            if before == TARGETSEL_REQUEST and count == WORD_AND_PARITY:
                self._port.select_target(bits & 0xFFFFFFFF)
            before, at = bits, at + octets
        return size

    def _set_pins(self, output: int, select: int) -> int:
        before = self._pins
        self._pins = before & ~select | output & select
        if self._pins & ~before & NRESET:
            self._reset()
        return self._pins


def _access(request: int, word: int) -> Access:
    is_ap, is_read = bool(request & REQUEST_AP), bool(request & REQUEST_READ)
    return Access(is_ap, is_read, request & REQUEST_REGISTER, word)


def _status(reply: Reply) -> int:
    return reply.ack | PROTOCOL_ERROR * reply.parity_error


def _text(content: str) -> bytes:
    return content.encode()[:60] + b"\0"
