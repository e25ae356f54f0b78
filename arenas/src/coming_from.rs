//! Coming from one of the crates that this one re-implements: every public name, and what it is here.
//!
//! Names that are not listed are the same here. Where behaviour differs, the older one was a defect; each has a
//! regression test in the repository (`defect_01` to `defect_49`).
//!
//! # From bitena 0.1
//!
//! | there | here | why it changed |
//! |---|---|---|
//! | `Bitena<'a>` | [`Bitena`](crate::Bitena) | the lifetime had no meaning |
//! | `new(bytes)` | [`Bitena::new`](crate::Bitena::new) | 0 bytes is a valid, empty arena |
//! | `alloc(value)`, `try_alloc` | the same, [where `Bitena: Holds<T>`](crate::Holds) | a value that owns memory would leak: it is refused at compile time; `alloc_box` takes it |
//! | `alloc_slice(init, len)` | the same, for `T: Copy` | it made bitwise copies of one value; others use `alloc_slice_fill_with` |
//! | `alloc_str`, `remaining`, `reset` | the same | |
//! | `Error` | [`AllocError`](crate::AllocError), [`Rejected`](crate::Rejected) | a failed `try_alloc` gives the value back |
//! | `Result` | none | it shadowed that of `std` |
//!
//! # From fast-bump 0.1
//!
//! | there | here | why it changed |
//! |---|---|---|
//! | `Arena<T>`, `FastArena<T>` | [`Arena`](crate::Arena), [`FastArena`](crate::FastArena) | a second parameter names the index type |
//! | `Idx<T>` | [`Idx`](crate::Idx) | 4 bytes rather than 8, `Send` whatever `T` is; [`Stamped`](crate::Stamped) finds stale and foreign handles |
//! | `Checkpoint<T>` | [`Checkpoint<I>`](crate::Checkpoint) | knows its arena and its history |
//! | `Checkpoint::from_len` | none | a forged checkpoint |
//! | `rollback(checkpoint)` | the same, and `try_rollback` | refuses a foreign or diverged checkpoint |
//! | `FastArena::alloc` | the same | never waits for another writer |
//! | `alloc_extend(&self)` of `FastArena` | the same | the values are one contiguous run |
//! | `grow`, `grow_to` | the same | work after a failed `alloc`; or [reserve address space](crate::FastArena) and never call them |
//! | `IterIndexed::new` | none | it showed how the iterator is made |
//!
//! # From blink-alloc 0.4
//!
//! | there | here | why it changed |
//! |---|---|---|
//! | `BlinkAlloc`, `SyncBlinkAlloc`, `LocalBlinkAlloc`, `BlinkAllocCache` | the same | |
//! | `Blink`, `Emplace`, `IteratorExt`, `SendBlink` | the same | `Blink` is not `Send`: it drops values of any type |
//! | `emplace_shared()` | the same, for `T: 'static` | its values are dropped at reset, as documented |
//! | `deallocate(ptr, size)` | `deallocate(ptr, Layout)` | |
//! | `BlinkAllocator`, `reset_unchecked`, `emplace_unchecked`, `update_max_local_alloc` | the same | |
//! | `GlobalBlinkAlloc`, `UnsafeGlobalBlinkAlloc`, `blink_mode`, `direct_mode` | the same | |
//! | the base `A: Allocator` | `A: ChunkSource` | implemented for every allocator-api2 allocator with that feature |
//! | `into_inner(self)` | the same | returns all chunks first |
//! | `try_value -> Result<R, T>`, `try_with -> Result<R, F>`, … | `Result<R, Rejected<_>>` | one error type everywhere: `into_inner()` is what comes back, `error()` says why |
//! | `try_from_iter -> Result<S, (S, Option<T>)>` | `Result<S, Rejected<(S, Rest<I>)>>` | the whole rest of the iterator comes back, not one item |
//! | `collect_to_blink(self, &mut Blink)` | the same, with `&Blink` | a `&mut Blink` still serves |
//!
//! # From bitcoin-arena 0.1
//!
//! | there | here | why it changed |
//! |---|---|---|
//! | `Arena::new(base, size, align)` | [`Region::from_raw_parts`](crate::Region::from_raw_parts), or [`Region::new`](crate::Region::new) over a slice | the slice form is safe; a bad alignment is an error |
//! | `alloc(size)`, `free(ptr)` | the same; [`try_alloc`](crate::Region::try_alloc), [`try_free`](crate::Region::try_free) with handles | only a handle finds a double free after the place was used again |
//! | `address_in_arena` | the same | |
//! | `stats() -> ArenaStats` | [`region_stats()`](crate::Region::region_stats), with fields and getters by value | `stats()` is the type that all allocators share |
//! | `walk()` under a `cfg` | [`walk()`](crate::Region::walk), always | an iterator; `Display` prints the map |
//! | `ArenaStatsBuilder`, `ArenaSizeToChunkSortedMap`, … | none | nothing used them |
//!
//! # From ringal 0.4
//!
//! | there | here | why it changed |
//! |---|---|---|
//! | `RingAl::new` | the same, and `try_new` | no feature is needed to drop a ring, and that never waits |
//! | `fixed`, `extendable`, `generic` | the same; `generic` is an alias of [`typed`](crate::RingAl::typed) | they take `&self`, so that several may be open |
//! | `FixedBufMut`, `FixedBuf`, `ExtBuf` | the same | exactly the size that was asked |
//! | `GenericBufMut<T>` | alias of [`TypedBufMut`](crate::TypedBufMut) | drops its elements; `T` need not be `'static` |
//! | `ringal!` | [`ringal!`](crate::ringal) | nested use works; feature `std` rather than `tls` |
