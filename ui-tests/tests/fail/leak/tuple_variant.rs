use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(bitena)]
enum Expr<'a> {
    Literal(u32),
    Call(&'a Expr<'a>, Vec<Vec<u32>>),
}

fn main() {}
