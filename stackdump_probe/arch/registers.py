"""The register file of a Cortex-M: names, DWARF numbers, and a set of values."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from stackdump_probe.errors import NotCaptured, RegisterUnknown
from stackdump_probe.record import Record

CORE = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc")
SINGLES = tuple(f"s{n}" for n in range(32))

# The special registers in the order of our dump record. "cfbp" is DCRSR word 20:
# CONTROL<<24 | FAULTMASK<<16 | BASEPRI<<8 | PRIMASK (Armv8-M ARM DDI 0553, DCRSR.REGSEL).
SPECIAL = ("xpsr", "msp", "psp", "cfbp", "fpscr", "msplim", "psplim")
# With the Security Extension both states have these of their own (DDI 0553, DCRSR.REGSEL), in the
# order of our dump record. Without a suffix they are those of the state that the core stood in.
BANKED = ("msp", "psp", "cfbp", "msplim", "psplim")
BANKS = (*(f"{name}_s" for name in BANKED), *(f"{name}_ns" for name in BANKED))

# AAPCS32 (IHI 0042) 5.1.1 and 5.1.2.1: what a called function must leave as it was.
CALLEE_SAVED = (*(f"r{n}" for n in range(4, 12)), "sp", *(f"s{n}" for n in range(16, 32)))
CALLER_SAVED = ("r0", "r1", "r2", "r3", "r12", "lr", *(f"s{n}" for n in range(16)))

# AADWARF32 (IHI 0040) 4.1: r0-r15 are 0-15, the legacy single registers 64-95;
# 143 is the return address authentication code of Armv8.1-M.
NAME_BY_DWARF_NUMBER: Mapping[int, str] = MappingProxyType(
    {
        **dict(enumerate(CORE)),
        **{64 + number: name for number, name in enumerate(SINGLES)},
        143: "ra_auth_code",
    }
)
# AADWARF32 4.1: 256-287 are the double registers; d0-d15 lie over pairs of s0-s31.
FIRST_DOUBLE = 256
DOUBLES = 16


class Registers(Record):
    """32-bit values by lower-case name; a register that is not known is absent.

    Names: r0..r12 sp lr pc, s0..s31, SPECIAL, BANKS. `saved_at` is where in memory an inner frame
    saved a register: of a known one where its word was found, of an absent one memory that was
    not captured.
    """

    words: Mapping[str, int] = MappingProxyType({})
    saved_at: Mapping[str, int] = MappingProxyType({})

    def __getitem__(self, name: str) -> int:
        """The word in `name`; raises RegisterUnknown, or NotCaptured if its memory is missing."""
        try:
            return self.words[name]
        except KeyError:
            if name in self.saved_at:
                raise NotCaptured(self.saved_at[name], 4) from None
            raise RegisterUnknown(name) from None

    def __contains__(self, name: str) -> bool:
        return name in self.words

    def get(self, name: str) -> int | None:
        """The word in `name`, or None if it is not known."""
        return self.words.get(name)

    def updated(self, **words: int) -> "Registers":
        """A copy with `words` put in place of what was there, none of them from memory."""
        return self.joined(Registers(words))

    def saved(self, address: int, words: Mapping[str, int | None]) -> "Registers":
        """A copy with registers that were saved side by side from `address` on.

        None stands for a word that was not captured.
        """
        known = {name: word for name, word in words.items() if word is not None}
        places = {name: address + 4 * at & 0xFFFF_FFFF for at, name in enumerate(words)}
        return self.joined(Registers(known, places))

    def joined(self, other: "Registers") -> "Registers":
        """A copy in which what `other` says of a register stands for what was said here."""
        words, places = {**self.words, **other.words}, {**self.saved_at, **other.saved_at}
        for name in other.saved_at.keys() - other.words.keys():
            words.pop(name, None)
        for name in other.words.keys() - other.saved_at.keys():
            places.pop(name, None)
        return Registers(words, places)

    def only(self, names: Collection[str]) -> "Registers":
        """A copy with no other registers than `names`."""
        return Registers(
            {name: word for name, word in self.words.items() if name in names},
            {name: place for name, place in self.saved_at.items() if name in names},
        )

    def without(self, *names: str) -> "Registers":
        """A copy in which nothing is known of `names`."""
        words, places = dict(self.words), dict(self.saved_at)
        for name in names:
            words.pop(name, None)
            places.pop(name, None)
        return Registers(words, places)

    @property
    def control(self) -> int | None:
        """CONTROL: bit 0 nPRIV, bit 1 SPSEL, bit 2 FPCA, bit 3 SFPA; None if not captured."""
        cfbp = self.words.get("cfbp")
        return None if cfbp is None else cfbp >> 24
