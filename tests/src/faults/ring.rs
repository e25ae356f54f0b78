//! Scenarios of the ring: buffers that outlive it, values that fail in them.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use arenas::{RingAl, RingStore};

use super::{Faults, Item, Scenario};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "RingAl: buffers of values", run: typed },
    Scenario { name: "RingAl: bytes", run: bytes },
    Scenario { name: "RingAl: values that allocate when they go", run: reentrant },
    Scenario { name: "RingAl: buffers outlive it", run: orphans },
    Scenario { name: "RingStore", run: store },
];

fn typed(faults: &Faults) {
    let Ok(ring) = faults.heap(|| RingAl::try_new(4096)) else { return };
    for round in 0..3 {
        let Some(mut values) = ring.typed::<Item>(8) else { panic!("room") };
        for number in 0..4 {
            assert!(values.push(faults.item(number)).is_none());
            assert!(values.insert(faults.item(100 + number), 0).is_none());
        }
        let refused = values.push(faults.item(8)).expect("full");
        faults.attempt(|| drop(refused));
        faults.attempt(|| drop(values.pop()));
        faults.attempt(|| drop(values.remove(1)));
        faults.attempt(|| drop(values.swap_remove(0)));
        assert_eq!(values.iter().map(Item::number).count(), 5);
        match round {
            0 => drop(faults.attempt(|| values.truncate(2))),
            1 => {
                faults.attempt(|| values.clear());
                assert!(values.is_empty());
            }
            _ => {}
        }
        let beside = ring.fixed(100).expect("room");
        faults.attempt(|| drop(values));
        assert_eq!(beside.spare(), 100);
        ring.check();
    }
    assert_eq!(ring.stats().used, 0);
    assert!(ring.fixed(ring.capacity()).is_some());
}

fn bytes(faults: &Faults) {
    let Ok(ring) = faults.heap(|| RingAl::try_new(2048)) else { return };
    let item = faults.item(7);
    for _ in 0..4 {
        let mut text = ring.extendable(16).expect("room");
        for _ in 0..6 {
            let before = text.len();
            // A `Display` that panics leaves what it had written.
            if faults.attempt(|| write!(text, "{item},").expect("room")).is_none() {
                text.truncate(before);
            }
            let beside = ring.fixed(40);
            ring.check();
            drop(beside);
        }
        assert!(text.iter().eq("item 7,".repeat(6).as_bytes()[..text.len()].iter()));
        let frozen = text.finalize().freeze();
        let clone = frozen.clone();
        drop(frozen);
        assert!(clone.starts_with(b"item 7") || clone.is_empty());
        ring.check();
    }
    faults.attempt(|| drop(item));
    assert_eq!(ring.stats().used, 0);
}

fn reentrant(faults: &Faults) {
    let ring = Rc::new(RingAl::new(4096));
    let made = Rc::new(RefCell::new(Vec::new()));
    let mut values = ring.typed(6).expect("room");
    for number in 0..6 {
        let (inside, made) = (ring.clone(), made.clone());
        let value = faults.reentrant(number, move || {
            let mut buffer = inside.fixed(64).expect("room");
            buffer.write_all(&[number as u8; 64]).expect("room");
            inside.check();
            made.borrow_mut().push((buffer, number as u8));
        });
        assert!(values.push(value).is_none());
    }
    faults.attempt(|| drop(values.pop()));
    faults.attempt(|| values.truncate(3));
    faults.attempt(|| drop(values));
    ring.check();
    assert!(made.borrow().iter().all(|(buffer, byte)| buffer.iter().all(|seen| seen == byte)));
    made.borrow_mut().clear();
    assert_eq!(ring.stats().used, 0);
}

fn orphans(faults: &Faults) {
    let Ok(ring) = faults.heap(|| RingAl::try_new(4096)) else { return };
    let mut first = ring.typed(4).expect("room");
    let mut second = ring.typed(4).expect("room");
    let mut text = ring.fixed(10).expect("room");
    for number in 0..4 {
        assert!(first.push(faults.item(number)).is_none());
        assert!(second.push(faults.item(number)).is_none());
    }
    text.write_all(b"0123456789").expect("room");
    let text = text.freeze();
    faults.attempt(|| drop(first));
    drop(ring);
    faults.attempt(|| drop(second));
    assert_eq!(&*text, b"0123456789");
}

fn store(faults: &Faults) {
    let Ok(store) = faults.heap(|| RingStore::<Item>::try_new(4)) else { return };
    let mut boxes = Vec::new();
    for number in 0..6 {
        match store.alloc(faults.item(number)) {
            Ok(value) => boxes.push(value),
            Err(rejected) => drop(faults.attempt(|| assert_eq!(rejected.into_inner().number(), number))),
        }
        store.check();
    }
    assert!(boxes.iter().map(|value| value.number()).eq(0..4));
    faults.attempt(|| drop(boxes.swap_remove(1)));
    let moved = arenas::RingBox::into_inner(boxes.pop().expect("three are left"));
    faults.attempt(|| drop(moved));
    store.check();
    let again = store.alloc(faults.item(9)).expect("room again");
    drop(store);
    assert_eq!(again.number(), 9);
    faults.attempt(|| drop(again));
    faults.attempt(|| drop(boxes));
}
