"""DWARF debug information: units, entries, lines, names, locations, expressions."""
