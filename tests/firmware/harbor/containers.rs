//! What `alloc` and `heapless` keep many things in.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::hint::black_box;

use crate::Next;

pub struct Log {
    pub lines: Vec<String>,
    pub last: heapless8::Vec<(u8, char), 4>,
    pub title: heapless9::String<8, u8>,
}

pub static mut EVENTS: heapless8::spsc::Queue<u16, 4> = heapless8::spsc::Queue::new();
pub static mut NOTES: Vec<u8> = Vec::new();
pub static mut BROKEN_LIST: heapless8::Vec<u16, 4> = heapless8::Vec::new();
pub static mut BROKEN_STRING: String = String::new();

#[inline(never)]
fn corrupt() {
    unsafe {
        let list = &raw mut BROKEN_LIST;
        (*list).push(7).unwrap();
        (*list).set_len(1);
        // The length stands before or behind the buffer: it is the word that holds 1.
        let words = list.cast::<u32>();
        for index in 0..3 {
            if words.add(index).read_volatile() == 1 && size_of_val(&*list) == 12 {
                words.add(index).write_volatile(0x1000_0000);
            }
        }
        *(&raw mut BROKEN_STRING) = String::from_raw_parts(black_box(0x6000_0000) as *mut u8, 3, 900);
        for event in 1..=5u16 {
            let queue = &mut *(&raw mut EVENTS);
            if queue.is_full() {
                queue.dequeue();
            }
            queue.enqueue(event).unwrap();
        }
        *(&raw mut NOTES) = vec![b'a', b'b'];
    }
    black_box((&raw mut EVENTS, &raw mut NOTES, &raw mut BROKEN_STRING));
}

fn wrapped() -> VecDeque<u16> {
    let mut deque = VecDeque::with_capacity(4);
    deque.extend([1, 2, 3, 4]);
    deque.pop_front();
    deque.pop_front();
    deque.extend([5, 6]);
    deque
}

fn ring() -> heapless8::Deque<u8, 4> {
    let mut deque = heapless8::Deque::new();
    for number in 1..=6 {
        if deque.is_full() {
            deque.pop_front();
        }
        deque.push_back(number).unwrap();
    }
    deque
}

#[inline(never)]
pub fn stage(depth: u32, next: Next) -> u32 {
    corrupt();
    let numbers: Vec<u16> = vec![3, 1, 2];
    let names: Vec<String> = vec!["one".to_string(), format!("tw{}", 'o'), String::new()];
    let nothing: Vec<u64> = Vec::new();
    let units: Vec<()> = vec![(), ()];
    let nested: Vec<Vec<Option<u8>>> = vec![vec![Some(1), None], vec![]];
    let deque = wrapped();
    let optional = black_box((Some(vec![1u8]), None::<Vec<u8>>, Some(String::from("s"))));
    let borrowed: Cow<'static, str> = black_box(Cow::Borrowed("lent"));
    let owned: Cow<'static, str> = black_box(Cow::Owned("own".to_string()));
    let boxed: Box<(u8, Option<Box<u8>>)> = Box::new((1, Some(Box::new(2))));
    let old: heapless7::Vec<u16, 8> = heapless7::Vec::from_slice(&[70, 71]).unwrap();
    let old_text: heapless7::String<8> = heapless7::String::from("seven");
    let middle: heapless8::Vec<Option<u8>, 4> = heapless8::Vec::from_slice(&[Some(8), None]).unwrap();
    let middle_text: heapless8::String<8> = heapless8::String::try_from("eight").unwrap();
    let new: heapless9::Vec<u16, 8, u8> = heapless9::Vec::from_slice(&[90, 91]).unwrap();
    let new_text: heapless9::String<8> = heapless9::String::try_from("nine").unwrap();
    let around = ring();
    let mut table: heapless8::LinearMap<u8, char, 4> = heapless8::LinearMap::new();
    let _ = table.insert(1, 'a');
    let mut past: heapless8::HistoryBuffer<u8, 3> = heapless8::HistoryBuffer::new();
    past.extend([1, 2, 3, 4].iter());
    let mut index: heapless8::FnvIndexMap<u8, char, 4> = heapless8::FnvIndexMap::new();
    let _ = index.insert(5, 'x');
    let mut log = Log { lines: vec!["in".to_string()], last: heapless8::Vec::new(), title: heapless9::String::default() };
    log.last.push((1, 'b')).unwrap();
    log.title.push_str("log").unwrap();
    let answer = keep(numbers, &names, &mut log, black_box(&middle), depth, next);
    black_box((&names, &nothing, &units, &nested, &deque, &optional, &borrowed, &owned));
    black_box((&boxed, &old, &old_text, &middle, &middle_text));
    black_box((&new, &new_text, &around, &table, &past, &index, &log));
    answer
}

/// Containers as parameters: by value, borrowed.
#[inline(never)]
fn keep(
    numbers: Vec<u16>,
    names: &Vec<String>,
    log: &mut Log,
    few: &heapless8::Vec<Option<u8>, 4>,
    depth: u32,
    next: Next,
) -> u32 {
    let answer = next(depth);
    log.lines.clear();
    answer + numbers.iter().sum::<u16>() as u32 + names.len() as u32 + few.len() as u32
}
