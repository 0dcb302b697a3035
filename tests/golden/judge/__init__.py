"""GDB as an independent judge of the golden traces: it reads the same ELF and the same dump."""
