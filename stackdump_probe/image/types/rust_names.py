"""Names of Rust's types as their author writes them: without the modules of the library."""

# What the collections of Rust are made for, unless the program says otherwise.
ALLOCATOR = ", alloc::alloc::Global"
LIBRARY = ("core", "alloc", "std")
LENGTH_LIMIT = 1 << 12  # names of more characters stay as they are
IMPL = "{impl#"  # what stands for the type where a method is a module
WORD = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def as_written(name: str) -> str:
    """`Vec<alloc::boxed::Box<dyn app::Shape>, alloc::alloc::Global>` is `Vec<Box<dyn app::Shape>>`.

    Modules of a program stay: it may have an `Error` in each.
    """
    if "::" not in name or len(name) > LENGTH_LIMIT:
        return name
    written, *parts = name.replace(ALLOCATOR, "").split("::")
    in_library = _last_word(written) in LIBRARY
    for part in parts:
        if part.startswith(IMPL):
            continue
        module = _last_word(written)
        is_left_out = in_library and module and part[:1] in WORD and part
        written = written.removesuffix(module) + part if is_left_out else f"{written}::{part}"
        if part.strip(WORD):  # the path has ended, another one may begin
            in_library = _last_word(part) in LIBRARY
    return written


def _last_word(text: str) -> str:
    return text[len(text.rstrip(WORD)) :]
