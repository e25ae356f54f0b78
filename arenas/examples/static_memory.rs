//! No heap: a telemetry node that lives in 8 KiB of static memory.
//!
//! Readings of one cycle go into a [`Bitena`] over the first half, which is reset after every cycle. Messages that
//! wait for an unreliable link go into blocks of a [`Region`] over the second half, each as large as it is and freed
//! when it is acknowledged, in any order. A counting global allocator shows that neither ever asks for memory.
//!
//! ```sh
//! cargo run --release --example static_memory
//! ```

#[path = "shared/counting.rs"]
mod counting;

use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::sync::Mutex;

use arenas::{Bitena, Bytes, Holds, Region, RegionBlock, RegionError, RegionNode};
use counting::heap_requests;

static MEMORY: Mutex<[MaybeUninit<u8>; 8192]> = Mutex::new([MaybeUninit::uninit(); 8192]);

/// One reading, and the text that came with it.
struct Reading<'a> {
    sensor: u8,
    celsius: f32,
    note: &'a str,
}

// Plain data, so that a `Bitena` may hold it; with the feature `derive` this line is `#[derive(ArenaAlloc)]`.
impl Holds<Reading<'_>> for Bitena {}

/// What a cycle measured, in text, as it comes from the wire.
const WIRE: [&str; 6] =
    ["1 21.5 office", "2 -3.25 freezer, door open", "3 19.0 hall", "1 21.75 office", "4 broken", "2 -17.5 freezer"];

fn parse<'a>(arena: &'a Bitena, line: &str) -> Option<&'a Reading<'a>> {
    let mut words = line.splitn(3, ' ');
    let sensor = words.next()?.parse().ok()?;
    let celsius = words.next()?.parse().ok()?;
    let note = arena.try_alloc_str(words.next().unwrap_or("")).ok()?;
    Some(arena.try_alloc(Reading { sensor, celsius, note }).ok()?)
}

/// Puts a message into a block of its own size.
fn queue(waiting: &mut Region<'_>, text: &str) -> Result<RegionBlock, RegionError> {
    let layout = Layout::from_size_align(text.len(), 1).expect("a short text");
    let block = waiting.try_alloc(layout)?;
    waiting.write(block, text.as_bytes());
    Ok(block)
}

/// What the link has seen of a run.
#[derive(Default)]
struct Totals {
    readings: u32,
    refused: u32,
    sent: u32,
    postponed: u32,
    bytes: usize,
}

fn run(cycles: u32, totals: &mut Totals) -> Result<(usize, f64), RegionError> {
    let mut memory = MEMORY.lock().expect("nobody else runs");
    let (first, second) = memory.split_at_mut(4096);
    let mut cycle_memory = Bitena::over(first);
    let mut nodes = [RegionNode::EMPTY; 64];
    let mut waiting = Region::with_nodes(second, 8, &mut nodes)?;
    // The messages that wait, in a window of their own; a slot is free when it is `None`.
    let mut window: [Option<RegionBlock>; 24] = [None; 24];
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    let mut peak = 0;
    let mut fragmentation = 0.0f64;

    for cycle in 0..cycles {
        for line in WIRE {
            let Some(reading) = parse(&cycle_memory, line) else {
                totals.refused += 1;
                continue;
            };
            totals.readings += 1;
            let text = cycle_memory.alloc_fmt(format_args!(
                "{cycle}: sensor {} at {} degrees ({})",
                reading.sensor, reading.celsius, reading.note
            ));
            let Some(slot) = window.iter_mut().find(|slot| slot.is_none()) else {
                totals.postponed += 1;
                continue;
            };
            match queue(&mut waiting, text) {
                Ok(block) => *slot = Some(block),
                Err(RegionError::NoRoom { .. } | RegionError::TooManyBlocks { .. }) => totals.postponed += 1,
                Err(error) => return Err(error),
            }
        }
        peak = peak.max(waiting.region_stats().used);
        fragmentation = fragmentation.max(waiting.fragmentation());
        // The link acknowledges some of the messages, in no particular order.
        for slot in &mut window {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            if let (Some(block), true) = (*slot, random % 3 == 0) {
                totals.sent += 1;
                totals.bytes += block.len();
                waiting.try_free(block)?;
                *slot = None;
            }
        }
        cycle_memory.reset();
    }
    Ok((peak, fragmentation))
}

fn main() -> Result<(), RegionError> {
    const CYCLES: u32 = 100_000;
    let mut totals = Totals::default();
    let before = heap_requests();
    let (peak, fragmentation) = run(CYCLES, &mut totals)?;
    let requests = heap_requests() - before;

    println!("{CYCLES} cycles in {} of static memory", Bytes(size_of_val(&MEMORY)));
    println!("  readings           {:>9}   lines refused {}", totals.readings, totals.refused);
    println!("  messages sent      {:>9}   {}", totals.sent, Bytes(totals.bytes));
    println!("  messages postponed {:>9}   the link was too slow", totals.postponed);
    println!("  waiting at most    {:>9}   fragmentation at most {:.0} %", Bytes(peak), fragmentation * 100.0);
    println!("  requests to the heap {requests:>7}");
    assert_eq!(requests, 0, "everything above is to happen in static memory");
    Ok(())
}
