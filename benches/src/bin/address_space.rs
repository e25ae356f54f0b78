//! What reserved address space costs: against an arena of the right size, with and without huge pages.
//!
//! ```text
//! cargo run --release -p arenas-benches --bin address_space [-- --write]
//! ```
//!
//! Every run is a process of its own, so that none finds the pages of another; the ways take turns.

use std::{
    io,
    process::{Command, ExitCode},
    time::Instant,
};

use arenas::{AddressSpace, FastArena};
use arenas_benches::{
    clock,
    paired::quartiles,
    random::Random,
    report::{self, machine},
};
use clap::{Parser, ValueEnum};

/// Measures what a `FastArena` over reserved address space costs, and prints a table.
#[derive(Parser)]
struct Options {
    /// Values of 8 bytes that are stored.
    #[arg(long, default_value_t = 10_000_000)]
    values: usize,
    /// Slots that are reserved.
    #[arg(long, default_value_t = 1_000_000_000)]
    slots: usize,
    /// How often each way is measured.
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Put the table into benches/README.md.
    #[arg(long)]
    write: bool,
    /// Measure one way in this process, and print the numbers.
    #[arg(long, hide = true)]
    way: Option<Way>,
}

/// A way to come by the memory.
#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Sized,
    Grown,
    Reserved,
    Huge,
}

impl Way {
    const ALL: [Self; 4] = [Self::Sized, Self::Grown, Self::Reserved, Self::Huge];

    fn title(self) -> &'static str {
        match self {
            Self::Sized => "`with_capacity`, exactly as many slots",
            Self::Grown => "`new`, then `grow` whenever it is full (values move)",
            Self::Reserved => "`reserve_address_space`",
            Self::Huge => "`AddressSpace::huge_pages`",
        }
    }
}

/// What is measured of a way. All of it is better when it is less.
const COLUMNS: [&str; 7] = [
    "make it, µs",
    "resident then, KiB",
    "first fill, ns per value",
    "pages met per 1000 values",
    "resident then, MiB",
    "fill again, ns per value",
    "random read, ns",
];

fn main() -> ExitCode {
    let options = Options::parse();
    let result = match options.way {
        Some(way) => {
            println!("{}", measure(way, &options).map(|number| number.to_string()).join(" "));
            Ok(())
        }
        None => compare(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes an arena, fills it, empties it, fills it again, and reads it at random.
fn measure(way: Way, options: &Options) -> [f64; COLUMNS.len()] {
    let values = options.values;
    let before = clock::resident();
    let start = clock::thread_time();
    let mut arena: FastArena<u64> = match way {
        Way::Sized => FastArena::with_capacity(values),
        Way::Grown => FastArena::new(),
        Way::Reserved => FastArena::reserve_address_space(options.slots).expect("the system has as many addresses"),
        Way::Huge => AddressSpace::new(options.slots).huge_pages(true).reserve().expect("it has as many addresses"),
    };
    let made = (clock::thread_time() - start).as_secs_f64() * 1e6;
    let empty = clock::resident().saturating_sub(before) as f64 / 1024.0;

    let fill = |arena: &mut FastArena<u64>| {
        let (start, faults) = (clock::thread_time(), clock::first_touches());
        for value in 0..values as u64 {
            if let Err(rejected) = arena.try_alloc(value) {
                arena.grow();
                arena.alloc(rejected.into_inner());
            }
        }
        let elapsed = (clock::thread_time() - start).as_nanos() as f64;
        let faults = clock::first_touches() - faults;
        assert_eq!(arena.len(), values);
        let resident = clock::resident().saturating_sub(before);
        (elapsed / values as f64, faults as f64 * 1e3 / values as f64, resident as f64 / (1 << 20) as f64)
    };
    let (first, faults, resident) = fill(&mut arena);
    arena.reset();
    let (again, _, _) = fill(&mut arena);

    let mut random = Random::new(7);
    let reads: Vec<_> = (0..1_000_000).map(|_| arenas::Idx::from_raw(random.below(values))).collect();
    let start = clock::thread_time();
    let sum = reads.iter().fold(0, |sum: u64, &index| sum.wrapping_add(*arena.get(index)));
    let read = (clock::thread_time() - start).as_nanos() as f64 / reads.len() as f64;
    assert_eq!(sum, reads.iter().map(|index| index.into_raw() as u64).sum::<u64>());
    [made, empty, first, faults, resident, again, read]
}

fn compare(options: &Options) -> io::Result<()> {
    let program = std::env::current_exe()?;
    let mut results = Way::ALL.map(|_| COLUMNS.map(|_| Vec::new()));
    let begin = Instant::now();
    for round in 0..options.rounds {
        for turn in 0..Way::ALL.len() {
            let which = (round + turn) % Way::ALL.len();
            let name = Way::ALL[which].to_possible_value().expect("no way is hidden").get_name().to_owned();
            let output = Command::new(&program)
                .args(["--way", &name])
                .args(["--values", &options.values.to_string(), "--slots", &options.slots.to_string()])
                .output()?;
            if !output.status.success() {
                return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
            }
            let text = String::from_utf8_lossy(&output.stdout);
            for (column, number) in results[which].iter_mut().zip(text.split_whitespace()) {
                column.push(number.parse().map_err(io::Error::other)?);
            }
        }
        eprintln!("round {} of {}, {:.0} s", round + 1, options.rounds, begin.elapsed().as_secs_f64());
    }
    let table = table(options, results);
    print!("{table}");
    if options.write { report::replace_section("address-space", &table) } else { Ok(()) }
}

fn table(options: &Options, results: [[Vec<f64>; COLUMNS.len()]; 4]) -> String {
    let title = format!(
        "{} values of 8 bytes (and a byte of state each); {} slots reserved. Medians of {} rounds, each a process of \
         its own.\n{}.\n\n",
        grouped(options.values),
        grouped(options.slots),
        options.rounds,
        machine::summary(),
    );
    let head = format!("| | {} |\n|---|{}\n", COLUMNS.join(" | "), "---:|".repeat(COLUMNS.len()));
    let rows = Way::ALL.iter().zip(results).map(|(way, columns)| {
        let cells = columns.map(|numbers| {
            let median = quartiles(numbers)[1];
            if median >= 100.0 { format!("{median:.0}") } else { format!("{median:.1}") }
        });
        format!("| {} | {} |\n", way.title(), cells.join(" | "))
    });
    [title, head].into_iter().chain(rows).collect()
}

/// A number with a comma between each three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
