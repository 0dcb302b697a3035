//! Ordered and linked collections of `alloc`: without optimisation their code is too large.

use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList};
use core::hint::black_box;

use crate::Next;

#[inline(never)]
pub fn stage(depth: u32, next: Next) -> u32 {
    let map: BTreeMap<u16, &str> = (0..14).map(|key| (key * 2, "v")).collect();
    let small: BTreeMap<u8, Option<char>> = [(2, Some('b')), (1, None)].into_iter().collect();
    let set: BTreeSet<char> = "harbor".chars().collect();
    let none: BTreeSet<u64> = BTreeSet::new();
    let heap: BinaryHeap<u8> = [2, 9, 4].into_iter().collect();
    let chain: LinkedList<u8> = [1, 2, 3].into_iter().collect();
    let answer = next(depth);
    black_box((&map, &small, &set, &none, &heap, &chain));
    answer
}
