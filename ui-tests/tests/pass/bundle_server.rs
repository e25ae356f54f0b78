//! A server's worker: sessions, packets, and the memory of one request.

use arenas::{Arena, ArenaAlloc, Bitena, RingAl, RingStore, arena_struct};

#[derive(ArenaAlloc)]
pub struct Session {
    pub seen: u64,
}

#[derive(ArenaAlloc)]
#[arena(bitena)]
pub struct Request<'r> {
    pub session: SessionIdx,
    pub path: &'r str,
    pub body: &'r [u8],
}

arena_struct!(
    pub struct Worker {
        pub sessions: Arena<Session>,
        #[arena(capacity = 8 << 10)]
        pub packets: RingAl,
        #[arena(capacity = 16 << 10)]
        pub request: Bitena,
        pub jobs: RingStore<String>,
    }
);

fn main() {
    let mut worker = Worker::new();
    let session = worker.alloc(Session { seen: 0 });
    let before = worker.checkpoint();
    let packet = worker.packets.fixed(100).unwrap();
    let job = worker.jobs.alloc("job".to_owned()).unwrap();

    let Worker { sessions, request, .. } = &mut worker;
    let path = request.alloc_str("/coin");
    let handled = request.alloc(Request { session, path, body: request.alloc_slice_copy(b"body") });
    sessions[handled.session].seen += handled.body.len() as u64;
    assert_eq!(handled.path, "/coin");

    worker.rollback(before);
    assert_eq!((worker.request.used(), worker[session].seen), (0, 4));
    worker.reset();
    assert_eq!((packet.spare(), job.as_str(), worker.sessions.len()), (100, "job", 0));
    assert_eq!(WorkerCapacity::default().packets, 8 << 10);
    assert_eq!(worker.stats().to_string().lines().count(), 6);
}
