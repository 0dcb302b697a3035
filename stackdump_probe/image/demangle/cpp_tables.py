"""Codes of the Itanium C++ ABI (5.1) and what they stand for."""

# 5.1.5.2
BUILTIN_TYPES = {
    "a": "signed char", "b": "bool", "c": "char", "d": "double", "e": "long double",
    "f": "float", "g": "__float128", "h": "unsigned char", "i": "int", "j": "unsigned int",
    "l": "long", "m": "unsigned long", "n": "__int128", "o": "unsigned __int128", "s": "short",
    "t": "unsigned short", "v": "void", "w": "wchar_t", "x": "long long",
    "y": "unsigned long long", "z": "...",
}  # fmt: skip

D_TYPES = {
    "Da": "auto", "Dc": "decltype(auto)", "Dd": "decimal64", "De": "decimal128",
    "Df": "decimal32", "Dh": "half", "Di": "char32_t", "Dn": "decltype(nullptr)",
    "Ds": "char16_t", "Du": "char8_t",
}  # fmt: skip

# What follows the digits of a literal of these types; one of another type is written as a cast.
LITERAL_SUFFIXES = {
    "int": "", "unsigned int": "u", "long": "l", "unsigned long": "ul", "long long": "ll",
    "unsigned long long": "ull",
}  # fmt: skip
FLOATING_TYPES = frozenset(("float", "double", "long double", "__float128"))

# 5.1.10: in full, and the name of the class
STANDARD_SUBSTITUTIONS = {
    "a": ("std::allocator", "allocator"),
    "b": ("std::basic_string", "basic_string"),
    "s": (
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        "basic_string",
    ),
    "i": ("std::basic_istream<char, std::char_traits<char> >", "basic_istream"),
    "o": ("std::basic_ostream<char, std::char_traits<char> >", "basic_ostream"),
    "d": ("std::basic_iostream<char, std::char_traits<char> >", "basic_iostream"),
}

# 5.1.4: what stands before the operand, and how the operand is mangled
SPECIAL_NAMES = {
    "TV": ("vtable for ", "type"),
    "TT": ("VTT for ", "type"),
    "TI": ("typeinfo for ", "type"),
    "TS": ("typeinfo name for ", "type"),
    "TF": ("typeinfo fn for ", "type"),
    "TJ": ("java Class for ", "type"),
    "TH": ("TLS init function for ", "name"),
    "TW": ("TLS wrapper function for ", "name"),
    "TA": ("template parameter object for ", "argument"),
    "Th": ("non-virtual thunk to ", "offset"),
    "Tv": ("virtual thunk to ", "offset"),
    "Tc": ("covariant return thunk to ", "offsets"),
    "TC": ("construction vtable for ", "in"),
    "GV": ("guard variable for ", "name"),
    "GR": ("", "temporary"),
    "GTt": ("transaction clone for ", "encoding"),
    "GTn": ("non-transaction clone for ", "encoding"),
    "GA": ("hidden alias for ", "encoding"),
}

# 5.1.6.3 and 5.1.3.1: how operators are written, and how many operands they take
OPERATORS = {
    "aN": ("&=", 2), "aS": ("=", 2), "aa": ("&&", 2), "ad": ("&", 1), "an": ("&", 2),
    "at": ("alignof ", 1), "aw": ("co_await ", 1), "az": ("alignof ", 1),
    "cc": ("const_cast", 2), "cl": ("()", 2), "cm": (",", 2), "co": ("~", 1),
    "dV": ("/=", 2), "da": ("delete[] ", 1), "dc": ("dynamic_cast", 2), "de": ("*", 1),
    "dl": ("delete ", 1), "ds": (".*", 2), "dt": (".", 2), "dv": ("/", 2), "eO": ("^=", 2),
    "eo": ("^", 2), "eq": ("==", 2), "fL": ("...", 3), "fR": ("...", 3), "fl": ("...", 2),
    "fr": ("...", 2), "ge": (">=", 2), "gs": ("::", 1), "gt": (">", 2), "ix": ("[]", 2),
    "lS": ("<<=", 2), "le": ("<=", 2), "ls": ("<<", 2), "lt": ("<", 2), "mI": ("-=", 2),
    "mL": ("*=", 2), "mi": ("-", 2), "ml": ("*", 2), "mm": ("--", 1), "na": ("new[]", 3),
    "ne": ("!=", 2), "ng": ("-", 1), "nt": ("!", 1), "nw": ("new", 3), "nx": ("noexcept ", 1),
    "oR": ("|=", 2), "oo": ("||", 2), "or": ("|", 2), "pL": ("+=", 2), "pl": ("+", 2),
    "pm": ("->*", 2), "pp": ("++", 1), "ps": ("+", 1), "pt": ("->", 2), "qu": ("?", 3),
    "rM": ("%=", 2), "rS": (">>=", 2), "rc": ("reinterpret_cast", 2), "rm": ("%", 2),
    "rs": (">>", 2), "sP": ("sizeof...", 1), "sZ": ("sizeof...", 1), "sc": ("static_cast", 2),
    "ss": ("<=>", 2), "st": ("sizeof ", 1), "sz": ("sizeof ", 1), "te": ("typeid ", 1),
    "ti": ("typeid ", 1), "tr": ("throw", 0), "tw": ("throw ", 1),
}  # fmt: skip
