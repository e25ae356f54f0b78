//! The name of an index that is taken is reported at the item, without a word for each method of the index.

use arenas::ArenaAlloc;

struct NodeIdx;

#[derive(ArenaAlloc)]
struct Node;

fn main() {}
