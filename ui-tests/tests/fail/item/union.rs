use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
union Bits {
    float: f32,
    bits: u32,
}

fn main() {}
