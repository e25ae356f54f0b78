//! Scenarios of the typed arenas, their side tables and the interning ones.

use std::cell::RefCell;
use std::fmt::Write;

use arenas::{Arena, ArenaIdx, ArenaMap, ArenaSet, Checkpoint, FastArena, Idx, InternArena, InternFastArena, Stamped};

use super::{Faults, Item, Scenario};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "Arena", run: arena::<Idx<Item>> },
    Scenario { name: "Arena of stamped handles", run: arena::<Stamped<Item>> },
    Scenario { name: "Arena: memory is refused", run: arena_heap },
    Scenario { name: "FastArena", run: fast::<Idx<Item>> },
    Scenario { name: "FastArena of stamped handles", run: fast::<Stamped<Item>> },
    Scenario { name: "FastArena: writers, reserved slots", run: writers },
    Scenario { name: "FastArena: drains, moves, clones", run: fast_moves },
    Scenario { name: "FastArena: memory is refused", run: fast_heap },
    Scenario { name: "FastArena on reserved addresses", run: reserved_addresses },
    Scenario { name: "ArenaMap, ArenaSet", run: side_tables },
    Scenario { name: "InternArena", run: intern },
    Scenario { name: "InternFastArena", run: intern_fast },
    Scenario { name: "Intern arenas: memory is refused", run: intern_heap },
];

fn numbers<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<u32> {
    items.into_iter().map(Item::number).collect()
}

fn arena<I: ArenaIdx>(faults: &Faults) {
    let mut arena: Arena<Item, I> = Arena::with_index();
    let first = arena.alloc(faults.item(0));
    faults.attempt(|| arena.alloc_with(|_| faults.make(1)));
    let start = arena.checkpoint();
    let before = numbers(&arena);
    if let Some(Err(rejected)) = faults.attempt(|| arena.try_alloc_extend(faults.items(10..15))) {
        faults.attempt(|| drop(rejected));
    }
    // What an `extend` that panics has taken stays.
    let now = numbers(&arena);
    assert!(
        now.starts_with(&before) && now[before.len()..].iter().copied().eq(10..10 + (now.len() - before.len()) as u32)
    );
    let result = faults.attempt(|| arena.try_alloc_batch(faults.items(20..25)));
    match result {
        Some(Ok(range)) => {
            assert_eq!(numbers(&arena[range]), (20..20 + range.len() as u32).collect::<Vec<_>>());
        }
        Some(Err(rejected)) => drop(faults.attempt(|| drop(rejected))),
        // A batch that panics leaves nothing.
        None => assert_eq!(numbers(&arena), now),
    }
    let clone = faults.attempt(|| arena.clone());
    if let Some(clone) = &clone {
        assert_eq!(numbers(clone), numbers(&arena));
    }
    let before = numbers(&arena);
    let result = faults.attempt(|| {
        arena.transaction(|arena| {
            arena.alloc(faults.item(30));
            arena.alloc_with(|_| faults.make(31));
            let nested: Result<(), ()> = arena.transaction(|arena| {
                arena.alloc(faults.item(32));
                faults.may_panic();
                Err(())
            });
            assert_eq!(nested, Err(()));
            if arena.len() % 2 == 0 { Ok(()) } else { Err(()) }
        })
    });
    if !matches!(result, Some(Ok(()))) {
        assert_eq!(numbers(&arena), before);
    }
    faults.attempt(|| {
        let mut drain = arena.drain();
        drop(drain.next());
        drop(drain.next_back());
    });
    assert!(arena.is_empty());
    faults.attempt(|| arena.alloc_extend(faults.items(40..43)));
    faults.attempt(|| arena.reset());
    assert_eq!((arena.len(), arena.try_get(first).is_some()), (0, false));
    assert!(arena.try_rollback(start).is_err());
    let checkpoint = arena.checkpoint();
    for number in 50..53 {
        arena.alloc(faults.item(number));
    }
    faults.attempt(|| arena.rollback(checkpoint));
    assert!(arena.is_empty());
    arena.alloc(faults.item(60));
    assert_eq!(numbers(&arena), [60]);
    faults.attempt(|| drop(clone));
    faults.attempt(|| arena.into_iter().map(|item| item.number()).sum::<u32>());
}

fn arena_heap(faults: &Faults) {
    let Ok(mut arena) = faults.heap(|| Arena::<u64>::try_with_capacity(2)) else { return };
    let mut model = Vec::new();
    for number in 0..20 {
        match faults.heap(|| arena.try_alloc(number)) {
            Ok(_) => model.push(number),
            Err(rejected) => assert_eq!(rejected.into_inner(), number),
        }
        assert_eq!(arena.as_slice(), model);
    }
    if faults.heap(|| arena.try_alloc_with(|_| 100)).is_ok() {
        model.push(100);
    }
    match faults.heap(|| arena.try_alloc_extend(200..260)) {
        Ok(_) => model.extend(200..260),
        Err(rejected) => {
            let left = rejected.into_inner().count() as u64;
            model.extend(200..260 - left);
        }
    }
    assert_eq!(arena.as_slice(), model);
    if faults.heap(|| arena.try_alloc_batch([300; 8])).is_ok() {
        model.extend([300; 8]);
    }
    if faults.heap(|| arena.try_reserve(1000)).is_ok() {
        assert!(arena.capacity() >= arena.len() + 1000);
    }
    assert_eq!(arena.as_slice(), model);
    arena.shrink_to_fit();
    arena.alloc(1);
    assert_eq!(arena.len(), model.len() + 1);
}

fn fast<I: ArenaIdx>(faults: &Faults) {
    let mut arena: FastArena<Item, I> = FastArena::with_capacity_and_index(40);
    let first = arena.alloc(faults.item(0));
    let reentered = RefCell::new(Vec::new());
    let inner = |number| {
        faults.reenter(|| reentered.borrow_mut().push(arena.alloc(faults.item(1000))));
        faults.make(number)
    };
    if let Some(index) = faults.attempt(|| arena.alloc_with(|_| inner(1))) {
        assert_eq!(arena[index].number(), 1);
    }
    if let Some(Ok(Some(start))) =
        faults.attempt(|| arena.try_alloc_extend(faults.iter((10..15).map(inner))).map_err(drop))
    {
        assert_eq!(arena[start].number(), 10);
    }
    if let Some(Ok(range)) = faults.attempt(|| arena.try_alloc_batch(faults.iter((20..25).map(inner))).map_err(drop)) {
        assert_eq!(numbers(&arena[range]), (20..20 + range.len() as u32).collect::<Vec<_>>());
    }
    assert!(reentered.borrow().iter().all(|&index| arena[index].number() == 1000));
    arena.iter_complete().for_each(|(_, item)| assert!(item.number() <= 1000));
    faults.attempt(|| arena.grow());
    assert_eq!(arena.capacity(), 80);
    assert_eq!(arena[first].number(), 0);
    let start = arena.checkpoint();
    let before = numbers(arena.iter());
    let result: Option<Result<(), ()>> = faults.attempt(|| {
        arena.transaction(|arena| {
            arena.alloc(faults.item(30));
            arena.alloc_with(|_| faults.make(31));
            let _ = arena.try_alloc_batch(faults.items(32..35)).map_err(drop);
            Err(())
        })
    });
    assert!(result.is_none_or(|result| result.is_err()));
    assert_eq!(numbers(arena.iter()), before);
    arena.alloc(faults.item(40));
    faults.attempt(|| arena.rollback(start));
    assert_eq!(numbers(arena.iter()), before);
    faults.attempt(|| arena.reset());
    assert_eq!((arena.len(), arena.iter_complete().count()), (0, 0));
    // Every slot can be had again.
    for number in 0..80 {
        arena.alloc(faults.item(number));
    }
    assert!(numbers(arena.iter()).into_iter().eq(0..80));
    let refused = arena.try_alloc(faults.item(80)).expect_err("full");
    faults.attempt(|| assert_eq!(refused.into_inner().number(), 80));
    faults.attempt(|| drop(arena));
}

fn writers(faults: &Faults) {
    let mut arena = FastArena::with_capacity(40);
    {
        let (a, b) = (arena.writer_with_run(4), arena.writer_with_run(3));
        for number in 0..3 {
            for writer in [&a, &b] {
                faults.attempt(|| {
                    writer.alloc_with(|_| {
                        faults.reenter(|| drop(writer.try_alloc(faults.item(100))));
                        faults.reenter(|| drop(arena.try_alloc(faults.item(101))));
                        faults.make(number)
                    })
                });
            }
            if number == 1 {
                faults.attempt(|| a.flush());
            }
        }
        let (filled, left) = (arena.reserve(), arena.reserve());
        let index = filled.index();
        assert!(arena.try_get(index).is_none());
        assert_eq!(filled.fill(faults.item(200)), index);
        assert_eq!(arena[index].number(), 200);
        drop(left);
        let mut a = a;
        faults.attempt(|| a.extend(faults.items(10..16)));
    }
    for (_, item) in arena.iter_complete() {
        item.number();
    }
    let held = arena.iter_complete().count();
    faults.disarm();
    // The holes are found again, every one.
    for number in 0..40 - held as u32 {
        arena.alloc(faults.item(number));
    }
    assert!(arena.try_alloc(faults.item(0)).is_err());
    assert_eq!(arena.len(), 40);
    arena.reset();
    assert_eq!(arena.len(), 0);
}

fn fast_moves(faults: &Faults) {
    let mut arena = FastArena::with_capacity(10);
    let hole = arena.reserve();
    for number in 0..6 {
        arena.alloc(faults.item(number));
    }
    drop(hole);
    let clone = faults.attempt(|| arena.clone());
    faults.attempt(|| arena == *clone.as_ref().unwrap_or(&arena));
    faults.attempt(|| {
        let mut drain = arena.drain();
        drop((drain.next(), drain.next_back()));
    });
    assert!(arena.is_empty());
    arena.alloc(faults.item(7));
    assert_eq!(numbers(arena.iter()), [7]);
    if let Some(clone) = clone {
        faults.attempt(|| drop(clone.into_vec()));
    }
    arena.alloc(faults.item(8));
    faults.attempt(|| {
        let mut rest = arena.into_iter();
        drop(rest.next());
    });
    let collected = faults.attempt(|| faults.items(0..5).collect::<FastArena<_>>());
    if let Some(mut arena) = collected {
        faults.attempt(|| arena.extend(faults.items(5..20)));
        assert!(numbers(arena.iter()).into_iter().eq(0..arena.len() as u32));
        let mut text = String::new();
        faults.attempt(|| arena.iter().for_each(|item| write!(text, "{item}").unwrap_or_default()));
        faults.attempt(|| drop(arena));
    }
}

fn fast_heap(faults: &Faults) {
    let Ok(mut arena) = faults.heap(|| FastArena::<u64>::try_with_capacity(4)) else { return };
    let mut model = Vec::new();
    for number in 0..30 {
        match faults.heap(|| arena.try_alloc(number)) {
            Ok(_) => model.push(number),
            Err(rejected) => {
                assert_eq!((rejected.into_inner(), arena.len()), (number, arena.capacity()));
                let capacity = arena.capacity();
                if faults.heap(|| arena.try_grow()).is_err() {
                    assert_eq!(arena.capacity(), capacity);
                }
            }
        }
        assert_eq!(arena.as_slice(), model);
    }
    if faults.heap(|| arena.try_grow_to(1000)).is_ok() {
        assert_eq!(arena.capacity(), 1000);
    }
    assert_eq!(arena.as_slice(), model);
    arena.grow_to(2000);
    arena.alloc(1);
    assert_eq!(arena.len(), model.len() + 1);
}

fn reserved_addresses(faults: &Faults) {
    let mut arena = FastArena::reserve_address_space(1 << 16).expect("addresses");
    for round in 0..2 {
        faults.attempt(|| arena.alloc_with(|_| faults.make(round)));
        faults.attempt(|| drop(arena.try_alloc_batch(faults.items(10..15))));
        faults.attempt(|| drop(arena.try_alloc_extend(faults.items(20..25))));
        let held = numbers(arena.iter());
        let start = arena.checkpoint();
        arena.alloc(faults.item(30));
        faults.attempt(|| arena.rollback(start));
        assert_eq!(numbers(arena.iter()), held);
        faults.attempt(|| arena.reset());
        assert!(arena.is_empty());
    }
    faults.attempt(|| drop(arena));
}

fn side_tables(faults: &Faults) {
    let mut arena: Arena<u8> = Arena::new();
    let keys: Vec<Idx<u8>> = (0..20).map(|n| arena.alloc(n)).collect();
    let mut map = ArenaMap::new();
    for (number, &key) in keys.iter().enumerate().step_by(2) {
        faults.attempt(|| drop(map.insert(key, faults.item(number as u32))));
        faults.attempt(|| drop(map.insert(key, faults.item(number as u32))));
    }
    for &key in &keys[..6] {
        faults.attempt(|| map.entry(key).or_insert_with(|| faults.make(key.into_raw() as u32)).number());
    }
    let whole = |map: &ArenaMap<Idx<u8>, Item>| {
        assert!(map.iter().all(|(key, item)| item.number() as usize == key.into_raw()));
        assert_eq!(map.iter().count(), map.len());
    };
    whole(&map);
    let clone = faults.attempt(|| map.clone());
    clone.iter().for_each(whole);
    faults.attempt(|| {
        map.retain(|key, _| {
            faults.may_panic();
            key.into_raw() % 4 != 0
        })
    });
    whole(&map);
    faults.attempt(|| map.truncate_to(checkpoint_of(10)));
    whole(&map);
    faults.attempt(|| drop(map.remove(keys[2])));
    faults.attempt(|| drop(map.drain().next()));
    assert!(map.is_empty());
    faults.attempt(|| map.extend(faults.iter((0..5).map(|n| (keys[n], faults.make(n as u32))))));
    whole(&map);
    faults.attempt(|| map.clear());
    assert!(map.is_empty());
    faults.attempt(|| drop(clone));
    let mut plain = ArenaMap::new();
    let mut set = ArenaSet::new();
    let mut model = Vec::new();
    for &key in &keys {
        if faults.heap(|| plain.try_insert(key, 7u64)).is_ok() {
            model.push(key);
        }
        let (held, inserted) = (set.len(), faults.heap(|| set.try_insert(key)));
        assert_eq!(set.len(), held + usize::from(inserted.is_ok()));
    }
    assert!(plain.keys().eq(model));
    faults.attempt(|| {
        set.retain(|key| {
            faults.may_panic();
            key.into_raw() % 2 == 0
        })
    });
    assert_eq!(set.iter().count(), set.len());
}

/// A checkpoint of an arena with so many values.
fn checkpoint_of(len: u8) -> Checkpoint<Idx<u8>> {
    let arena: Arena<u8> = (0..len).collect();
    arena.checkpoint()
}

fn intern(faults: &Faults) {
    let mut arena: InternArena<Item> = InternArena::new();
    let whole = |arena: &InternArena<Item>| {
        let mut seen = numbers(arena.iter());
        let len = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), len, "equal values have one index");
    };
    for number in [1, 2, 1, 3, 2, 4, 5, 6, 7, 8, 9, 1] {
        if let Some(index) = faults.attempt(|| arena.intern(faults.item(number))) {
            assert_eq!(arena[index].number(), number);
        }
        whole(&arena);
    }
    let start = arena.checkpoint();
    let held = arena.len();
    let key = faults.item(20);
    faults.attempt(|| {
        arena.intern_with(&key, |key| {
            faults.may_panic();
            key.clone()
        })
    });
    faults.attempt(|| drop(key));
    whole(&arena);
    let result: Option<Result<(), ()>> = faults.attempt(|| {
        arena.transaction(|arena| {
            arena.intern(faults.item(21));
            faults.may_panic();
            arena.intern(faults.item(1));
            Err(())
        })
    });
    assert!(result.is_none_or(|result| result.is_err()));
    whole(&arena);
    let clone = faults.attempt(|| arena.clone());
    faults.attempt(|| arena.rollback(start));
    assert_eq!(arena.len(), held);
    faults.attempt(|| arena.extend(faults.items(30..40)));
    whole(&arena);
    faults.attempt(|| arena.reset());
    faults.attempt(|| drop(clone));
    faults.disarm();
    assert!(arena.is_empty());
    for number in [1, 2, 1] {
        arena.intern(faults.item(number));
    }
    assert_eq!(numbers(arena.iter()), [1, 2]);
}

fn intern_fast(faults: &Faults) {
    let mut arena: InternFastArena<Item> = InternFastArena::with_capacity(16);
    for number in [1, 2, 1, 3, 2, 4, 5, 6, 7, 8] {
        if let Some(Ok(index)) = faults.attempt(|| arena.try_intern(faults.item(number)).map_err(drop)) {
            assert_eq!(arena.get(index).number(), number);
        }
    }
    let mut seen: Vec<_> = arena.iter_complete().map(|(_, item)| item.number()).collect();
    let len = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), len, "equal values have one index");
    let start = arena.checkpoint();
    faults.attempt(|| arena.intern(faults.item(10)));
    faults.attempt(|| arena.grow());
    assert_eq!(arena.capacity(), 32);
    let clone = faults.attempt(|| arena.clone());
    faults.attempt(|| arena.rollback(start));
    faults.attempt(|| arena.reset());
    faults.attempt(|| drop(clone));
    faults.disarm();
    assert!(arena.is_empty());
    for number in [1, 2, 1].into_iter().chain(3..33) {
        assert_eq!(arena.get(arena.intern(faults.item(number))).number(), number);
    }
    assert_eq!(arena.len(), 32);
}

fn intern_heap(faults: &Faults) {
    let mut arena: InternArena<u64> = InternArena::new();
    let mut model = Vec::new();
    for number in (0..40).chain(0..40) {
        match faults.heap(|| arena.try_intern(number)) {
            Ok(index) => {
                assert_eq!(arena[index], number);
                if !model.contains(&number) {
                    model.push(number);
                }
            }
            Err(rejected) => assert_eq!(rejected.into_inner(), number),
        }
        assert_eq!(arena.as_slice(), model);
    }
    let _ = faults.heap(|| arena.try_reserve(100));
    assert!(model.iter().all(|number| arena.find(number).is_some()));
    let Ok(fast) = faults.heap(|| InternFastArena::<u64>::try_with_capacity_and_index(64)) else { return };
    for number in (0..40).chain(0..40) {
        if let Ok(index) = faults.heap(|| fast.try_intern(number)) {
            assert_eq!(fast[index], number);
        }
    }
    let mut fast = fast;
    if faults.heap(|| fast.try_grow()).is_ok() {
        assert_eq!(fast.capacity(), 128);
    }
    assert!((0..40).all(|number| fast[fast.intern(number)] == number));
    assert_eq!(fast.len(), 40);
}
