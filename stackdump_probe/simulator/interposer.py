"""What stands between a debugger and the simulated target, to look on or to spoil."""

from enum import IntEnum

from stackdump_probe.record import Record


class Ack(IntEnum):
    """The acknowledgement of a SWD transfer (ADIv5.2, IHI 0031, B4.2), as CMSIS-DAP gives it."""

    OK = 1
    WAIT = 2
    FAULT = 4
    NONE = 7


class Access(Record):
    """One transfer on the wire: which port, which of its four registers, and what is written."""

    is_ap: bool
    is_read: bool
    register: int
    word: int = 0


class Reply(Record):
    """How the target answers; `parity_error` is a data phase that came in damaged."""

    ack: Ack
    word: int = 0
    parity_error: bool = False


class Interposer:
    """Consulted at every step on the way; this one lets everything pass.

    A subclass may raise what a USB library raises, change bytes, or answer for the target. The
    steps stand in the order in which a transfer comes by.
    """

    def is_plugged_in(self) -> bool:
        """False hides the device from who looks for it."""
        return True

    def usb(self, operation: str) -> None:
        """Before `open`, `claim`, `write` and `read` on the bus; may raise usb.core.USBError."""

    def response(self, command: bytes, response: bytes) -> bytes:
        """The probe's `response` to a CMSIS-DAP `command`, on its way to the host."""
        del command
        return response

    def arrives(self, response: bytes) -> bool:
        """False if this response is lost."""
        del response
        return True

    def passes_block(self, count: int) -> bool:
        """True if `count` reads of memory need not come by `access` and `answer` one by one."""
        del count
        return False

    def access(self, access: Access) -> Reply | None:
        """Before each transfer on the wire; a reply here keeps it from the target."""
        del access
        return None

    def answer(self, access: Access, reply: Reply) -> Reply:
        """What the target replied to a transfer, on its way to the probe."""
        del access
        return reply

    def reaches(self, address: int) -> bool:
        """False makes a read of memory at `address` a bus fault."""
        del address
        return True

    def core_read(self, address: int, word: int) -> int:
        """What the debugger reads from the debug register at `address`, in place of `word`."""
        del address
        return word
