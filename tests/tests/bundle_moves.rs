//! `append` and `compact` of bundles with stores of every kind, and what is left when code of an item panics.

#![allow(dead_code, reason = "items that are only stored")]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use arenas::{
    Arena, ArenaAlloc, ArenaMap, ArenaSet, Bitena, Blink, FastArena, Region, RegionStore, Remap, Remapper, RingAl,
    RingStore, arena_struct,
};
use arenas_tests::drops::{DropLog, Logged};
use arenas_tests::panics::panics;

#[derive(ArenaAlloc, Debug, PartialEq)]
#[arena(remap)]
struct Job {
    coins: Vec<CoinIdx>,
    next: Option<JobIdx>,
}

#[derive(ArenaAlloc, Debug, PartialEq)]
#[arena(remap, store = RegionStore)]
struct Coin {
    value: u8,
    owner: Option<JobIdx>,
    change: Option<CoinIdx>,
}

#[derive(ArenaAlloc, Debug, PartialEq)]
#[arena(remap)]
struct Extra(JobIdx);

// `missing` is under a condition that is not met: its item is not `Remap`, and does not even exist.
arena_struct!(
    struct Worker {
        jobs: Arena<Job>,
        #[arena(capacity = 4)]
        coins: RegionStore<Coin>,
        #[cfg(all())]
        extras: FastArena<Extra>,
        #[cfg(any())]
        missing: Arena<NoSuchType>,
        text: Bitena,
        scratch: Blink,
        packets: RingAl,
        buffers: RingStore<u8>,
        blocks: Region,
        name: String,
    }
);

fn worker(name: &str, values: &[u8]) -> (Worker, JobIdx) {
    let mut worker = Worker::new(name.to_owned());
    let mut coins = Vec::new();
    for &value in values {
        let change = coins.last().copied();
        coins.push(worker.alloc(Coin { value, owner: None, change }));
    }
    let first = worker.alloc(Job { coins: Vec::new(), next: None });
    let job = worker.alloc(Job { coins: coins.clone(), next: Some(first) });
    coins.iter().for_each(|&coin| worker[coin].owner = Some(job));
    worker.alloc(Extra(job));
    worker.text.alloc_str(name);
    (worker, job)
}

fn values(worker: &Worker, job: JobIdx) -> Vec<u8> {
    worker[job]
        .coins
        .iter()
        .map(|&coin| {
            assert_eq!(worker[coin].owner, Some(job));
            worker[coin].value
        })
        .collect()
}

#[test]
fn values_that_are_freed_one_by_one_are_appended_too() {
    let (mut a, job_a) = worker("a", &[1, 2]);
    let (b, job_b) = worker("b", &[3, 4]);
    let before = a[job_a].coins.clone();
    let offsets: WorkerOffsets = a.append(b);
    let moved = offsets.get(job_b).unwrap();
    assert_eq!((values(&a, job_a), values(&a, moved)), (vec![1, 2], vec![3, 4]));
    assert_eq!(a[job_a].coins, before);
    assert_eq!(a[a[moved].coins[1]].change, Some(a[moved].coins[0]));
    assert_eq!((a.coins.len(), a.jobs.len(), a.extras.as_slice()), (4, 4, &[Extra(job_a), Extra(moved)][..]));
    let coin = a[moved].coins[0];
    assert_eq!(a.coins.free(coin).value, 3);
    a.coins.check();
}

#[test]
fn what_is_no_item_stays_where_it_was() {
    let (mut a, _) = worker("a", &[]);
    let (mut b, job) = worker("b", &[7]);
    let used = (a.text.stats(), b.text.stats());
    let buffer = b.packets.fixed(16).unwrap();
    let moved = a.append(&mut b).get(job).unwrap();
    assert_eq!(values(&a, moved), [7]);
    assert_eq!((b.jobs.len(), b.coins.len(), b.extras.len(), &*b.name), (0, 0, 0, "b"));
    assert_eq!((a.text.stats(), b.text.stats()), used);
    drop(buffer);
    // It is as good as new.
    let again = b.alloc(Job { coins: Vec::new(), next: None });
    assert_eq!(again.into_raw(), 0);
    b.coins.check();
}

// Contract: C2
#[test]
fn without_room_the_other_comes_back_as_it_was() {
    let (mut a, job_a) = worker("a", &[1, 2, 3]);
    let (b, job_b) = worker("b", &[4, 5]);
    let coins = b[job_b].coins.clone();
    let rejected = a.try_append(b).unwrap_err();
    assert!(rejected.error().is_capacity());
    let mut b = rejected.into_inner();
    assert_eq!((values(&a, job_a), values(&b, job_b)), (vec![1, 2, 3], vec![4, 5]));
    assert_eq!((a.jobs.len(), b.jobs.len(), &b[job_b].coins), (2, 2, &coins));
    assert!(a.try_append(&mut b).is_err());
    assert_eq!(values(&b, job_b), [4, 5]);
    a.coins.check();
    b.coins.check();
}

#[test]
fn compact_frees_the_unreached_and_leaves_the_others_in_their_places() {
    let (mut a, mut job) = worker("a", &[1, 2, 3]);
    let lost = a[job].coins.remove(1);
    // Through `change` it is reached.
    let kept = a[job].coins.clone();
    a.compact(&mut job);
    assert_eq!((a.coins.len(), a.is_valid(lost), &a[job].coins), (3, true, &kept));
    a[kept[1]].change = None;
    let moved = a.compact(&mut job);
    assert_eq!((a.coins.len(), a.is_valid(lost), moved.get(lost)), (2, false, None));
    assert_eq!((values(&a, job), &a[job].coins), (vec![1, 3], &kept));
    assert_eq!((a.jobs.len(), a.extras.len()), (2, 0));
    a.coins.check();
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Rim {
    to: Vec<RimIdx>,
    over: Option<SpokeIdx>,
}

#[derive(ArenaAlloc)]
#[arena(remap, repr = checked)]
struct Spoke(RimIdx);

arena_struct!(
    #[derive(Default)]
    struct Wheel {
        rings: Arena<Rim>,
        spokes: FastArena<Spoke>,
    }
);

#[test]
fn compact_goes_round_a_cycle_once() {
    let mut wheel = Wheel::default();
    let dead = wheel.alloc_with(|own| Rim { to: vec![own], over: None });
    let dead_spoke = wheel.alloc(Spoke(dead));
    wheel[dead].over = Some(dead_spoke);
    let first = wheel.alloc_with(|own| Rim { to: vec![own, own], over: None });
    let second = wheel.alloc(Rim { to: vec![first], over: None });
    let spoke = wheel.alloc(Spoke(first));
    wheel[second].over = Some(spoke);
    wheel[first].to.push(second);
    let mut root = second;
    let moved = wheel.compact(&mut root);
    assert_eq!((wheel.rings.len(), wheel.spokes.len(), root), (2, 1, RimIdx::from_raw(1)));
    let first = wheel[root].to[0];
    assert_eq!(wheel[first].to, [first, first, root]);
    let spoke_now = wheel[root].over.unwrap();
    assert_eq!((wheel[spoke_now].0, moved.get(spoke), moved.get(dead_spoke)), (first, Some(spoke_now), None));
    // The old one is stale, also where it named the same slot.
    assert!(wheel.try_get(spoke).is_none() && wheel.try_get(dead_spoke).is_none());
}

#[derive(ArenaAlloc)]
#[arena(remap, repr = u16)]
struct Tiny(Option<TinyIdx>, NoteIdx);

#[derive(ArenaAlloc, PartialEq, Eq, Hash)]
#[arena(remap)]
struct Note(u32);

arena_struct!(
    #[derive(Default)]
    struct Tinies {
        #[arena(intern)]
        notes: Arena<Note>,
        tinies: Arena<Tiny>,
    }
);

fn tinies(count: usize, note: u32) -> Tinies {
    let mut all = Tinies::default();
    let note = all.intern(Note(note));
    all.tinies.extend((0..count).map(|n| Tiny(n.checked_sub(1).map(TinyIdx::from_raw), note)));
    all
}

// Contract: C2
#[test]
fn more_items_than_the_index_names_are_refused_and_nothing_moves() {
    let (mut a, b) = (tinies(40_000, 1), tinies(25_536, 2));
    let rejected = a.try_append(b).unwrap_err();
    assert!(rejected.error().is_limit());
    let mut b = rejected.into_inner();
    assert_eq!((a.tinies.len(), b.tinies.len(), a.notes.len(), b.notes.len()), (40_000, 25_536, 1, 1));
    assert!(panics(|| a.append(&mut b)));
    assert_eq!((a.tinies.len(), b.tinies.len()), (40_000, 25_536));
    // One less fits exactly.
    let b = tinies(25_535, 2);
    let moved = a.append(b);
    assert_eq!((a.tinies.len(), a.notes.len()), (65_535, 2));
    let last = moved.get(TinyIdx::from_raw(25_534)).unwrap();
    assert_eq!((last.into_raw(), a[last].0.unwrap().into_raw(), a[a[last].1].0), (65_534, 65_533, 2));
    assert_eq!(a[moved.get(TinyIdx::from_raw(0)).unwrap()].0, None);
}

/// Panics the `n`th time that it is gone through.
#[derive(Clone, Default)]
struct Fuse(Rc<Cell<Option<u32>>>);

impl Fuse {
    fn burn(&self) {
        if let Some(left) = self.0.get() {
            self.0.set(left.checked_sub(1));
            assert!(left != 0, "the fuse");
        }
    }
}

impl Remap for Fuse {
    fn remap(&mut self, _: &mut Remapper<'_>) {
        self.burn();
    }
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Node {
    next: Option<NodeIdx>,
    word: WordIdx,
    token: TokenIdx,
    fuse: Fuse,
    #[arena(remap = skip)]
    value: Logged,
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Word {
    text: u8,
    fuse: Fuse,
    #[arena(remap = skip)]
    value: Logged,
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.fuse.burn();
        self.text == other.text
    }
}

impl Eq for Word {}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fuse.burn();
        self.text.hash(state);
    }
}

#[derive(ArenaAlloc)]
#[arena(remap, store = RegionStore)]
struct Token(Fuse, #[arena(remap = skip)] Logged);

/// What a side table says.
#[derive(ArenaAlloc)]
#[arena(remap)]
struct Fact(Fuse, #[arena(remap = skip)] Logged);

arena_struct!(
    struct Fused {
        nodes: Arena<Node>,
        #[arena(intern)]
        words: FastArena<Word>,
        tokens: RegionStore<Token>,
        facts: ArenaMap<NodeIdx, Fact>,
        marked: ArenaSet<WordIdx>,
    }
);

/// Four of everything, two of the words and nodes reached from the last node.
fn fused(log: &DropLog, fuse: &Fuse, first: u32) -> (Fused, NodeIdx) {
    let mut all = Fused::new();
    let mut last = None;
    let mut number = first;
    let mut value = || {
        number += 1;
        log.value(number)
    };
    for n in 0..4_u8 {
        let word = all.intern(Word { text: n / 2, fuse: fuse.clone(), value: value() });
        let token = all.alloc(Token(fuse.clone(), value()));
        let next = last.filter(|_| n > 2);
        let node = all.alloc(Node { next, word, token, fuse: fuse.clone(), value: value() });
        all.facts.insert(node, Fact(fuse.clone(), value()));
        all.marked.insert(word);
        last = Some(node);
    }
    (all, last.unwrap())
}

fn counts(all: &Fused) -> [usize; 5] {
    [all.nodes.len(), all.words.len(), all.tokens.len(), all.facts.len(), all.marked.len()]
}

// Contract: C7
#[test]
fn whatever_panics_in_compact_no_item_is_lost_and_each_is_dropped_once() {
    let mut unchanged = 0;
    for after in 0.. {
        let (log, fuse) = (DropLog::new(), Fuse::default());
        let (mut all, mut root) = fused(&log, &fuse, 0);
        let dropped = log.dropped();
        fuse.0.set(Some(after));
        let finished = !panics(|| all.compact(&mut root));
        fuse.0.set(None);
        if finished {
            assert_eq!(counts(&all), [2, 1, 2, 2, 1]);
            assert!(after > 15 && unchanged > 5, "{after} {unchanged}");
            drop(all);
            log.assert_all_dropped_once();
            break;
        }
        assert_eq!((counts(&all), log.dropped()), ([4, 2, 4, 4, 2], dropped), "after {after}");
        // As long as it only looked: reached are two nodes, their word, tokens and facts.
        if root.into_raw() == 3 && all.nodes.iter().map(|node| node.next.is_some()).eq([false, false, false, true]) {
            unchanged += 1;
        }
        all.tokens.check();
        drop(all);
        log.assert_all_dropped_once();
    }
}

// Contract: C7
#[test]
fn whatever_panics_in_append_the_bundle_is_as_before_and_the_other_has_all_its_items() {
    for after in 0.. {
        let (log, fuse) = (DropLog::new(), Fuse::default());
        let (mut a, root_a) = fused(&log, &fuse, 0);
        let (mut b, root_b) = fused(&log, &fuse, 100);
        let dropped = log.dropped();
        let before = a[root_a].token;
        fuse.0.set(Some(after));
        let finished = !panics(|| a.append(&mut b));
        fuse.0.set(None);
        assert_eq!(log.dropped() == dropped, !finished);
        assert_eq!((a[root_a].token, a[a[root_a].word].text), (before, 1));
        a.tokens.check();
        b.tokens.check();
        if finished {
            assert_eq!(after, 20);
            // The words of the other are here already.
            assert_eq!((counts(&a), counts(&b)), ([8, 2, 8, 8, 2], [0; 5]));
            drop((a, b));
            log.assert_all_dropped_once();
            break;
        }
        assert_eq!((counts(&a), counts(&b)), ([4, 2, 4, 4, 2], [4, 2, 4, 4, 2]), "after {after}");
        let _ = root_b;
        // The bundle still works: the same word is found.
        let again = a.intern(Word { text: 0, fuse: fuse.clone(), value: log.value(1000) });
        assert_eq!((again.into_raw(), a.words.len()), (0, 2));
        drop((a, b));
        log.assert_all_dropped_once();
    }
}

thread_local! {
    static DROPPED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Panics when it is dropped, if it is odd and nothing else panics.
struct Bomb(u8);

impl Drop for Bomb {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
        assert!(self.0 & 1 == 0 || std::thread::panicking(), "a bomb");
    }
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Armed {
    #[arena(remap = skip)]
    bomb: Bomb,
    next: Option<ArmedIdx>,
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Mine(#[arena(remap = skip)] Bomb);

arena_struct!(
    #[derive(Default)]
    struct Field {
        armed: Arena<Armed>,
        mines: FastArena<Mine>,
        notes: ArenaMap<MineIdx, u8>,
    }
);

// Contract: C7
#[test]
fn a_destructor_that_panics_in_compact_does_so_when_all_else_is_done() {
    let mut field = Field::default();
    for (n, bomb) in [(1, 8), (2, 1), (3, 3), (4, 4)] {
        field.alloc(Armed { bomb: Bomb(bomb), next: None });
        let mine = field.alloc(Mine(Bomb(n + 10)));
        field.notes.insert(mine, n);
    }
    let mut roots = (ArmedIdx::from_raw(3), MineIdx::from_raw(1));
    let (first, kept) = (ArmedIdx::from_raw(0), field[roots.1].0.0);
    field[roots.0].next = Some(first);
    assert!(panics(|| field.compact(&mut roots)));
    let mut dropped = DROPPED.take();
    dropped.sort_unstable();
    assert_eq!((dropped, kept), (vec![1, 3, 11, 13, 14], 12));
    assert_eq!((field.armed.len(), field.mines.len(), field.notes.len()), (2, 1, 1));
    assert_eq!((roots.0.into_raw(), roots.1.into_raw(), field.notes[roots.1]), (1, 0, 2));
    assert_eq!((field[roots.0].next.map(ArmedIdx::into_raw), field[roots.0].bomb.0), (Some(0), 4));
}

#[derive(ArenaAlloc)]
#[arena(remap)]
struct Maps {
    tree: BTreeMap<MapsIdx, Fuse>,
    hash: HashMap<MapsIdx, Fuse>,
    value: u8,
}

arena_struct!(
    #[derive(Default)]
    struct Atlas {
        maps: Arena<Maps>,
    }
);

#[test]
fn maps_inside_of_items_keep_their_entries_when_one_of_them_panics() {
    let (mut atlas, fuse) = (Atlas::default(), Fuse::default());
    let index = MapsIdx::from_raw;
    atlas.alloc_with(|own| Maps {
        tree: [(own, fuse.clone()), (index(1), fuse.clone())].into(),
        hash: [(own, fuse.clone()), (index(1), fuse.clone())].into(),
        value: 1,
    });
    for after in 0..4 {
        fuse.0.set(Some(after));
        let mut root = index(0);
        assert!(panics(|| atlas.compact(&mut root)));
        let Maps { tree, hash, .. } = &atlas[root];
        assert!(tree.keys().eq(&[index(0), index(1)]) && hash.len() == 2 && hash.contains_key(&index(1)));
    }
}
