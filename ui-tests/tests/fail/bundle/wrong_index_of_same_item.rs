//! Two stores of one item type have indices that do not mix.

use arenas::{Arena, arena_struct};

struct Slot;

arena_struct!(
    struct Ast {
        #[arena(idx = LocalIdx)]
        locals: Arena<Slot>,
        #[arena(idx = GlobalIdx)]
        globals: Arena<Slot>,
    }
);

fn main() {
    let mut ast = Ast::new();
    let local: LocalIdx = ast.locals.alloc(Slot);
    let _ = ast.globals.get(local);
}
