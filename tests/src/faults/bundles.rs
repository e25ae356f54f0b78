//! Scenarios of bundles: what fails in one store, all of them survive together.

use arenas::{Arena, ArenaAlloc, ArenaMap, Bitena, Blink, FastArena, RegionStore, Remapper, RingStore, arena_struct};

use super::{Faults, Item, Scenario};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "bundle: transactions, rollback, reset", run: transactions },
    Scenario { name: "bundle: every kind of store", run: every_store },
    Scenario { name: "bundle: shared", run: shared },
    Scenario { name: "bundle: append", run: append },
    Scenario { name: "bundle: compact", run: compact },
    Scenario { name: "bundle: memory is refused", run: heap },
];

#[derive(ArenaAlloc, Debug)]
struct First(Item);

#[derive(ArenaAlloc, Debug)]
struct Second(Item);

#[derive(ArenaAlloc, Debug, PartialEq, Eq, Hash)]
struct Word(Item);

#[derive(ArenaAlloc, Debug)]
#[arena(store = RegionStore)]
struct Coin(Item);

#[derive(ArenaAlloc, Debug)]
#[arena(store = RingStore)]
struct Job(#[allow(dead_code, reason = "only dropped")] Item);

#[derive(ArenaAlloc, Debug)]
#[arena(remap)]
struct Node {
    next: Option<NodeIdx>,
    word: TokenIdx,
    #[arena(with = touchy)]
    item: Item,
}

#[derive(ArenaAlloc, Debug, PartialEq, Eq, Hash)]
#[arena(remap)]
struct Token(#[arena(with = touchy)] Item);

/// A hook of the user that may panic.
fn touchy(item: &mut Item, _: &mut Remapper<'_>) {
    item.may_panic();
}

arena_struct!(
    #[derive(Debug, Default)]
    struct Three {
        first: Arena<First>,
        second: FastArena<Second>,
        #[arena(intern)]
        words: Arena<Word>,
        scratch: Bitena,
    }

    #[derive(Debug, Default)]
    struct All {
        first: Arena<First>,
        scratch: Blink,
        #[arena(capacity = 4)]
        coins: RegionStore<Coin>,
        #[arena(capacity = 2)]
        jobs: RingStore<Job>,
    }

    #[arena(shared)]
    struct Shared {
        #[arena(capacity = 8)]
        first: FastArena<First>,
        #[arena(capacity = 8, intern)]
        words: FastArena<Word>,
    }

    #[derive(Debug, Default)]
    struct List {
        nodes: Arena<Node>,
        #[arena(intern)]
        tokens: Arena<Token>,
    }

    #[derive(Debug, Default)]
    struct Small {
        #[arena(idx = NumberIdx)]
        numbers: Arena<u64>,
        #[arena(idx = ByteIdx, capacity = 20)]
        bytes: FastArena<u8>,
    }
);

type State = (Vec<u32>, Vec<u32>, Vec<u32>, usize);

fn state(three: &Three) -> State {
    (
        three.first.iter().map(|it| it.0.number()).collect(),
        three.second.iter().map(|it| it.0.number()).collect(),
        three.words.iter().map(|it| it.0.number()).collect(),
        three.scratch.used(),
    )
}

fn add(three: &mut Three, faults: &Faults, from: u32) {
    three.alloc(First(faults.make(from)));
    three.alloc_with(|_| Second(faults.make(from + 1)));
    three.scratch.alloc_str("text");
    three.intern(Word(faults.make(from + 2)));
    three.intern(Word(faults.item(0)));
}

fn transactions(faults: &Faults) {
    let mut three = Three::default();
    faults.attempt(|| add(&mut three, faults, 10));
    let start = three.checkpoint();
    let before = state(&three);
    for outcome in [Ok(()), Err(())] {
        let result = faults.attempt(|| {
            three.transaction(|three| {
                add(three, faults, 20);
                let nested: Result<(), ()> = three.transaction(|three| {
                    add(three, faults, 30);
                    Err(())
                });
                assert_eq!(nested, Err(()));
                faults.may_panic();
                outcome
            })
        });
        if result == Some(Ok(())) {
            assert!(state(&three).0.len() > before.0.len());
            faults.attempt(|| three.rollback(start));
        }
        assert_eq!(state(&three), before);
    }
    faults.attempt(|| add(&mut three, faults, 40));
    faults.attempt(|| three.rollback(start));
    assert_eq!(state(&three), before);
    faults.attempt(|| three.reset());
    assert_eq!(state(&three), State::default());
    faults.disarm();
    add(&mut three, faults, 50);
    let (first, second, words, _) = state(&three);
    assert_eq!((first, second, words), (vec![50], vec![51], vec![52, 0]));
}

fn every_store(faults: &Faults) {
    let mut all = All::default();
    let mut notes = ArenaMap::new();
    for number in 0..3 {
        faults.attempt(|| {
            let index = all.alloc(First(faults.make(number)));
            notes.insert(index, number);
            all.scratch.put(faults.make(number));
            all.alloc(Coin(faults.make(number)));
        });
        let job = faults.attempt(|| all.jobs.alloc(Job(faults.make(number))));
        faults.attempt(|| drop(job));
    }
    assert!(notes.iter().all(|(index, &number)| all[index].0.number() == number));
    assert!(all.coins.iter().all(|(_, coin)| coin.0.number() < 3));
    faults.attempt(|| all.reset());
    assert!(all.first.is_empty() && all.coins.is_empty());
    assert_eq!(all.scratch.pending_drops(), 0);
    faults.attempt(|| drop(all));
}

fn shared(faults: &Faults) {
    let mut shared = Shared::new();
    for number in 0..20 {
        if let Some(index) = faults.attempt(|| shared.alloc(First(faults.make(number)))) {
            assert_eq!(shared[index].0.number(), number);
        }
        if let Some(index) = faults.attempt(|| shared.intern(Word(faults.make(number % 7)))) {
            assert_eq!(shared[index].0.number(), number % 7);
        }
    }
    let start = shared.checkpoint();
    let held = shared.first.len();
    let result: Option<Result<(), ()>> = faults.attempt(|| {
        shared.transaction(|shared| {
            shared.alloc(First(faults.make(100)));
            Err(())
        })
    });
    assert!(result.is_none_or(|result| result.is_err()));
    assert_eq!(shared.first.len(), held);
    faults.attempt(|| shared.rollback(start));
    faults.attempt(|| shared.reset());
    assert_eq!((shared.first.len(), shared.words.len()), (0, 0));
    faults.attempt(|| drop(shared));
}

fn list(faults: &Faults, numbers: std::ops::Range<u32>) -> (List, Option<NodeIdx>) {
    let mut list = List::default();
    let mut next = None;
    for number in numbers {
        let word = list.intern(Token(faults.item(number % 3)));
        next = Some(list.alloc(Node { next, word, item: faults.item(number) }));
    }
    (list, next)
}

fn numbers(list: &List, mut next: Option<NodeIdx>) -> Vec<u32> {
    let mut numbers = Vec::new();
    while let Some(index) = next {
        let node = &list[index];
        assert_eq!(list[node.word].0.number(), node.item.number() % 3);
        numbers.push(node.item.number());
        next = node.next;
    }
    numbers
}

fn append(faults: &Faults) {
    let Some(((mut a, root), (b, other))) = faults.attempt(|| (list(faults, 0..5), list(faults, 10..15))) else {
        return;
    };
    let offsets = faults.attempt(|| a.append(b));
    // What was there is as it was, whatever happened to the rest.
    assert_eq!(numbers(&a, root), [4, 3, 2, 1, 0]);
    if let Some(offsets) = offsets {
        assert_eq!(numbers(&a, other.and_then(|other| offsets.get(other))), [14, 13, 12, 11, 10]);
    }
    assert!(a.nodes.iter().all(|node| node.item.number() < 15));
    faults.attempt(|| a.alloc(Node { next: root, word: TokenIdx::from_raw(0), item: faults.item(20) }));
    faults.attempt(|| drop(a));
}

fn compact(faults: &Faults) {
    let Some((mut list, root)) = faults.attempt(|| list(faults, 0..8)) else { return };
    // Every second node is garbage.
    let mut next = root;
    while let Some(index) = next {
        let node = &list[index];
        next = node.next.and_then(|skipped| list[skipped].next);
        list.nodes[index].next = next;
    }
    let before = numbers(&list, root);
    let mut moved = root;
    if faults.attempt(|| list.compact(&mut moved)).is_some() {
        assert_eq!((numbers(&list, moved), list.nodes.len()), (before, 4));
    }
    // After a panic some items may be gone, but those that are there are whole.
    assert!(list.nodes.iter().all(|node| node.item.number() < 8));
    assert!(list.tokens.iter().all(|token| token.0.number() < 3));
    faults.attempt(|| list.reset());
    faults.disarm();
    list.intern(Token(faults.item(1)));
    assert_eq!(list.tokens.len(), 1);
}

fn heap(faults: &Faults) {
    let mut small = Small::default();
    let mut model = Vec::new();
    for number in 0..40 {
        match faults.heap(|| small.try_alloc(number)) {
            Ok(index) => {
                assert_eq!(small[index], number);
                model.push(number);
            }
            Err(rejected) => assert_eq!(rejected.into_inner(), number),
        }
        match faults.heap(|| small.try_alloc(number as u8)) {
            Ok(index) => assert_eq!(small[index], number as u8),
            Err(rejected) => assert_eq!(rejected.into_inner(), number as u8),
        }
        assert_eq!(small.numbers.as_slice(), model);
    }
    drop(faults.heap(|| small.try_alloc_extend(100..200u64)));
    assert!(small.numbers.as_slice().starts_with(&model));
}
