"""A stream to QEMU: it answers in time, or SimulatorError is raised."""

import select
import socket

from stackdump_probe.errors import SimulatorError


class Channel:
    """Bytes to and from QEMU over a connected socket; no wait is longer than `timeout` seconds."""

    def __init__(self, stream: socket.socket, *, timeout: float = 10.0) -> None:
        stream.settimeout(timeout)
        self.stream = stream
        self._unread = b""

    def send(self, octets: bytes) -> None:
        """Send all of `octets`."""
        try:
            self.stream.sendall(octets)
        except OSError as error:
            raise SimulatorError("QEMU has ended") from error

    def receive(self) -> bytes:
        """Return at least one byte."""
        try:
            octets = self.stream.recv(65536)
        except TimeoutError as error:
            raise SimulatorError("QEMU does not answer") from error
        except OSError as error:
            raise SimulatorError("QEMU has ended") from error
        if not octets:
            raise SimulatorError("QEMU has ended")
        return octets

    def has_more_within(self, seconds: float) -> bool:
        """Wait until there is something to receive; False if there is nothing after `seconds`."""
        return bool(select.select([self.stream], [], [], seconds)[0])

    def line(self) -> bytes:
        """Return the next line, without its end."""
        while b"\n" not in self._unread:
            self._unread += self.receive()
        line, self._unread = self._unread.split(b"\n", 1)
        return line.rstrip(b"\r")

    def close(self) -> None:
        """Close the socket."""
        self.stream.close()
