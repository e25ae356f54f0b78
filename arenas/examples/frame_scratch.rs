//! The frames of a small simulation: everything that one frame needs lives in a [`Blink`] that is reset after it.
//!
//! Bodies move in a box. Each frame sorts them into cells, then collects the pairs in each cell that are near each
//! other. What lives as long as the frame is in one `Blink`, which is reset after it; the pairs of a cell are in a scope
//! of another, whose memory is free again for the next cell. No list is ever kept "for reuse" by hand. The same
//! frames with `Vec` show what was saved.
//!
//! ```sh
//! cargo run --release --example frame_scratch -- [BODIES] [FRAMES]
//! ```

#[path = "shared/counting.rs"]
mod counting;

use std::time::Instant;

use arenas::{Blink, Bytes};
use counting::heap_requests;

const SIDE: usize = 64;
const NEAR: f32 = 0.25 / SIDE as f32;

#[derive(Clone, Copy)]
struct Body {
    at: [f32; 2],
    speed: [f32; 2],
}

impl Body {
    fn cell(&self) -> usize {
        let along = |x: f32| ((x * SIDE as f32) as usize).min(SIDE - 1);
        along(self.at[1]) * SIDE + along(self.at[0])
    }

    fn near(&self, other: &Self) -> bool {
        let [dx, dy] = [self.at[0] - other.at[0], self.at[1] - other.at[1]];
        dx * dx + dy * dy < NEAR * NEAR
    }

    fn step(&mut self) {
        for axis in 0..2 {
            self.at[axis] += self.speed[axis];
            if !(0.0..1.0).contains(&self.at[axis]) {
                self.speed[axis] = -self.speed[axis];
                self.at[axis] = self.at[axis].clamp(0.0, 0.999_999);
            }
        }
    }
}

/// What a frame found, so that both ways can be compared.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Found {
    pairs: u64,
    /// The most pairs in a cell.
    most: usize,
}

impl Found {
    fn add_cell(&mut self, pairs: &[(u32, u32)]) {
        self.pairs += pairs.len() as u64;
        self.most = self.most.max(pairs.len());
    }
}

/// The pairs of bodies of a cell that are near each other.
fn near_pairs<'a>(bodies: &'a [Body], here: &'a [u32]) -> impl Iterator<Item = (u32, u32)> + 'a {
    here.iter().enumerate().flat_map(move |(n, &a)| {
        let near = move |b: &u32| bodies[a as usize].near(&bodies[*b as usize]);
        here[n + 1..].iter().copied().filter(near).map(move |b| (a, b))
    })
}

/// The numbers of the bodies of each cell.
fn frame_in_blink(bodies: &[Body], frame: &Blink, scratch: &mut Blink) -> Found {
    let mut found = Found::default();
    // All cells one after another in one slice, and where each of them starts.
    let starts = frame.emplace_no_drop::<u32>().from_iter(std::iter::repeat_n(0, SIDE * SIDE + 1));
    for body in bodies {
        starts[body.cell() + 1] += 1;
    }
    for cell in 0..SIDE * SIDE {
        starts[cell + 1] += starts[cell];
    }
    let next = frame.copy_slice(starts);
    let by_cell = frame.emplace_no_drop::<u32>().from_iter(std::iter::repeat_n(0, bodies.len()));
    for (number, body) in bodies.iter().enumerate() {
        let place = &mut next[body.cell()];
        by_cell[*place as usize] = number as u32;
        *place += 1;
    }
    for cell in 0..SIDE * SIDE {
        let here = &by_cell[starts[cell] as usize..starts[cell + 1] as usize];
        scratch.scope(|scratch| found.add_cell(scratch.emplace_no_drop().from_iter(near_pairs(bodies, here))));
    }
    found
}

fn frame_in_vecs(bodies: &[Body]) -> Found {
    let mut found = Found::default();
    let mut cells: Vec<Vec<u32>> = vec![Vec::new(); SIDE * SIDE];
    for (number, body) in bodies.iter().enumerate() {
        cells[body.cell()].push(number as u32);
    }
    for here in &cells {
        found.add_cell(&near_pairs(bodies, here).collect::<Vec<_>>());
    }
    found
}

fn bodies(count: usize) -> Vec<Body> {
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut one = || Body { at: [next(), next()], speed: [(next() - 0.5) * 0.01, (next() - 0.5) * 0.01] };
    (0..count).map(|_| one()).collect()
}

/// Runs the frames and says what they found, the milliseconds per frame, and the requests to the heap from the third
/// frame on.
fn run(mut bodies: Vec<Body>, frames: usize, mut frame: impl FnMut(&[Body]) -> Found) -> (Found, f64, u64) {
    let mut total = Found::default();
    let (mut warm, mut seconds) = (0, 0.0);
    for number in 0..frames {
        if number == 2 {
            warm = heap_requests();
        }
        let start = Instant::now();
        let found = frame(&bodies);
        seconds += start.elapsed().as_secs_f64();
        total = Found { pairs: total.pairs + found.pairs, most: total.most.max(found.most) };
        bodies.iter_mut().for_each(Body::step);
    }
    (total, seconds * 1e3 / frames as f64, heap_requests() - warm)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let frames: usize = arguments.next().map_or(Ok(300), |text| text.parse())?;
    let start = bodies(count);

    let (mut frame, mut scratch) = (Blink::new(), Blink::new());
    let (found, time, requests) = run(start.clone(), frames, |bodies| {
        let found = frame_in_blink(bodies, &frame, &mut scratch);
        frame.reset();
        found
    });
    let (expected, vec_time, vec_requests) = run(start, frames, frame_in_vecs);
    assert_eq!(found, expected, "both ways are to find the same");

    println!("{frames} frames of {count} bodies: {} near pairs, at most {} in a cell", found.pairs, found.most);
    println!("          ms per frame   heap requests after two frames");
    println!("  Blink  {time:>13.3}   {requests:>30}");
    println!("  Vec    {vec_time:>13.3}   {vec_requests:>30}");
    println!("  saved {:.0} % of the time", 100.0 * (1.0 - time / vec_time));
    let (frame, scratch) = (frame.stats().reserved, scratch.stats().reserved);
    println!("  the memory of a frame is one chunk of {}, that of the scopes {}", Bytes(frame), Bytes(scratch));
    Ok(())
}
