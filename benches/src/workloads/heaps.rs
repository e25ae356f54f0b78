//! Heaps of the whole process, by the interfaces that the workloads use.

use core::{
    alloc::{GlobalAlloc, Layout},
    ptr::NonNull,
};

use allocator_api2::alloc::{AllocError, Allocator};
use mimalloc::MiMalloc;

/// mimalloc, as an allocator of collections and as a heap that can be made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mimalloc;

// SAFETY: hands every call on to an allocator.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.alloc(layout) }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.dealloc(block, layout) }
    }
}

// SAFETY: hands every call on to an allocator, which all copies of this type share.
unsafe impl Allocator for Mimalloc {
    #[inline(always)]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: mimalloc accepts every layout, also an empty one.
        let block = unsafe { MiMalloc.alloc(layout) };
        NonNull::new(block).map(|block| NonNull::slice_from_raw_parts(block, layout.size())).ok_or(AllocError)
    }

    #[inline(always)]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.dealloc(block.as_ptr(), layout) }
    }

    #[inline(always)]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if old.align() != new.align() {
            return Err(AllocError);
        }
        // SAFETY: the caller's promise; the alignment stays.
        let block = unsafe { MiMalloc.realloc(block.as_ptr(), old, new.size()) };
        NonNull::new(block).map(|block| NonNull::slice_from_raw_parts(block, new.size())).ok_or(AllocError)
    }
}
