"""Parts that are locked: by which access port they show themselves, and what unlocking costs."""

from collections.abc import Iterable
from typing import Any

from stackdump_probe.capture.part_tables.row import ATMEL
from stackdump_probe.errors import ConnectError
from stackdump_probe.record import Record

# SAM D21 data sheet (DS40001882), DSU, "Intellectual Property Protection": a debugger reaches only
# the DSU's external addresses, among them the ROM table.
_SAM = "a SAM D, L or C whose security bit is set"
_DSU = "a chip erase through the DSU opens it and erases flash and RAM"
_NOTHING_SENT = "nothing of that kind is done here"


class Lock(Record):
    """A vendor's own access port, which answers also while a lock hides the core.

    `idr` under `mask` is its identification register; `what` says in which state the part is,
    `remedy` what opens it.
    """

    idr: int
    mask: int
    what: str
    remedy: str
    source: str


_NORDIC = "ERASEALL through the CTRL-AP (`nrfjprog --recover`) opens it and erases flash and RAM"

LOCKS = (
    Lock(
        0x02880000, 0x0FFFFFFF, "an nRF whose APPROTECT is on", _NORDIC,
        "nRF52840, nRF5340, nRF9160 product specifications: CTRL-AP IDR",
    ),
    Lock(
        0x001C0000, 0xFFFFFF0F, "a Kinetis that is secured, or held in reset",
        "a mass erase through the MDM-AP opens it, if it is allowed at all",
        "K64 reference manual (K64P144M120SF5RM): MDM-AP",
    ),
    Lock(
        0x002A0000, 0xFFFFFFFF, "an LPC55 or MCX whose debug is off until its mailbox allows it",
        "debug authentication, or a start of the debug session, through the DM-AP",
        "UM11126: debugger mailbox access port",
    ),
    Lock(
        0x16E60001, 0xFFFFFFFF, "an EFM32 whose debug lock is on",
        "a device erase through the AAP opens it and erases flash and RAM",
        "EFM32GG reference manual: AAP_IDR",
    ),
)  # fmt: skip


def lock_among(idrs: Iterable[int]) -> Lock | None:
    """The lock that one of these access ports belongs to."""
    return next((lock for idr in idrs for lock in LOCKS if idr & lock.mask == lock.idr), None)


def with_lock(error: ConnectError, session: Any) -> ConnectError:
    """`error`, or a better one where a session of pyOCD found a lock's port and no core."""
    target = session.target
    if target is None or target.cores:
        return error
    lock = lock_among(port.idr for port in target.aps.values() if port.idr)
    what, remedy = (lock.what, lock.remedy) if lock else (_SAM, _DSU)
    if lock is None and not any(map(_is_of_atmel, target.aps.values())):
        return error
    return ConnectError(
        f"cannot connect: this looks like {what}", hint=f"{remedy}; {_NOTHING_SENT}"
    )


def _is_of_atmel(port: Any) -> bool:
    """True if it shows a ROM table of Atmel's, as the DSU does also where it hides the core."""
    table = getattr(port, "rom_table", None)
    return table is not None and table.cmpid is not None and table.cmpid.designer == ATMEL
