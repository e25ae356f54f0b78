//! A server's worker: sessions, packets, the memory of one request, and coins that are spent one by one.

use std::net::SocketAddr;

use arenas::{Arena, ArenaAlloc, Bitena, RegionStore, RingAl, RingStore, arena_struct};

#[derive(ArenaAlloc)]
pub struct Session {
    pub peer: SocketAddr,
    pub seen: u64,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
pub struct Request<'r> {
    pub session: SessionIdx,
    pub path: &'r str,
    pub body: &'r [u8],
}

#[derive(ArenaAlloc)]
#[arena(store = RegionStore)]
pub struct Utxo {
    pub value: u64,
    pub script: Vec<u8>,
}

arena_struct!(
    pub struct Worker {
        pub sessions: Arena<Session>,
        #[arena(capacity = 64 << 10)]
        pub packets: RingAl,
        #[arena(capacity = 16 << 10)]
        pub request: Bitena,
        #[arena(capacity = 1 << 20)]
        pub coins: RegionStore<Utxo>,
        pub jobs: RingStore<String>,
    }
);

fn main() {
    let mut worker = Worker::new();
    let session = worker.alloc(Session { peer: ([127, 0, 0, 1], 80).into(), seen: 0 });
    let coin: UtxoIdx = worker.alloc(Utxo { value: 50, script: vec![0x51] });
    let before = worker.checkpoint();
    let packet = worker.packets.fixed(100).unwrap();
    let job = worker.jobs.alloc("job".to_owned()).unwrap();

    let Worker { sessions, request, coins, .. } = &mut worker;
    let path = request.alloc_str("/coin");
    let handled = request.alloc(Request { session, path, body: request.alloc_slice_copy(b"body") });
    sessions[handled.session].seen += handled.body.len() as u64;
    assert_eq!(handled.path, "/coin");
    assert_eq!((coins[coin].value, coins.free(coin).script), (50, vec![0x51]));
    let change = coins.alloc(Utxo { value: 49, script: Vec::new() });

    worker.rollback(before);
    assert_eq!((worker.request.used(), worker[session].seen), (0, 4));
    assert!(worker.try_get(coin).is_none() && worker[change].value == 49);
    assert!(worker[session].peer.ip().is_loopback());
    worker.reset();
    assert_eq!((packet.spare(), job.as_str(), worker.sessions.len(), worker.coins.len()), (100, "job", 0, 0));
    assert_eq!(WorkerCapacity::default().packets, 64 << 10);
    assert_eq!(worker.stats().to_string().lines().count(), 7);
}
