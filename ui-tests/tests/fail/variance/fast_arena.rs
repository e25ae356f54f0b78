//! What takes values through `&self` is invariant: as an arena of shorter borrows it would take one that dies first.

use arenas::{FastArena, Writer};

fn shorter<'a, 'short>(arena: &'a FastArena<&'static str>) -> &'a FastArena<&'short str> {
    arena
}

fn shorter_writer<'a, 'short>(writer: Writer<'a, &'static str>) -> Writer<'a, &'short str> {
    writer
}

fn main() {
    let arena = FastArena::new();
    let text = String::from("dies first");
    shorter(&arena).alloc(&*text);
    shorter_writer(arena.writer()).alloc(&*text);
}
