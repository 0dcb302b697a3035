//! Stands in for the crate that rustc links into every program; newlib and libgcc do its work.
#![feature(compiler_builtins)]
#![compiler_builtins]
#![no_std]
