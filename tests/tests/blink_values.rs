//! `Blink`: values, destructors, emplacing, scopes, checkpoints, freezing.

use std::alloc::Layout;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use arenas::{Blink, BlinkAlloc, CheckpointError, FrozenBlink, IteratorExt, Rejected, SendBlink, SyncBlinkAlloc};
use arenas_tests::base::{Base, Refuse};
use arenas_tests::checking::losing;
use arenas_tests::drops::DropLog;

/// A `Blink` whose base gives one chunk of `bytes` and then refuses.
fn one_chunk(base: &Base, bytes: usize) -> Blink<BlinkAlloc<&Base>> {
    *base.refuse.borrow_mut() = Refuse::From(1);
    Blink::new_in(BlinkAlloc::with_chunk_size_in(bytes, base))
}

// Contract: K6, S7
#[test]
fn the_example_of_the_original() {
    let mut blink = Blink::new();
    let x = blink.put(42);
    assert_eq!(*x, 42);
    let string = blink.copy_str("Hello world");
    string.make_ascii_lowercase();
    assert_eq!(string, "hello world");
    let slice = blink.emplace().from_iter((0..10).filter(|x| x % 3 != 0));
    assert_eq!(&*slice, &[1, 2, 4, 5, 7, 8]);
    blink.reset();
}

// Contract: K6, S7
#[test]
fn iterators_collect_into_an_exclusively_borrowed_arena_too() {
    let mut blink = Blink::new();
    let squares: &mut [u32] = (1..4u32).map(|n| n * n).collect_to_blink(&blink);
    squares[0] = 7;
    assert_eq!(squares, [7, 4, 9]);
    let shared: &[u32] = (0..3u32).collect_to_blink_shared(&blink);
    assert_eq!(shared, [0, 1, 2]);
    assert_eq!((0..3u8).try_collect_to_blink(&blink).unwrap(), [0, 1, 2]);
    blink.reset();
}

// Contract: K6
#[test]
fn values_are_dropped_on_reset_and_on_drop_the_newest_first() {
    let log = DropLog::new();
    let mut blink = Blink::with_chunk_size(64);
    for round in 0..2 {
        for i in 0..50 {
            assert_eq!(*blink.put(log.value(i)), i);
            blink.put(i);
        }
        if round == 0 {
            blink.reset();
            assert_eq!(log.order(), (0..50).rev().collect::<Vec<_>>());
        }
    }
    drop(blink);
    assert_eq!(log.order()[50..], (0..50).rev().collect::<Vec<_>>());
    log.assert_all_dropped_once();
}

// Contract: K6
#[test]
fn values_without_a_destructor_cost_no_record() {
    let blink = Blink::new();
    blink.put(7u64);
    blink.put([0u8; 24]);
    blink.emplace().from_iter(0..10u64);
    assert_eq!((blink.stats().used, blink.pending_drops()), (8 + 24 + 80, 0));
    blink.put(String::new());
    assert_eq!(blink.pending_drops(), 1);
}

// Contract: C5
#[test]
fn values_of_no_size_take_no_memory_and_drop_exactly_as_often() {
    thread_local!(static DROPS: Cell<usize> = const { Cell::new(0) });
    #[repr(align(64))]
    #[derive(Clone)]
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    #[derive(Clone, Copy)]
    #[repr(align(4096))]
    struct Plain;

    let base = Base::default();
    let mut blink = Blink::new_in(BlinkAlloc::new_in(&base));
    for _ in 0..10 {
        assert_eq!(std::ptr::from_ref(blink.put(Plain)).addr() % 4096, 0);
        blink.copy_slice(&[Plain; 100]);
        assert_eq!(blink.emplace().from_iter(std::iter::repeat_n(Plain, 1000)).len(), 1000);
        blink.put(());
    }
    assert_eq!((blink.stats().used, base.requests.get()), (0, 0));

    assert_eq!(std::ptr::from_ref(blink.put(Nothing)).addr() % 64, 0);
    assert_eq!(blink.emplace().from_iter(std::iter::repeat_n(Nothing, 5)).len(), 5);
    // One was cloned for each but the last; the iterator drops nothing that it gave out.
    assert_eq!(DROPS.get(), 0);
    blink.reset();
    assert_eq!(DROPS.get(), 6);
    let kept = blink.emplace_no_drop().from_iter(std::iter::repeat_n(Nothing, 5));
    assert_eq!(kept.len(), 5);
    blink.reset();
    assert_eq!(DROPS.get(), 6);
}

// Contract: K6
#[test]
fn only_the_forms_that_say_so_do_not_drop() {
    let log = losing(DropLog::new);
    let [one, two, three] = losing(|| [1, 2, 3].map(|number| log.value(number)));
    let mut blink = Blink::new();
    blink.put_no_drop(one);
    blink.emplace_no_drop().value(two);
    [three].into_iter().collect_to_blink_no_drop(&blink);
    blink.reset();
    assert_eq!(log.dropped(), 0);
    blink.put(log.value(4));
    let shared: &_ = blink.emplace_shared().value(log.value(5));
    assert_eq!(*shared, 5);
    [log.value(6)].into_iter().collect_to_blink(&blink);
    [log.value(7)].into_iter().collect_to_blink_shared(&blink);
    // SAFETY: it borrows nothing.
    unsafe { blink.emplace_unchecked() }.with(|| log.value(8));
    blink.reset();
    assert_eq!(log.order(), [8, 7, 6, 5, 4]);
}

// Contract: K6
#[test]
fn borrowed_values_go_in_without_a_destructor() {
    let text = String::from("a b c");
    let blink = Blink::new();
    let words = blink.emplace_no_drop().from_iter(text.split(' '));
    words[0] = blink.copy_str("z");
    assert_eq!(words, ["z", "b", "c"]);
    let pair = blink.put_no_drop((&text, 1));
    assert_eq!(pair.0, "a b c");
    let slot = blink.uninit::<&str>();
    assert_eq!(*slot.write(&text), "a b c");
}

// Contract: K6, C4
#[test]
fn slices_and_strings_of_every_length_are_copied() {
    let blink = Blink::with_chunk_size(100);
    let numbers: Vec<u16> = (0..300).collect();
    let text: String = ('a'..='z').cycle().take(300).collect();
    let copies: Vec<_> =
        (0..300).map(|len| (blink.copy_slice(&numbers[..len]), blink.copy_str(&text[..len]))).collect();
    for (len, (slice, string)) in copies.into_iter().enumerate() {
        assert_eq!(*slice, numbers[..len]);
        assert_eq!(*string, text[..len]);
    }
}

// Contract: K7, C9
#[test]
#[allow(clippy::result_large_err, reason = "large errors are what is tested")]
fn fallible_initialisers_neither_overlap_nor_lose_values() {
    macro_rules! check {
        ($($make:expr => $value:ty),+; $error:expr) => {$({
            let blink = Blink::with_chunk_size(100);
            let make: fn(usize) -> $value = $make;
            let mut values = Vec::new();
            for i in 0..200usize {
                let kept = blink.copy_slice(&[0xEE_u8; 15]);
                let result = blink.emplace().with_fallible(|| if i % 3 == 0 { Err($error) } else { Ok(make(i)) });
                match result {
                    Ok(value) => values.push((i, value, kept)),
                    Err(error) => assert!(i % 3 == 0 && error == $error),
                }
            }
            for (i, value, kept) in values {
                assert_eq!(*value, make(i));
                assert_eq!(*kept, [0xEE; 15]);
            }
        })+};
    }
    check!(|i| i as u8 => u8, |i| i as u32 => u32, |i| Box::new(i) => Box<usize>; 9u8);
    check!(|i| i as u8 => u8, |i| i as u32 => u32, |i| Box::new(i) => Box<usize>; u64::MAX);
    check!(|i| i as u8 => u8, |i| i as u32 => u32, |i| Box::new(i) => Box<usize>; [0x41u8; 4096]);
}

// Contract: K3
#[test]
fn a_failed_initialiser_gives_its_memory_back() {
    let log = DropLog::new();
    let blink = Blink::new();
    blink.put(1u8);
    let used = blink.stats().used;
    assert_eq!(blink.emplace::<[u64; 9]>().with_fallible(|| Err(7)), Err(7));
    assert!(blink.emplace::<arenas_tests::drops::Logged>().with_fallible(|| Err::<_, u8>(7)).is_err());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        blink.emplace().with(|| -> String { panic!("no value") });
    }));
    assert!(outcome.is_err());
    assert_eq!((blink.stats().used, blink.pending_drops()), (used, 0));
    log.assert_all_dropped_once();
}

// Contract: C2, C8
#[test]
fn what_finds_no_room_comes_back() {
    let log = DropLog::new();
    let base = Base::refusing(Refuse::From(0));
    let blink = Blink::new_in(BlinkAlloc::new_in(&base));
    let rejected: Rejected<_> = blink.try_put(log.value(1)).unwrap_err();
    assert!(rejected.error().is_out_of_memory());
    assert_eq!(rejected.into_inner(), 1);
    assert_eq!(blink.emplace().try_value(log.value(2)).unwrap_err().into_inner(), 2);
    assert_eq!(blink.emplace_no_drop().try_value(3).unwrap_err().into_inner(), 3);
    let make = blink.emplace().try_with(|| log.value(4)).unwrap_err().into_inner();
    assert_eq!(make(), 4);
    let Err(Err(rejected)) = blink.emplace().try_with_fallible(|| Ok::<_, u8>(log.value(5))) else { panic!("room") };
    assert_eq!(rejected.into_inner()().unwrap(), 5);
    assert!(blink.try_uninit::<u64>().is_err());
    assert!(blink.try_copy_slice(&[1]).unwrap_err().is_out_of_memory());
    assert!(blink.try_copy_str("x").is_err());
    let (built, rest) = blink.emplace().try_from_iter((0..3).map(|i| log.value(i))).unwrap_err().into_inner();
    assert!(built.is_empty());
    assert_eq!(rest.map(|value| value.number()).collect::<Vec<_>>(), [0, 1, 2]);
    log.assert_all_dropped_once();
}

// Contract: C2
#[test]
fn a_panic_for_want_of_memory_names_the_numbers() {
    let base = Base::refusing(Refuse::From(0));
    let blink = Blink::new_in(BlinkAlloc::new_in(&base));
    let message = arenas_tests::panics::panic_message(|| _ = blink.put([0u64; 5]));
    for part in ["Blink", "out of memory", "40 bytes", "aligned to 8"] {
        assert!(message.contains(part), "{message}");
    }
}

/// An iterator that says anything of its length.
struct Lying<I>(I, (usize, Option<usize>));

impl<I: Iterator> Iterator for Lying<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.1
    }
}

// Contract: K8, C8
#[test]
fn size_hints_are_only_hints() {
    for len in [0, 1, 3, 4, 5, 100, 5000] {
        for hint in [0, 1, len / 2, len, len + 1, 3 * len + 7, 1 << 40, isize::MAX as usize, usize::MAX] {
            for upper in [None, Some(0), Some(hint), Some(usize::MAX)] {
                let log = DropLog::new();
                let mut blink = Blink::with_chunk_size(200);
                blink.set_limit(Some(1 << 20));
                let plain = blink.emplace().from_iter(Lying(0..len, (hint, upper)));
                assert!(plain.iter().copied().eq(0..len));
                if len <= 100 {
                    let owned = Lying(0..len as u32, (hint, upper)).map(|i| log.value(i)).collect_to_blink(&blink);
                    assert!(owned.iter().map(|value| value.number()).eq(0..len as u32));
                }
                blink.reset();
                log.assert_all_dropped_once();
            }
        }
    }
}

// Contract: K8
#[test]
fn what_is_left_in_the_chunk_is_used_when_the_base_refuses() {
    let base = Base::default();
    let blink = one_chunk(&base, 8000);
    let slice = blink.emplace().from_iter((0..2000u32).filter(|_| true));
    assert!(slice.iter().copied().eq(0..2000));
    assert!(blink.try_put(1u8).is_err());
}

// Contract: C2, K8
#[test]
fn an_iterator_that_outgrows_the_memory_comes_back_from_where_it_stopped() {
    let log = DropLog::new();
    let base = Base::default();
    let mut blink = one_chunk(&base, 1024);
    let (built, mut rest) =
        blink.emplace().try_from_iter((0..1000).map(|i| log.value(i)).filter(|_| true)).unwrap_err().into_inner();
    let taken = built.len() as u32;
    assert!(taken >= 20 && built.iter().map(|value| value.number()).eq(0..taken));
    assert_eq!(rest.next().unwrap(), taken);
    assert_eq!(rest.next().unwrap(), taken + 1);
    drop(rest);
    blink.reset();
    log.assert_all_dropped_once();
}

// Contract: C8
#[test]
fn an_iterator_that_panics_leaves_what_it_gave() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        blink.emplace().from_iter((0..100).map(|i| if i == 15 { panic!("enough") } else { log.value(i) }));
    }));
    assert!(outcome.is_err());
    assert_eq!((log.made(), log.dropped()), (15, 0));
    blink.put(log.value(99));
    blink.reset();
    log.assert_all_dropped_once();
}

// Contract: C8
#[test]
fn user_code_may_allocate_from_the_arena_that_runs_it() {
    let log = DropLog::new();
    let mut blink = Blink::with_chunk_size(64);
    let slice = blink.emplace().from_iter((0..200).map(|i| {
        let inner = blink.emplace().with(|| (blink.put(log.value(1000 + i)).number(), blink.copy_str("inner").len()));
        assert_eq!(*inner, (1000 + i, 5));
        log.value(i)
    }));
    assert!(slice.iter().map(|value| value.number()).eq(0..200));
    let failed = blink.emplace::<u64>().with_fallible(|| Err::<u64, _>(blink.put(5u64)));
    assert_eq!(failed, Err(&mut 5));
    blink.reset();
    log.assert_all_dropped_once();
}

// Contract: C7, K6
#[test]
fn a_destructor_that_panics_keeps_no_other_from_running() {
    for at in [0, 7, 19] {
        let log = DropLog::new();
        let mut blink = Blink::with_chunk_size(64);
        for round in 0..4 {
            let checkpoint = blink.checkpoint();
            for i in 0..20 {
                if i % 2 == 0 {
                    blink.put(log.value(i));
                } else {
                    blink.emplace().from_iter([log.value(i)]);
                }
            }
            log.panic_at(at);
            let outcome = catch_unwind(AssertUnwindSafe(|| match round {
                0 => blink.reset(),
                1 => blink.rollback(checkpoint),
                2 => blink.drop_all(),
                _ => drop(std::mem::take(&mut blink)),
            }));
            assert!(outcome.is_err());
            log.assert_all_dropped_once();
            assert_eq!(blink.pending_drops(), 0);
            if round < 2 {
                assert_eq!(blink.stats().used, 0);
            }
            assert_eq!(*blink.put(String::from("still usable")), "still usable");
            blink.reset();
        }
    }
}

// Contract: K6
#[test]
fn a_scope_gives_back_what_it_took_also_when_it_panics() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    blink.put(log.value(0));
    let used = blink.stats().used;
    let sum = blink.scope(|inner| {
        let numbers = inner.emplace().from_iter((1..5).map(|i| log.value(i)));
        numbers.iter().map(|value| value.number()).sum::<u32>()
    });
    assert_eq!((sum, log.order()), (10, vec![1, 2, 3, 4]));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        blink.scope(|inner| {
            inner.put(log.value(5));
            panic!("out");
        })
    }));
    assert!(outcome.is_err());
    assert_eq!((blink.stats().used, log.dropped()), (used, 5));
    {
        let mut outer = blink.scope_guard();
        outer.put(log.value(6));
        {
            let inner = outer.scope_guard();
            inner.put(log.value(7));
        }
        assert_eq!(log.dropped(), 6);
        outer.put(log.value(8));
        outer.reset();
        assert_eq!(log.dropped(), 8);
        outer.put(log.value(9));
    }
    assert_eq!((blink.stats().used, blink.pending_drops()), (used, 1));
}

// Contract: K6
#[test]
fn over_a_shared_allocator_values_are_dropped_and_the_memory_stays() {
    let log = DropLog::new();
    let alloc = BlinkAlloc::new();
    let mut first = Blink::new_in(&alloc);
    let second = Blink::new_in(&alloc);
    let kept = second.copy_slice(&[1, 2, 3]);
    first.put(log.value(1));
    let checkpoint = first.checkpoint();
    first.put(log.value(2));
    let used = alloc.stats().used;
    first.rollback(checkpoint);
    assert_eq!(log.order(), [2]);
    first.scope(|inner| inner.put(log.value(3)).number());
    first.reset();
    assert_eq!(log.order(), [2, 3, 1]);
    assert!(alloc.stats().used >= used);
    assert_eq!(kept, [1, 2, 3]);
}

// Contract: K6
#[test]
fn over_an_exclusively_borrowed_allocator_the_memory_is_rewound() {
    let mut alloc = BlinkAlloc::new();
    let mut blink = Blink::new_in(&mut alloc);
    blink.put(String::from("x"));
    blink.scope(|inner| inner.put(1u8).count_ones());
    blink.reset();
    drop(blink);
    assert_eq!(alloc.stats().used, 0);
}

// Contract: K6
#[test]
fn it_stands_on_every_allocator_of_the_family() {
    fn work<A: arenas::BlinkAllocator>(mut blink: Blink<A>) {
        let log = DropLog::new();
        for _ in 0..3 {
            let values = blink.emplace().from_iter((0..100).map(|i| log.value(i)));
            assert!(values.iter().map(|value| value.number()).eq(0..100));
            blink.scope(|inner| _ = inner.put(log.value(7)).number());
            let checkpoint = blink.checkpoint();
            blink.put(log.value(8));
            blink.rollback(checkpoint);
            blink.reset();
            log.assert_all_dropped_once();
        }
    }
    let shared = SyncBlinkAlloc::new();
    work(Blink::new());
    work(Blink::new_in(&BlinkAlloc::new()));
    work(Blink::new_in(&mut BlinkAlloc::new()));
    work(Blink::new_in(SyncBlinkAlloc::new()));
    work(Blink::new_in(&shared));
    work(Blink::new_in(shared.local()));
    work(Blink::new_in(&shared.local()));
    let mut memory = [std::mem::MaybeUninit::uninit(); 16 << 10];
    work(Blink::over(&mut memory));
}

// Contract: K14, C7
#[test]
fn a_rollback_drops_what_came_after_the_checkpoint_the_newest_first() {
    let log = DropLog::new();
    let mut blink = Blink::with_chunk_size(64);
    for i in 0..20 {
        blink.put(log.value(i));
    }
    let low = blink.checkpoint();
    for i in 20..40 {
        blink.put(log.value(i));
    }
    let high = blink.checkpoint();
    blink.put(log.value(40));
    blink.rollback(high);
    assert_eq!(log.order(), [40]);
    blink.rollback(low);
    assert_eq!(log.order()[1..], (20..40).rev().collect::<Vec<_>>());
    assert!(matches!(blink.try_rollback(high), Err(CheckpointError::Beyond { .. })));
    for i in 50..90 {
        blink.put(log.value(i));
    }
    assert!(matches!(blink.try_rollback(high), Err(CheckpointError::Diverged { .. })));
    assert_eq!(Blink::new().try_rollback(low), Err(CheckpointError::Foreign));
    assert_eq!(log.dropped(), 21);
    blink.reset();
    log.assert_all_dropped_once();
}

// Contract: K14, C9
#[test]
fn a_checkpoint_does_not_survive_drop_all() {
    let log = DropLog::new();
    let mut blink = Blink::new();
    blink.put(log.value(1));
    let checkpoint = blink.checkpoint();
    blink.drop_all();
    blink.put(log.value(2));
    assert!(matches!(blink.try_rollback(checkpoint), Err(CheckpointError::Diverged { .. })));
    assert_eq!(log.order(), [1]);
}

// Contract: K9
#[test]
fn a_send_blink_is_empty_and_warm() {
    let log = DropLog::new();
    let base = SyncBlinkAlloc::new();
    let blink = Blink::new_in(base.local());
    blink.put((Rc::new(1), log.value(1)));
    let parcel = SendBlink::new(blink);
    log.assert_all_dropped_once();
    std::thread::scope(|scope| {
        scope.spawn(move || assert_eq!(*parcel.into_inner().put(7), 7));
    });
}

// Contract: K11
#[test]
fn a_frozen_arena_is_read_from_all_threads() {
    let log = DropLog::new();
    let blink = Blink::new();
    blink.put(Rc::new(log.value(1)));
    let frozen: FrozenBlink<[String]> =
        blink.freeze(|blink| blink.emplace_shared().from_iter((0..100).map(|i| i.to_string())));
    let frozen = Box::new(frozen);
    std::thread::scope(|scope| {
        for start in 0..4 {
            let frozen = &frozen;
            scope.spawn(move || (start..100).for_each(|i| assert_eq!(frozen[i], i.to_string())));
        }
    });
    assert_eq!(format!("{frozen:?}").matches(',').count(), 99);
    let blink = frozen.thaw();
    assert_eq!((blink.pending_drops(), log.dropped()), (2, 0));
    drop(blink);
    log.assert_all_dropped_once();
}

// Contract: K11, C1
#[test]
fn the_root_of_a_frozen_arena_is_not_the_arena_itself() {
    let message = arenas_tests::panics::panic_message(|| drop(Blink::new().freeze(|blink| blink)));
    assert!(message.contains("part of the `Blink` itself"), "{message}");
    let message = arenas_tests::panics::panic_message(|| drop(Blink::new().freeze(|blink| blink.allocator())));
    assert!(message.contains("part of the `Blink` itself"), "{message}");
    let text: FrozenBlink<str> = Blink::new().freeze(|_| "from elsewhere");
    assert_eq!(&*text, "from elsewhere");
    let nothing: FrozenBlink<[u8]> = Blink::new().freeze(|blink| blink.copy_slice(&[]));
    assert!(nothing.is_empty());
}

// Contract: C13, K4
#[test]
fn a_blink_keeps_its_memory_on_reset_and_gives_it_back_when_told() {
    let base = Base::default();
    let mut blink = Blink::new_in(BlinkAlloc::new_in(&base));
    for round in 0..4 {
        let before = base.requests.get();
        for i in 0..10_000u64 {
            blink.put(i);
            blink.put(vec![i]);
        }
        blink.reset();
        assert!(round < 2 || base.requests.get() == before);
    }
    assert_eq!(base.live_blocks(), 1);
    blink.shrink_to(0);
    assert_eq!(base.live_blocks(), 0);
}

// Contract: K6, C1
#[test]
fn a_record_and_its_value_are_aligned() {
    #[repr(align(128))]
    struct Wide(#[allow(dead_code, reason = "for its destructor")] String);
    let blink = Blink::new();
    for i in 0..10u8 {
        blink.put(i);
        assert_eq!(std::ptr::from_ref(blink.put(Wide(String::new()))).addr() % 128, 0);
        let many = blink.emplace().from_iter((0..3).map(|_| Wide(String::new())));
        assert_eq!(many.as_ptr().addr() % 128, 0);
    }
    let raw = blink.allocator().allocate(Layout::new::<u64>()).unwrap();
    assert_eq!(raw.len(), 8);
}
