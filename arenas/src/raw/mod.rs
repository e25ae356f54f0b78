//! The unsafe core: memory, cursors, slots.
//!
//! Everything that touches raw memory is here, and the allocators are thin on top of it. Users of this module rely on
//! these invariants and cite them by number:
//!
//! - **I1** A [`Layout`](core::alloc::Layout) that [`layout`] returns has a size of at most `isize::MAX` when rounded
//!   up to its alignment.
//! - **I2** The pointer of a [`block::Block`] is aligned to the block's layout, is valid for reads and writes of
//!   its whole size, and has the provenance of the whole block until the block is dropped; it does not move with the
//!   `Block`.
//! - **I3** The bytes `start..tip` of a [`cursor::Cursor`] or [`cursor::AtomicCursor`] belong to nobody. A
//!   [`cursor::Taken`] names bytes below the former tip that belong to the caller alone, aligned and with the
//!   provenance of the whole run, until they are given back or the cursor is rewound above them.
//! - **I4** What a [`place::Reserve`]`<'a>` hands out is aligned to its layout, valid for reads and writes of its size
//!   for all of `'a`, and disjoint from everything else that it has handed out and not got back.
//! - **I5** Every guard that the chain of a [`guards::Chain`] leads to is an initialised header inside its block, at
//!   least one unit before the next, and the last one ends inside the block. A guard has the provenance of the block.
//! - **I6** The payload of a [`guards::Claim`] stands directly after its guard, is aligned as was asked, has at least
//!   the bytes that were asked, and is nobody else's, until all claims to it are released.
//! - **I7** The block of a chain lives until the chain is dropped and all claims are released. When the chain is gone,
//!   each guard with a claim holds the distance of its payload from the control record.
//! - **I8** Of a [`elements::Elements`], the first `len` values are initialised and its own, `len <= capacity`, and
//!   its claim has room for `capacity` values.
//! - **I9** A slot at or beyond the cursor of [`slots::Slots`] is free; a slot of a [`slots::Run`] is claimed by that
//!   run alone, is below the capacity, is not ready, and nobody else reads or writes its value.
//! - **I10** The value of a slot whose state is `READY` is whole, and stays as it is until the slots are borrowed
//!   exclusively. Who reads the state with acquire sees the value.
//! - **I11** All slots below the prefix are ready, and who reads the prefix with acquire sees their values.
//! - **I12** The slots that a [`slots::Leaving`] has not passed and whose state is `LEAVING` hold values, which nobody
//!   else touches.
//! - **I13** Every chunk of a [`chunk::Chunks`] begins with an initialised header, whose pointer has the provenance of the
//!   whole chunk and whose `end` is at most the end of the chunk. It is written only while the chunk is in no list, but for
//!   the tip, which is a multiple of [`layout::MIN_ALIGN`] between the end of the header and `end`. The memory is the
//!   list's alone until it is given back to the source.
//! - **I14** A block of a [`bump::Bump`] or [`shared::SharedBump`] is aligned to its layout, valid for reads and writes
//!   of its size, has the provenance of its chunk, and is disjoint from all other live blocks and from the headers, until it
//!   is given back, or the bump is exclusively borrowed to give up all blocks, or those that were allocated since a
//!   position, or dropped.
//! - **I15** The values of a [`drops::DropList`] stand in blocks of the allocator beside it, and their records are dropped
//!   before the allocator gives these blocks back.
//! - **I16** A window that is listed in a [`shared::SharedBump`] belongs to nobody and begins with an initialised entry,
//!   which only the holder of the lock reads or writes.
//! - **I17** The slot of a [`brand::Slot`]`<'brand>`, and each of a [`brand::SlotRange`]`<'brand>`, is below
//!   [`brand::MAX_SLOTS`] and holds a value in the only container that carries `'brand`, as long as there is a
//!   [`brand::Scoped`]`<'brand, _>`.
//! - **I18** An [`owned::Owned`]`<'a, T>` points to an initialised `T`, aligned and valid for all of `'a`, that nobody
//!   else reads, writes or drops while it exists.

pub(crate) mod bag;
pub(crate) mod block;
pub(crate) mod blocks;
#[cfg(feature = "alloc")]
pub(crate) mod brand;
pub(crate) mod bump;
pub(crate) mod chunk;
pub(crate) mod copy;
pub(crate) mod cursor;
pub(crate) mod drops;
pub(crate) mod elements;
pub(crate) mod emplace;
pub(crate) mod fallibility;
pub(crate) mod guards;
#[cfg(feature = "std")]
pub(crate) mod homing;
pub(crate) mod layout;
pub(crate) mod lock;
pub(crate) mod owned;
pub(crate) mod place;
pub(crate) mod poison;
#[cfg(feature = "alloc")]
pub(crate) mod room;
pub(crate) mod shared;
#[cfg(feature = "alloc")]
pub(crate) mod slots;
pub(crate) mod source;
