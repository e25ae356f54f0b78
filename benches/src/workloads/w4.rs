//! W4: typed arenas of `u64`: filling, reading in order and at random, and going through all.
//!
//! The arenas for many threads are used by one thread here; W5 has several.

use core::{marker::PhantomData, mem::ManuallyDrop};

use arenas::{BrandedIdx, Scoped};

use crate::{
    random::Random,
    sink::sink,
    table::{Case, Clock, Peer, Run},
};

/// Items of the large arena: 8 MB, more than the second-level cache holds.
const MANY: usize = 1_000_000;
/// Items of the small one: 16 KB.
const FEW: usize = 2_048;

/// A typed arena, by the few operations that all of them have.
trait Store: Sized + 'static {
    type Id: Copy + 'static;
    fn with_capacity(items: usize) -> Self;
    fn add(&mut self, value: u64) -> Self::Id;
    fn read(&self, id: Self::Id) -> u64;
    fn sum(&self) -> u64;
    /// Empties the arena, keeping its memory where it can.
    fn clear(&mut self, items: usize) {
        *self = Self::with_capacity(items);
    }
}

/// One line per arena instead of an `impl` of fifteen.
macro_rules! store {
    ($name:ident, $arena:ty, $id:ty, new |$items:pat_param| $new:expr, add |$a:ident, $value:ident| $add:expr,
     read |$b:ident, $index:ident| $read:expr, sum |$c:ident| $sum:expr $(, clear |$d:ident| $clear:expr)?) => {
        struct $name($arena);
        impl Store for $name {
            type Id = $id;
            #[inline(always)]
            fn with_capacity($items: usize) -> Self {
                Self($new)
            }
            #[inline(always)]
            fn add(&mut self, $value: u64) -> $id {
                let $a = &mut self.0;
                $add
            }
            #[inline(always)]
            fn read(&self, $index: $id) -> u64 {
                let $b = &self.0;
                $read
            }
            #[inline(always)]
            fn sum(&self) -> u64 {
                let $c = &self.0;
                $sum
            }
            $(
                #[inline(always)]
                fn clear(&mut self, _: usize) {
                    let $d = &mut self.0;
                    $clear
                }
            )?
        }
    };
}

store! {
    Plain, Vec<u64>, usize, new |items| Vec::with_capacity(items),
    add |a, value| { a.push(value); a.len() - 1 }, read |a, id| a[id], sum |a| sum(a), clear |a| a.clear()
}
store! {
    Ours, arenas::Arena<u64>, arenas::Idx<u64>, new |items| arenas::Arena::with_capacity(items),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a), clear |a| a.reset()
}
store! {
    OursStamped, arenas::Arena<u64, arenas::Stamped<u64>>, arenas::Stamped<u64>,
    new |items| arenas::Arena::with_capacity_and_index(items),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a), clear |a| a.reset()
}
store! {
    OursFast, arenas::FastArena<u64>, arenas::Idx<u64>, new |items| arenas::FastArena::with_capacity(items),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a.iter()), clear |a| a.reset()
}
store! {
    OursFastStamped, arenas::FastArena<u64, arenas::Stamped<u64>>, arenas::Stamped<u64>,
    new |items| arenas::FastArena::with_capacity_and_index(items),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a.iter()), clear |a| a.reset()
}
store! {
    OursBranded, Scoped<'static, arenas::Arena<u64>>, BrandedIdx<'static, u64>,
    new |items| branded(arenas::Arena::with_capacity(items)),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a.iter())
}
store! {
    OursFastBranded, Scoped<'static, arenas::FastArena<u64>>, BrandedIdx<'static, u64>,
    new |items| branded(arenas::FastArena::with_capacity(items)),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a.iter())
}
store! {
    Unchecked, Vec<u64>, u32, new |items| Vec::with_capacity(items),
    add |a, value| { a.push(value); a.len() as u32 - 1 },
    // SAFETY: every id in use was made by `add`, and nothing was removed since.
    read |a, id| *unsafe { a.get_unchecked(id as usize) },
    sum |a| sum(a), clear |a| a.clear()
}
store! {
    La, la_arena::Arena<u64>, la_arena::Idx<u64>, new |items| la_arena::Arena::with_capacity(items),
    add |a, value| a.alloc(value), read |a, id| a[id], sum |a| sum(a.values()), clear |a| a.clear()
}
store! {
    Id, id_arena::Arena<u64>, id_arena::Id<u64>, new |items| id_arena::Arena::with_capacity(items),
    add |a, value| a.alloc(value), read |a, id| a[id], sum |a| sum(a.iter().map(|(_, value)| value))
}
store! {
    SafeBump, safe_bump::Arena<u64>, safe_bump::Idx<u64>, new |items| safe_bump::Arena::with_capacity(items),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a.iter()), clear |a| a.reset()
}
store! {
    SafeBumpShared, safe_bump::SharedArena<u64>, safe_bump::Idx<u64>, new |_| safe_bump::SharedArena::new(),
    add |a, value| a.alloc(value), read |a, id| *a.get(id), sum |a| sum(a.iter()), clear |a| a.reset()
}
store! {
    SlotMap, slotmap::SlotMap<slotmap::DefaultKey, u64>, slotmap::DefaultKey,
    new |items| slotmap::SlotMap::with_capacity(items),
    add |a, value| a.insert(value), read |a, id| a[id], sum |a| sum(a.values())
}
store! {
    Boxcar, boxcar::Vec<u64>, usize, new |items| boxcar::Vec::with_capacity(items),
    add |a, value| a.push(value), read |a, id| a[id], sum |a| sum(a.iter().map(|(_, value)| value)),
    clear |a| a.clear()
}
store! {
    AppendOnly, append_only_vec::AppendOnlyVec<u64>, usize, new |_| append_only_vec::AppendOnlyVec::new(),
    add |a, value| a.push(value), read |a, id| a[id], sum |a| sum(a.iter())
}

/// An arena with a brand that does not end, so that it can stand beside the others: a program has it in a closure.
fn branded<A: arenas::Brandable>(arena: A) -> Scoped<'static, A> {
    arenas::Brand::with(|brand| {
        let scoped = ManuallyDrop::new(brand.own(arena));
        let same = (&raw const scoped).cast::<Scoped<'static, A>>();
        // SAFETY: only the lifetime differs, and what it was copied from is never used again. No arena here gets an
        // index of another.
        unsafe { same.read() }
    })
}

/// The one whose handles are references, here without their lifetime.
struct TypedArena(typed_arena::Arena<u64>);

impl Store for TypedArena {
    type Id = *const u64;

    fn with_capacity(items: usize) -> Self {
        Self(typed_arena::Arena::with_capacity(items))
    }

    #[inline(always)]
    fn add(&mut self, value: u64) -> *const u64 {
        core::ptr::from_mut(self.0.alloc(value)).cast_const()
    }

    #[inline(always)]
    fn read(&self, id: *const u64) -> u64 {
        // SAFETY: every pointer in use came from this arena after it was last emptied, and it frees nothing before.
        unsafe { *id }
    }

    /// It cannot go through its items while they are borrowed, and is not asked to.
    fn sum(&self) -> u64 {
        0
    }
}

#[inline(always)]
fn sum<'v>(values: impl IntoIterator<Item = &'v u64>) -> u64 {
    values.into_iter().fold(0, |sum, value| sum.wrapping_add(*value))
}

/// Fills an arena that has room for everything.
fn filling<S: Store>() -> Run {
    let mut store = S::with_capacity(MANY);
    Box::new(move |n| {
        let (mut left, mut check) = (n, 0);
        while left > 0 {
            let len = left.min(MANY);
            store.clear(MANY);
            let mut last = store.add(0);
            for value in 1..len as u64 {
                last = store.add(value);
                sink(&raw const store);
            }
            check += store.read(last);
            left -= len;
        }
        check
    })
}

/// Reads through `ids` again and again.
fn reading<S: Store>(store: S, ids: Vec<S::Id>) -> Run {
    Box::new(move |n| {
        let (mut left, mut check) = (n, 0_u64);
        while left > 0 {
            let len = left.min(ids.len());
            for &id in &ids[..len] {
                check = check.wrapping_add(store.read(id));
                sink(&raw const store);
            }
            left -= len;
        }
        check
    })
}

fn filled<S: Store>(items: usize) -> (S, Vec<S::Id>) {
    let mut store = S::with_capacity(items);
    let ids = (0..items as u64).map(|value| store.add(value)).collect();
    // Arenas for many threads may note here that all is there, which a program does that goes through its items.
    sink(&store.sum());
    (store, ids)
}

fn in_order<S: Store>() -> Run {
    let (store, ids) = filled::<S>(MANY);
    reading(store, ids)
}

fn at_random<S: Store, const ITEMS: usize>() -> Run {
    let (store, mut ids) = filled::<S>(ITEMS);
    let mut random = Random::new(4);
    for i in (1..ids.len()).rev() {
        ids.swap(i, random.below(i + 1));
    }
    reading(store, ids)
}

fn all<S: Store>() -> Run {
    let (store, _) = filled::<S>(MANY);
    Box::new(move |n| {
        let mut check = 0_u64;
        for _ in 0..n / MANY {
            check = check.wrapping_add(store.sum());
            sink(&raw const store);
        }
        check
    })
}

/// What is done with a store; the table below is written once for all of them.
trait Work {
    const REFERENCES: bool = true;
    fn start<S: Store>() -> Run;
}
struct Filling;
struct InOrder;
struct AtRandom<const ITEMS: usize>;
struct All;

impl Work for Filling {
    fn start<S: Store>() -> Run {
        filling::<S>()
    }
}
impl Work for InOrder {
    fn start<S: Store>() -> Run {
        in_order::<S>()
    }
}
impl<const ITEMS: usize> Work for AtRandom<ITEMS> {
    fn start<S: Store>() -> Run {
        at_random::<S, ITEMS>()
    }
}
impl Work for All {
    const REFERENCES: bool = false;
    fn start<S: Store>() -> Run {
        all::<S>()
    }
}

struct Everybody<W>(PhantomData<W>);

impl<W: Work + 'static> Everybody<W> {
    fn peers() -> Vec<Peer> {
        let mut peers = vec![
            Peer::ours("Arena", W::start::<Ours>),
            Peer::ours("Arena, Stamped", W::start::<OursStamped>),
            Peer::ours("FastArena", W::start::<OursFast>),
            Peer::ours("FastArena, Stamped", W::start::<OursFastStamped>),
            Peer::ours("Arena, branded", W::start::<OursBranded>),
            Peer::ours("FastArena, branded", W::start::<OursFastBranded>),
            Peer::floor("slice::get_unchecked, u32", W::start::<Unchecked>),
            Peer::other("Vec", W::start::<Plain>),
            Peer::other("la-arena", W::start::<La>),
            Peer::other("id-arena", W::start::<Id>),
            Peer::other("safe-bump Arena", W::start::<SafeBump>),
            Peer::other("slotmap", W::start::<SlotMap>),
            Peer::other("boxcar", W::start::<Boxcar>),
            Peer::other("append-only-vec", W::start::<AppendOnly>),
            Peer::other("safe-bump SharedArena", W::start::<SafeBumpShared>),
        ];
        if W::REFERENCES {
            peers.push(Peer::other("typed-arena (references)", W::start::<TypedArena>));
        }
        peers
    }
}

/// The cases of this workload.
pub fn cases() -> Vec<Case> {
    let case = |id, title, unit, ops, counted, peers| Case {
        id,
        workload: "W4",
        title,
        unit,
        ops,
        counted: Some(counted),
        clock: Clock::Thread,
        peers,
    };
    vec![
        case(
            "w4alloc",
            "a million u64 into a typed arena with room for them",
            "item",
            MANY,
            100_000,
            Everybody::<Filling>::peers(),
        ),
        case("w4seq", "reads in the order of allocation, 8 MB", "read", MANY, 100_000, Everybody::<InOrder>::peers()),
        case("w4rnd", "reads at random, 8 MB", "read", MANY, 100_000, Everybody::<AtRandom<MANY>>::peers()),
        case(
            "w4rndc",
            "reads at random, 16 KB: first-level cache",
            "read",
            MANY,
            100_000,
            Everybody::<AtRandom<FEW>>::peers(),
        ),
        case("w4iter", "the sum over all items, 8 MB", "item", MANY, MANY, Everybody::<All>::peers()),
    ]
}
