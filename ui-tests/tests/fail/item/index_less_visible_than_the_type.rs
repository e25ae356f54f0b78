#[derive(arenas::ArenaAlloc)]
#[arena(vis = pub(self))]
pub struct Node;

fn main() {}
