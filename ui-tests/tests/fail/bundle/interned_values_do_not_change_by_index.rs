use arenas::{Arena, ArenaAlloc, arena_struct};

#[derive(ArenaAlloc, PartialEq, Eq, Hash)]
struct Name(u8);

arena_struct!(
    struct Names {
        #[arena(intern)]
        names: Arena<Name>,
    }
);

fn main() {
    let mut names = Names::new();
    let name = names.intern(Name(1));
    names[name] = Name(2);
}
