//! State machines of async functions: one that runs, some that wait, one that has ended.

use alloc::boxed::Box;
use core::future::Future;
use core::hint::black_box;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::wait_for;

/// Ready after some polls; with a mask it hangs in the last one.
pub struct Tide {
    pub polls_left: u8,
    pub mask: u32,
}

impl Future for Tide {
    type Output = u32;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        if self.polls_left > 0 {
            self.polls_left -= 1;
            return Poll::Pending;
        }
        Poll::Ready(if self.mask == 0 { 11 } else { wait_for(self.mask) })
    }
}

async fn leaf(mask: u32, polls: u8) -> u32 {
    let doubled = mask * 2;
    let tide = Tide { polls_left: polls, mask };
    let height = tide.await;
    height + doubled
}

async fn middle(name: &str, mask: u32) -> u32 {
    let mut total = 0;
    for turn in 0..3u8 {
        total += leaf(mask, turn).await + name.len() as u32;
    }
    total
}

pub async fn outer(name: &'static str, mask: u32) -> u32 {
    let label = [name, "outer"];
    let first = middle(label[0], 0).await;
    let second = middle(label[1], mask).await;
    first + second
}

const VTABLE: RawWakerVTable =
    RawWakerVTable::new(|_| RawWaker::new(core::ptr::null(), &VTABLE), |_| {}, |_| {}, |_| {});

/// Polls a few times.
fn polled<F: Future<Output = u32>>(mut future: Pin<&mut F>, times: u8) -> Poll<u32> {
    let waker = unsafe { Waker::from_raw(RawWaker::new(core::ptr::null(), &VTABLE)) };
    let mut context = Context::from_waker(&waker);
    for _ in 0..times {
        if let Poll::Ready(found) = future.as_mut().poll(&mut context) {
            return Poll::Ready(found);
        }
    }
    Poll::Pending
}

/// Polls until the future is ready.
#[inline(never)]
fn block_on(mut future: Pin<Box<dyn Future<Output = u32>>>) -> u32 {
    let waker = unsafe { Waker::from_raw(RawWaker::new(core::ptr::null(), &VTABLE)) };
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(found) = future.as_mut().poll(&mut context) {
            return found;
        }
    }
}

#[inline(never)]
pub fn stage(depth: u32) -> u32 {
    let fresh = outer("fresh", depth);
    let mut waiting = pin!(outer("waiting", 0));
    let polled_once = polled(waiting.as_mut(), 2);
    let mut done = pin!(leaf(0, 0));
    let finished = polled(done.as_mut(), 1);
    let block = async { leaf(depth, 1).await + 1 };
    let running: Pin<Box<dyn Future<Output = u32>>> = Box::pin(outer("running", 1));
    let answer = block_on(running);
    black_box((&fresh, &waiting, &polled_once, &done, &finished, &block));
    answer
}
