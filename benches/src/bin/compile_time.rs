//! What the macros cost the compiler, beside `derive(Clone, Debug)` on the same types.
//!
//! ```text
//! cargo run --release -p arenas-benches --bin compile_time [-- --rounds 7] [--types 400] [--write]
//! ```
//!
//! It writes five crates into `target/compile-time/`, which differ in nothing but their derives, and has the compiler check
//! and build each of them, in turn, several times:
//!
//! - *plain*: the types without any derive. What it takes is taken off the others, so that the rest is the derive's own.
//! - *clone*: with `derive(Clone, Debug)`; the indices inside are `arenas::Idx<T>`.
//! - *hand*: without a derive on the types, but with an index type for each, `struct NodeIdx(NonZeroU32)`, with the eight derives
//!   of the standard library that an index has. So much of what *arena* costs is that there are index types at all.
//! - *arena*: with `derive(ArenaAlloc)`; the indices inside are those that it makes.
//! - *bundle*: *arena*, and an `arena_struct!` of 50 stores.
//!
//! Only the crate itself is compiled in a round, by one `rustc` without incremental compilation. The figures are medians of the
//! processor time in user mode, and of the time on the clock. With `--write` the table goes into `benches/README.md`.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Stores in the bundle.
const STORES: usize = 50;

const BEGIN: &str = "<!-- begin: compile-time -->";
const END: &str = "<!-- end: compile-time -->";

#[derive(Clone, Copy, PartialEq)]
enum Variant {
    Plain,
    Clone,
    Hand,
    Arena,
    Bundle,
}

const VARIANTS: [Variant; 5] = [Variant::Plain, Variant::Clone, Variant::Hand, Variant::Arena, Variant::Bundle];

impl Variant {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Clone => "clone",
            Self::Hand => "hand",
            Self::Arena => "arena",
            Self::Bundle => "bundle",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Plain => "no derive",
            Self::Clone => "`derive(Clone, Debug)`",
            Self::Hand => "index types by hand, with the derives of std",
            Self::Arena => "`derive(ArenaAlloc)`",
            Self::Bundle => "`derive(ArenaAlloc)` and `arena_struct!` of 50 stores",
        }
    }
}

/// How far the compiler goes.
#[derive(Clone, Copy)]
enum Mode {
    Check,
    Build,
}

const MODES: [Mode; 2] = [Mode::Check, Mode::Build];

#[derive(Clone, Copy)]
struct Sample {
    user: Duration,
    wall: Duration,
}

fn main() {
    let options = Options::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let scratch = root.join("target/compile-time");
    write_crates(&scratch, &root, options.types);
    if options.generate_only {
        println!("{}", scratch.display());
        return;
    }

    let mut samples: Vec<[Vec<Sample>; 2]> = VARIANTS.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    // The first round compiles what the crates depend on, too, and is not counted.
    for round in 0..=options.rounds {
        for (variant, samples) in VARIANTS.iter().zip(&mut samples) {
            for (mode, samples) in MODES.iter().zip(samples.iter_mut()) {
                let sample = compile(&scratch, *variant, *mode);
                if round > 0 {
                    samples.push(sample);
                }
            }
        }
        eprintln!("round {round} of {} is done", options.rounds);
    }

    let table = table(&options, &samples);
    print!("{table}");
    if options.write {
        write_table(&root.join("benches/README.md"), &table);
    }
}

struct Options {
    rounds: usize,
    types: usize,
    write: bool,
    generate_only: bool,
}

impl Options {
    fn from_args() -> Self {
        let mut options = Self { rounds: 7, types: 400, write: false, generate_only: false };
        let mut args = env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut number = || args.next().and_then(|arg| arg.parse().ok()).filter(|number| *number > 0);
            match arg.as_str() {
                "--write" => options.write = true,
                "--generate-only" => options.generate_only = true,
                "--rounds" => options.rounds = number().expect("--rounds takes a number"),
                "--types" => options.types = number().expect("--types takes a number"),
                _ => panic!("unknown argument {arg}; there are --rounds N, --types N, --write and --generate-only"),
            }
        }
        assert!(options.types >= STORES, "the bundle has a store for each of the first {STORES} types");
        options
    }
}

fn write_crates(scratch: &Path, root: &Path, types: usize) {
    let root = root.canonicalize().expect("the workspace is there");
    let mut members = String::new();
    for variant in VARIANTS {
        let name = variant.name();
        let folder = scratch.join(name);
        fs::create_dir_all(folder.join("src")).expect("a folder can be made in target/");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\narenas = {{ path = {:?} }}\n",
            root.join("arenas"),
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file can be written in target/");
        fs::write(folder.join("src/lib.rs"), source(variant, types)).expect("a file can be written in target/");
        write!(members, "{name:?}, ").expect("a string takes everything");
    }
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[profile.dev]\nincremental = false\n\n\
         [profile.dev.package.\"*\"]\nopt-level = 0\n"
    );
    fs::write(scratch.join("Cargo.toml"), manifest).expect("a file can be written in target/");
    // The versions that the workspace has, so that nothing is looked for anew.
    fs::copy(root.join("Cargo.lock"), scratch.join("Cargo.lock")).expect("the workspace has a lock file");
}

/// Compiles one of the crates, whether it is fresh or not.
fn compile(scratch: &Path, variant: Variant, mode: Mode) -> Sample {
    let file = scratch.join(variant.name()).join("src/lib.rs");
    let text = fs::read(&file).expect("it was written");
    fs::write(&file, text).expect("a file can be written in target/");
    let command = match mode {
        Mode::Check => "check",
        Mode::Build => "build",
    };
    let before = user_time_of_children();
    let start = Instant::now();
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([command, "--quiet", "--package", variant.name()])
        .current_dir(scratch)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .status()
        .expect("cargo runs");
    let wall = start.elapsed();
    assert!(status.success(), "the crate in {} does not compile", file.display());
    Sample { user: user_time_of_children() - before, wall }
}

/// The processor time in user mode of all processes that this one started and waited for, with those that they started.
fn user_time_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("processor time is read from /proc, as Linux has it");
    // The name of the program, in brackets, may hold anything; field 16 is the 14th after it.
    let (_, fields) = stat.rsplit_once(')').expect("the name stands in brackets");
    let ticks: u64 = fields.split_whitespace().nth(13).and_then(|field| field.parse().ok()).expect("it is a number");
    // A tick is a hundredth of a second on every Linux.
    Duration::from_millis(ticks * 10)
}

/// A crate of so many types: two thirds structs, one third enums.
fn source(variant: Variant, types: usize) -> String {
    let mut source = String::from(
        "//! Generated by the benchmark `compile_time`.\n\n#![allow(dead_code, reason = \"nobody uses the types\")]\n\n",
    );
    if matches!(variant, Variant::Arena | Variant::Bundle) {
        source.push_str("use arenas::ArenaAlloc;\n\n");
    }
    let writer = Types { variant, types };
    for n in 0..types {
        writer.write(n, &mut source);
    }
    if variant == Variant::Bundle {
        source.push_str("arenas::arena_struct!(\n    /// A bundle.\n    pub struct Bundle<'a> {\n");
        for n in 0..STORES {
            let arguments = writer.arguments(n, "u32");
            writeln!(source, "        /// Store {n}.\n        pub store_{n}: arenas::Arena<Node{n}{arguments}>,")
                .expect("a string takes everything");
        }
        source.push_str("        /// A name.\n        pub name: &'a str,\n    }\n);\n");
    }
    source
}

struct Types {
    variant: Variant,
    types: usize,
}

impl Types {
    fn has_lifetime(n: usize) -> bool {
        n % 4 == 1
    }

    fn has_parameter(n: usize) -> bool {
        n % 8 == 3
    }

    /// The parameters of type number `n` at its uses.
    fn arguments(&self, n: usize, parameter: &str) -> String {
        match (Self::has_lifetime(n), Self::has_parameter(n)) {
            (true, _) => "<'a>".to_owned(),
            (_, true) => format!("<{parameter}>"),
            _ => String::new(),
        }
    }

    fn index(&self, of: usize) -> String {
        let of = of % self.types;
        match self.variant {
            // An index has no lifetime, so neither has what it is one of.
            Variant::Plain | Variant::Clone => {
                let arguments = self.arguments(of, "u32").replace("'a", "'static");
                format!("arenas::Idx<Node{of}{arguments}>")
            }
            Variant::Hand | Variant::Arena | Variant::Bundle => format!("Node{of}Idx"),
        }
    }

    /// The type of field number `m` of type number `n`.
    fn field(&self, n: usize, m: usize, dropless: bool) -> String {
        let other = n * 7 + m * 3 + 1;
        match (n + m * 5) % 12 {
            0 => "u32".to_owned(),
            1 => self.index(other),
            2 if dropless => "[u8; 16]".to_owned(),
            2 => "String".to_owned(),
            3 => format!("Option<{}>", self.index(other)),
            4 if Self::has_lifetime(n) => "&'a str".to_owned(),
            4 => "bool".to_owned(),
            5 if dropless => format!("({}, u8)", self.index(other)),
            5 => format!("Vec<{}>", self.index(other)),
            6 if Self::has_parameter(n) => "Option<T>".to_owned(),
            6 => "i64".to_owned(),
            7 => format!("({}, {})", self.index(other), self.index(other + 1)),
            8 if dropless => "core::cell::Cell<u64>".to_owned(),
            8 => "Option<Box<str>>".to_owned(),
            9 => "u8".to_owned(),
            10 => "core::ops::Range<u32>".to_owned(),
            _ => self.index(other + 2),
        }
    }

    fn write(&self, n: usize, out: &mut String) {
        let is_enum = n % 3 == 2;
        let eager = n % 10 == 6;
        let derives = match self.variant {
            Variant::Plain | Variant::Hand => "",
            Variant::Clone => "#[derive(Clone, Debug)]\n",
            Variant::Arena | Variant::Bundle => "#[derive(ArenaAlloc)]\n",
        };
        let options = match (self.variant, n) {
            (Variant::Plain | Variant::Clone | Variant::Hand, _) => "",
            _ if eager => "#[arena(bitena)]\n",
            (_, n) if n % 10 == 4 => "#[arena(store = FastArena)]\n",
            _ => "",
        };
        let lifetime = Self::has_lifetime(n).then_some("'a");
        let parameter = Self::has_parameter(n).then_some("T");
        let parameters: Vec<&str> = lifetime.into_iter().chain(parameter).collect();
        let parameters = if parameters.is_empty() { String::new() } else { format!("<{}>", parameters.join(", ")) };
        let attribute = match n % 5 {
            0 => "#[must_use]\n",
            1 => "#[non_exhaustive]\n",
            _ => "",
        };
        if self.variant == Variant::Hand {
            let derives = "Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug";
            write!(
                out,
                "/// Index of node {n}.\n#[derive({derives})]\npub struct Node{n}Idx(core::num::NonZeroU32);\n\n"
            )
            .expect("a string takes everything");
        }
        let keyword = if is_enum { "enum" } else { "struct" };
        write!(out, "/// Node number {n}.\n{derives}{options}{attribute}pub {keyword} Node{n}{parameters} {{\n")
            .expect("a string takes everything");
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        if is_enum {
            for m in 0..3 + n % 8 {
                line(format!("    /// Variant {m}."));
                let (a, b) = (self.field(n, 2 * m, eager), self.field(n, 2 * m + 1, eager));
                line(match m % 4 {
                    0 => format!("    Unit{m},"),
                    1 => format!("    Tuple{m}({a}),"),
                    2 => format!("    Pair{m}({a}, {b}),"),
                    _ => format!("    Fields{m} {{ first: {a}, second: {b} }},"),
                });
            }
        } else {
            for m in 0..2 + n % 6 {
                line(format!("    /// Field {m}.\n    pub field_{m}: {},", self.field(n, m, eager)));
            }
        }
        // So that every parameter is used.
        let user: Vec<&str> = lifetime.map(|_| "&'a str").into_iter().chain(parameter.map(|_| "Option<T>")).collect();
        if !user.is_empty() {
            let user = user.join(", ");
            line(if is_enum {
                format!("    /// Last.\n    Last({user}),")
            } else {
                format!("    /// Last.\n    pub last: ({user},),")
            });
        }
        line("}\n".to_owned());
    }
}

fn table(options: &Options, samples: &[[Vec<Sample>; 2]]) -> String {
    let median = |samples: &[Sample], of: fn(&Sample) -> Duration| {
        let mut times: Vec<Duration> = samples.iter().map(of).collect();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let column = |mode: usize, of: fn(&Sample) -> Duration| -> Vec<f64> {
        samples.iter().map(|samples| median(&samples[mode], of)).collect()
    };
    let (check, build) = (column(0, |sample| sample.user), column(1, |sample| sample.user));
    let (check_wall, build_wall) = (column(0, |sample| sample.wall), column(1, |sample| sample.wall));
    let mut table = String::new();
    let rustc = Command::new("rustc").arg("--version").output().expect("rustc runs").stdout;
    let rustc = String::from_utf8(rustc).expect("rustc speaks UTF-8");
    writeln!(
        table,
        "{} types, medians of {} rounds, seconds; {}, debug profile, without incremental compilation. `own` is what is over \
         the types without a derive, and the ratio is that of `own` to the same of `derive(Clone, Debug)`.\n\n\
         | the types with | check: user | own | ratio | wall | build: user | own | ratio | wall |\n\
         |---|---|---|---|---|---|---|---|---|",
        options.types,
        options.rounds,
        rustc.trim(),
    )
    .expect("a string takes everything");
    for (n, variant) in VARIANTS.iter().enumerate() {
        write!(table, "| {} ", variant.title()).expect("a string takes everything");
        for (user, wall) in [(&check, &check_wall), (&build, &build_wall)] {
            let (own, base) = (user[n] - user[0], user[1] - user[0]);
            let own_and_ratio = match variant {
                Variant::Plain => "| | ".to_owned(),
                _ => format!("| {own:.2} | {:.2} ", own / base),
            };
            write!(table, "| {:.2} {own_and_ratio}| {:.2} ", user[n], wall[n]).expect("a string takes everything");
        }
        table.push_str("|\n");
    }
    table.push_str(
        "\nAn index is a type of its own, with eight traits of the standard library: the third row is what these types cost when \
         they are written by hand, with the derives of std, which is the floor for anything that makes them. On top \
         of it `derive(ArenaAlloc)` writes the way into and out of the handle, `Remap`, the alias of the store and the leak \
         check, one bound for each field that could own something; all of it is the compiler's work on impls, the procedural \
         macro itself takes a fifteenth.\n",
    );
    table
}

/// Puts the table between the marks, which are added at the end where the file has none.
fn write_table(readme: &PathBuf, table: &str) {
    let text = fs::read_to_string(readme).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    let section = format!("{BEGIN}\n{table}{END}");
    let new = match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            format!("{}{section}{}", &text[..begin], &text[end + END.len()..])
        }
        _ => format!(
            "{text}\n## What the macros cost the compiler\n\n\
             `cargo run --release -p arenas-benches --bin compile_time -- --write` measures it and writes this table.\n\n\
             {section}\n"
        ),
    };
    fs::write(readme, new).expect("benches/README.md can be written");
    eprintln!("the table is in {}", readme.display());
}
