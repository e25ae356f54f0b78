//! The index: one bundle of typed arenas that all threads fill at once.
//!
//! ```text
//!   CodeMap                                                    texts: Bitena
//!   files  [ File { path, uses, .. }, .. ] <─┐                 ┌──────────────────────┐
//!   items  [ Item { name, file, line, parent, kind }, .. ]     │ scan│Sink│item│name│… │
//!   names  [ Name { text: &'n str }, .. ] ───┼──────────────>  └──────────────────────┘
//!   uses   [ Use  { name, line }, .. ]       │
//!              └──── of one file ────┘ ──────┘
//! ```
//!
//! Records refer to each other by index only: 4 bytes where a pointer takes 8 and a counted one 16, and no record keeps
//! another alive. A thread writes items through a writer, which takes runs of slots, so that threads do not meet at each
//! record. The uses of a file are gathered in a `Blink` and stored as one batch: they stand side by side, so that the
//! file has one range of them, and no use has to say which file it is in. Names are few after the first files; threads
//! meet only in the sharded map that finds them.
//!
//! What a thread needs only while it works on a file comes and goes with it: its bytes from a ring
//! ([`Reader`]), open scopes and uses from a `Blink` that is reset after the file ([`List`]).

use super::crew::{self, Skipped, Worker};
use super::find::{Definition, Usage, Wanted};
use super::read::{Reader, Unusable};
use super::recent::Recent;
use super::scan::{self, Kind, Sink};
use super::scratch::List;
use super::summary::{Fingerprint, Summary, most_used};
use super::walk::{Source, Tree};
use arenas::{AllocError, ArenaAlloc, ArenaIdx, ArenaMap, Bitena, Blink, FastArena, IdxRange, Writer, arena_struct};
use dashmap::DashMap;
use indicatif::ProgressBar;
use rustc_hash::FxBuildHasher;
use std::path::Path;

/// How many slots a thread takes at once: some kilobytes.
const RUN: usize = 256;

/// How much scratch a thread keeps for the next file. What only a very large one needs goes back to the system.
const SCRATCH: usize = 1 << 20;

/// A source file.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
pub(crate) struct File<'n> {
    pub(crate) path: &'n Path,
    pub(crate) bytes: u64,
    pub(crate) lines: u32,
    pub(crate) uses: IdxRange<UseIdx>,
}

/// A definition.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
pub(crate) struct Item {
    pub(crate) name: NameIdx,
    pub(crate) file: FileIdx,
    pub(crate) line: u32,
    pub(crate) parent: Option<ItemIdx>,
    pub(crate) kind: Kind,
}

/// An identifier in the source that defines nothing. Of which file it is, that file knows.
#[derive(ArenaAlloc, Clone, Copy, Debug)]
#[arena(store = FastArena)]
pub(crate) struct Use {
    pub(crate) name: NameIdx,
    pub(crate) line: u32,
}

/// A distinct name.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
pub(crate) struct Name<'n> {
    pub(crate) text: &'n str,
}

arena_struct!(
    /// All that is known of a tree. `'n` is the life of the texts of names and of the list of files.
    #[arena(shared)]
    #[derive(Debug)]
    pub(crate) struct CodeMap<'n> {
        pub(crate) files: FastArena<File<'n>>,
        pub(crate) items: FastArena<Item>,
        pub(crate) uses: FastArena<Use>,
        pub(crate) names: FastArena<Name<'n>>,
        /// Finds the one `Name` of a text.
        pub(crate) by_text: DashMap<&'n str, NameIdx, FxBuildHasher>,
    }
);

/// Makes an empty index that has room for whatever the files of `tree` may hold.
///
/// # Errors
///
/// When the system does not have the address space.
pub(crate) fn sized_for<'n>(tree: &Tree, threads: usize) -> Result<CodeMap<'n>, AllocError> {
    let (bytes, files) = (usize::try_from(tree.bytes()).unwrap_or(usize::MAX), tree.sources.len());
    // The shortest item is `impl{`, the shortest use a letter and what parts it from the next.
    let (items, uses) = ((bytes / 5).saturating_add(files), (bytes / 2).saturating_add(files));
    // Each thread may hold a run of slots that it does not need in the end.
    let held = threads.saturating_mul(RUN);
    Ok(CodeMap {
        files: room(files)?,
        items: room(items.saturating_add(held))?,
        uses: room(uses)?,
        names: room(uses)?,
        by_text: DashMap::with_hasher(FxBuildHasher),
    })
}

/// An arena of so many slots, or as many as its index can name. Empty slots cost address space and no memory, so that
/// there is no need to guess; where addresses cannot be had for themselves, they come from the heap.
fn room<T, I: ArenaIdx>(slots: usize) -> Result<FastArena<T, I>, AllocError> {
    let slots = slots.min(I::MAX_SLOTS);
    #[cfg(all(feature = "mmap", unix, target_pointer_width = "64"))]
    if let Ok(arena) = FastArena::reserve_address_space_with_index(slots) {
        return Ok(arena);
    }
    FastArena::try_with_capacity_and_index(slots)
}

/// Reads and indexes all files of `tree`.
pub(crate) fn build<'n>(
    map: &CodeMap<'n>,
    texts: &'n Bitena,
    tree: &'n Tree,
    threads: usize,
    progress: &ProgressBar,
) -> Skipped {
    let recorder = || Recorder {
        names: Names { map, texts, recent: Recent::new() },
        items: map.items.writer_with_run(RUN),
        reader: Reader::new(),
        scratch: Blink::new(),
    };
    let (_, skipped) = crew::read_all(tree, threads, progress, recorder);
    skipped
}

pub(crate) fn summary(map: &CodeMap<'_>, top: usize) -> Summary {
    let mut summary = Summary {
        files: map.files.len() as u64,
        bytes: map.files.iter().map(|file| file.bytes).sum(),
        lines: map.files.iter().map(|file| u64::from(file.lines)).sum(),
        names: map.names.len() as u64,
        ..Summary::default()
    };
    for (_, item) in map.items.iter_complete() {
        summary.items[item.kind as usize] += 1;
    }
    let mut counts: ArenaMap<NameIdx, u64> = map.names.indices().map(|name| (name, 0)).collect();
    for each in map.uses.as_slice() {
        summary.uses += 1;
        counts[each.name] += 1;
    }
    summary.top = most_used(counts.iter().map(|(name, &uses)| (map[name].text, uses)), top);
    summary
}

/// The items of a name, and how often it is used.
pub(crate) fn find<'m>(map: &'m CodeMap<'_>, wanted: Wanted<'_>) -> (Vec<Definition<'m>>, Usage) {
    let Some(name) = map.by_text.get(wanted.name).map(|name| *name) else { return Default::default() };
    let items = map.items.iter_complete().map(|(_, item)| item).filter(|item| item.name == name);
    let definitions = items.map(|item| Definition {
        path: map[item.file].path,
        line: item.line,
        kind: item.kind,
        parent: item.parent.map(|parent| map[map[parent].name].text),
        name: map[item.name].text,
    });
    let definitions = definitions.filter(|item| wanted.parent.is_none() || item.parent == wanted.parent).collect();
    let mut usage = Usage::default();
    for file in map.files.as_slice() {
        let uses = map.uses[file.uses].iter().filter(|each| each.name == name).count() as u64;
        usage.uses += uses;
        usage.files += u64::from(uses > 0);
    }
    (definitions, usage)
}

/// Stands for every item and every use.
pub(crate) fn fingerprint(map: &CodeMap<'_>) -> Fingerprint {
    let mut all = Fingerprint::default();
    let path = |file: FileIdx| map[file].path.as_os_str().as_encoded_bytes();
    for (_, item) in map.items.iter_complete() {
        let parent = item.parent.map(|parent| &map[parent]);
        let parent = parent.map(|parent| (map[parent.name].text, parent.line));
        all.add((path(item.file), item.kind, map[item.name].text, item.line, parent));
    }
    for (file, File { uses, .. }) in map.files.iter_indexed() {
        for each in &map.uses[*uses] {
            all.add((path(file), map[each.name].text, each.line));
        }
    }
    all
}

/// A name as a thread remembers it.
struct Known<'n> {
    text: &'n str,
    index: NameIdx,
}

impl AsRef<str> for Known<'_> {
    fn as_ref(&self) -> &str {
        self.text
    }
}

/// Finds names for one thread, and makes them.
struct Names<'m, 'n> {
    map: &'m CodeMap<'n>,
    texts: &'n Bitena,
    recent: Recent<Known<'n>>,
}

impl Names<'_, '_> {
    /// The index of `text`, which becomes a name now if it is none yet.
    fn index_of(&mut self, text: &str) -> NameIdx {
        let (map, texts) = (self.map, self.texts);
        let look_up = || {
            if let Some(name) = map.by_text.get(text) {
                return Known { text: name.key(), index: *name };
            }
            // Two threads may be here with one text: both copy it, and one of the copies becomes the name.
            let text = texts.alloc_str(text);
            let name = map.by_text.entry(text).or_insert_with(|| map.names.alloc(Name { text }));
            Known { text: name.key(), index: *name }
        };
        self.recent.get_or(text, look_up).index
    }
}

/// Indexes the files of one thread.
struct Recorder<'m, 'n> {
    names: Names<'m, 'n>,
    items: Writer<'m, Item, ItemIdx>,
    reader: Reader,
    /// Of one file at a time.
    scratch: Blink,
}

impl<'n> Worker<'n> for Recorder<'_, 'n> {
    type Output = ();

    fn file(&mut self, source: &'n Source) -> Result<(), Unusable> {
        let Self { names, items, reader, scratch } = self;
        let map = names.map;
        let bytes = reader.read(source)?;
        let text = core::str::from_utf8(&bytes)?;
        // The items of the file name it before it is known how many lines it has.
        let slot = map.files.reserve();
        let mut sink = FileRecorder { file: slot.index(), names, items, uses: List::new(scratch) };
        let lines = scan::scan(text, &mut List::new(scratch), &mut sink);
        let uses = map.uses.alloc_batch(sink.uses.iter());
        slot.fill(File { path: &source.path, bytes: text.len() as u64, lines, uses });
        scratch.reset();
        scratch.shrink_to(SCRATCH);
        Ok(())
    }

    fn finish(self) {}
}

/// Records what is found in one file.
struct FileRecorder<'r, 'm, 'n> {
    file: FileIdx,
    names: &'r mut Names<'m, 'n>,
    items: &'r mut Writer<'m, Item, ItemIdx>,
    uses: List<'r, Use>,
}

impl Sink for FileRecorder<'_, '_, '_> {
    type Item = ItemIdx;

    fn item(&mut self, kind: Kind, name: &str, line: u32, parent: Option<ItemIdx>) -> ItemIdx {
        let name = self.names.index_of(name);
        self.items.alloc(Item { name, file: self.file, line, parent, kind })
    }

    fn name_use(&mut self, name: &str, line: u32) {
        let name = self.names.index_of(name);
        self.uses.push(Use { name, line });
    }
}
