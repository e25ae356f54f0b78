//! Where an arena ends: the handle's limit, refused memory, sizes at the edge, zero-sized values.

use arenas::{Arena, ArenaIdx, Stamped};
use arenas_tests::drops::DropLog;
use arenas_tests::panics::panic_message;

/// A handle that names five slots, as a user would write one by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Tiny(u8);

impl ArenaIdx for Tiny {
    type Stamp = ();
    const MAX_SLOTS: usize = 5;

    fn from_slot(slot: usize, (): ()) -> Option<Self> {
        (slot < Self::MAX_SLOTS).then_some(Self(slot as u8))
    }

    fn slot(self) -> usize {
        usize::from(self.0)
    }

    fn stamp(self) {}
}

fn full() -> Arena<String, Tiny> {
    let mut arena = Arena::with_index();
    arena.extend((0..5).map(|n| n.to_string()));
    arena
}

// Contract: C2, S2
#[test]
fn more_values_than_the_handle_can_name_come_back() {
    let mut arena = full();
    let rejected = arena.try_alloc(String::from("five")).unwrap_err();
    assert!(rejected.error().is_limit());
    assert_eq!(rejected.into_inner(), "five");
    let mut ran = false;
    let rejected = arena.try_alloc_with(|_| {
        ran = true;
        String::new()
    });
    assert!(rejected.unwrap_err().error().is_limit());
    assert!(!ran);
    assert_eq!((arena.len(), arena[Tiny(4)].as_str()), (5, "4"));
}

// Contract: C2
#[test]
fn the_panic_of_a_full_arena_names_the_arena_and_its_capacity() {
    for message in [
        panic_message(|| full().alloc(String::new())),
        panic_message(|| full().alloc_with(|_| String::new())),
        panic_message(|| full().extend([String::new()])),
        panic_message(|| full().reserve(1)),
        panic_message(|| full().alloc_batch([String::new()])),
    ] {
        for part in ["Arena", "limit", "1 slot", "capacity 5"] {
            assert!(message.contains(part), "{message}");
        }
    }
}

// Contract: C2
#[test]
fn an_extension_beyond_the_limit_gives_back_what_it_did_not_take() {
    let mut arena: Arena<u32, Tiny> = Arena::with_index();
    arena.extend(0..3);
    let rejected = arena.try_alloc_extend(3..9).unwrap_err();
    assert!(rejected.error().is_limit());
    assert_eq!(rejected.into_inner().collect::<Vec<_>>(), [5, 6, 7, 8]);
    assert_eq!(arena.as_slice(), [0, 1, 2, 3, 4]);
    assert_eq!(arena.try_alloc_extend([]).unwrap(), None);
}

// Contract: C2
#[test]
fn a_batch_beyond_the_limit_is_refused_whole() {
    let mut arena: Arena<u32, Tiny> = Arena::with_index();
    arena.extend(0..3);
    let rejected = arena.try_alloc_batch([3, 4, 5]).unwrap_err();
    assert!(rejected.error().is_limit());
    assert_eq!(rejected.into_inner().collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(arena.len(), 3);
    assert_eq!(arena.try_alloc_batch([3, 4]).unwrap().slots(), 3..5);
}

// Contract: S2
#[test]
fn a_full_arena_takes_values_again_after_a_rollback() {
    let mut arena = full();
    assert!(arena.try_alloc(String::new()).is_err());
    arena.reset();
    assert_eq!(arena.alloc(String::from("again")), Tiny(0));
}

// Contract: S2
#[test]
fn growth_stops_at_what_the_handle_can_name() {
    assert_eq!(full().capacity(), 5);
    let mut arena: Arena<u64, Tiny> = Arena::with_capacity_and_index(5);
    assert!(arena.try_reserve(6).unwrap_err().is_limit());
    assert!(Arena::<u64, Tiny>::try_with_capacity_and_index(6).unwrap_err().is_limit());
    arena.extend(0..5);
    assert_eq!(arena.stats().reserved, 40);
}

// Contract: S2
#[test]
fn a_two_byte_index_names_65535_values_and_no_more() {
    #[derive(arenas::ArenaAlloc, Clone, Copy, Debug, PartialEq)]
    #[arena(repr = u16)]
    struct Pixel(u32);
    let mut pixels = PixelStore::with_index();
    for n in 0..65_535 {
        assert_eq!(pixels.alloc(Pixel(n)).into_raw(), n as usize);
    }
    assert_eq!(pixels.capacity(), 65_535);
    assert_eq!(pixels.try_alloc(Pixel(1)).unwrap_err().into_inner(), Pixel(1));
    assert_eq!(pixels[PixelIdx::from_raw(65_534)], Pixel(65_534));
    let checkpoint = pixels.checkpoint();
    pixels.rollback(checkpoint);
    assert!(pixels.iter_indexed().all(|(index, pixel)| index.into_raw() == pixel.0 as usize));
}

// Contract: C4
#[test]
fn sizes_that_cannot_be_are_errors_and_change_nothing() {
    let mut arena: Arena<u64> = (0..3).collect();
    for additional in [isize::MAX as usize, usize::MAX - 3, usize::MAX] {
        assert!(arena.try_reserve(additional).is_err());
    }
    assert!(arena.try_reserve(0).is_ok());
    assert_eq!(arena.as_slice(), [0, 1, 2]);
    for capacity in [isize::MAX as usize, usize::MAX] {
        assert!(Arena::<u64>::try_with_capacity(capacity).is_err());
    }
    type Page = [u8; 1 << 40];
    assert!(Arena::<Page>::try_with_capacity(1 << 30).unwrap_err().is_layout_overflow());
    assert!(Arena::<Page>::try_with_capacity(1 << 20).unwrap_err().is_out_of_memory());
    assert!(panic_message(|| Arena::<u64>::with_capacity(usize::MAX)).contains("Arena"));
}

// Contract: C5
#[test]
fn zero_sized_values_take_no_memory_and_are_dropped_one_by_one() {
    use std::cell::Cell;
    thread_local!(static DROPS: Cell<u32> = const { Cell::new(0) });
    struct Unit;
    impl Drop for Unit {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    let mut arena = Arena::new();
    let (_, used) = arenas_tests::checking::heap_use(|| {
        arena.alloc(Unit);
        arena.alloc_batch([Unit, Unit, Unit]);
        arena.alloc_extend((0..6).map(|_| Unit));
    });
    assert_eq!(used.requests, 0);
    assert_eq!((arena.len(), arena.stats().reserved), (10, 0));
    let checkpoint = arena.checkpoint();
    arena.alloc(Unit);
    arena.rollback(checkpoint);
    assert_eq!(DROPS.get(), 1);
    drop(arena);
    assert_eq!(DROPS.get(), 11);
}

// Contract: C5, S2
#[test]
fn zero_sized_values_are_limited_by_the_handle_too() {
    let mut arena: Arena<(), Tiny> = Arena::with_index();
    assert_eq!(arena.capacity(), 5);
    arena.extend([(); 5]);
    assert!(arena.try_alloc(()).unwrap_err().error().is_limit());
    assert!(arena.try_alloc_batch([()]).unwrap_err().error().is_limit());
    assert_eq!(arena.len(), 5);
}

// Contract: C6
#[test]
fn over_aligned_values_are_aligned() {
    #[repr(align(4096))]
    struct Page(u8);
    let mut arena = Arena::new();
    for n in 0..5 {
        arena.alloc(Page(n));
    }
    for (n, page) in arena.iter().enumerate() {
        assert_eq!(std::ptr::from_ref(page).addr() % 4096, 0);
        assert_eq!(usize::from(page.0), n);
    }
}

// Contract: C9
#[test]
fn a_refused_value_is_dropped_once() {
    let log = DropLog::new();
    let mut arena: Arena<_, Tiny> = Arena::with_index();
    arena.extend((0..5).map(|n| log.value(n)));
    drop(arena.try_alloc(log.value(5)));
    drop(arena.try_alloc_batch((6..9).map(|n| log.value(n))));
    drop(arena.try_alloc_extend((9..12).map(|n| log.value(n))));
    assert!(arenas_tests::panics::panics(|| arena.alloc(log.value(20))));
    drop(arena);
    log.assert_all_dropped_once();
}

// Contract: S2
#[test]
fn an_error_of_an_allocation_works_with_the_question_mark() {
    fn fill(arena: &mut Arena<u32, Tiny>) -> Result<Tiny, arenas::AllocError> {
        let first = arena.try_alloc(1)?;
        arena.try_alloc_batch([2, 3])?;
        arena.try_alloc_extend([4, 5, 6])?;
        Ok(first)
    }
    assert!(fill(&mut Arena::with_index()).unwrap_err().is_limit());
}

// Contract: S2
#[test]
fn the_first_stamped_handle_of_every_way_to_begin_is_valid() {
    type Checked = Arena<u32, Stamped<u32>>;
    let mut arenas: Vec<Checked> = vec![
        Arena::with_index(),
        Arena::default(),
        Arena::with_capacity_and_index(0),
        Arena::with_capacity_and_index(9),
        (0..3).collect(),
        Checked::with_index().clone(),
    ];
    let mut seen = std::collections::HashSet::new();
    for arena in &mut arenas {
        let index = arena.alloc(7);
        assert!(arena.is_valid(index));
        assert!(seen.insert(index));
    }
}
