//! What `from_iter` does with a size hint that is far too high.

use std::mem::MaybeUninit;

use arenas::{Blink, BlinkAllocator, SyncBlinkAlloc};

/// Says that `hint` items come at least.
struct Promising<I> {
    items: I,
    hint: usize,
}

impl<I: Iterator> Iterator for Promising<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.hint, None)
    }
}

// Contract: K8
#[test]
fn the_room_that_a_wrong_hint_reserves_is_not_written() {
    const LEN: usize = 1 << 20;
    let mut memory = vec![MaybeUninit::new(0u8); LEN];
    let blink = Blink::over(&mut memory);
    let strings =
        blink.emplace().from_iter(Promising { items: ["a", "b"].map(String::from).into_iter(), hint: 40_000 });
    assert_eq!(strings, ["a", "b"]);
    drop(blink);
    // SAFETY: it was filled with zeros, and the arena writes initialised bytes.
    let written = memory.iter().filter(|byte| unsafe { byte.assume_init() } != 0).count();
    assert!(written < LEN / 8, "{written} bytes were written");
}

fn collects_whatever_is_promised<A: BlinkAllocator>(blink: &Blink<A>) {
    for hint in [0, 1, 3, 100, 1 << 20, 1 << 40, isize::MAX as usize / 24, isize::MAX as usize, usize::MAX] {
        let strings = blink.emplace().from_iter(Promising { items: (0..50).map(|n| n.to_string()), hint });
        assert!(strings.iter().enumerate().all(|(n, string)| *string == n.to_string()), "hint {hint}");
        assert_eq!(strings.len(), 50);
        let beside = blink.copy_slice(&[7u64; 10]);
        assert_eq!((strings[49].as_str(), beside[9]), ("49", 7));
    }
}

// Contract: K8, C8
#[test]
fn a_slice_is_right_whatever_its_iterator_promises() {
    collects_whatever_is_promised(&Blink::new());
    let shared = SyncBlinkAlloc::new();
    collects_whatever_is_promised(&Blink::new_in(&shared));
    collects_whatever_is_promised(&Blink::new_in(shared.local()));
}
