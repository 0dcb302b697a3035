//! A rover that waits for an answer of its motor:
//! main -> Rover::drive -> retry::<closure> -> Motor::request -> wait_for.
#![no_std]
#![no_main]

use core::num::NonZeroU16;
use core::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    Parked,
    Crawling = 4,
    Reversing = 7,
}

#[derive(Debug)]
pub enum Command {
    Stop,
    Move { metres: f32, heading: i16 },
    Turn(i16, bool),
    Say(&'static str),
}

#[derive(Debug)]
pub enum Fault {
    Timeout { ms: u32 },
    Refused(u8),
}

pub struct Motor {
    id: NonZeroU16,
    name: &'static str,
    limits: (u8, i32),
    last: Option<Command>,
}

pub struct Rover<'a> {
    mode: Mode,
    motor: &'a mut Motor,
    route: &'a [Command],
    trail: [[i16; 2]; 3],
    spare: Option<&'a Motor>,
    serial: Option<NonZeroU16>,
    outcome: Result<u32, Fault>,
    #[allow(dead_code)]
    unit: (),
}

static ANSWER: AtomicU32 = AtomicU32::new(0x100);
static mut TRIES: u32 = 6;
static ROUTE: [Command; 4] = [
    Command::Move { metres: 2.5, heading: -90 },
    Command::Turn(45, true),
    Command::Say("hello\n\u{e9}"),
    Command::Stop,
];

#[inline(never)]
fn wait_for(flag: &AtomicU32, mask: u32) -> u32 {
    let mut spins = 0u32;
    while flag.load(Ordering::Relaxed) & mask == 0 {
        spins = spins.wrapping_add(1);
    }
    spins
}

impl Motor {
    #[inline(never)]
    fn request(&mut self, command: &Command, attempt: u8) -> Result<u32, Fault> {
        let mask = 1u32 << attempt;
        let budget: Option<u16> = Some(self.id.get() + 1);
        let initial = self.name.chars().next().unwrap_or('?');
        let spins = wait_for(&ANSWER, mask);
        self.last = Some(Command::Turn(initial as i16, false));
        match (command, budget) {
            (Command::Stop, _) => Err(Fault::Refused(attempt)),
            (_, Some(most)) if spins > most as u32 => Err(Fault::Timeout { ms: spins }),
            _ => Ok(spins + self.limits.0 as u32),
        }
    }
}

#[inline(never)]
fn retry<T, F: FnMut(u8) -> Result<T, Fault>>(times: u8, mut action: F) -> Option<T> {
    for attempt in 0..times {
        unsafe { TRIES += 1 };
        if let Ok(value) = action(attempt) {
            return Some(value);
        }
    }
    None
}

impl<'a> Rover<'a> {
    #[inline(never)]
    fn drive(&mut self, speed: f64) -> u32 {
        let pair = (speed as f32, self.route.len());
        let mut total = 0;
        for (index, command) in self.route.iter().enumerate() {
            let motor = &mut *self.motor;
            let got = retry(3, |attempt| motor.request(command, attempt + index as u8));
            total += got.unwrap_or(0) + pair.1 as u32;
        }
        self.mode = Mode::Parked;
        self.outcome = Ok(total);
        total + pair.0 as u32
    }
}

#[no_mangle]
pub extern "C" fn main() -> i32 {
    let mut motor = Motor {
        id: NonZeroU16::new(500).unwrap(),
        name: "left",
        limits: (200, -70_000),
        last: Some(Command::Say("go")),
    };
    let mut rover = Rover {
        mode: Mode::Crawling,
        motor: &mut motor,
        route: &ROUTE,
        trail: [[1, -2], [3, -4], [5, -6]],
        spare: None,
        serial: NonZeroU16::new(65535),
        outcome: Err(Fault::Timeout { ms: 5 }),
        unit: (),
    };
    let total = rover.drive(-0.5);
    (total as i32) + rover.trail[2][1] as i32 + rover.serial.map_or(0, |n| n.get() as i32)
        + rover.spare.is_some() as i32 + rover.motor.limits.1
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
