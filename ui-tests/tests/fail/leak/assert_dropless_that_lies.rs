use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
struct Leaky<'a> {
    name: &'a str,
    #[arena(assert_dropless)]
    lie: Vec<&'a u8>,
}

fn main() {}
