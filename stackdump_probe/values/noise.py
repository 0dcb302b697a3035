"""Statics that no author of the program wrote, but compilers, libraries and macros."""

from stackdump_probe.image.dwarf import constants as dw
from stackdump_probe.image.dwarf.dies import Die
from stackdump_probe.image.types.attributes import language_of

# Text that the compiler keeps for the author, in every function that asks for its own name.
FUNCTION_NAMES = frozenset(("__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"))
# Itanium C++ ABI 5.1.4 and 5.1.6: vtables, what describes types, and guards of initialisation.
CPP_RUNTIME = ("_ZTV", "_ZTT", "_ZTC", "_ZTI", "_ZTS", "_ZGV", "__dso_handle")
# ISO C++ [lex.name] and [namespace.std]: scopes that belong to the library; ETL's constants.
CPP_LIBRARY = ("std::", "__", "etl::")
# In config/arm/arm-isa.h of GCC, which its runtime library includes.
C_RUNTIME = "all_implied_fbits"
# Logging by defmt: what it interns has a JSON text for a name.
RUST_MACROS = ("DEFMT_LOG_STATEMENT", "_defmt", "__DEFMT_MARKER", '{"')
RUST_LIBRARY = ("core::", "alloc::", "std::", "compiler_builtins::")
# The vector table in the parts that cortex-m-rt and crates of devices make it of.
RUST_VECTORS = frozenset(("__RESET_VECTOR", "__EXCEPTIONS", "__INTERRUPTS"))


def is_noise(die: Die, scope: str, name: str) -> bool:
    """True for what tells nothing about the program; `scope` stands before the name: `ns::`."""
    if name in FUNCTION_NAMES or die.flag(dw.AT_artificial):
        return True
    match language_of(die):
        case "c++":
            return scope.startswith(CPP_LIBRARY) or name.startswith(CPP_RUNTIME)
        case "rust":
            return (
                scope.startswith(RUST_LIBRARY)
                or name.startswith(RUST_MACROS)
                or name in RUST_VECTORS
                or _is_vtable(name)
            )
        case "c":
            return name == C_RUNTIME


def _is_vtable(name: str) -> bool:
    return name.startswith("<") and name.endswith(("{vtable}", "vtable"))
