//! Branded access: `scope`, `Brand`, and indices that need no check. What must not compile is in `ui-tests`.

use std::cell::Cell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arenas::{Arena, ArenaAlloc, ArenaIdx, Brand, BrandedIdx, BrandedRange, FastArena, Idx, IdxRange, Scoped, Stamped};
use arenas_tests::drops::DropLog;
use arenas_tests::threads::on_threads;
use proptest::prelude::*;

// Contract: S2
#[test]
fn a_branded_index_is_four_bytes_with_a_niche() {
    assert_eq!(size_of::<BrandedIdx<'static, [u64; 9]>>(), 4);
    assert_eq!(size_of::<Option<BrandedIdx<'static, [u64; 9]>>>(), 4);
    assert_eq!(size_of::<BrandedRange<'static, String>>(), 8);
}

// Contract: S2
#[test]
fn what_is_allocated_in_a_scope_is_read_and_changed_in_it_and_stays() {
    let mut arena: Arena<_> = Arena::new();
    arena.alloc(10);
    let plain = arena.scope(|arena| {
        let index = arena.alloc(20);
        arena[index] += 1;
        *arena.get_mut(index) += 1;
        assert_eq!((*arena.get(index), arena.len(), index.into_raw()), (22, 2, 1));
        assert_eq!(format!("{index:?}"), "BrandedIdx(1)");
        assert_eq!((arena.unbrand(index), Idx::from(index)), (index.into_idx(), index.into_idx()));
        arena.unbrand(index)
    });
    assert_eq!((arena[plain], arena.as_slice()), (22, &[10, 22][..]));
}

// Contract: S2, C12
#[test]
fn only_valid_indices_can_be_proven() {
    let mut arena = Arena::<&str, Stamped<&str>>::with_index();
    let stale = arena.alloc("stale");
    arena.reset();
    let (first, second) = (arena.alloc("first"), arena.alloc("second"));
    let range = IdxRange::inclusive(first, second).unwrap();
    let mut other = Arena::<&str, Stamped<&str>>::with_index();
    let foreign = other.alloc("foreign");
    arena.scope_ref(|arena| {
        assert_eq!((arena.check(stale), arena.check(foreign)), (None, None));
        assert_eq!(arena.check_range(IdxRange::from(stale)), None);
        assert_eq!(arena.check(second).map(|index| arena[index]), Some("second"));
        assert_eq!(arena.check_range(range).map(|range| &arena[range]), Some(&["first", "second"][..]));
        assert_eq!(arena.unbrand(arena.check(second).unwrap()), second);
        assert_eq!((arena.at(1), arena.at(2), arena.at(usize::MAX)), (arena.check(second), None, None));
    });
    let plain: Arena<u8> = Arena::from_iter([1, 2]);
    plain.scope_ref(|arena| {
        assert_eq!(arena.check(Idx::from_raw(2)), None);
        let beyond = IdxRange::inclusive(Idx::from_raw(1), Idx::from_raw(2)).unwrap();
        assert_eq!(arena.check_range(beyond), None);
        assert_eq!(arena.check_range(IdxRange::EMPTY), Some(BrandedRange::EMPTY));
    });
}

/// Names another slot each time that it is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Liar(u8);

thread_local! {
    static LIES: Cell<usize> = const { Cell::new(0) };
}

impl ArenaIdx for Liar {
    type Stamp = ();
    const MAX_SLOTS: usize = usize::MAX;

    fn from_slot(_: usize, (): ()) -> Option<Self> {
        Some(Self(0))
    }

    fn slot(self) -> usize {
        LIES.set(LIES.get() + 1);
        if LIES.get() % 2 == 1 { 0 } else { usize::MAX / 16 }
    }

    fn stamp(self) {}
}

// Contract: C1
#[test]
fn an_index_type_that_lies_proves_nothing_that_is_not_there() {
    let (mut arena, fast) = (Arena::<u64, Liar>::with_index(), FastArena::<u64, Liar>::with_capacity_and_index(8));
    for _ in 0..3 {
        arena.scope(|arena| {
            let index = arena.alloc(7);
            assert_eq!(arena[index], 7);
            let batch = arena.alloc_batch([1, 2]);
            assert_eq!(arena[batch], [1, 2]);
            for _ in 0..4 {
                let _ = arena.check(Liar(0)).map(|index| arena[index]);
                let range = IdxRange::inclusive(Liar(0), Liar(1)).unwrap_or_default();
                let _ = arena.check_range(range).map(|range| arena[range].iter().sum::<u64>());
            }
        });
        fast.scope(|arena| {
            let index = arena.alloc(7);
            assert_eq!(arena[index], 7);
            for _ in 0..4 {
                let _ = arena.check(Liar(0)).map(|index| arena[index]);
                let range = IdxRange::inclusive(Liar(0), Liar(1)).unwrap_or_default();
                let _ = arena.check_range(range).map(|range| arena[range].iter().sum::<u64>());
            }
        });
    }
}

// Contract: S2
#[test]
fn values_hold_branded_indices_of_each_other() {
    struct Node<'b> {
        value: u32,
        next: Cell<Option<BrandedIdx<'b, Node<'b>>>>,
    }
    fn sum<'b>(list: &Scoped<'b, Arena<Node<'b>>>, mut at: BrandedIdx<'b, Node<'b>>, steps: usize) -> u32 {
        (0..steps).fold(0, |sum, _| {
            let node = &list[at];
            at = node.next.get().unwrap();
            sum + node.value
        })
    }
    let sum = Brand::with(|brand| {
        let mut ring = brand.own(Arena::new());
        let first = ring.alloc(Node { value: 1, next: Cell::new(None) });
        let second = ring.alloc(Node { value: 2, next: Cell::new(Some(first)) });
        ring[first].next.set(Some(second));
        sum(&ring, first, 9)
    });
    assert_eq!(sum, 13);
}

// Contract: S2
#[test]
fn an_arena_comes_out_of_its_brand_with_all_values() {
    let log = DropLog::new();
    let arena = Brand::with(|brand| {
        let mut arena = brand.own(Arena::from_iter([log.value(0)]));
        let index = arena.at(0).unwrap();
        arena.alloc(log.value(1));
        assert_eq!(arena[index].number(), 0);
        let arena: Arena<_> = arena.into_arena();
        arena
    });
    assert_eq!((arena.len(), log.order().len()), (2, 0));
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: S2, C8
#[test]
fn a_panic_in_a_scope_leaves_what_was_allocated() {
    let log = DropLog::new();
    let mut arena: Arena<_> = Arena::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        arena.scope(|arena| {
            arena.alloc(log.value(0));
            let kept = arena.alloc(log.value(1));
            // The closure that makes a value has an ordinary index, and what was proven before still is.
            let inner = catch_unwind(AssertUnwindSafe(|| arena.alloc_with(|_| panic!("no value"))));
            assert!(inner.is_err());
            let items = (2..5).map(|n| if n == 4 { panic!("no item") } else { log.value(n) });
            assert!(catch_unwind(AssertUnwindSafe(|| arena.alloc_batch(items))).is_err());
            assert_eq!((arena.len(), arena[kept].number()), (2, 1));
            panic!("out");
        })
    }));
    assert!(caught.is_err());
    assert_eq!((arena.len(), log.order()), (2, vec![3, 2]));
    drop(arena);
    log.assert_all_dropped_once();
}

/// Has an index of two bytes.
#[derive(ArenaAlloc, Debug)]
#[arena(repr = u16)]
struct Byte(#[allow(dead_code, reason = "for its index type")] u8);

// Contract: S2, C2
#[test]
fn what_finds_no_room_comes_back() {
    let fast = FastArena::with_capacity(2);
    fast.scope(|arena| {
        arena.alloc("a");
        assert_eq!(arena.try_alloc_batch(["x", "y"]).unwrap_err().into_inner().next(), Some("x"));
        assert_eq!(arena.try_alloc_extend(["x", "y"]).unwrap_err().into_inner(), ["x", "y"]);
        arena.alloc("b");
        assert_eq!(arena.try_alloc("c").unwrap_err().into_inner(), "c");
        assert_eq!(arena.writer().try_alloc("c").unwrap_err().into_inner(), "c");
        let make = arena.try_alloc_with(|_| "d").unwrap_err();
        assert!(make.error().is_capacity());
        assert_eq!(make.into_inner()(Idx::from_raw(0)), "d");
        let message = catch_unwind(AssertUnwindSafe(|| arena.alloc("c"))).unwrap_err();
        let message = message.downcast::<String>().unwrap();
        assert!(message.contains("arena full") && message.contains("capacity 2"), "{message}");
    });
    let mut small = Arena::<u8, ByteIdx>::with_index();
    small.scope(|arena| {
        let all = arena.alloc_batch(vec![0; 65_535]);
        assert_eq!((all.len(), arena[all].len()), (65_535, 65_535));
        assert!(arena.try_alloc(1).unwrap_err().error().is_limit());
        assert!(arena.try_alloc_with(|_| 1).unwrap_err().error().is_limit());
        assert_eq!(arena.try_alloc_batch([7]).unwrap_err().into_inner().next(), Some(7));
        assert_eq!(arena.try_alloc_extend([7, 8]).unwrap_err().into_inner().collect::<Vec<_>>(), [7, 8]);
        assert!(arena.try_reserve(1).unwrap_err().is_limit());
        assert_eq!(arena.len(), 65_535);
    });
}

// Contract: S2
#[test]
fn disjoint_values_come_in_the_order_asked_for() {
    let mut arena: Arena<u32> = Arena::from_iter(0..10);
    arena.scope(|arena| {
        let at = |slot| arena.at(slot).unwrap();
        let (a, b, c) = (at(7), at(0), at(3));
        assert_eq!(arena.get_disjoint_mut([a, b, c]).map(|value| *value), [7, 0, 3]);
        assert!(arena.try_get_disjoint_mut([a, b, a]).is_none());
        assert!(arena.try_get_disjoint_mut([]).is_some());
        let [x, y] = arena.get_disjoint_mut([c, a]);
        std::mem::swap(x, y);
        let text = catch_unwind(AssertUnwindSafe(|| arena.get_disjoint_mut([b, c, c]).len())).unwrap_err();
        assert!(text.downcast::<String>().unwrap().contains("overlapping indices: slot 3"));
    });
    assert_eq!((arena.as_slice()[3], arena.as_slice()[7]), (7, 3));
}

// Contract: S2
#[test]
fn ranges_and_iterators_agree_from_both_ends() {
    let mut arena: Arena<u32> = Arena::from_iter(0..3);
    arena.scope(|arena| {
        let range = arena.alloc_extend(3..8);
        let raw = |range: BrandedRange<'_, u32>| range.iter().map(BrandedIdx::into_raw).collect::<Vec<_>>();
        assert_eq!((raw(range), range.slots()), (vec![3, 4, 5, 6, 7], 3..8));
        assert!(range.into_iter().rev().map(BrandedIdx::into_raw).eq([7, 6, 5, 4, 3]));
        let mut iter = range.iter();
        assert_eq!((iter.nth(1), iter.nth_back(1), iter.len()), (range.get(1), range.get(3), 1));
        assert_eq!((iter.next(), iter.next(), iter.next_back()), (range.get(2), None, None));
        assert_eq!((range.iter().nth(5), range.iter().nth_back(usize::MAX)), (None, None));
        assert_eq!((range.first(), range.last(), range.get(5)), (arena.at(3), arena.at(7), None));
        assert!(range.contains(arena.at(7).unwrap()) && !range.contains(arena.at(2).unwrap()));
        assert_eq!(&arena[BrandedRange::from(range.last().unwrap())], &[7]);
        assert_eq!(arena.alloc_batch([]), BrandedRange::EMPTY);
        assert!(arena.get_range(BrandedRange::default()).is_empty());
        let empty_elsewhere = arena.check_range(IdxRange::EMPTY).unwrap();
        assert_eq!(
            (empty_elsewhere, empty_elsewhere.last(), empty_elsewhere.first()),
            (BrandedRange::EMPTY, None, None)
        );

        assert!(arena.iter_indexed().all(|(index, &value)| arena[index] == value));
        arena.iter_indexed_mut().rev().for_each(|(index, value)| *value += index.into_raw() as u32);
        arena[range].reverse();
        arena.as_mut_slice()[0] = 100;
        assert_eq!(arena.as_slice(), [100, 2, 4, 14, 12, 10, 8, 6]);
        assert_eq!(arena.indices().iter().collect::<HashSet<_>>().len(), 8);
    });
}

// Contract: C5
#[test]
fn zero_sized_values_have_branded_indices_too() {
    let (mut arena, fast) = (Arena::new(), FastArena::with_capacity(10));
    arena.scope(|arena| {
        let index = arena.alloc(());
        let batch = arena.alloc_batch([(); 5]);
        arena[index] = ();
        assert_eq!((arena[batch].len(), arena.get_disjoint_mut([index, batch.last().unwrap()]).len()), (5, 2));
    });
    fast.scope(|arena| assert_eq!((arena[arena.alloc(())], arena[arena.alloc_batch([(); 3])].len()), ((), 3)));
}

// Contract: F1
#[test]
fn threads_read_by_each_others_branded_indices() {
    let arena = FastArena::with_capacity(4000);
    arena.scope(|arena| {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|threads| {
            for part in 0..2 {
                let sender = sender.clone();
                threads.spawn(move || {
                    let writer = arena.writer();
                    for n in 0..1000 {
                        let n = part * 1000 + n;
                        let index = if n % 2 == 0 { arena.alloc(n) } else { writer.alloc(n) };
                        sender.send((index, n)).unwrap();
                    }
                });
            }
            drop(sender);
            for (index, n) in receiver {
                assert_eq!(arena[index], n);
            }
        });
    });
    assert_eq!(arena.iter_complete().count(), 2000);
}

// Contract: F4, F10
#[test]
fn branded_indices_stay_good_while_a_fast_arena_grows() {
    let mut arena = FastArena::with_capacity(1);
    arena.scope_mut(|arena| {
        let first = arena.alloc(String::from("first"));
        assert!(arena.try_alloc(String::new()).is_err());
        arena.grow();
        let hole = arena.reserve();
        drop(hole);
        let second = arena.alloc_with(|index| format!("{index:?}"));
        arena.grow_to(100);
        assert!(arena.try_grow_to(50).is_ok() && arena.try_grow().is_ok());
        let (kept, beyond) = (arena.reserve(), arena.alloc(String::from("beyond a hole")));
        std::mem::forget(kept);
        assert_eq!((arena.len(), arena.indices().len(), &*arena[beyond]), (2, 2, "beyond a hole"));
        arena.grow();
        arena[first].push_str(" and still");
        assert_eq!((&*arena[first], &*arena[second], &*arena[beyond]), ("first and still", "Idx(1)", "beyond a hole"));
        assert_eq!(arena.at(2), None);
        assert_eq!(arena.capacity(), 400);
    });
}

// Contract: F1
#[test]
fn a_shared_scope_sees_what_others_allocate_meanwhile() {
    let arena = FastArena::with_capacity(1000);
    arena.scope(|branded| {
        on_threads(2, |thread| (0..500).for_each(|n| _ = arena.alloc(thread * 500 + n)));
        assert_eq!(branded.indices().len(), 1000);
        let mut values: Vec<_> = branded.indices().iter().map(|index| branded[index]).collect();
        values.sort_unstable();
        assert!(values.into_iter().eq(0..1000));
    });
}

#[derive(Clone, Debug)]
enum Step {
    Alloc(u8),
    AllocWith(u8),
    Batch(Vec<u8>),
    Extend(Vec<u8>),
    Check(usize),
    Write(usize, u8),
    Swap(usize, usize),
    Grow,
}

fn step() -> impl Strategy<Value = Step> {
    let few = || prop::collection::vec(any::<u8>(), 0..5);
    prop_oneof![
        any::<u8>().prop_map(Step::Alloc),
        any::<u8>().prop_map(Step::AllocWith),
        few().prop_map(Step::Batch),
        few().prop_map(Step::Extend),
        (0..60_usize).prop_map(Step::Check),
        (any::<usize>(), any::<u8>()).prop_map(|(at, value)| Step::Write(at, value)),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Step::Swap(a, b)),
        Just(Step::Grow),
    ]
}

/// Runs a program on a branded arena and on a `Vec`; every index that was ever made is read after every step.
macro_rules! run_model {
    ($arena:ident, $steps:ident, $grow:expr) => {{
        let mut model: Vec<Box<u8>> = $arena.iter().cloned().collect();
        let mut known: Vec<_> = $arena.indices().iter().collect();
        for step in $steps {
            match step {
                Step::Alloc(value) => {
                    known.push($arena.alloc(Box::new(value)));
                    model.push(Box::new(value));
                }
                Step::AllocWith(value) => {
                    let slot = model.len();
                    known.push($arena.alloc_with(|index: Idx<Box<u8>>| {
                        assert_eq!(index.into_raw(), slot);
                        Box::new(value)
                    }));
                    model.push(Box::new(value));
                }
                Step::Batch(values) => {
                    let range = $arena.alloc_batch(values.iter().copied().map(Box::new));
                    prop_assert_eq!(range.len(), values.len());
                    known.extend(range);
                    model.extend(values.into_iter().map(Box::new));
                }
                Step::Extend(values) => {
                    known.extend($arena.alloc_extend(values.iter().copied().map(Box::new)));
                    model.extend(values.into_iter().map(Box::new));
                }
                Step::Check(slot) => {
                    let proven = $arena.check(Idx::from_raw(slot));
                    prop_assert_eq!(proven.map(BrandedIdx::into_raw), (slot < model.len()).then_some(slot));
                    known.extend(proven);
                }
                Step::Write(at, value) if !known.is_empty() => {
                    let index = known[at % known.len()];
                    $arena[index] = Box::new(value);
                    model[index.into_raw()] = Box::new(value);
                }
                Step::Swap(a, b) if !known.is_empty() => {
                    let (a, b) = (known[a % known.len()], known[b % known.len()]);
                    let pair = $arena.try_get_disjoint_mut([a, b]);
                    prop_assert_eq!(pair.is_some(), a != b);
                    if let Some([x, y]) = pair {
                        std::mem::swap(x, y);
                        model.swap(a.into_raw(), b.into_raw());
                    }
                }
                Step::Grow => $grow,
                Step::Write(..) | Step::Swap(..) => {}
            }
            prop_assert!(known.iter().all(|&index| $arena[index] == model[index.into_raw()]));
            prop_assert_eq!(&$arena[$arena.indices()], &model[..]);
        }
        Ok(())
    }};
}

proptest! {
    // Contract: S2, C9
    #[test]
    fn a_branded_arena_is_a_vec(before in 0..4_u8, steps in prop::collection::vec(step(), 0..40)) {
        let mut arena: Arena<Box<u8>> = (0..before).map(Box::new).collect();
        arena.scope(|arena| run_model!(arena, steps, arena.reserve(7)))?;
    }

    // Contract: S2, C9
    #[test]
    fn a_branded_fast_arena_is_a_vec(steps in prop::collection::vec(step(), 0..40)) {
        let mut arena: FastArena<Box<u8>> = FastArena::with_capacity(200);
        arena.scope_mut(|arena| run_model!(arena, steps, arena.grow_to(arena.capacity() + 1)))?;
    }
}
