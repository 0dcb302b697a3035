"""Names of Rust's types as their author writes them: without the modules that `use` brings in."""

from string import ascii_letters, digits

# What the collections of Rust are made for, unless the program says otherwise.
ALLOCATOR = ", alloc::alloc::Global"
LENGTH_LIMIT = 1 << 12  # names of more characters stay as they are
IMPL = "{impl#"  # what stands for the type where a method is a module
WORD = ascii_letters + digits + "_"


def as_written(name: str) -> str:
    """`Vec<alloc::boxed::Box<dyn app::Shape>, alloc::alloc::Global>` is `Vec<Box<dyn Shape>>`.

    Before what has no name of its own, that of its function stays: `run::{closure_env#0}`.
    """
    if "::" not in name or len(name) > LENGTH_LIMIT:
        return name
    written, *parts = name.replace(ALLOCATOR, "").split("::")
    for part in parts:
        if part.startswith(IMPL):
            continue
        around = written.rstrip(WORD)
        is_module = around != written and part[:1] in WORD and part
        written = around + part if is_module else f"{written}::{part}"
    return written
