//! A copy that is fast for short runs of bytes.
//!
//! Arenas copy many short strings and slices, and there the call of `memcpy` and its choice by size cost more than the
//! allocation. From 16 to 64 bytes, four 16-byte moves that may overlap each other cover every length without a
//! branch, and four 4-byte moves those from 4 to 15; the loads come first, so that they need not wait for the stores.

use core::mem::MaybeUninit;

/// The longest run that is copied inline.
const INLINE: usize = 64;

/// Copies `len` bytes from `src` to `dst`; they may be uninitialised (padding), and keep their provenance.
///
/// # Safety
///
/// `src` is valid for reads and `dst` for writes of `len` bytes, and the two do not overlap.
#[inline]
pub(crate) unsafe fn copy_bytes(src: *const u8, dst: *mut u8, len: usize) {
    if len > INLINE {
        // SAFETY: the caller's promise.
        unsafe { core::ptr::copy_nonoverlapping(src, dst, len) }
    } else if len >= 16 {
        let last = len.wrapping_sub(16); // Not below 0: the check above.
        // SAFETY: each place is at most `last`, so that 16 bytes there are within `len`.
        unsafe { copy_lanes::<16>(src, dst, [0, last.min(16), last.min(32), last]) }
    } else if len >= 4 {
        let last = len.wrapping_sub(4); // Not below 0: the check above.
        // SAFETY: each place is at most `last`, so that 4 bytes there are within `len`.
        unsafe { copy_lanes::<4>(src, dst, [0, last.min(4), last.min(8), last]) }
    } else if len > 0 {
        // SAFETY: the first, the middle and the last byte are within `len`, and of at most 3 bytes that is all.
        unsafe { copy_lanes::<1>(src, dst, [0, len / 2, len / 2, len.wrapping_sub(1)]) }
    }
}

/// Copies `WIDTH` bytes at each place; the places may overlap each other.
///
/// Lane by lane and not through an array, which builds with many codegen units would keep in memory.
///
/// # Safety
///
/// At each place `src` is valid for reads and `dst` for writes of `WIDTH` bytes; `src` and `dst` do not overlap.
#[inline(always)]
unsafe fn copy_lanes<const WIDTH: usize>(src: *const u8, dst: *mut u8, [a, b, c, d]: [usize; 4]) {
    let from = |place| src.wrapping_add(place).cast::<MaybeUninit<[u8; WIDTH]>>();
    let to = |place| dst.wrapping_add(place).cast::<MaybeUninit<[u8; WIDTH]>>();
    // `MaybeUninit` because the bytes may be padding.
    // SAFETY: the caller's promise, here and below.
    let first = unsafe { from(a).read_unaligned() };
    // SAFETY: as above.
    let second = unsafe { from(b).read_unaligned() };
    // SAFETY: as above.
    let third = unsafe { from(c).read_unaligned() };
    // SAFETY: as above.
    let last = unsafe { from(d).read_unaligned() };
    // SAFETY: as above.
    unsafe { to(a).write_unaligned(first) };
    // SAFETY: as above.
    unsafe { to(b).write_unaligned(second) };
    // SAFETY: as above.
    unsafe { to(c).write_unaligned(third) };
    // SAFETY: as above.
    unsafe { to(d).write_unaligned(last) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_copied_whole_and_nothing_beyond() {
        let from: [u8; 130] = core::array::from_fn(|i| i as u8 + 1);
        for len in 0..=128 {
            let mut to = [0u8; 130];
            // SAFETY: both arrays are longer than `len`, and they are two.
            unsafe { copy_bytes(from[1..].as_ptr(), to[1..].as_mut_ptr(), len) };
            assert_eq!(to[1..][..len], from[1..][..len]);
            assert_eq!(to[0], 0);
            assert!(to[1 + len..].iter().all(|&byte| byte == 0), "{len}");
        }
    }
}
