//! A global allocator that knows every live block, and aborts on a wrong one.
//!
//! A deallocation with another layout than that of the allocation is undefined behaviour which sanitizers do not
//! report. This allocator does: it records address, size and alignment of each live block, and a `dealloc` or
//! `realloc` that does not agree ends the process with a message that has both. A block is filled with `0xDB` before
//! it goes back. Every test program that links this package runs on it.
//!
//! Its tables hold the addresses of all live blocks, so a leak sanitizer sees none of them as lost: what a test must
//! not leak it measures with [`heap_use`]. Under `cfg(arenas_asan)` there are no tables, so that the sanitizer sees all
//! leaks; double frees and foreign pointers are reported by it then, and wrong layouts are not.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::hint;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

/// The allocator; see the [module](self).
#[derive(Debug)]
pub struct Checking;

#[global_allocator]
static GLOBAL: Checking = Checking;

/// A larger request is refused. Some systems would promise the memory and others not; AddressSanitizer ends the
/// process. Refused here, what happens then can be tested anywhere.
const LARGEST: usize = 1 << 39;

const SHARDS: usize = 64;

static TABLES: [Locked; SHARDS] = [const { Locked::new() }; SHARDS];

/// A table behind a spin lock: ThreadSanitizer does not see into the locks of the standard library, and would report
/// what they protect.
struct Locked {
    taken: AtomicBool,
    table: UnsafeCell<Table>,
}

// SAFETY: the table is used only by the thread that has the lock.
unsafe impl Sync for Locked {}

impl Locked {
    const fn new() -> Self {
        Self { taken: AtomicBool::new(false), table: UnsafeCell::new(Table::new()) }
    }

    /// `code` must not panic.
    fn with<R>(&self, code: impl FnOnce(&mut Table) -> R) -> R {
        // ORDERING: acquire, against the release below, so that the table is seen as the last thread left it.
        while self.taken.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            hint::spin_loop();
        }
        // SAFETY: this thread has the lock.
        let result = code(unsafe { &mut *self.table.get() });
        // ORDERING: release, against the acquire above.
        self.taken.store(false, Ordering::Release);
        result
    }
}

thread_local! {
    /// Blocks that this thread took minus blocks that it gave back, and the same in bytes.
    static BALANCE: Cell<(i64, i64)> = const { Cell::new((0, 0)) };
    /// All calls of `alloc`, `alloc_zeroed` and `realloc` by this thread.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

thread_local! {
    /// Requests of this thread until one is refused; 0 means that none is.
    static UNTIL_REFUSED: Cell<u64> = const { Cell::new(0) };
}

/// Refuses the request of this thread that comes `nth` from now, the first being 1, and no other; 0 refuses none. Says how
/// many requests the refusal before was still away from.
pub fn refuse_nth(nth: u64) -> u64 {
    UNTIL_REFUSED.replace(nth)
}

/// Requests for memory by this thread so far, those that were refused too.
pub fn requests() -> u64 {
    CALLS.get()
}

/// Whether this request is the one to refuse.
fn is_refused() -> bool {
    match UNTIL_REFUSED.get() {
        0 => false,
        left => {
            UNTIL_REFUSED.set(left - 1);
            left == 1
        }
    }
}

/// What a piece of code did with the heap, on the thread that ran it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapUse {
    /// Blocks taken and not given back.
    pub blocks: i64,
    /// Bytes taken and not given back.
    pub bytes: i64,
    /// Requests for memory.
    pub requests: u64,
}

/// Runs `code` and says what it did with the heap on this thread.
pub fn heap_use<R>(code: impl FnOnce() -> R) -> (R, HeapUse) {
    let (balance, calls) = (BALANCE.get(), CALLS.get());
    let result = code();
    let (blocks, bytes) = BALANCE.get();
    (result, HeapUse { blocks: blocks - balance.0, bytes: bytes - balance.1, requests: CALLS.get() - calls })
}

/// Runs code that loses memory on purpose, which no leak sanitizer is to report.
pub fn losing<R>(code: impl FnOnce() -> R) -> R {
    #[cfg(arenas_asan)]
    {
        // SAFETY: the runtime has these functions; they count how often it is told to look away, for each thread.
        unsafe extern "C" {
            safe fn __lsan_disable();
            safe fn __lsan_enable();
        }
        struct Enable;
        impl Drop for Enable {
            fn drop(&mut self) {
                __lsan_enable();
            }
        }
        __lsan_disable();
        let _enable = Enable;
        code()
    }
    #[cfg(not(arenas_asan))]
    code()
}

/// Open addressing with linear probing over memory of the system allocator, so that bookkeeping never recurses.
struct Table {
    entries: *mut Entry,
    capacity: usize,
    occupied: usize,
}

/// Address 0 is a place never used, address 1 one that was left.
#[derive(Clone, Copy)]
struct Entry {
    address: usize,
    size: usize,
    align: usize,
}

const NEVER: usize = 0;
const LEFT: usize = 1;

// SAFETY: the pointer is to memory that only the table uses.
unsafe impl Send for Table {}

impl Table {
    const fn new() -> Self {
        Self { entries: ptr::null_mut(), capacity: 0, occupied: 0 }
    }

    fn entry(&mut self, index: usize) -> &mut Entry {
        assert!(index < self.capacity);
        // SAFETY: `entries` holds `capacity` entries, all written.
        let entry = unsafe { self.entries.add(index) };
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { &mut *entry }
    }

    fn place(&self, address: usize) -> usize {
        (address >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20 & (self.capacity - 1)
    }

    fn insert(&mut self, new: Entry) {
        if self.occupied * 2 >= self.capacity {
            self.rebuild();
        }
        let mut index = self.place(new.address);
        loop {
            let mask = self.capacity - 1;
            let entry = self.entry(index);
            if entry.address == new.address {
                die(format_args!("{:#x} was handed out twice", new.address));
            }
            if entry.address == NEVER {
                *entry = new;
                self.occupied += 1;
                return;
            }
            index = (index + 1) & mask;
        }
    }

    fn remove(&mut self, address: usize) -> Option<Entry> {
        if self.capacity == 0 {
            return None;
        }
        let mask = self.capacity - 1;
        let mut index = self.place(address);
        loop {
            let entry = self.entry(index);
            if entry.address == address {
                let found = *entry;
                entry.address = LEFT;
                return Some(found);
            }
            if entry.address == NEVER {
                return None;
            }
            index = (index + 1) & mask;
        }
    }

    fn rebuild(&mut self) {
        let old = (self.entries, self.capacity);
        let mut live = 0;
        for index in 0..self.capacity {
            live += usize::from(self.entry(index).address > LEFT);
        }
        self.capacity = (live * 4).next_power_of_two().max(1024);
        let layout = Layout::array::<Entry>(self.capacity).expect("a table of this size");
        // SAFETY: the size is not 0. Zeroed entries are places never used.
        self.entries = unsafe { System.alloc_zeroed(layout) }.cast();
        assert!(!self.entries.is_null());
        self.occupied = 0;
        for index in 0..old.1 {
            // SAFETY: the old table holds `old.1` entries.
            let entry = unsafe { old.0.add(index) };
            // SAFETY: as above; all of them are written.
            let entry = unsafe { *entry };
            if entry.address > LEFT {
                self.insert(entry);
            }
        }
        if old.1 > 0 {
            let layout = Layout::array::<Entry>(old.1).expect("as when it was made");
            // SAFETY: the old table was made with this layout.
            unsafe { System.dealloc(old.0.cast(), layout) };
        }
    }
}

fn shard(address: usize) -> &'static Locked {
    &TABLES[(address >> 12).wrapping_mul(0x9E37_79B9) >> 8 & (SHARDS - 1)]
}

fn record(ptr: *mut u8, layout: Layout) {
    CALLS.set(CALLS.get() + 1);
    if ptr.is_null() {
        return;
    }
    let (blocks, bytes) = BALANCE.get();
    BALANCE.set((blocks + 1, bytes + layout.size() as i64));
    if cfg!(arenas_asan) {
        return;
    }
    let entry = Entry { address: ptr.addr(), size: layout.size(), align: layout.align() };
    shard(ptr.addr()).with(|table| table.insert(entry));
}

fn forget(ptr: *mut u8, layout: Layout) {
    let (blocks, bytes) = BALANCE.get();
    BALANCE.set((blocks - 1, bytes - layout.size() as i64));
    if cfg!(arenas_asan) {
        return;
    }
    let found = shard(ptr.addr()).with(|table| table.remove(ptr.addr()));
    match found {
        None => die(format_args!("{ptr:p} is freed, but is no live block")),
        Some(entry) if (entry.size, entry.align) != (layout.size(), layout.align()) => die(format_args!(
            "{ptr:p} is freed as {} bytes aligned to {}, but was taken as {} bytes aligned to {}",
            layout.size(),
            layout.align(),
            entry.size,
            entry.align
        )),
        Some(_) => {}
    }
}

/// Ends the process with a message, without the heap.
fn die(message: std::fmt::Arguments<'_>) -> ! {
    eprintln!("checking allocator: {message}");
    std::process::abort();
}

/// A request that is refused is one too.
fn refuse() -> *mut u8 {
    CALLS.set(CALLS.get() + 1);
    ptr::null_mut()
}

fn check(layout: Layout) {
    if layout.size() == 0 {
        die(format_args!("a block of no bytes is asked for"));
    }
}

// SAFETY: all calls go to `System`, which is a correct allocator; what is added only looks at them.
unsafe impl GlobalAlloc for Checking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check(layout);
        if is_refused() || layout.size() > LARGEST {
            return refuse();
        }
        // SAFETY: the size is not 0.
        let ptr = unsafe { System.alloc(layout) };
        record(ptr, layout);
        ptr
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        check(layout);
        if is_refused() || layout.size() > LARGEST {
            return refuse();
        }
        // SAFETY: the size is not 0.
        let ptr = unsafe { System.alloc_zeroed(layout) };
        record(ptr, layout);
        ptr
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        forget(ptr, layout);
        // SAFETY: a live block of this layout, as was just checked.
        unsafe { ptr.write_bytes(0xDB, layout.size()) };
        // SAFETY: as above.
        unsafe { System.dealloc(ptr, layout) };
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let Ok(new_layout) = Layout::from_size_align(new_size, layout.align()) else {
            die(format_args!("{ptr:p} is to grow to {new_size} bytes, which no layout can have"));
        };
        check(new_layout);
        if is_refused() || new_size > LARGEST {
            return refuse();
        }
        forget(ptr, layout);
        // SAFETY: a live block of this layout, as was just checked, and a valid new size that is not 0.
        let moved = unsafe { System.realloc(ptr, layout, new_size) };
        if moved.is_null() {
            record(ptr, layout);
        } else {
            record(moved, new_layout);
        }
        moved
    }
}
