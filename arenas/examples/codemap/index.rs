//! The index: one bundle of typed arenas that all threads fill at once.
//!
//! ```text
//!   CodeMap                                                    texts: Bitena
//!   files  [ File, File, .. ]  <─────────┬──────────┐          ┌──────────────────────┐
//!   names  [ Name, Name, .. ]  <──────┐  │          │          │ scan│Sink│item│name│… │
//!             └ text: &'n str ─────────┼──┼──────────┼───────>  └──────────────────────┘
//!   items  [ Item { name, file, line, parent, kind }, .. ]
//!   uses   [ Use  { name, file, line }, .. ]
//! ```
//!
//! Records refer to each other by index only: 4 bytes where a pointer takes 8 and a counted one 16, and no record keeps
//! another alive. A thread writes items and uses through writers, which take runs of slots, so that threads do not meet
//! at each record. Names are few after the first files; they meet only in the sharded map that finds them.

use crate::crew::{self, Skipped, Worker};
use crate::find::{Definition, Usage, Wanted};
use crate::recent::Recent;
use crate::scan::{self, Kind, Sink};
use crate::summary::{Fingerprint, Summary, most_used};
use crate::walk::{Source, Tree};
use arenas::{AllocError, ArenaAlloc, ArenaIdx, ArenaMap, ArenaSet, Bitena, FastArena, Writer, arena_struct};
use dashmap::DashMap;
use indicatif::ProgressBar;
use rustc_hash::FxBuildHasher;
use std::path::Path;

/// How many slots a thread takes at once: some kilobytes.
const RUN: usize = 256;

/// A source file.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
pub(crate) struct File<'n> {
    pub(crate) path: &'n Path,
    pub(crate) bytes: u64,
    pub(crate) lines: u32,
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

/// An identifier in the source that defines nothing.
#[derive(ArenaAlloc, Debug)]
#[arena(store = FastArena)]
pub(crate) struct Use {
    pub(crate) name: NameIdx,
    pub(crate) file: FileIdx,
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
        uses: room(uses.saturating_add(held))?,
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
        map,
        texts,
        recent: Recent::new(),
        items: map.items.writer_with_run(RUN),
        uses: map.uses.writer_with_run(RUN),
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
    for (_, each) in map.uses.iter_complete() {
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
    let mut files = ArenaSet::default();
    let mut usage = Usage::default();
    for (_, each) in map.uses.iter_complete().filter(|(_, each)| each.name == name) {
        usage.uses += 1;
        usage.files += u64::from(files.insert(each.file));
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
    for (_, each) in map.uses.iter_complete() {
        all.add((path(each.file), map[each.name].text, each.line));
    }
    all
}

/// Indexes the files of one thread.
struct Recorder<'m, 'n> {
    map: &'m CodeMap<'n>,
    texts: &'n Bitena,
    recent: Recent<Known<'n>>,
    items: Writer<'m, Item, ItemIdx>,
    uses: Writer<'m, Use, UseIdx>,
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

impl Recorder<'_, '_> {
    /// The index of `text`, which becomes a name now if it is none yet.
    fn name(&mut self, text: &str) -> NameIdx {
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

impl<'n> Worker<'n> for Recorder<'_, 'n> {
    type Output = ();

    fn file(&mut self, source: &'n Source, text: &str) {
        // The records of the file name it before it is known how many lines it has.
        let slot = self.map.files.reserve();
        let lines = scan::scan(text, &mut FileRecorder { file: slot.index(), recorder: self });
        slot.fill(File { path: &source.path, bytes: text.len() as u64, lines });
    }

    fn finish(self) {}
}

/// Records what is found in one file.
struct FileRecorder<'r, 'm, 'n> {
    file: FileIdx,
    recorder: &'r mut Recorder<'m, 'n>,
}

impl Sink for FileRecorder<'_, '_, '_> {
    type Item = ItemIdx;

    fn item(&mut self, kind: Kind, name: &str, line: u32, parent: Option<ItemIdx>) -> ItemIdx {
        let name = self.recorder.name(name);
        self.recorder.items.alloc(Item { name, file: self.file, line, parent, kind })
    }

    fn name_use(&mut self, name: &str, line: u32) {
        let name = self.recorder.name(name);
        self.recorder.uses.alloc(Use { name, file: self.file, line });
    }
}
