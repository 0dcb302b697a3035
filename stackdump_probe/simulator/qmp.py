"""A client of the QEMU machine protocol (QMP): JSON lines, one answer to each command."""

import json
from typing import Any

from stackdump_probe.errors import SimulatorError
from stackdump_probe.simulator.channel import Channel


class Qmp:
    """The monitor of one machine. Events are passed over."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        channel.line()  # the greeting
        self.execute("qmp_capabilities")

    def execute(self, command: str, **arguments: object) -> Any:
        """Run `command`; return what it returns, or raise SimulatorError."""
        request = {"execute": command, "arguments": arguments}
        self._channel.send(json.dumps(request).encode() + b"\n")
        while True:
            message = json.loads(self._channel.line())
            if "return" in message:
                return message["return"]
            if "error" in message:
                raise SimulatorError(f"QEMU refuses {command}: {message['error']['desc']}")

    def is_running(self) -> bool:
        """True if the virtual machine executes instructions; asks nobody but QEMU itself."""
        return bool(self.execute("query-status")["running"])
