//! Bitena: closures, iterators and formatting code that panic, lie, or allocate from the same arena.
// Contract: C8

use std::cell::Cell;
use std::fmt;

use arenas::{Bitena, Holds, LocalBitena};
use arenas_tests::panics::panics;

/// An iterator that states a length of its own choice.
struct Liar<I> {
    values: I,
    stated: usize,
}

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.values.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.stated, Some(self.stated))
    }
}

impl<I: Iterator> ExactSizeIterator for Liar<I> {
    fn len(&self) -> usize {
        self.stated
    }
}

/// A `Display` that writes another text each time.
struct Changing<'a> {
    texts: &'a [&'a str],
    times: Cell<usize>,
}

impl<'a> Changing<'a> {
    fn new(texts: &'a [&'a str]) -> Self {
        Self { texts, times: Cell::new(0) }
    }
}

impl fmt::Display for Changing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.times.replace(self.times.get() + 1);
        f.write_str(self.texts.get(time).ok_or(fmt::Error)?)
    }
}

/// Counts its drops.
struct Counted<'a>(&'a Cell<usize>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn an_iterator_that_yields_less_gives_a_shorter_slice_and_the_rest_back() {
    let arena = Bitena::new(1024).unwrap();
    let slice = arena.alloc_slice_from_iter(Liar { values: 0..3u32, stated: 10 });
    assert_eq!(slice, [0, 1, 2]);
    assert_eq!(arena.used(), 12);
    let window = arena.local(256).unwrap();
    assert_eq!(window.alloc_slice_from_iter(Liar { values: 0..2u64, stated: 20 }), [0, 1]);
    assert_eq!(window.used() & !7, 16);
    assert_eq!(arena.alloc_slice_from_iter(Liar { values: 0..0u64, stated: 20 }), []);
}

#[test]
fn a_short_slice_stays_whole_when_the_rest_cannot_go_back() {
    let arena = Bitena::new(1024).unwrap();
    let values = (0..3u32).inspect(|i| *arena.alloc(0u8) = *i as u8);
    assert_eq!(arena.alloc_slice_from_iter(Liar { values, stated: 10 }), [0, 1, 2]);
    assert_eq!(arena.used(), 43);
}

#[test]
fn an_iterator_that_could_yield_more_is_cut_off() {
    let arena = Bitena::new(1024).unwrap();
    let mut values = 0..100u32;
    assert_eq!(arena.alloc_slice_from_iter(Liar { values: values.by_ref(), stated: 4 }), [0, 1, 2, 3]);
    assert_eq!(values.next(), Some(4));
    assert_eq!(arena.used(), 16);
}

#[test]
fn an_iterator_that_states_an_absurd_length_is_refused_untouched() {
    let arena = Bitena::new(1024).unwrap();
    let refused = arena.try_alloc_slice_from_iter(Liar { values: 0..3u32, stated: usize::MAX }).unwrap_err();
    assert!(refused.error().is_layout_overflow());
    assert_eq!(refused.into_inner().next(), Some(0));
    assert_eq!(arena.used(), 0);
}

#[test]
fn a_closure_that_panics_gives_its_room_back() {
    let arena = Bitena::new(1024).unwrap();
    arena.alloc(1u8);
    let window = arena.local(512).unwrap();
    assert!(panics(|| arena.try_alloc_with(|| -> u64 { panic!("as it should") }).is_ok()));
    assert!(panics(|| arena.alloc_slice_fill_with(10, |i| if i == 5 { panic!("as it should") } else { i }).len()));
    assert!(panics(|| arena.alloc_slice_from_iter((0..10u16).map(|i| [1, 2, 3][i as usize])).len()));
    assert!(panics(|| window.alloc_with(|| -> u64 { panic!("as it should") })));
    assert_eq!((arena.remaining(), window.remaining()), (511, 512));
}

#[test]
fn a_closure_may_allocate_from_the_same_arena() {
    let arena = Bitena::new(1024).unwrap();
    let outer = arena.alloc_with(|| arena.alloc(7u32) as &u32);
    assert_eq!(**outer, 7);
    let texts = arena.alloc_slice_fill_with(5, |i| arena.alloc_fmt(format_args!("no. {i}")));
    assert_eq!(texts, ["no. 0", "no. 1", "no. 2", "no. 3", "no. 4"]);
    let window = arena.local(512).unwrap();
    let lists = window.alloc_slice_from_iter((1..4usize).map(|i| &*window.alloc_slice(i, i)));
    assert_eq!(lists, [&[1][..], &[2, 2], &[3, 3, 3]]);
}

#[test]
fn a_closure_that_allocates_and_then_panics_harms_nothing() {
    let arena = Bitena::new(1024).unwrap();
    let mut inner = None;
    assert!(panics(|| arena.alloc_with(|| -> u64 {
        inner = Some(arena.alloc_str("inner"));
        panic!("as it should")
    })));
    arena.alloc_slice(0xFFu8, 500);
    assert_eq!(inner, Some("inner"));
}

#[test]
fn boxed_values_that_were_made_before_a_panic_are_dropped() {
    let drops = Cell::new(0);
    let arena = Bitena::new(1024).unwrap();
    let values = (0..10).map(|i| if i == 4 { panic!("as it should") } else { Counted(&drops) });
    assert!(panics(|| arena.alloc_box_slice_from_iter(values)));
    assert_eq!((drops.get(), arena.used()), (4, 0));
    let values = Liar { values: (0..3).map(|_| Counted(&drops)), stated: 9 };
    let slice = arena.alloc_box_slice_from_iter(values);
    assert_eq!((slice.len(), drops.get()), (3, 4));
    drop(slice);
    assert_eq!(drops.get(), 7);
}

#[test]
fn an_iterator_whose_drop_panics_drops_the_values() {
    struct Bomb(u32);
    impl Iterator for Bomb {
        type Item = u32;
        fn next(&mut self) -> Option<u32> {
            self.0 += 1;
            Some(self.0)
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("as it should")
        }
    }
    let drops = Cell::new(0);
    let arena = Bitena::new(1024).unwrap();
    let values = Liar { values: Bomb(0).map(|_| Counted(&drops)), stated: 3 };
    assert!(panics(|| arena.alloc_box_slice_from_iter(values)));
    assert_eq!((drops.get(), arena.used()), (3, 0));
}

#[test]
fn a_display_that_errs_is_an_error() {
    let arena = Bitena::new(1024).unwrap();
    for texts in [&[][..], &["first"]] {
        let error = arena.try_alloc_fmt(format_args!("{}", Changing::new(texts))).unwrap_err();
        assert!(error.is_format(), "{error}");
        assert_eq!(arena.used(), 0);
    }
    assert!(panics(|| arena.alloc_fmt(format_args!("{}", Changing::new(&[]))).len()));
}

#[test]
fn a_display_that_writes_more_the_second_time_is_an_error_and_no_overrun() {
    let arena = Bitena::new(1024).unwrap();
    let before = arena.alloc_slice(7u8, 16);
    let text = Changing::new(&["four", "far more than four"]);
    assert!(arena.try_alloc_fmt(format_args!("{text}")).unwrap_err().is_format());
    assert_eq!((before as &[u8], arena.used()), (&[7; 16][..], 16));
}

#[test]
fn a_display_that_writes_less_the_second_time_gives_the_shorter_text() {
    let arena = Bitena::new(1024).unwrap();
    let text = Changing::new(&["eleven long", "six"]);
    assert_eq!(arena.alloc_fmt(format_args!("{text}!")), "six!");
}

#[test]
fn a_display_may_allocate_and_may_panic() {
    struct Nested<'a>(&'a LocalBitena<'a>, bool);
    impl fmt::Display for Nested<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let inner = self.0.alloc_fmt(format_args!("inner {}", 1));
            assert!(self.1, "as it should");
            f.write_str(inner)
        }
    }
    let arena = Bitena::new(1024).unwrap();
    let window = arena.local(512).unwrap();
    assert_eq!(window.alloc_fmt(format_args!("<{}>", Nested(&window, true))), "<inner 1>");
    assert!(panics(|| window.alloc_fmt(format_args!("<{}>", Nested(&window, false))).len()));
    assert_eq!(window.alloc_str("still usable"), "still usable");
}

#[test]
fn a_clone_that_panics_gives_the_room_back() {
    #[derive(Debug, PartialEq)]
    struct Picky(u32);
    impl Clone for Picky {
        fn clone(&self) -> Self {
            assert!(self.0 < 3, "as it should");
            Self(self.0)
        }
    }
    impl Holds<Picky> for Bitena {}

    let arena = Bitena::new(64).unwrap();
    assert_eq!(arena.alloc_slice_clone(&[Picky(1), Picky(2)]), [Picky(1), Picky(2)]);
    assert!(panics(|| arena.alloc_slice_clone(&[Picky(1), Picky(3)]).len()));
    assert_eq!(arena.used(), 8);
}
