//! Pointers: thin and fat, to text, slices, traits, and the boxes that own what they point to.

use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt::Debug;
use core::hint::black_box;
use core::pin::Pin;
use core::ptr::NonNull;

use crate::Next;

pub trait Shape {
    fn area(&self) -> u32;
    fn scale(&mut self, by: u32);
}

#[derive(Debug)]
pub struct Square {
    pub side: u32,
}

#[derive(Debug)]
pub struct Circle {
    pub radius: u32,
    pub label: &'static str,
}

impl Shape for Square {
    fn area(&self) -> u32 {
        self.side * self.side
    }
    fn scale(&mut self, by: u32) {
        self.side *= by;
    }
}

impl Shape for Circle {
    fn area(&self) -> u32 {
        self.radius * self.radius * 3
    }
    fn scale(&mut self, by: u32) {
        self.radius *= by;
    }
}

impl Shape for u32 {
    fn area(&self) -> u32 {
        *self
    }
    fn scale(&mut self, by: u32) {
        *self *= by;
    }
}

/// A list whose end is a null pointer.
pub struct Link {
    pub number: u16,
    pub next: Option<Box<Link>>,
}

/// A ring: the last points to the first.
pub struct Buoy {
    pub number: u16,
    pub next: RefCell<Option<Rc<Buoy>>>,
    pub before: RefCell<Weak<Buoy>>,
}

/// Of no fixed size: the last field is a slice.
pub struct Tail<T: ?Sized> {
    pub head: u8,
    pub rest: T,
}

pub static SHAPE: &(dyn Shape + Sync) = &Square { side: 4 };
pub static NAMES: [&str; 3] = ["Ada", "n\u{e9}e", ""];
pub static BYTES: &[u8] = b"\x00\x01\xfe";
pub static mut BROKEN_TEXT: &str = "";
pub static mut LOST_TEXT: &str = "";
pub static RAW: [u8; 4] = [b'a', 0xff, b'\n', b'b'];

#[inline(never)]
fn corrupt() {
    unsafe {
        BROKEN_TEXT = core::str::from_utf8_unchecked(black_box(&RAW));
        let nowhere = core::ptr::slice_from_raw_parts(black_box(0x6000_0000) as *const u8, 0x7000_0000);
        LOST_TEXT = core::str::from_utf8_unchecked(&*nowhere);
    }
    black_box((&SHAPE, &NAMES, &raw const BROKEN_TEXT, &raw const LOST_TEXT));
}

fn list(length: u16) -> Option<Box<Link>> {
    (0..length).rev().fold(None, |next, number| Some(Box::new(Link { number, next })))
}

fn ring() -> Rc<Buoy> {
    let last = Rc::new(Buoy { number: 2, next: RefCell::new(None), before: RefCell::default() });
    let first = Rc::new(Buoy {
        number: 1,
        next: RefCell::new(Some(last.clone())),
        before: RefCell::new(Rc::downgrade(&last)),
    });
    *last.next.borrow_mut() = Some(first.clone());
    first
}

#[inline(never)]
pub fn stage(depth: u32, next: Next) -> u32 {
    corrupt();
    let mut circle = Circle { radius: 10, label: "C" };
    let mut words = [1u16, 2, 3];
    let lengths = [4u16, 5, 6];
    let number = black_box(40u32);
    let raw: *const u32 = &number;
    let part: &[u16] = black_box(&lengths[1..]);
    let empty: &[u16] = black_box(&[]);
    let text = black_box(&NAMES[1][1..]);
    let both: (&str, &&str) = black_box(("quay", &NAMES[0]));
    let shape: &dyn Shape = black_box(&number);
    let maybe: [Option<&dyn Shape>; 2] = black_box([Some(SHAPE), None]);
    let shapes: Vec<Box<dyn Shape>> =
        vec![Box::new(Square { side: 3 }), Box::new(Circle { radius: 2, label: "D" }), Box::new(9u32)];
    let shared: Rc<dyn Debug> = Rc::new(Square { side: 6 });
    let counted: Arc<str> = Arc::from("anchor");
    let slice: Rc<[u16]> = Rc::from([7u16, 8]);
    let boxed: Box<[u16]> = Box::from([5u16, 6]);
    let letters: Box<str> = Box::from("lighthouse");
    let pinned: Pin<Box<Square>> = Box::pin(Square { side: 12 });
    let there: NonNull<u32> = NonNull::from(&number);
    let perhaps = black_box((Some(there), None::<NonNull<u32>>));
    let unsized_raw: *const [u16] = &lengths;
    let tail: &Tail<[u16]> = black_box(&Tail { head: 9, rest: [10, 11] });
    let links = list(12);
    let buoys = ring();
    let several = (Rc::new(3u8), Arc::new(String::from("twice")));
    let again = (several.0.clone(), Rc::downgrade(&several.0), Arc::downgrade(&several.1));
    let gone: Weak<u8> = Rc::downgrade(&Rc::new(4u8));
    let never: Weak<u8> = Weak::new();
    let add = move |more: u32| number + more;
    let adds: &dyn Fn(u32) -> u32 = black_box(&add);
    let call: fn(u32) -> u32 = next;
    let answer = lend(black_box(&mut circle), &mut words[..2], NAMES[0], SHAPE, depth, call);
    black_box((&raw, &part, &empty, &text, &both, &shape, &maybe, &shapes, &shared));
    black_box((&counted, &slice, &boxed, &letters, &pinned, &there, &perhaps, &unsized_raw));
    black_box((&tail, &links, &buoys, &several, &again, &gone, &never, &adds, &call, &circle));
    answer + add(1)
}

/// Pointers as parameters: fat ones take two registers.
#[inline(never)]
fn lend(
    shape: &mut dyn Shape,
    words: &mut [u16],
    name: &str,
    other: &dyn Shape,
    depth: u32,
    next: Next,
) -> u32 {
    let answer = next(depth);
    words[0] += 1;
    shape.scale(2);
    answer + shape.area() + other.area() + name.len() as u32 + words.len() as u32
}
