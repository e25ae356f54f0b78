use arenas::{Arena, ArenaAlloc};

#[derive(ArenaAlloc)]
struct Node;

#[derive(ArenaAlloc)]
struct Edge;

#[derive(ArenaAlloc)]
#[arena(idx = LocalIdx)]
struct Local;

#[derive(ArenaAlloc)]
#[arena(idx = GlobalIdx)]
struct Global;

fn get<'a>(locals: &'a Arena<u8, LocalIdx>, global: GlobalIdx) -> &'a u8 {
    locals.get(global)
}

fn main() {}
