//! Enums in every layout that rustc has for them, and values that no program can make.

use core::cmp::Ordering;
use core::convert::Infallible;
use core::hint::black_box;
use core::num::{NonZeroI8, NonZeroU32};
use core::ptr::addr_of_mut;

use crate::Next;

#[derive(Clone, Copy, PartialEq)]
pub enum Flag {
    Red,
    Green = 5,
    Blue = 9,
}

#[derive(Clone, Copy)]
#[repr(i16)]
pub enum Depth {
    Abyss = -11_000,
    Shelf = -200,
    Beach = 3,
}

#[derive(Clone, Copy)]
#[repr(u64)]
pub enum Code {
    Low = 1,
    High = 0xFFFF_FFFF_FFFF_FFF0,
}

#[derive(Clone, Copy)]
#[repr(u128)]
pub enum Serial {
    First = 7,
    Last = 0xFEDC_BA98_7654_3210_0123_4567_89AB_CDEF,
}

/// A tag of its own.
#[derive(Clone)]
pub enum Cargo {
    Empty,
    Grain { tonnes: u32, wet: bool },
    Cars(u16, u16),
    Named(&'static str),
}

/// No tag: the other variants are values that a bool cannot have.
pub enum Lamp {
    Steady(bool),
    Blinking,
    Off,
    Broken,
}

/// The tag is in the niche of the largest variant, beside which others carry data.
pub enum Berth {
    Taken { lamp: Lamp, length: u32 },
    Free(u16),
    Closed,
}

/// Variants that cannot be, one with data.
pub enum Tide {
    Never(Infallible, u32),
    High(u32),
    Low,
}

pub enum Only {
    One(u32, u8),
}

pub enum Unit {
    Single,
}

#[repr(i8)]
pub enum Level {
    Below(u8) = -2,
    At = 0,
    Above { by: u16 } = 100,
}

#[repr(C)]
pub enum Foreign {
    Number(u32),
    Pair(u8, u8),
}

#[repr(u128)]
pub enum Wide {
    Small(u8) = 1,
    Large(u32) = 0xFFFF_0000_0000_0000_0000_0000_0000_0001,
}

pub static FLAGS: [Flag; 3] = [Flag::Green, Flag::Red, Flag::Blue];
pub static CARGOES: [Cargo; 4] = [
    Cargo::Grain { tonnes: 500, wet: false },
    Cargo::Cars(20, 30),
    Cargo::Empty,
    Cargo::Named("coal"),
];
pub static LEVELS: [Level; 3] = [Level::Below(7), Level::Above { by: 300 }, Level::At];

// What only a fault can put there.
pub static mut BROKEN_FLAG: Flag = Flag::Red;
pub static mut BROKEN_LAMP: Lamp = Lamp::Off;
pub static mut BROKEN_LEVEL: Level = Level::At;
pub static mut BROKEN_BOOL: bool = false;
pub static mut BROKEN_CHAR: char = 'a';

/// Writes bytes that are no value of the types.
#[inline(never)]
fn corrupt() {
    unsafe {
        addr_of_mut!(BROKEN_FLAG).cast::<u8>().write_volatile(6);
        addr_of_mut!(BROKEN_LAMP).cast::<u8>().write_volatile(0x77);
        addr_of_mut!(BROKEN_LEVEL).cast::<u8>().write_volatile(0x42);
        addr_of_mut!(BROKEN_BOOL).cast::<u8>().write_volatile(2);
        addr_of_mut!(BROKEN_CHAR).cast::<u32>().write_volatile(0xD800);
    }
    black_box((&FLAGS, &CARGOES, &LEVELS));
}

#[inline(never)]
pub fn stage(depth: u32, next: Next) -> u32 {
    corrupt();
    let flag = black_box(Flag::Green);
    let depths = black_box([Depth::Abyss, Depth::Shelf, Depth::Beach]);
    let codes = black_box([Code::Low, Code::High]);
    let serials = black_box([Serial::First, Serial::Last]);
    let lamps = black_box([Lamp::Steady(true), Lamp::Blinking, Lamp::Off, Lamp::Broken]);
    let berths = black_box([
        Berth::Taken { lamp: Lamp::Steady(false), length: 80 },
        Berth::Taken { lamp: Lamp::Broken, length: 81 },
        Berth::Free(12),
        Berth::Closed,
    ]);
    let tides = black_box([Tide::High(4), Tide::Low]);
    let only = black_box(Only::One(1000, 2));
    let unit = black_box(Unit::Single);
    let foreign = black_box([Foreign::Number(70_000), Foreign::Pair(1, 2)]);
    let wide = black_box([Wide::Small(8), Wide::Large(9)]);
    let sure: Result<u32, Infallible> = black_box(Ok(77));
    let count = black_box((NonZeroU32::new(5), NonZeroU32::new(0), NonZeroI8::new(-1)));
    let nested: [Option<Option<bool>>; 3] = black_box([Some(Some(true)), Some(None), None]);
    let deep: [Option<Option<Option<()>>>; 4] =
        black_box([None, Some(None), Some(Some(None)), Some(Some(Some(())))]);
    let order = black_box([Some(Ordering::Less), Some(Ordering::Greater), None]);
    let letters = black_box([Some('\u{e9}'), Some('\''), None]);
    let ship = black_box((Some(&flag), None::<&Flag>));
    let outcome = black_box([Ok::<u16, Cargo>(7), Err(CARGOES[1].clone()), Err(Cargo::Empty)]);
    let answer = named(black_box(Some(Cargo::Named("ore"))), &lamps[0], depth, next);
    black_box((&depths, &codes, &serials, &lamps, &berths, &tides, &only, &unit));
    black_box((&foreign, &wide, &sure, &count, &nested, &deep, &order, &letters));
    black_box((&ship, &outcome, &flag));
    answer + FLAGS.len() as u32 + LEVELS.len() as u32
}

/// Enums as parameters: by value, by reference.
#[inline(never)]
fn named(cargo: Option<Cargo>, lamp: &Lamp, depth: u32, next: Next) -> u32 {
    let answer = next(depth + 1);
    let lit = matches!(lamp, Lamp::Steady(true));
    match cargo {
        Some(Cargo::Named(name)) => answer + name.len() as u32 + lit as u32,
        Some(Cargo::Grain { tonnes, .. }) => answer + tonnes,
        _ => answer,
    }
}
