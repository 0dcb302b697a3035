"""Names of linker symbols as the source has them: C++ (Itanium ABI) and Rust."""
