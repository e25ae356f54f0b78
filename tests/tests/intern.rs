//! Arenas in which equal values have one handle, and bundles of them.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Barrier;

use arenas::{Arena, ArenaAlloc, FastArena, Idx, InternArena, InternFastArena, Stamped, arena_struct};
use arenas_tests::panics::{panic_message, panics};
use proptest::prelude::*;

#[derive(ArenaAlloc, Clone, Debug, PartialEq, Eq, Hash)]
struct Name(String);

#[derive(ArenaAlloc, Clone, Debug, PartialEq, Eq, Hash)]
#[arena(store = FastArena)]
enum Type {
    Int,
    List(TypeIdx),
}

arena_struct!(
    #[derive(Clone, Debug, Default)]
    struct Program {
        #[arena(intern)]
        names: Arena<Name>,
        #[arena(intern)]
        types: FastArena<Type>,
        #[arena(idx = UseIdx)]
        uses: Arena<Name>,
    }

    #[arena(shared)]
    struct Shared {
        #[arena(intern, capacity = 2000)]
        types: FastArena<Type>,
        #[arena(intern, idx = NumberIdx)]
        numbers: FastArena<u64>,
    }

    #[arena(checked)]
    #[derive(Default)]
    struct Checked {
        #[arena(intern, idx = WordIdx)]
        words: Arena<&'static str>,
    }
);

fn name(text: &str) -> Name {
    Name(text.to_owned())
}

// Contract: S2
#[test]
fn equal_values_get_one_index() {
    let mut program = Program::new();
    let (x, y) = (program.intern(name("x")), program.intern(name("y")));
    assert_ne!(x, y);
    assert_eq!((program.intern(name("x")), program.names.len()), (x, 2));
    assert_eq!((program.find(&name("y")), program.find(&name("z"))), (Some(y), None));
    assert_eq!((&program[x], program.get(y)), (&name("x"), &name("y")));
    let int = program.intern(Type::Int);
    let list = program.intern(Type::List(int));
    assert_eq!(program.try_intern(Type::List(int)).unwrap(), list);
    assert_eq!(program.intern_shared(Type::Int), int);
    // A store of the same type that does not intern is the one for `alloc`.
    let one: UseIdx = program.alloc(name("x"));
    let other: UseIdx = program.alloc(name("x"));
    assert_ne!(one, other);
}

// Contract: S2
#[test]
fn a_rollback_forgets_what_it_drops_and_nothing_else() {
    let mut program = Program::new();
    let (kept, int) = (program.intern(name("kept")), program.intern(Type::Int));
    let outcome: Result<(), ()> = program.transaction(|program| {
        program.intern(name("dropped"));
        program.intern(Type::List(int));
        assert_eq!(program.intern(name("kept")), kept);
        Err(())
    });
    assert_eq!(outcome, Err(()));
    assert_eq!((program.find(&name("dropped")), program.find(&Type::List(int))), (None, None));
    assert_eq!((program.find(&name("kept")), program.find(&Type::Int)), (Some(kept), Some(int)));
    let again = program.intern(name("again"));
    assert_eq!((again.into_raw(), program.intern(name("again"))), (1, again));
    program.reset();
    assert_eq!((program.find(&name("kept")), program.names.len(), program.types.len()), (None, 0, 0));
    assert_eq!(program.intern(name("new")).into_raw(), 0);
}

#[test]
fn a_clone_knows_its_values_and_goes_its_own_way() {
    let mut program = Program::new();
    let (x, int) = (program.intern(name("x")), program.intern(Type::Int));
    let mut clone = program.clone();
    assert_eq!((clone.intern(name("x")), clone.intern(Type::Int)), (x, int));
    clone.intern(name("y"));
    assert_eq!((program.find(&name("y")), clone.names.len()), (None, 2));
}

#[test]
fn a_borrowed_form_finds_and_makes_values() {
    let mut names: InternArena<String> = InternArena::new();
    let made = Cell::new(0);
    let mut intern = |text: &str| {
        names.intern_with(text, |text| {
            made.set(made.get() + 1);
            text.to_owned()
        })
    };
    let (a, b, again) = (intern("a"), intern("b"), intern("a"));
    assert_eq!((a, again, made.get()), (again, a, 2));
    assert_ne!(a, b);
    assert_eq!((names.find("b"), names.find("c")), (Some(b), None));
    assert_eq!(
        names.iter_indexed().map(|(index, text)| (index, text.as_str())).collect::<Vec<_>>(),
        [(a, "a"), (b, "b")]
    );
    assert_eq!(names.into_arena().into_vec(), ["a", "b"]);
}

#[test]
fn values_of_no_size_are_one() {
    let mut units: InternArena<()> = InternArena::new();
    assert_eq!((units.intern(()), units.intern(()), units.len()), (Idx::from_raw(0), Idx::from_raw(0), 1));
}

#[test]
fn a_full_arena_finds_what_it_has_and_gives_back_what_is_new() {
    let names: InternFastArena<u8> = InternFastArena::with_capacity(2);
    let (a, b) = (names.intern(1), names.intern(2));
    assert_eq!((names.try_intern(1).unwrap(), names.intern(2)), (a, b));
    assert_eq!(names.try_intern(3).unwrap_err().into_inner(), 3);
    assert!(
        panic_message(|| {
            names.intern(3);
        })
        .contains("arena full")
    );
    assert_eq!(names.find(&3), None);
    let mut names = names;
    names.grow();
    let c = names.intern(3);
    assert_eq!((names.find(&3), names[c], names.capacity()), (Some(c), 3, 4));
}

#[test]
fn through_an_exclusive_reference_a_bundle_grows() {
    let mut shared = Shared::with_capacity(SharedCapacity { types: 0, numbers: 1 });
    let numbers = (0..100).map(|n| shared.intern(n % 50)).collect::<Vec<_>>();
    assert_eq!(shared.numbers.len(), 50);
    assert_eq!(numbers[..50], numbers[50..]);
    assert!(shared.try_intern_shared(Type::Int).is_err());
}

#[test]
fn a_stale_index_of_a_checked_bundle_is_told() {
    let mut checked = Checked::default();
    let start = checked.checkpoint();
    let old = checked.intern("old");
    checked.rollback(start);
    let new = checked.intern("new");
    assert_eq!((checked.try_get(old), checked[new]), (None, "new"));
    let message = panic_message(|| {
        let _ = checked[old];
    });
    assert!(message.contains("store `words`") && message.contains("made by generation"), "{message}");
    let stamped: InternArena<u8, Stamped<u8>> = InternArena::with_index();
    assert_eq!(stamped.find(&1), None);
}

thread_local! {
    static PANICS: Cell<bool> = const { Cell::new(false) };
}

/// A number whose comparison panics when it is told to, and whose hash is always the same.
#[derive(Clone, Copy, Debug)]
struct Touchy(u32);

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        assert!(!PANICS.get(), "on purpose");
        self.0 == other.0
    }
}

impl Eq for Touchy {}

impl Hash for Touchy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u8.hash(state);
    }
}

// Contract: C8
#[test]
fn a_comparison_that_panics_changes_nothing_and_holds_no_lock() {
    let mut arena: InternArena<Touchy> = InternArena::new();
    let fast: InternFastArena<Touchy> = InternFastArena::with_capacity(8);
    let (a, b) = (arena.intern(Touchy(1)), fast.intern(Touchy(1)));
    PANICS.set(true);
    assert!(panics(|| arena.intern(Touchy(2))) && panics(|| fast.intern(Touchy(2))));
    PANICS.set(false);
    assert_eq!((arena.len(), fast.len()), (1, 1));
    assert_eq!((arena.intern(Touchy(1)), fast.intern(Touchy(1))), (a, b));
    assert_ne!(arena.intern(Touchy(2)), a);
    assert_ne!(fast.intern(Touchy(2)), b);
}

#[test]
fn values_of_one_hash_are_told_apart() {
    let mut arena: InternArena<Touchy> = InternArena::new();
    let fast: InternFastArena<Touchy> = InternFastArena::with_capacity(100);
    let all = (0..100).map(|n| (arena.intern(Touchy(n)), fast.intern(Touchy(n)))).collect::<Vec<_>>();
    for (n, &(a, b)) in all.iter().enumerate() {
        let value = Touchy(n as u32);
        assert_eq!((arena.intern(value), fast.intern(value)), (a, b));
        assert_eq!((arena[a].0, fast[b].0), (value.0, value.0));
    }
}

#[test]
fn threads_that_intern_the_same_values_get_the_same_indices() {
    let shared = Shared::new();
    let barrier = Barrier::new(4);
    let all = std::thread::scope(|scope| {
        let threads = [0, 1, 2, 3].map(|thread| {
            let (shared, barrier) = (&shared, &barrier);
            scope.spawn(move || {
                barrier.wait();
                // Each in another order.
                let mut found = (0..1000_u64)
                    .map(|n| (n * 7 + thread * 250) % 1000)
                    .map(|n| (n, shared.intern_shared(n)))
                    .collect::<Vec<_>>();
                found.sort_unstable();
                found
            })
        });
        threads.map(|thread| thread.join().expect("no thread panics"))
    });
    assert_eq!(shared.numbers.len(), 1000);
    for found in &all {
        assert_eq!(found, &all[0]);
        assert!(found.iter().all(|&(number, index)| shared[index] == number));
    }
}

#[derive(Clone, Debug)]
enum Op {
    Intern(u16),
    Checkpoint,
    Rollback(usize),
    Reset,
    Shrink,
    Clone,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => (0..200_u16).prop_map(Op::Intern),
        2 => Just(Op::Checkpoint),
        2 => any::<usize>().prop_map(Op::Rollback),
        1 => Just(Op::Reset),
        1 => Just(Op::Shrink),
        1 => Just(Op::Clone),
    ]
}

proptest! {
    #![proptest_config(arenas_tests::models::config(150))]

    #[test]
    fn interning_does_what_a_vector_and_a_hash_map_do(ops in prop::collection::vec(op(), 0..300)) {
        let mut arena: InternArena<u16> = InternArena::new();
        let mut fast: InternFastArena<u16> = InternFastArena::with_capacity(200);
        let mut model: Vec<u16> = Vec::new();
        let mut marks = Vec::new();
        for op in ops {
            match op {
                Op::Intern(value) => {
                    let expected = model.iter().position(|&known| known == value).unwrap_or(model.len());
                    if expected == model.len() {
                        model.push(value);
                    }
                    prop_assert_eq!(arena.intern(value).into_raw(), expected);
                    prop_assert_eq!(fast.intern(value).into_raw(), expected);
                }
                Op::Checkpoint => marks.push((arena.checkpoint(), fast.checkpoint(), model.len())),
                Op::Rollback(which) if !marks.is_empty() => {
                    marks.truncate(which % marks.len() + 1);
                    let &(a, b, len) = marks.last().unwrap();
                    arena.rollback(a);
                    fast.rollback(b);
                    model.truncate(len);
                }
                Op::Rollback(_) => {}
                Op::Reset => {
                    arena.reset();
                    fast.reset();
                    model.clear();
                    marks.clear();
                }
                Op::Shrink => arena.shrink_to_fit(),
                Op::Clone => {
                    arena = arena.clone();
                    fast = fast.clone();
                    marks.clear();
                }
            }
            prop_assert_eq!(arena.as_slice(), &model[..]);
            prop_assert_eq!(fast.as_slice(), &model[..]);
        }
        let slots = model.iter().enumerate().map(|(slot, &value)| (value, slot)).collect::<HashMap<_, _>>();
        for value in 0..200 {
            let expected = slots.get(&value).map(|&slot| Idx::from_raw(slot));
            prop_assert_eq!(arena.find(&value), expected);
            prop_assert_eq!(fast.find(&value), expected);
        }
    }
}
