//! The stores of values that die one by one, as `#[derive(ArenaAlloc)]` names them.

#![deny(missing_docs, unreachable_pub, private_bounds, private_interfaces, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::allow_attributes_without_reason)]

use std::any::TypeId;
use std::mem;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use arenas::{Arena, ArenaAlloc, RegionError, RegionStore, RingBox, RingStore};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::panics;

/// What goes through a ring.
#[derive(ArenaAlloc, Debug)]
#[arena(store = RingStore)]
pub struct Packet {
    /// What it carries.
    pub payload: Logged,
}

/// The same under names of its own, with parameters.
#[derive(ArenaAlloc, Debug)]
#[arena(store = RingStore, alias = Frames, buf = FrameHandle, idx = FrameNumber)]
pub struct Frame<'f, T, const N: usize> {
    /// Where it comes from.
    pub source: &'f str,
    /// What it carries.
    pub values: [T; N],
}

/// What is stored and freed one by one.
#[derive(ArenaAlloc, Debug)]
#[arena(store = RegionStore)]
pub struct Utxo {
    /// Its value.
    pub value: Logged,
    /// Where it came from.
    pub parent: Option<UtxoIdx>,
}

/// The same with a parameter, and the only `repr` there is, spelled out.
#[derive(ArenaAlloc, Debug, PartialEq, Eq)]
#[arena(store = RegionStore, repr = checked)]
struct Entry<'e, T>(&'e T);

// Contract: G11, S2
#[test]
fn a_ring_store_and_its_handle_are_what_their_names_say() {
    assert_eq!(TypeId::of::<PacketStore>(), TypeId::of::<RingStore<Packet>>());
    assert_eq!(TypeId::of::<PacketBuf>(), TypeId::of::<RingBox<Packet>>());
    assert_eq!(TypeId::of::<FrameHandle<'static, u8, 3>>(), TypeId::of::<RingBox<Frame<'static, u8, 3>>>());
    assert_eq!(TypeId::of::<UtxoStore>(), TypeId::of::<RegionStore<Utxo, UtxoIdx>>());
}

// Contract: G11, S2
#[test]
fn a_packet_is_dropped_and_given_back_by_its_handle() {
    let log = DropLog::new();
    let packets = PacketStore::new(2);
    let mut first: PacketBuf = packets.alloc(Packet { payload: log.value(1) }).unwrap();
    let second = packets.alloc(Packet { payload: log.value(2) }).unwrap();
    let refused = packets.try_alloc(Packet { payload: log.value(3) }).unwrap_err();
    assert!(refused.error().is_capacity());
    assert_eq!(refused.into_inner().payload.number(), 3);
    assert_eq!(log.order(), [3]);

    first.payload = log.value(4);
    assert_eq!((first.payload.number(), log.order()), (4, vec![3, 1]));
    drop(first);
    assert_eq!(log.order(), [3, 1, 4]);
    let third = packets.alloc(Packet { payload: log.value(5) }).unwrap();
    assert_eq!(PacketBuf::into_inner(second).payload.number(), 2);
    drop(packets);
    assert_eq!(third.payload.number(), 5, "a handle outlives its ring");
    drop(third);
    log.assert_all_dropped_once();
}

// Contract: G11
#[test]
fn packets_are_released_on_the_threads_that_they_are_sent_to() {
    let log = DropLog::new();
    let packets = PacketStore::new(4);
    let (sender, receiver) = mpsc::channel::<PacketBuf>();
    let worker =
        thread::spawn(move || receiver.into_iter().map(|packet| u64::from(packet.payload.number())).sum::<u64>());
    for number in 0..1000 {
        let mut packet = Packet { payload: log.value(number) };
        let sent = loop {
            match packets.alloc(packet) {
                Ok(sent) => break sent,
                Err(full) => packet = full.into_inner(),
            }
            thread::yield_now();
        };
        sender.send(sent).unwrap();
    }
    drop((sender, packets));
    assert_eq!(worker.join().unwrap(), 999 * 1000 / 2);
    log.assert_all_dropped_once();
}

// Contract: G11, S2
#[test]
fn an_item_of_a_ring_may_lie_in_an_arena_too() {
    let source = String::from("eth0");
    let frames = Frames::default();
    let frame: FrameHandle<'_, Rc<u8>, 2> =
        frames.alloc(Frame { source: &source, values: [Rc::new(1), Rc::new(2)] }).unwrap();
    let mut kept = Arena::<_, FrameNumber>::with_index();
    let index: FrameNumber = kept.alloc(FrameHandle::into_inner(frame));
    assert_eq!((kept[index].source, *kept[index].values[1]), ("eth0", 2));
    assert_eq!(mem::size_of::<FrameNumber>(), 4);
}

// Contract: R9, S2
#[test]
fn a_coin_is_freed_once_and_its_index_is_stale_for_ever() {
    let log = DropLog::new();
    let mut coins = UtxoStore::with_capacity_and_index(2);
    let parent: UtxoIdx = coins.alloc(Utxo { value: log.value(1), parent: None });
    let child = coins.alloc(Utxo { value: log.value(2), parent: Some(parent) });
    assert!(coins.try_alloc(Utxo { value: log.value(3), parent: None }).is_err());

    let spent: Utxo = coins.free(parent);
    assert_eq!((spent.value.number(), coins[child].parent), (1, Some(parent)));
    let again = coins.alloc(Utxo { value: log.value(4), parent: None });
    assert_ne!(again, parent);
    assert_eq!(coins.try_free(parent).unwrap_err(), RegionError::Freed);
    assert!(coins.try_get(parent).is_none() && panics(|| coins.free(parent)));
    assert_eq!((coins[again].value.number(), coins.len()), (4, 2));
    drop((coins, spent));
    log.assert_all_dropped_once();
}

// Contract: R9, S2
#[test]
fn a_checked_index_takes_eight_bytes_also_in_an_option() {
    assert_eq!((size_of::<UtxoIdx>(), size_of::<Option<UtxoIdx>>()), (8, 8));
    let (one, two) = (1, 2);
    let mut entries = EntryStore::default();
    let (first, second): (EntryIdx, EntryIdx) = (entries.alloc(Entry(&one)), entries.alloc(Entry(&two)));
    assert_eq!(entries.iter().map(|(_, entry)| entry.0).sum::<i32>(), 3);
    assert_eq!((entries.free(first), entries.free(second)), (Entry(&1), Entry(&2)));
    assert_eq!(entries.capacity(), 1024);
}
