//! A bad pointer in a program on cortex-m-rt. Its trampoline gives the handler the stacked frame,
//! and the handler, which never returns, panics.
#![no_std]
#![no_main]

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU32, Ordering};
use cortex_m_rt::ExceptionFrame;

// What #[exception] makes of `fn HardFault`, word for word from the crate.
core::arch::global_asm!(include_str!(env!("TRAMPOLINE")));

static LAST_PC: AtomicU32 = AtomicU32::new(0);

#[panic_handler]
fn panic(_info: &PanicInfo) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

#[inline(never)]
fn note(pc: u32) {
    LAST_PC.store(pc, Ordering::SeqCst);
}

#[unsafe(export_name = "_HardFault")]
unsafe extern "C" fn hard_fault(frame: &ExceptionFrame) -> ! {
    note(frame.pc());
    panic!("HardFault at {:#010x}", frame.pc());
}

#[inline(never)]
fn sample(address: *const u32) -> u32 {
    unsafe { core::ptr::read_volatile(address) }
}

#[inline(never)]
fn poll(channels: u32) -> u32 {
    sample((0xFFFF_FF00 + 16 * channels) as *const u32) + channels
}

#[unsafe(export_name = "main")]
pub unsafe extern "C" fn run() -> ! {
    let got = poll(LAST_PC.load(Ordering::SeqCst) + 3);
    note(got);
    loop {}
}
