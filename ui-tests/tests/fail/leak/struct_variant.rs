use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
enum Expr<'a> {
    Name { text: &'a str, owned: Box<str> },
}

fn main() {}
