"""What GDB reads from the same halted machine: an independent witness of a capture."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from stackdump_probe.simulator.qemu import Machine

# "x" gives the bytes that underlie a floating-point number.
SCRIPT = """
import gdb, json
value = lambda name: int(gdb.parse_and_eval("$" + name).format_string(format="x"), 16)
registers = {name: value(name) for name in NAMES}
memory = [gdb.selected_inferior().read_memory(start, size).tobytes().hex() for start, size in SPANS]
with open(RESULT, "w") as file:
    json.dump({"registers": registers, "memory": memory}, file)
"""


def gdb_view(
    machine: Machine, names: Sequence[str], spans: Sequence[tuple[int, int]], folder: Path
) -> tuple[dict[str, int], list[bytes]]:
    """Registers and memory (start, size) of a halted machine, as GDB reads them."""
    program = shutil.which("gdb-multiarch")
    assert program, "gdb-multiarch is not installed"
    result, script = folder / "gdb.json", folder / "gdb.py"
    settings = f"NAMES = {list(names)}\nSPANS = {list(spans)}\nRESULT = {str(result)!r}\n"
    script.write_text(settings + SCRIPT)
    with _listening(machine, folder / "gdb.sock") as address:
        commands = ["set architecture arm", f"target remote {address}", f"source {script}"]
        arguments = [part for command in commands for part in ("-ex", command)]
        subprocess.run(
            [program, "-q", "-nx", "-batch", *arguments],
            check=True,
            capture_output=True,
            timeout=60,
        )
    seen: dict[str, Any] = json.loads(result.read_text())
    return seen["registers"], [bytes.fromhex(octets) for octets in seen["memory"]]


@contextmanager
def _listening(machine: Machine, path: Path) -> Iterator[Path]:
    """A socket at which a client reaches the machine's gdb stub."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(1)
        relay = threading.Thread(target=_serve, args=(server, machine), daemon=True)
        relay.start()
        yield path
        relay.join(timeout=10)


def _serve(server: socket.socket, machine: Machine) -> None:
    client, _address = server.accept()
    stub = machine.gdb_channel.stream
    with client:
        back = threading.Thread(target=_pump, args=(stub, client), daemon=True)
        back.start()
        _pump(client, stub)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while octets := source.recv(65536):
            sink.sendall(octets)
