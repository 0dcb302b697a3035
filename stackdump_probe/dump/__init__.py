"""The Stackdump dump format: what a capture saves and a trace reads."""

from stackdump_probe.dump.codec import decode, encode
from stackdump_probe.dump.model import Dump, join

__all__ = ["Dump", "decode", "encode", "join"]
