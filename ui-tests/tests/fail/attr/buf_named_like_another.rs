use arenas::ArenaAlloc;

#[derive(ArenaAlloc)]
#[arena(store = RingStore, buf = PacketIdx)]
struct Packet;

#[derive(ArenaAlloc)]
#[arena(store = RingStore, buf = "a handle")]
struct Frame;

fn main() {
    let _ = (PacketStore::new(1), FrameStore::new(1));
}
