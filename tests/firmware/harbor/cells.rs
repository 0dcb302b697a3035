//! Wrappers that say how a value may be used, and values with a notation of their own.

use core::cell::{Cell, LazyCell, OnceCell, Ref, RefCell, RefMut, UnsafeCell};
use core::cmp::Reverse;
use core::hint::black_box;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::num::{NonZeroU8, Saturating, Wrapping};
use core::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use core::panic::Location;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU8, AtomicUsize, Ordering};
use core::time::Duration;

use critical_section::Mutex;

use crate::Next;

#[derive(Clone, Copy)]
pub struct Metres(pub f32);

pub struct Typed<T> {
    pub id: u16,
    pub kind: PhantomData<T>,
}

pub struct Spinlock<T> {
    pub locked: AtomicBool,
    pub data: UnsafeCell<T>,
}

unsafe impl<T> Sync for Spinlock<T> {}

pub struct Crane {
    pub load: Metres,
    pub limits: RangeInclusive<i8>,
    pub every: Duration,
}

pub static CRANE: Mutex<RefCell<Option<Crane>>> = Mutex::new(RefCell::new(None));
pub static COUNT: Mutex<Cell<u32>> = Mutex::new(Cell::new(3));
pub static BELL: AtomicBool = AtomicBool::new(true);
pub static TICKS: AtomicI32 = AtomicI32::new(-5);
pub static LOCK: Spinlock<[u8; 2]> =
    Spinlock { locked: AtomicBool::new(true), data: UnsafeCell::new([1, 2]) };
pub static mut BUFFER: MaybeUninit<[u16; 2]> = MaybeUninit::uninit();
pub static PAUSE: Duration = Duration::from_millis(1500);

struct Single;

critical_section::set_impl!(Single);

unsafe impl critical_section::Impl for Single {
    unsafe fn acquire() {}
    unsafe fn release(_: ()) {}
}

fn load() {
    critical_section::with(|token| {
        let crane = Crane { load: Metres(2.5), limits: -4..=4, every: Duration::new(0, 250_000) };
        CRANE.borrow(token).replace(Some(crane));
    });
    unsafe { *(&raw mut BUFFER) = MaybeUninit::new([21, 22]) };
    black_box((&CRANE, &COUNT, &BELL, &TICKS, &LOCK, &raw mut BUFFER, &PAUSE));
}

#[inline(never)]
pub fn stage(depth: u32, next: Next) -> u32 {
    load();
    let cell = Cell::new(Some(8u8));
    let free = RefCell::new(1u16);
    let lent = RefCell::new([1u8, 2]);
    let taken = RefCell::new(3u16);
    let first: Ref<[u8; 2]> = lent.borrow();
    let second: Ref<u8> = Ref::map(lent.borrow(), |both| &both[1]);
    let mut only: RefMut<u16> = taken.borrow_mut();
    *only += 1;
    let once: OnceCell<u8> = OnceCell::new();
    let filled: OnceCell<u8> = OnceCell::from(6);
    let lazy: LazyCell<u16> = LazyCell::new(|| 7);
    let forced: LazyCell<u16> = LazyCell::new(|| 8);
    black_box(*forced);
    let mut byte = 17u8;
    let atomics = (AtomicU8::new(1), AtomicUsize::new(2), AtomicPtr::new(&mut byte));
    let dropped = ManuallyDrop::new(Metres(1.5));
    let ready: MaybeUninit<u32> = MaybeUninit::new(0x1234);
    let numbers = (Wrapping(250u8), Saturating(-3i16), Reverse(4u8), NonZeroU8::new(5).unwrap());
    let typed: Typed<u64> = Typed { id: 6, kind: PhantomData };
    let wide = (u128::MAX - 1, i128::MIN, -1i128);
    let letters = ('a', '\n', '\u{1f6a2}', '\0');
    let ranges: (Range<u8>, RangeFrom<u8>, RangeTo<u8>) = (1..3, 4.., ..5);
    let closed: (RangeInclusive<u8>, RangeToInclusive<i8>, RangeFull) = (6..=7, ..=-8, ..);
    let mut spent = 1..=2u8;
    spent.by_ref().count();
    let times = [
        Duration::ZERO,
        Duration::from_nanos(17),
        Duration::from_micros(1_500),
        Duration::from_secs(90_000),
        Duration::MAX,
    ];
    let here = Location::caller();
    let name = ["crane", "hook"];
    let mut calls = 0u8;
    let mut total = 100u32;
    let mut tally = |more: u8| {
        calls += 1;
        total += more as u32 + name[0].len() as u32;
    };
    tally(1);
    let answer = weigh(Wrapping(200u8), &cell, &free, PAUSE, depth, next, &mut tally);
    black_box((&cell, &free, &first, &second, &only, &once, &filled, &lazy));
    black_box((&atomics, &dropped, &ready, &numbers, &typed, &wide, &letters, &ranges, &closed));
    black_box((&spent, &times, &here, &forced));
    black_box((calls, total));
    answer
}

/// Wrappers as parameters.
#[inline(never)]
fn weigh<F: FnMut(u8)>(
    load: Wrapping<u8>,
    cell: &Cell<Option<u8>>,
    free: &RefCell<u16>,
    every: Duration,
    depth: u32,
    next: Next,
    tally: &mut F,
) -> u32 {
    let answer = next(depth);
    tally(load.0);
    cell.set(None);
    free.replace(2);
    BELL.store(false, Ordering::Relaxed);
    answer + every.as_secs() as u32 + COUNT_OF(&LOCK)
}

#[allow(non_snake_case)]
fn COUNT_OF(lock: &Spinlock<[u8; 2]>) -> u32 {
    lock.locked.load(Ordering::Relaxed) as u32 + TICKS.load(Ordering::Relaxed) as u32
}
