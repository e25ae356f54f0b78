//! Where two stores hold a type, the store is named.

use arenas::{Arena, arena_struct};

struct Slot(u8);

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
    let local: LocalIdx = ast.locals.alloc(Slot(1));
    let _ = ast[local].0;
    ast.alloc(Slot(2));
}
