//! How cost grows: with the number of items, of free blocks, of bytes in a ring, and of threads.
//!
//! ```text
//! cargo run --release -p arenas-benches --bin scaling
//! ```

use core::{alloc::Layout, fmt::Write as _};
use std::{collections::VecDeque, io, process::ExitCode, time::Instant};

use arenas_benches::{
    clock, paired,
    random::Random,
    report::{
        self,
        chart::{self, Curve},
        machine, markdown,
    },
    sink::sink,
    table::Run,
    worker,
    workloads::w5,
};
use clap::Parser;

/// Draws the curves of cost against size.
#[derive(Parser)]
struct Options {
    /// Stop at a hundredth of the sizes: to see that everything works.
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    worker::serve();
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    clock::keep_freed_memory();
    let cut = if options.quick { 2 } else { 0 };
    let facts = machine::facts();
    let mut text = format!("\nMeasured on {} by `{}` on {}.\n", facts.date, facts.compiler, facts.processor);

    let powers = |low: u32, high: u32| (low..=high - cut).map(|power| 10_usize.pow(power)).collect::<Vec<_>>();
    section(&mut text, "items", "Filling an arena with u64, by the number of items", "items", &filling(&powers(3, 8)))?;
    section(
        &mut text,
        "holes",
        "Region: one free and one alloc, by the number of free blocks",
        "free blocks",
        &holes(&powers(2, 6)),
    )?;
    let rings: Vec<usize> = (10..=30 - 4 * cut).step_by(4).map(|power| 1_usize << power).collect();
    section(&mut text, "ring", "RingAl: one buffer, by the size of the ring", "bytes of the ring", &ring(&rings))?;
    section(
        &mut text,
        "threads",
        "One shared arena: ns per item and thread, by the number of threads",
        "threads",
        &threads(if options.quick { 20_000 } else { 400_000 }),
    )?;
    report::replace_section("scaling", &text)
}

fn section(text: &mut String, name: &str, title: &str, size: &str, curves: &[Curve]) -> io::Result<()> {
    eprintln!("{title}");
    chart::curves(&report::home().join(format!("charts/scaling_{name}.svg")), title, size, curves)?;
    let _ = writeln!(text, "\n### {title}\n\n![{title}](charts/scaling_{name}.svg)\n");
    let sizes: Vec<f64> = curves.first().map_or(Vec::new(), |curve| curve.points.iter().map(|point| point.0).collect());
    let heads: Vec<String> = sizes.iter().map(|size| size.to_string()).collect();
    let _ = writeln!(text, "| ns | {} |\n|---|{}", heads.join(" | "), "---:|".repeat(heads.len()));
    for curve in curves {
        let cells: Vec<String> = curve.points.iter().map(|point| markdown::time(point.1)).collect();
        let _ = writeln!(text, "| {} | {} |", curve.name, cells.join(" | "));
    }
    Ok(())
}

/// The median time of an operation over several calls of `run` with `ops` operations, after one that is not timed.
fn median(ops: usize, clock_of_crew: bool, mut run: impl FnMut(usize) -> u64) -> f64 {
    let rounds = if ops > 20_000_000 { 3 } else { 7 };
    run(ops);
    let times = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            let result = run(ops);
            let time = if clock_of_crew { clock::crew_time() } else { start.elapsed() };
            sink(&raw const result);
            time.as_nanos() as f64 / ops as f64
        })
        .collect();
    paired::quartiles(times)[1]
}

/// How often work on so few items is repeated, so that the clock can see it.
fn repeats(items: usize) -> usize {
    (1_000_000 / items).max(1)
}

fn filling(sizes: &[usize]) -> Vec<Curve> {
    let curve = |name: &str, fill: &dyn Fn(usize) -> Run| Curve {
        name: name.to_owned(),
        points: sizes
            .iter()
            .map(|&size| {
                let mut run = fill(size);
                (size as f64, median(size * repeats(size), false, |_| run(size)))
            })
            .collect(),
    };
    vec![
        curve("Arena::alloc, reset", &|size| {
            let mut arena = arenas::Arena::<u64>::with_capacity(size);
            Box::new(move |items| {
                for _ in 0..repeats(items) {
                    arena.reset();
                    for value in 0..items as u64 {
                        sink(&arena.alloc(value));
                    }
                }
                arena.len() as u64
            })
        }),
        curve("FastArena::alloc, reset", &|size| {
            let mut arena = arenas::FastArena::<u64>::with_capacity(size);
            Box::new(move |items| {
                for _ in 0..repeats(items) {
                    arena.reset();
                    for value in 0..items as u64 {
                        sink(&arena.alloc(value));
                    }
                }
                arena.len() as u64
            })
        }),
        curve("Blink::put, reset", &|_| {
            let mut blink = arenas::Blink::new();
            Box::new(move |items| {
                for _ in 0..repeats(items) {
                    for value in 0..items as u64 {
                        sink(blink.put(value));
                    }
                    blink.reset();
                }
                items as u64
            })
        }),
        curve("Bitena::alloc, reset", &|size| {
            let mut bitena = arenas::Bitena::new(size * 8).expect("memory for the benchmark");
            Box::new(move |items| {
                for _ in 0..repeats(items) {
                    for value in 0..items as u64 {
                        sink(bitena.alloc(value));
                    }
                    bitena.reset();
                }
                items as u64
            })
        }),
        curve("Vec::push, clear", &|size| {
            let mut values = Vec::<u64>::with_capacity(size);
            Box::new(move |items| {
                for _ in 0..repeats(items) {
                    values.clear();
                    for value in 0..items as u64 {
                        values.push(value);
                        sink(&raw const values);
                    }
                }
                values.len() as u64
            })
        }),
    ]
}

/// Every other block of many is free. Sizes are equal, or spread over 16 to 4,096 bytes.
fn holes(counts: &[usize]) -> Vec<Curve> {
    const OPS: usize = 200_000;
    let curve = |name: &str, equal: bool| Curve {
        name: name.to_owned(),
        points: counts
            .iter()
            .map(|&count| {
                let mut random = Random::new(8);
                let mut size = || if equal { 64 } else { random.log_uniform(16, 4096).next_multiple_of(16) };
                let sizes: Vec<usize> = (0..2 * count + 1).map(|_| size()).collect();
                let room = sizes.iter().sum::<usize>() + (1 << 20);
                let mut region = arenas::OffsetRegion::new(room, 16).expect("a region of this size");
                let layout = |size| Layout::from_size_align(size, 16).expect("a small layout");
                let blocks: Vec<_> =
                    sizes.iter().map(|size| region.try_alloc(layout(*size)).expect("room for the block")).collect();
                for block in blocks.iter().skip(1).step_by(2) {
                    region.try_free(*block).expect("a live block");
                }
                let mut held: VecDeque<_> =
                    sizes.iter().take(64).map(|size| region.try_alloc(layout(*size)).expect("room")).collect();
                let time = median(OPS, false, |ops| {
                    for i in 0..ops {
                        let block = held.pop_front().expect("some are held");
                        region.try_free(block).expect("a live block");
                        held.push_back(region.try_alloc(layout(sizes[i % sizes.len()])).expect("room for the block"));
                    }
                    ops as u64
                });
                (count as f64, time)
            })
            .collect(),
    };
    vec![curve("OffsetRegion, holes of all sizes", false), curve("OffsetRegion, holes of one size", true)]
}

/// As many buffers live as fill half of the ring, up to 10,000.
fn ring(sizes: &[usize]) -> Vec<Curve> {
    const OPS: usize = 500_000;
    let curve = |name: &str, bytes: usize| Curve {
        name: name.to_owned(),
        points: sizes
            .iter()
            .map(|&size| {
                let ring = arenas::RingAl::new(size);
                let live = (size / 2 / (bytes + 16)).clamp(1, 10_000);
                let mut held = VecDeque::with_capacity(live + 1);
                let time = median(OPS, false, |ops| {
                    for _ in 0..ops {
                        if held.len() == live {
                            held.pop_front();
                        }
                        held.push_back(ring.fixed(bytes).expect("half of the ring is free"));
                    }
                    ops as u64
                });
                (size as f64, time)
            })
            .collect(),
    };
    vec![curve("fixed(64) and its release", 64), curve("fixed(400) and its release", 400)]
}

fn threads(each: usize) -> Vec<Curve> {
    let curve = |name: &str, start: fn(usize) -> Run| Curve {
        name: name.to_owned(),
        points: [1, 2, 4, 8]
            .into_iter()
            .map(|threads| {
                let mut run = start(threads);
                (threads as f64, median(each, true, &mut run))
            })
            .collect(),
    };
    vec![
        curve("FastArena::alloc", w5::run::<w5::FastDirect>),
        curve("Writer::alloc", w5::run::<w5::FastWriter>),
        curve("Bitena::alloc", w5::run::<w5::BitenaDirect>),
        curve("LocalBitena::alloc", w5::run::<w5::BitenaLocal>),
        curve("SyncBlinkAlloc::allocate", w5::run::<w5::BlinkDirect>),
        curve("LocalBlinkAlloc::allocate", w5::run::<w5::BlinkLocal>),
        curve("one bumpalo per thread", w5::run::<w5::Separate>),
        curve("boxcar", w5::run::<w5::Boxcar>),
    ]
}
