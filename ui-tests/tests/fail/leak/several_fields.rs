use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky<'a> {
    first: String,
    fine: &'a str,
    second: Vec<u8>,
    third: Box<u8>,
}

fn main() {}
