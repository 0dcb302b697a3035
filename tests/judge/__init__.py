"""GDB as an independent judge: it reads the same ELF and the same dumps as the tracer."""
