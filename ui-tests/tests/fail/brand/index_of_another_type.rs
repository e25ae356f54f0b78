//! Two arenas of two types say so in the words of types.

use arenas::Arena;

struct Name(&'static str);
struct Room(u32);

fn main() {
    let (mut names, mut rooms) = (Arena::new(), Arena::new());
    names.scope(|names| {
        rooms.scope(|rooms| {
            let name = names.alloc(Name("hall"));
            let room = rooms.alloc(Room(1));
            rooms[name].0 + rooms[room].0
        });
        names.as_slice()[0].0.len()
    });
}
