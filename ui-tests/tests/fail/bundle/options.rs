//! Options that make no sense where they stand are reported together.

use arenas::{Arena, ArenaAlloc, Bitena, arena_struct};

#[derive(ArenaAlloc)]
struct Node;

arena_struct!(
    struct Ast {
        #[arena(capcity = 3)]
        nodes: Arena<Node>,
        #[arena(idx = TextIdx)]
        text: Bitena,
        #[arena(no_checkpoint)]
        file: &'static str,
    }
);

fn main() {
    let mut ast = Ast::new("");
    let _: NodeIdx = ast.alloc(Node);
}
