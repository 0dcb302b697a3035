//! A harbour that waits for a ship: every kind of value of Rust, in locals, parameters, statics.
//! main -> enums -> pointers -> containers -> collections -> cells -> futures -> Tide::poll -> wait_for.
#![no_std]
#![no_main]
#![allow(dead_code)]

extern crate alloc;

mod cells;
#[cfg(collections)]
mod collections;
mod containers;
mod enums;
mod futures;
mod heap;
mod pointers;

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

pub static SIGNALS: AtomicU32 = AtomicU32::new(0x100);

/// What a stage calls when all that it shows is there.
pub type Next = fn(u32) -> u32;

/// Spins for ever: no bit of `mask` is ever set.
#[inline(never)]
pub fn wait_for(mask: u32) -> u32 {
    let mut spins = 0u32;
    while SIGNALS.load(Ordering::Relaxed) & mask == 0 {
        spins = spins.wrapping_add(1);
    }
    spins
}

#[inline(never)]
fn to_pointers(depth: u32) -> u32 {
    pointers::stage(depth + 1, to_containers)
}

#[inline(never)]
fn to_containers(depth: u32) -> u32 {
    containers::stage(depth + 1, to_collections)
}

#[inline(never)]
fn to_collections(depth: u32) -> u32 {
    #[cfg(collections)]
    return collections::stage(depth + 1, to_cells);
    #[cfg(not(collections))]
    to_cells(depth)
}

#[inline(never)]
fn to_cells(depth: u32) -> u32 {
    cells::stage(depth + 1, futures::stage)
}

#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    black_box(&SIGNALS);
    let answer = enums::stage(black_box(0), to_pointers);
    black_box(answer) as i32
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
