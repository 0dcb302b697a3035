"""The program: its ELF file and DWARF debug information, read lazily."""
