//! A side table follows a store of its own bundle.
use arenas::{Arena, ArenaAlloc, ArenaMap, ArenaSet, arena_struct};

#[derive(ArenaAlloc)]
struct Expr;

#[derive(ArenaAlloc)]
struct Local;

arena_struct!(
    struct Facts {
        locals: Arena<Local>,
        used: ArenaSet<LocalIdx>,
        type_of: ArenaMap<ExprIdx, &'static str>,
    }
);

fn main() {}
