//! A small language, from text to result, whose tree is one bundle of typed arenas.
//!
//! ```sh
//! cargo run --release --example calc -- FILE       # runs a program
//! cargo run --release --example calc               # reads line after line
//! ```
//!
//! ```text
//! fn adder(n: int) -> (int) -> int { (m: int) -> n + m }
//! let (a, b) = (1, adder(2));
//! while a < 10 { (a, b) = (b(a), adder(a)); }
//! print (a, "done");
//! ```
//!
//! Read the files in the order in which a program goes through them; each begins with its idea.
//!
//! ```text
//!   text ──> lexer ──> parser ──> check ──> eval ──> output           session: all of it
//!              └────┬────┘          │         │
//!                  Ast            Facts      Heap                      diagnostics: what is wrong
//! ```
//!
//! `Ast` (`ast.rs`), `Facts` (`check.rs`) and `Heap` (`eval.rs`) are made by `arena_struct!`.

mod ast;
mod check;
mod diagnostics;
mod eval;
mod lexer;
mod parser;
mod session;

use session::Session;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::{env, fs, thread};

fn main() -> ExitCode {
    // The phases call themselves for each level of the tree. Numbers limit that, not the stack of the system.
    let run = thread::Builder::new().stack_size(eval::STACK_BYTES).spawn(|| match env::args_os().nth(1) {
        Some(path) => {
            let name = path.to_string_lossy().into_owned();
            fs::read_to_string(path).and_then(|text| run_file(&name, &text)).map_err(|error| format!("{name}: {error}"))
        }
        None => read_and_run().map(|()| true).map_err(|error| error.to_string()),
    });
    let result = run.map_err(|error| error.to_string()).and_then(|run| run.join().expect("no input makes it panic"));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("calc: {error}");
            ExitCode::from(2)
        }
    }
}

fn run_file(name: &str, text: &str) -> io::Result<bool> {
    Session::new(name).run(text, &mut io::stdout(), &mut io::stderr())
}

/// Reads entries until the end of the input. An entry goes on while a bracket is open.
fn read_and_run() -> io::Result<()> {
    let mut session = Session::new("input");
    let (mut input, mut out) = (io::stdin().lock(), io::stdout());
    let is_dialogue = io::stdin().is_terminal();
    if is_dialogue {
        println!("An expression or statement to run it; `:stats` shows the arenas; end the input to leave.");
    }
    let mut entry = String::new();
    loop {
        if is_dialogue {
            write!(out, "{}", if entry.is_empty() { "> " } else { "| " })?;
            out.flush()?;
        }
        let is_last = input.read_line(&mut entry)? == 0;
        if entry.trim() == ":stats" {
            writeln!(out, "{}\n{}\n{}", session.ast.stats(), session.facts.stats(), session.heap.stats())?;
        } else if is_last || !session.is_open(&entry) {
            session.run(&entry, &mut out, &mut io::stderr())?;
        } else {
            continue;
        }
        entry.clear();
        if is_last {
            return Ok(());
        }
    }
}
