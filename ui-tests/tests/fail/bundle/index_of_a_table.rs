//! A table makes no index: it is by that of a store.
use arenas::{Arena, ArenaAlloc, ArenaSet, arena_struct};

#[derive(ArenaAlloc)]
struct Expr;

arena_struct!(
    struct Ast {
        exprs: Arena<Expr>,
        #[arena(idx = SeenIdx)]
        seen: ArenaSet<ExprIdx>,
    }
);

fn main() {}
