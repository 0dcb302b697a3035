"""How long a trace takes, beside GDB and the Rust CLI: `scripts/bench`."""
