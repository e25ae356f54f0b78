//! What one thread sees of a `FastArena`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arenas::__private::RawIdx16;
use arenas::{AllocError, ArenaIdx, CheckpointError, FastArena, Idx, IdxRange, Stamped};
use arenas_tests::checking::heap_use;
use arenas_tests::drops::DropLog;
use arenas_tests::panics::panic_message;

fn numbers(n: u32) -> FastArena<u32> {
    (0..n).collect()
}

// Contract: F1, S2
#[test]
fn a_value_is_readable_through_its_handle_at_once() {
    let arena = FastArena::new();
    for n in 0..64_u64 {
        let index = arena.alloc(n);
        assert_eq!(index.into_raw(), n as usize);
        assert_eq!(arena[index], n);
        assert_eq!(arena.get(index), &n);
        assert_eq!(arena.try_get(index), Some(&n));
        assert!(arena.is_valid(index));
        assert_eq!(arena.len(), n as usize + 1);
    }
}

// Contract: F5
#[test]
fn new_and_default_make_64_slots() {
    let (new, default) = (FastArena::<u8>::new(), FastArena::<u8>::default());
    assert_eq!((new.capacity(), default.capacity()), (64, 64));
    assert!(new.is_empty() && default.is_empty());
}

// Contract: F5
#[test]
fn a_capacity_is_exact() {
    fn check<T: Copy>(value: T) {
        for capacity in [0, 1, 2, 3, 63, 64, 65, 1000] {
            let arena = FastArena::with_capacity(capacity);
            assert_eq!(arena.capacity(), capacity);
            for _ in 0..capacity {
                arena.try_alloc(value).unwrap();
            }
            assert!(arena.try_alloc(value).is_err());
            assert_eq!(arena.len(), capacity);
        }
    }
    check(());
    check(1_u8);
    check([7_u64; 5]);
}

// Contract: F5, C4
#[test]
fn an_impossible_capacity_is_an_error() {
    assert!(FastArena::<u64>::try_with_capacity(usize::MAX).unwrap_err().is_limit());
    assert!(FastArena::<()>::try_with_capacity(usize::MAX).unwrap_err().is_limit());
    assert!(FastArena::<u8>::try_with_capacity(u32::MAX as usize + 1).unwrap_err().is_limit());
    let huge = FastArena::<[u64; 1 << 29]>::try_with_capacity(u32::MAX as usize - 1).unwrap_err();
    assert!(huge.is_layout_overflow(), "{huge}");
    let mut arena = FastArena::<[u64; 1 << 29]>::with_capacity(0);
    assert!(arena.try_grow_to(u32::MAX as usize - 1).unwrap_err().is_layout_overflow());
    assert!(arena.try_grow_to(usize::MAX).unwrap_err().is_limit());
    assert_eq!(arena.capacity(), 0);
}

// Contract: S2
#[test]
fn more_slots_than_the_handle_can_name_are_an_error() {
    let mut arena = FastArena::<u8, RawIdx16>::with_capacity_and_index(40_000);
    arena.grow();
    assert_eq!(arena.capacity(), 65_535);
    assert!(arena.try_grow().unwrap_err().is_limit());
    assert!(arena.try_grow_to(65_536).unwrap_err().is_limit());
    assert!(FastArena::<u8, RawIdx16>::try_with_capacity_and_index(65_536).unwrap_err().is_limit());
    assert!(panic_message(|| arena.grow_to(65_536)).contains("65536"));
    for n in 0..65_535 {
        assert_eq!(arena.alloc(n as u8).into_raw(), n);
    }
    assert!(arena.try_alloc(0).unwrap_err().error().is_limit());
    assert!(arena.try_alloc_extend([0, 1]).unwrap_err().error().is_limit());
    assert!(panic_message(|| arena.extend([0])).contains("65535"));
}

// Contract: F4, C2
#[test]
fn a_full_arena_hands_the_value_back() {
    let arena = FastArena::with_capacity(1);
    arena.alloc("first".to_owned());
    let rejected = arena.try_alloc("second".to_owned()).unwrap_err();
    assert!(rejected.error().is_capacity());
    assert_eq!(rejected.into_inner(), "second");
    let closure = arena.try_alloc_with(|_| "third".to_owned()).unwrap_err().into_inner();
    assert_eq!(closure(Idx::from_raw(0)), "third");
    let items = arena.try_alloc_extend(["a".to_owned(), "b".to_owned()]).unwrap_err().into_inner();
    assert_eq!(items, ["a", "b"]);
    let iterator = arena.try_alloc_batch(["c".to_owned()]).unwrap_err().into_inner();
    assert_eq!(iterator.collect::<Vec<_>>(), ["c"]);
    assert!(arena.try_reserve().unwrap_err().is_capacity());
    assert_eq!(arena.writer().try_alloc("d".to_owned()).unwrap_err().into_inner(), "d");
    assert_eq!(arena.as_slice(), ["first"]);
}

// Contract: F4, C2
#[test]
fn a_full_arena_panics_with_its_capacity() {
    let arena = FastArena::with_capacity(3);
    arena.alloc_extend([1, 2]);
    for text in [
        panic_message(|| arena.alloc_extend([3, 4]).map(|_| ())),
        panic_message(|| Some(arena.alloc_batch([3, 4])).map(|_| ())),
    ] {
        assert!(text.contains("arena full") && text.contains("2 slots") && text.contains("capacity 3"), "{text}");
    }
    arena.alloc(3);
    for text in [
        panic_message(|| arena.alloc(4)),
        panic_message(|| arena.alloc_with(|_| 4)),
        panic_message(|| arena.reserve()),
        panic_message(|| arena.writer().alloc(4)),
        panic_message(|| arena.writer().alloc_with(|_| 4)),
    ] {
        assert!(text.contains("arena full") && text.contains("1 slot,") && text.contains("capacity 3"), "{text}");
    }
}

// Contract: F4
#[test]
fn whatever_failed_before_growth_makes_room_at_once() {
    let mut arena = FastArena::with_capacity(2);
    arena.alloc_extend([0, 1]);
    for n in 0..10 {
        assert!(arena.try_alloc(n).is_err());
        assert!(arena.try_reserve().is_err());
        assert!(arena.try_alloc_batch([1, 2, 3]).is_err());
        assert!(arena.writer().try_alloc(1).is_err());
    }
    arena.grow();
    assert_eq!(arena.alloc(2).into_raw(), 2);
    assert_eq!(arena.as_slice(), [0, 1, 2]);
}

// Contract: F5
#[test]
fn growth_keeps_handles_and_values() {
    let mut arena = FastArena::with_capacity(2);
    let (a, b) = (arena.alloc("a".to_owned()), arena.alloc("b".to_owned()));
    arena.grow();
    assert_eq!(arena.capacity(), 4);
    assert_eq!((&*arena[a], &*arena[b]), ("a", "b"));
    arena.grow_to(100);
    assert_eq!(arena.capacity(), 100);
    arena.grow_to(50);
    assert_eq!(arena.capacity(), 100);
    assert_eq!(arena.as_slice(), ["a", "b"]);
    let mut empty = FastArena::<u8>::with_capacity(0);
    empty.grow();
    assert!(empty.capacity() > 0);
    empty.alloc(1);
}

// Contract: F4
#[test]
fn extend_and_collect_grow_by_themselves() {
    let mut arena = FastArena::with_capacity(1);
    arena.extend(0..1000);
    assert!(arena.iter().copied().eq(0..1000));
    let collected: FastArena<u32> = (0..1000).filter(|n| n % 2 == 0).collect();
    assert_eq!(collected.len(), 500);
    arena.extend(&[1, 2, 3]);
    assert_eq!(arena.len(), 1003);
    let stamped: FastArena<u32, Stamped<u32>> = (0..10).collect();
    assert_eq!(stamped.len(), 10);
}

// Contract: C8
#[test]
fn a_size_hint_that_lies_does_no_harm() {
    struct Liar(u32, usize);
    impl Iterator for Liar {
        type Item = u32;
        fn next(&mut self) -> Option<u32> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.1, Some(self.1))
        }
    }
    impl ExactSizeIterator for Liar {}
    for hint in [0, 3, 5, 7, 60] {
        let mut arena = FastArena::with_capacity(64);
        let batch = arena.alloc_batch(Liar(5, hint));
        assert_eq!(batch.len(), hint.min(5));
        assert_eq!(arena.len(), hint.min(5));
        arena.alloc(9);
        assert_eq!(arena.len(), hint.min(5) + 1, "unused slots are free again");
        arena.reset();
        arena.extend(Liar(5, hint));
        assert_eq!(arena.as_slice(), [4, 3, 2, 1, 0]);
    }
    let mut arena = FastArena::with_capacity(4);
    assert!(arena.try_alloc_batch(Liar(5, usize::MAX)).is_err());
    arena.extend(Liar(5, usize::MAX));
    assert_eq!(arena.len(), 5);
    assert_eq!(FastArena::<u32>::from_iter(Liar(5, usize::MAX)).len(), 5);
}

// Contract: C8, S2
#[test]
fn a_batch_takes_no_surplus() {
    struct Short(std::ops::Range<u32>);
    impl Iterator for Short {
        type Item = u32;
        fn next(&mut self) -> Option<u32> {
            self.0.next()
        }
    }
    impl ExactSizeIterator for Short {
        fn len(&self) -> usize {
            2
        }
    }
    let arena = FastArena::new();
    let mut items = Short(0..5);
    assert_eq!(arena[arena.alloc_batch(items.by_ref())], [0, 1]);
    assert_eq!(items.next(), Some(2));
}

// Contract: S2, F11
#[test]
fn extending_names_the_first_of_contiguous_slots() {
    let arena = FastArena::new();
    arena.alloc(1);
    assert_eq!(arena.alloc_extend([]), None);
    let first = arena.alloc_extend([10, 20, 30]).unwrap();
    assert_eq!(first.into_raw(), 1);
    assert_eq!(arena.as_slice(), [1, 10, 20, 30]);
    assert_eq!(arena.len(), 4);
}

// Contract: F11
#[test]
fn what_does_not_fit_is_not_stored_in_part() {
    let arena = FastArena::with_capacity(4);
    arena.alloc_extend([0, 1]);
    assert!(arena.try_alloc_extend([2, 3, 4]).is_err());
    assert_eq!(arena.len(), 2);
    arena.alloc_extend([2, 3]);
    assert_eq!(arena.as_slice(), [0, 1, 2, 3]);
}

// Contract: C8
#[test]
fn closures_and_iterators_may_allocate_in_the_same_arena() {
    let arena = FastArena::new();
    let outer = arena.alloc_with(|outer: Idx<usize>| {
        let inner = arena.alloc_with(|inner: Idx<usize>| inner.into_raw() * 10);
        assert!(!arena.is_valid(outer));
        assert_eq!(arena[inner], 10);
        inner.into_raw()
    });
    assert_eq!(arena[outer], 1);
    let batch = arena.alloc_batch((0..3).inspect(|&n| {
        arena.alloc(100 + n);
    }));
    assert_eq!(arena[batch], [0, 1, 2]);
    let first = arena.alloc_extend((0..3).map(|n| arena.alloc(200 + n).into_raw())).unwrap();
    assert_eq!(arena.len(), 2 + 6 + 6);
    assert_eq!(arena[first], 8);
}

// Contract: C8
#[test]
fn a_constructor_that_panics_leaves_a_slot_that_is_taken_again() {
    let mut arena = FastArena::with_capacity(3);
    let kept = arena.alloc_with(|_| {
        let caught = catch_unwind(AssertUnwindSafe(|| arena.alloc_with(|_| -> String { panic!("no value") })));
        assert!(caught.is_err());
        "kept".to_owned()
    });
    assert_eq!(arena[kept], "kept");
    arena.alloc("b".to_owned());
    arena.alloc("c".to_owned());
    assert!(arena.try_alloc("d".to_owned()).is_err());
    assert_eq!(arena.as_slice(), ["kept", "b", "c"]);
    arena.reset();
    assert!(arena.is_empty());
}

// Contract: C8
#[test]
fn an_iterator_that_panics_gives_the_slots_of_its_batch_back() {
    for position in 0..4_u32 {
        let log = DropLog::new();
        let mut arena = FastArena::with_capacity(5);
        arena.alloc(log.value(100));
        let items = (0..4).map(|n| if n == position { panic!("item {n}") } else { log.value(n) });
        assert!(catch_unwind(AssertUnwindSafe(|| arena.alloc_batch(items))).is_err());
        assert_eq!(log.order(), (0..position).rev().collect::<Vec<_>>());
        assert_eq!(arena.len(), 1);
        let items = (0..4).map(|n| if n == position { panic!("item {n}") } else { log.value(n) });
        assert!(catch_unwind(AssertUnwindSafe(|| arena.alloc_extend(items))).is_err());
        assert_eq!(arena.len(), 1);
        let all = arena.alloc_batch([10, 11, 12, 13].map(|n| log.value(n)));
        assert_eq!(arena[all].iter().map(|value| value.number()).collect::<Vec<_>>(), [10, 11, 12, 13]);
        let items = (0..4).map(|n| if n == position { panic!("item {n}") } else { log.value(n) });
        assert!(catch_unwind(AssertUnwindSafe(|| arena.extend(items))).is_err());
        assert_eq!(arena.len(), 5 + position as usize, "what was given before stays");
        drop(arena);
        log.assert_all_dropped_once();
    }
}

// Contract: S2
#[test]
fn handles_out_of_bounds_are_refused() {
    let mut arena = numbers(3);
    for raw in [3, 9, 10, 11, 1 << 20, u32::MAX as usize - 1] {
        let forged = Idx::from_raw(raw);
        assert_eq!(arena.try_get(forged), None);
        assert_eq!(arena.try_get_mut(forged), None);
        assert!(!arena.is_valid(forged));
        assert_eq!(arena.try_get_disjoint_mut([Idx::from_raw(0), forged]), None);
        for text in [
            panic_message(|| *arena.get(forged)),
            panic_message(|| arena[forged]),
            panic_message(|| *arena.get_mut(forged)),
            panic_message(|| arena[forged] = 1),
            panic_message(|| arena.get_disjoint_mut([forged]).map(|value| *value)),
        ] {
            assert!(text.contains("index out of bounds") && text.contains(&raw.to_string()), "{text}");
            assert!(text.contains("3 slots"), "{text}");
        }
    }
}

/// A handle that lies about everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Hostile(usize);

impl ArenaIdx for Hostile {
    type Stamp = ();
    const MAX_SLOTS: usize = usize::MAX;

    fn from_slot(slot: usize, (): ()) -> Option<Self> {
        if slot == 2 { None } else { Some(Self(slot.wrapping_mul(0x9E37_79B9_7F4A_7C15))) }
    }

    fn slot(self) -> usize {
        self.0
    }

    fn stamp(self) {}
}

// Contract: C1
#[test]
fn a_handle_type_that_lies_harms_nobody() {
    let mut arena: FastArena<String, Hostile> = FastArena::with_capacity_and_index(8);
    let made: Vec<_> = (0..2).map(|n| arena.alloc(n.to_string())).collect();
    assert!(arena.try_alloc("refused".to_owned()).unwrap_err().error().is_limit());
    for slot in [0, 1, 2, 7, 8, 1 << 40, usize::MAX] {
        let _ = (arena.try_get(Hostile(slot)), arena.is_valid(Hostile(slot)));
        let _ = arena.try_get_mut(Hostile(slot));
        if let Some(range) = IdxRange::inclusive(Hostile(0), Hostile(slot))
            && slot < usize::MAX
        {
            let _ = arena.try_get_range(range);
        }
    }
    assert_eq!(arena.try_get(made[0]).map(String::as_str), Some("0"));
    assert_eq!(arena.as_slice(), ["0", "1"]);
}

// Contract: F10
#[test]
fn a_slot_that_is_not_complete_says_so() {
    let mut arena = FastArena::with_capacity(8);
    let reserved = arena.reserve();
    let index = reserved.index();
    let after = arena.alloc(1);
    assert_eq!(arena.try_get(index), None);
    assert!(panic_message(|| arena[index]).contains("not yet written"));
    let range = IdxRange::inclusive(index, after).unwrap();
    assert_eq!(arena.try_get_range(range), None);
    assert!(panic_message(|| arena[range].len()).contains("not yet written"));
    assert_eq!(reserved.fill(7), index);
    assert_eq!(arena[range], [7, 1]);
    arena.reset();
    assert!(panic_message(|| arena[index]).contains("index out of bounds"));
    assert!(panic_message(|| arena[range].len()).contains("index out of bounds"));
}

// Contract: F12
#[test]
fn a_reserved_slot_that_is_dropped_is_taken_again() {
    let arena = FastArena::with_capacity(3);
    let (a, b, c) = (arena.reserve(), arena.reserve(), arena.reserve());
    assert_eq!([a.index(), b.index(), c.index()].map(Idx::into_raw), [0, 1, 2]);
    assert!(arena.try_alloc("full").is_err());
    drop(b);
    assert_eq!(arena.alloc("hole").into_raw(), 1);
    drop(c);
    assert_eq!(arena.alloc("tip").into_raw(), 2);
    assert!(arena.is_empty());
    a.fill("first");
    assert_eq!(arena.as_slice(), ["first", "hole", "tip"]);
}

// Contract: F12, C12
#[test]
fn a_checked_handle_of_a_slot_that_was_never_filled_stays_invalid() {
    let mut arena: FastArena<u32, Stamped<u32>> = FastArena::with_capacity_and_index(4);
    let reserved = arena.reserve();
    let abandoned = reserved.index();
    drop(reserved);
    let mut leaked = None;
    let caught = catch_unwind(AssertUnwindSafe(|| {
        arena.alloc_with(|index| {
            leaked = Some(index);
            panic!("no value");
        })
    }));
    assert!(caught.is_err());
    drop(arena.reserve());
    while arena.try_alloc(1).is_ok() {}
    assert_eq!(arena.iter_complete().count(), 2, "the slot whose handle nobody saw was taken again");
    for index in [abandoned, leaked.unwrap()] {
        assert_eq!(arena.try_get(index), None);
        assert!(panic_message(|| arena[index]).contains("not yet written"));
    }
    arena.grow();
    while arena.try_alloc(1).is_ok() {}
    assert!(!arena.is_valid(abandoned));
    arena.reset();
    while arena.try_alloc(1).is_ok() {}
    assert_eq!(arena.len(), 8);
    for index in [abandoned, leaked.unwrap()] {
        assert_eq!(arena.try_get(index), None);
        assert!(panic_message(|| arena[index]).contains("stale or foreign"));
    }
}

// Contract: F7
#[test]
fn a_writer_takes_a_run_and_gives_its_end_back() {
    let arena = FastArena::with_capacity(100);
    let writer = arena.writer();
    let first = writer.alloc(0);
    assert_eq!((first.into_raw(), writer.remaining_in_run()), (0, 63));
    let other = arena.alloc(64);
    assert_eq!(other.into_raw(), 64);
    for n in 1..40 {
        assert_eq!(writer.alloc(n).into_raw(), n);
    }
    assert_eq!(arena.len(), 40);
    drop(writer);
    assert_eq!(arena.alloc(40).into_raw(), 40, "holes are taken first");
    let writer = arena.writer_with_run(5);
    for n in 41..64 {
        assert_eq!(writer.alloc(n).into_raw(), n);
    }
    assert_eq!(arena.len(), 65);
    assert_eq!(writer.alloc(65).into_raw(), 65);
    assert_eq!(writer.remaining_in_run(), 4);
    drop(writer);
    assert_eq!(arena.alloc(66).into_raw(), 66, "the last run goes back to the end");
    assert!(arena.iter().copied().eq(0..67));
}

// Contract: F7
#[test]
fn a_run_is_cut_short_at_the_capacity() {
    for (capacity, run) in [(10, 64), (10, 3), (64, 64), (65, 64), (1, 0), (5, usize::MAX)] {
        let arena = FastArena::with_capacity(capacity);
        let writer = arena.writer_with_run(run);
        for n in 0..capacity {
            assert_eq!(writer.alloc(n).into_raw(), n);
        }
        assert!(writer.try_alloc(0).is_err());
        assert_eq!(arena.len(), capacity);
    }
}

// Contract: F7
#[test]
fn an_unused_writer_takes_nothing() {
    let arena = FastArena::<u8>::with_capacity(1);
    let writers = [arena.writer(), arena.writer(), arena.writer()];
    writers[1].alloc(1);
    assert!(writers[0].try_alloc(2).is_err());
}

// Contract: F7, C8
#[test]
fn a_writer_survives_a_constructor_that_panics() {
    let arena = FastArena::new();
    let mut writer = arena.writer();
    let caught = catch_unwind(AssertUnwindSafe(|| writer.alloc_with(|_| -> u8 { panic!("no value") })));
    assert!(caught.is_err());
    assert_eq!(writer.alloc_with(|index| index.into_raw() as u8).into_raw(), 0);
    writer.extend([1, 2, 3]);
    assert_eq!(arena.as_slice(), [0, 1, 2, 3]);

    let checked: FastArena<u8, Stamped<u8>> = FastArena::with_index();
    let writer = checked.writer();
    let mut leaked = None;
    let caught = catch_unwind(AssertUnwindSafe(|| {
        writer.alloc_with(|index| {
            leaked = Some(index);
            panic!("no value")
        })
    }));
    assert!(caught.is_err());
    assert_eq!(writer.alloc(7).into_raw(), 1);
    assert!(!checked.is_valid(leaked.unwrap()));
}

// Contract: F7, C8
#[test]
fn a_shared_writer_allocates_also_while_it_constructs_a_value() {
    let arena = FastArena::with_capacity(8);
    let writer = &arena.writer_with_run(2);
    let outer = writer.alloc_with(|outer| {
        // The rest of the run, and the next one.
        for n in 1..4 {
            assert_eq!(writer.alloc(n).into_raw(), n);
        }
        outer.into_raw()
    });
    assert_eq!((outer.into_raw(), arena.as_slice()), (0, &[0, 1, 2, 3][..]));

    // A slot is the writer's again after a panic, unless it stands elsewhere by then.
    for inner in 0..2 {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            writer.alloc_with(|_| -> usize {
                (0..inner).for_each(|_| _ = writer.alloc(5));
                panic!("no value")
            })
        }));
        assert!(caught.is_err());
    }
    assert_eq!(arena.iter_complete().map(|(index, _)| index.into_raw()).collect::<Vec<_>>(), [0, 1, 2, 3, 5]);
    writer.flush();
    while arena.try_alloc(6).is_ok() {}
    assert_eq!(arena.as_slice(), [0, 1, 2, 3, 6, 5, 6, 6]);
}

// Contract: F7, F3
#[test]
fn the_complete_slots_go_on_beyond_a_hole() {
    let mut arena = FastArena::with_capacity(100);
    let writer = arena.writer();
    writer.alloc(0);
    writer.alloc(1);
    let beyond = arena.alloc(64);
    drop(writer);
    assert_eq!((arena.as_slice(), arena.len(), arena.iter().count()), (&[0, 1][..], 2, 2));
    assert_eq!(arena[beyond], 64);
    let complete: Vec<_> = arena.iter_complete().map(|(index, value)| (index.into_raw(), *value)).collect();
    assert_eq!(complete, [(0, 0), (1, 1), (64, 64)]);
    assert_eq!(format!("{arena:?}"), "{Idx(0): 0, Idx(1): 1, Idx(64): 64}");
    assert_eq!(arena.iter_mut().len(), 3);
    assert!(arena.iter_mut().rev().map(|value| *value).eq([64, 1, 0]));
    arena.iter_mut().for_each(|value| *value += 1);
    assert!(arena.iter_indexed_mut().map(|(index, value)| (index.into_raw(), *value)).eq([(0, 1), (1, 2), (64, 65)]));
    let clone = arena.clone();
    assert_eq!(clone, arena);
    assert_eq!(clone[beyond], 65);
    assert_eq!(clone.alloc(2).into_raw(), 2, "the hole is a hole in the clone");
    arena.grow();
    assert_eq!(arena[beyond], 65);
    assert_eq!(arena.alloc(2).into_raw(), 2);
    assert!(arena.drain().eq([1, 2, 2, 65]));
    assert!(clone.into_iter().rev().eq([65, 2, 2, 1]));
}

// Contract: F10
#[test]
fn forgotten_slots_are_seen_past_and_come_back() {
    let log = DropLog::new();
    let mut arena = FastArena::with_capacity(8);
    arena.alloc(log.value(0));
    std::mem::forget(arena.reserve());
    arena.alloc(log.value(2));
    let writer = arena.writer_with_run(2);
    writer.alloc(log.value(3));
    std::mem::forget(writer);
    arena.alloc(log.value(5));
    std::mem::forget(arena.reserve());
    assert_eq!(arena.iter_complete().map(|(index, _)| index.into_raw()).collect::<Vec<_>>(), [0, 2, 3, 5]);
    arena.grow_to(9);
    assert_eq!(arena.alloc(log.value(1)).into_raw(), 1);
    assert_eq!(arena.alloc(log.value(4)).into_raw(), 4);
    assert_eq!(arena.alloc(log.value(6)).into_raw(), 6);
    std::mem::forget(arena.reserve());
    arena.reset();
    assert_eq!(log.order(), [6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(arena.alloc(log.value(7)).into_raw(), 0);
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: S2
#[test]
fn rollback_drops_what_came_after_newest_first() {
    let log = DropLog::new();
    let mut arena = FastArena::new();
    let kept = [arena.alloc(log.value(0)), arena.alloc(log.value(1))];
    let outer = arena.checkpoint();
    assert_eq!((outer.len(), outer.is_empty()), (2, false));
    arena.alloc(log.value(2));
    let inner = arena.checkpoint();
    let gone = arena.alloc(log.value(3));
    arena.alloc(log.value(4));
    assert!(outer < inner && outer != inner);
    arena.rollback(inner);
    assert_eq!(log.order(), [4, 3]);
    assert!(!arena.is_valid(gone));
    arena.rollback(outer);
    assert_eq!(log.order(), [4, 3, 2]);
    assert_eq!(kept.map(|index| arena[index].number()), [0, 1]);
    assert_eq!(arena.alloc(log.value(5)).into_raw(), 2);
    drop(arena);
    assert_eq!(log.order(), [4, 3, 2, 5, 1, 0]);
}

// Contract: S2
#[test]
fn wrong_checkpoints_are_refused_and_change_nothing() {
    let mut arena = numbers(5);
    let at_five = arena.checkpoint();
    let other = numbers(5);
    assert_eq!(arena.try_rollback(other.checkpoint()), Err(CheckpointError::Foreign));
    assert_eq!(arena.try_rollback(arena.clone().checkpoint()), Err(CheckpointError::Foreign));
    let at_two = {
        arena.reset();
        arena.extend([0, 1]);
        arena.checkpoint()
    };
    assert_eq!(arena.try_rollback(at_five), Err(CheckpointError::Beyond { checkpoint: 5, len: 2 }));
    let text = panic_message(|| arena.rollback(at_five));
    assert!(text.contains("checkpoint 5 beyond current length 2"), "{text}");
    arena.extend([2, 3, 4, 5]);
    assert_eq!(arena.try_rollback(at_five), Err(CheckpointError::Diverged { checkpoint: 5, len: 6 }));
    let text = panic_message(|| arena.rollback(at_five));
    assert!(text.contains('5') && text.contains('6'), "{text}");
    assert_eq!(arena.as_slice(), [0, 1, 2, 3, 4, 5]);
    arena.rollback(at_two);
    assert_eq!(arena.as_slice(), [0, 1]);
}

// Contract: F8, F10
#[test]
fn a_checkpoint_records_the_complete_prefix() {
    let mut arena = FastArena::new();
    arena.alloc(0);
    let reserved = arena.reserve();
    arena.alloc(2);
    let checkpoint = arena.checkpoint();
    assert_eq!(checkpoint.len(), 1);
    reserved.fill(1);
    assert_eq!(arena.len(), 3);
    arena.rollback(checkpoint);
    assert_eq!(arena.as_slice(), [0]);
    assert_eq!(arena.iter_complete().count(), 1);
}

// Contract: S2, C12
#[test]
fn checked_handles_know_their_arena_and_generation() {
    let mut arena: FastArena<&str, Stamped<&str>> = FastArena::with_index();
    let other: FastArena<&str, Stamped<&str>> = FastArena::with_index();
    let foreign = other.alloc("other");
    let kept = arena.alloc("kept");
    let checkpoint = arena.checkpoint();
    let old = arena.alloc("old");
    assert_eq!(arena[old], "old");
    arena.rollback(checkpoint);
    let unfilled = panic_message(|| arena[old]);
    let new = arena.alloc("new");
    assert_eq!((old.into_raw(), arena[kept], arena[new]), (new.into_raw(), "kept", "new"));
    assert!(unfilled.contains("stale or foreign"), "{unfilled}");
    for bad in [old, foreign] {
        assert_eq!(arena.try_get(bad), None);
        assert_eq!(arena.try_get_mut(bad), None);
        assert!(!arena.is_valid(bad));
        assert_eq!(arena.try_get_range(bad.into()), None);
        assert_eq!(arena.try_get_disjoint_mut([bad]), None);
        for text in [
            panic_message(|| arena[bad]),
            panic_message(|| arena[bad] = ""),
            panic_message(|| arena[IdxRange::from(bad)].len()),
            panic_message(|| arena.get_disjoint_mut([bad]).map(|value| *value)),
        ] {
            assert!(text.contains("stale or foreign"), "{text}");
        }
    }
    let drained = arena.alloc("drained");
    assert_eq!(arena.drain().count(), 3);
    arena.alloc_extend(["a", "b", "c"]);
    assert!([kept, new, drained].iter().all(|&index| !arena.is_valid(index)));
    assert!(arena.indices().zip(["a", "b", "c"]).all(|(index, value)| arena[index] == value));
    assert!(arena.iter_indexed().all(|(index, value)| arena.get(index) == value));
}

// Contract: S2, C12
#[test]
fn checked_handles_stay_valid_in_a_clone_and_new_ones_do_not_mix() {
    let arena: FastArena<u32, Stamped<u32>> = FastArena::with_index();
    let shared = arena.alloc(1);
    let pending = arena.reserve();
    let beyond = arena.alloc(3);
    let clone = arena.clone();
    assert_eq!((clone[shared], clone[beyond]), (1, 3));
    let ours = [pending.fill(2), arena.alloc(4)];
    let theirs: Vec<_> = (0..3).map(|n| clone.alloc(n)).collect();
    assert!(ours.iter().all(|&index| arena.is_valid(index) && !clone.is_valid(index)));
    assert!(theirs.iter().all(|&index| clone.is_valid(index) && !arena.is_valid(index)));
}

// Contract: S2
#[test]
fn reset_keeps_the_capacity_and_starts_again() {
    let log = DropLog::new();
    let mut arena = FastArena::with_capacity(5);
    arena.extend((0..3).map(|n| log.value(n)));
    arena.reset();
    assert_eq!(log.order(), [2, 1, 0]);
    assert_eq!((arena.len(), arena.capacity()), (0, 5));
    assert_eq!(arena.alloc(log.value(3)).into_raw(), 0);
    assert_eq!(arena.as_slice().len(), 1);
}

// Contract: S2, F10
#[test]
fn a_drain_empties_the_arena_however_it_ends() {
    // Forgotten values stay where no leak sanitizer looks.
    let log = arenas_tests::checking::losing(DropLog::new);
    let mut arena = FastArena::with_capacity(8);
    let fill = |arena: &FastArena<_>| (0..4).for_each(|n| _ = arena.alloc(log.value(n)));
    fill(&arena);
    let values: Vec<_> = arena.drain().collect();
    assert_eq!(log.dropped(), 0);
    assert_eq!(values.iter().map(|value| value.number()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    drop(values);
    fill(&arena);
    let mut drain = arena.drain();
    assert_eq!(drain.len(), 4);
    assert_eq!((drain.next().unwrap().number(), drain.next_back().unwrap().number()), (0, 3));
    assert_eq!(drain.size_hint(), (2, Some(2)));
    drop(drain);
    assert!(arena.is_empty());
    log.assert_all_dropped_once();
    arenas_tests::checking::losing(|| fill(&arena));
    std::mem::forget(arena.drain());
    assert!(arena.is_empty() && arena.iter_complete().next().is_none());
    assert_eq!(log.dropped(), 8);
    std::mem::forget(arena.reserve());
    arena.alloc(log.value(9));
    assert_eq!(arena.iter_complete().count(), 1);
    arena.grow();
    assert_eq!(arena.drain().count(), 1);
    assert_eq!(arena.drain().count(), 0);
    drop(arena);
    assert_eq!((log.dropped_twice(), log.made() - log.dropped()), (0, 4), "only what was forgotten is lost");
}

// Contract: C7
#[test]
fn a_destructor_that_panics_costs_no_other_value() {
    type Way = fn(&mut FastArena<arenas_tests::drops::Logged>);
    let ways: [(&str, u32, Way); 5] = [
        ("reset", 6, |arena| arena.reset()),
        ("drain", 6, |arena| drop(arena.drain())),
        ("drop", 6, |arena| drop(std::mem::take(arena))),
        ("into_iter", 6, |arena| drop(std::mem::take(arena).into_iter())),
        ("replace", 6, |arena| *arena = FastArena::new()),
    ];
    for (name, count, way) in ways {
        for position in 0..count {
            let log = DropLog::new();
            let mut arena = FastArena::with_capacity(8);
            (0..count).for_each(|n| _ = arena.alloc(log.value(n)));
            log.panic_at(position);
            let caught = catch_unwind(AssertUnwindSafe(|| way(&mut arena)));
            assert!(caught.is_err(), "{name} at {position}");
            assert_eq!((log.dropped(), log.dropped_twice()), (count as usize, 0), "{name} at {position}");
            assert!(arena.is_empty() && arena.iter_complete().next().is_none());
            let again = arena.alloc(log.value(50));
            assert_eq!((again.into_raw(), arena[again].number()), (0, 50));
            drop(arena);
            log.assert_all_dropped_once();
        }
    }
}

// Contract: C7
#[test]
fn a_rollback_whose_destructor_panics_is_complete() {
    for position in 2..6 {
        let log = DropLog::new();
        let mut arena = FastArena::with_capacity(8);
        let kept = [arena.alloc(log.value(0)), arena.alloc(log.value(1))];
        let checkpoint = arena.checkpoint();
        (2..6).for_each(|n| _ = arena.alloc(log.value(n)));
        log.panic_at(position);
        assert!(catch_unwind(AssertUnwindSafe(|| arena.rollback(checkpoint))).is_err());
        assert_eq!(log.order(), [5, 4, 3, 2]);
        assert_eq!(arena.len(), 2);
        assert_eq!(kept.map(|index| arena[index].number()), [0, 1]);
        assert_eq!(arena.try_rollback(checkpoint), Ok(()));
        arena.alloc(log.value(9));
        drop(arena);
        log.assert_all_dropped_once();
    }
}

// Contract: S2
#[test]
fn a_transaction_keeps_all_or_nothing() {
    let mut arena = numbers(2);
    assert_eq!(arena.transaction(|arena| Ok::<_, ()>(arena.alloc(2).into_raw())), Ok(2));
    assert_eq!(
        arena.transaction(|arena| {
            arena.alloc(3);
            let inner: Result<(), ()> = arena.transaction(|arena| {
                arena.alloc(4);
                Err(())
            });
            assert!(inner.is_err());
            assert_eq!(arena.len(), 4);
            Err::<(), _>("outer")
        }),
        Err("outer")
    );
    let caught = catch_unwind(AssertUnwindSafe(|| {
        arena.transaction(|arena| -> Result<(), ()> {
            arena.alloc(5);
            panic!("inside")
        })
    }));
    assert!(caught.is_err());
    assert_eq!(arena.as_slice(), [0, 1, 2]);
    let below: Result<(), ()> = arena.transaction(|arena| {
        arena.reset();
        arena.alloc(9);
        Err(())
    });
    assert!(below.is_err());
    assert_eq!(arena.as_slice(), [9], "what the closure undid itself is not undone again");
}

// Contract: S2
#[test]
fn several_values_are_borrowed_at_once() {
    let mut arena = numbers(5);
    let at = Idx::from_raw;
    let [a, b, c] = arena.get_disjoint_mut([at(4), at(0), at(2)]);
    assert_eq!((*a, *b, *c), (4, 0, 2));
    std::mem::swap(a, b);
    assert_eq!(arena.as_slice(), [4, 1, 2, 3, 0]);
    assert_eq!(arena.try_get_disjoint_mut([at(1), at(1)]), None);
    assert!(panic_message(|| arena.get_disjoint_mut([at(1), at(3), at(1)]).len()).contains("slot 1 is named twice"));
    assert_eq!(arena.try_get_disjoint_mut([]), Some([]));
}

// Contract: S2
#[test]
fn ranges_index_to_slices() {
    let mut arena = numbers(3);
    let range = arena.alloc_batch([10, 11, 12]);
    assert_eq!(arena[range], [10, 11, 12]);
    arena[range][1] = 20;
    assert_eq!(arena.try_get_range(range), Some(&[10, 20, 12][..]));
    assert_eq!(arena.try_get_range_mut(range).map(|values| values.len()), Some(3));
    assert_eq!(arena[IdxRange::<Idx<u32>>::EMPTY], []);
    assert_eq!(arena[arena.alloc_batch([])], []);
    let beyond = IdxRange::inclusive(Idx::from_raw(5), Idx::from_raw(6)).unwrap();
    assert_eq!(arena.try_get_range(beyond), None);
    assert!(panic_message(|| arena[beyond].len()).contains("index out of bounds"));
    arena.reset();
    assert_eq!(arena.try_get_range(range), None);
}

// Contract: S2
#[test]
fn iterators_keep_the_order_and_know_their_length() {
    let mut arena = numbers(4);
    assert!(arena.iter().rev().copied().eq([3, 2, 1, 0]));
    assert_eq!(arena.iter_indexed().len(), 4);
    assert!(arena.iter_indexed().rev().map(|(index, value)| (index.into_raw(), *value)).eq([
        (3, 3),
        (2, 2),
        (1, 1),
        (0, 0)
    ]));
    assert!(arena.indices().map(Idx::into_raw).eq(0..4));
    assert_eq!(arena.iter_indexed_mut().len(), 4);
    for (index, value) in arena.iter_indexed_mut() {
        *value += index.into_raw() as u32;
    }
    for value in &mut arena {
        *value += 1;
    }
    assert!((&arena).into_iter().copied().eq([1, 3, 5, 7]));
    let mut iter = arena.into_iter();
    assert_eq!((iter.next(), iter.next_back(), iter.len()), (Some(1), Some(7), 2));
    assert_eq!(iter.collect::<Vec<_>>(), [3, 5]);
    assert_eq!(numbers(3).into_vec(), [0, 1, 2]);
    assert_eq!(Vec::from(numbers(2)), [0, 1]);
}

// Contract: S2
#[test]
fn the_slice_is_contiguous_and_mutable() {
    let mut arena = FastArena::new();
    assert_eq!(arena.as_slice(), [0_u64; 0]);
    for n in 0..10 {
        arena.alloc(n);
    }
    for pair in arena.as_slice().windows(2) {
        assert_eq!((&raw const pair[1]).addr() - (&raw const pair[0]).addr(), 8);
    }
    arena.as_mut_slice().reverse();
    assert_eq!(arena.as_slice()[0], 9);
    assert_eq!(AsRef::<[u64]>::as_ref(&arena).len(), 10);
    assert_eq!(AsMut::<[u64]>::as_mut(&mut arena).len(), 10);
}

// Contract: C5, C6
#[test]
fn zero_sized_and_overaligned_values() {
    use std::cell::Cell;
    thread_local!(static DROPS: Cell<usize> = const { Cell::new(0) });
    struct Zero;
    impl Drop for Zero {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    let mut arena = FastArena::with_capacity(100);
    for _ in 0..50 {
        arena.alloc(Zero);
    }
    arena.alloc_batch((0..10).map(|_| Zero));
    assert_eq!(arena.as_slice().len(), 60);
    assert_eq!(arena.stats().used, 0);
    let checkpoint = arena.checkpoint();
    arena.alloc(Zero);
    arena.rollback(checkpoint);
    assert_eq!(DROPS.get(), 1);
    arena.grow();
    assert_eq!(arena.drain().len(), 60);
    assert_eq!(DROPS.get(), 61);

    #[repr(align(4096))]
    struct Page(u8);
    let pages = FastArena::with_capacity(3);
    for n in 0..3 {
        let index = pages.alloc(Page(n));
        assert_eq!(((&raw const pages[index]).addr() % 4096, pages[index].0), (0, n));
    }
    #[repr(align(64))]
    struct ZeroAligned;
    let zeros = FastArena::new();
    let index = zeros.alloc(ZeroAligned);
    assert_eq!((&raw const zeros[index]).addr() % 64, 0);
}

// Contract: C11
#[test]
fn stats_add_up_at_every_moment() {
    let mut arena = FastArena::<u64>::with_capacity(100);
    let check = |arena: &FastArena<u64>, taken: usize, peak: usize| {
        let stats = arena.stats();
        assert_eq!(stats.reserved, stats.used + stats.padding + stats.free + stats.metadata);
        assert_eq!((stats.used, stats.allocations), (taken * 8, Some(taken as u64)));
        assert_eq!((stats.used + stats.free, stats.peak_used, stats.chunks), (800, peak * 8, 2));
        assert!(stats.metadata >= 100);
    };
    check(&arena, 0, 0);
    arena.alloc_extend(0..10);
    check(&arena, 10, 10);
    let reserved = arena.reserve();
    arena.alloc(1);
    check(&arena, 12, 12);
    drop(reserved);
    check(&arena, 11, 12);
    arena.reset();
    check(&arena, 0, 12);
    arena.alloc_extend(0..50);
    arena.reset();
    check(&arena, 0, 50);
    assert_eq!(FastArena::<u64>::with_capacity(0).stats().reserved, 0);
}

// Contract: C14
#[cfg(debug_assertions)]
#[test]
#[cfg(not(arenas_asan))] // It reads what was given up, which is reported then.
fn debug_builds_fill_what_is_given_up() {
    let mut arena = FastArena::with_capacity(4);
    arena.alloc_extend([1_u64, 2, 3]);
    let start = arena.as_slice().as_ptr();
    let checkpoint = arena.checkpoint();
    arena.alloc(4);
    // SAFETY: the memory belongs to the arena, which lives, and was written.
    let word = |n: usize| unsafe { start.wrapping_add(n).read() };
    arena.rollback(checkpoint);
    assert_eq!((word(2), word(3)), (3, 0xA5A5_A5A5_A5A5_A5A5));
    arena.reset();
    assert_eq!([0, 1, 2].map(word), [0xA5A5_A5A5_A5A5_A5A5; 3]);
    arena.alloc_extend([1_u64, 2]);
    drop(arena.drain());
    assert_eq!([0, 1].map(word), [0xA5A5_A5A5_A5A5_A5A5; 2]);
}

// Contract: C2, S2
#[test]
fn no_memory_is_taken_but_by_growth() {
    let mut arena = FastArena::with_capacity(1000);
    let ((), heap) = heap_use(|| {
        let writer = arena.writer();
        (0..100).for_each(|n| _ = writer.alloc(n));
        let first = arena.reserve();
        arena.alloc_batch([1, 2, 3]);
        drop((first, writer));
        arena.alloc(4);
        arena.reset();
        drop(arena.drain());
    });
    assert_eq!(heap.requests, 0);
    let ((), heap) = heap_use(|| drop(FastArena::<()>::with_capacity(0)));
    assert_eq!(heap.requests, 0);
    let _: AllocError = FastArena::with_capacity(0).try_alloc(1).unwrap_err().into();
}

// Contract: F1
#[test]
fn ten_thousand_from_nothing() {
    let mut arena = FastArena::with_capacity(0);
    let indices: Vec<_> = (0..10_000_u32)
        .map(|n| match arena.try_alloc(n) {
            Ok(index) => index,
            Err(rejected) => {
                arena.grow();
                arena.alloc(rejected.into_inner())
            }
        })
        .collect();
    assert!(indices.iter().enumerate().all(|(n, &index)| index.into_raw() == n && arena[index] == n as u32));
}

// Contract: F9
#[test]
fn a_slot_costs_one_byte_of_state_and_the_counters_are_on_cache_lines_of_their_own() {
    let (few, many) = (FastArena::<u64>::with_capacity(1000), FastArena::<u64>::with_capacity(5000));
    assert_eq!(many.stats().metadata - few.stats().metadata, 4000);
    assert_eq!(few.stats().free, 8000);
    // The cursor and the prefix each take a line, and what is only read lies on others.
    let line = align_of::<FastArena<u64>>();
    assert!(line >= 64 && size_of::<FastArena<u64>>() >= 3 * line, "{line}");
}
