//! The worker of `codemap` whose global allocator is mimalloc.

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    arenas_benches::codemap::serve();
    eprintln!("this is a part of `cargo run --release -p arenas-benches --bin codemap`");
    std::process::ExitCode::FAILURE
}
