//! Sizes, alignments and growth, as checked arithmetic on plain numbers.
//!
//! Nothing else in the crate computes a size. All functions are pure; none of them panics.

#![forbid(unsafe_code)]

use core::alloc::Layout;

use crate::error::AllocError;

/// The layout of `len` values of layout `element` (whose size is a multiple of its alignment, as that of every type).
///
/// # Errors
///
/// A layout overflow when it has more than `isize::MAX` bytes.
#[inline]
pub(crate) const fn array(element: Layout, len: usize) -> Result<Layout, AllocError> {
    match element.size().checked_mul(len) {
        Some(size) => from_size_align(size, element.align()),
        None => Err(AllocError::LAYOUT_OVERFLOW),
    }
}

/// The layout of `len` values of type `T`.
///
/// # Errors
///
/// A layout overflow when it has more than `isize::MAX` bytes.
#[inline]
pub(crate) const fn array_of<T>(len: usize) -> Result<Layout, AllocError> {
    array(Layout::new::<T>(), len)
}

/// `size` bytes aligned to `align`.
///
/// # Errors
///
/// A layout overflow when `align` is no power of two, or `size` rounded up to it is more than `isize::MAX`.
#[inline]
pub(crate) const fn from_size_align(size: usize, align: usize) -> Result<Layout, AllocError> {
    match Layout::from_size_align(size, align) {
        Ok(layout) => Ok(layout),
        Err(_) => Err(AllocError::LAYOUT_OVERFLOW),
    }
}

/// The greatest multiple of `align` (a power of two) that is at most `address`.
#[inline]
pub(crate) const fn align_down(address: usize, align: usize) -> usize {
    debug_assert!(align.is_power_of_two());
    address & !align.wrapping_sub(1)
}

/// Whether `address` is a multiple of `align` (a power of two).
#[inline]
pub(crate) const fn is_aligned(address: usize, align: usize) -> bool {
    align_down(address, align) == address
}

/// The layout of the memory of an arena of `bytes` bytes: aligned to what its size allows, at least to 16 and at most
/// to 4096, so that values of large alignment fit by design and not by luck of the address.
///
/// # Errors
///
/// A layout overflow when it has more than `isize::MAX` bytes.
#[inline]
pub(crate) const fn arena(bytes: usize) -> Result<Layout, AllocError> {
    let mut align = 16;
    while align < 4096 && bytes / 2 >= align {
        align <<= 1;
    }
    from_size_align(bytes, align)
}

/// The least multiple of `align` (a power of two) that is at least `address`; `None` when it overflows.
#[inline]
pub(crate) const fn align_up(address: usize, align: usize) -> Option<usize> {
    debug_assert!(align.is_power_of_two());
    match address.checked_add(align.wrapping_sub(1)) {
        Some(sum) => Some(align_down(sum, align)),
        None => None,
    }
}

/// Where a block of `layout` starts when it is cut from the high end of `start..end`; `None` when it does not fit.
///
/// `start <= end` are addresses at most `isize::MAX` apart. The cost is a subtraction, a mask and one comparison.
/// With its padding the block takes at most `size + align - 1 <= isize::MAX` bytes (I1), so the distance from `start`
/// to where it would begin lies between `-isize::MAX` and `isize::MAX`, also when the subtraction wraps, and its sign
/// says whether there is room.
#[inline]
pub(crate) const fn bump_down(start: usize, end: usize, layout: Layout) -> Option<usize> {
    debug_assert!(start <= end && end.wrapping_sub(start) <= isize::MAX as usize);
    let at = align_down(end.wrapping_sub(layout.size()), layout.align());
    if (at.wrapping_sub(start) as isize) < 0 { None } else { Some(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_layouts_never_wrap() {
        assert_eq!(array_of::<u64>(3).map(|l| (l.size(), l.align())), Ok((24, 8)));
        assert_eq!(array_of::<()>(usize::MAX).map(|l| l.size()), Ok(0));
        assert_eq!(array_of::<u64>((1 << 61) + 1), Err(AllocError::LAYOUT_OVERFLOW));
        assert_eq!(array_of::<u8>(isize::MAX as usize).map(|l| l.size()), Ok(isize::MAX as usize));
        assert_eq!(array_of::<u8>(isize::MAX as usize + 1), Err(AllocError::LAYOUT_OVERFLOW));
        assert_eq!(array_of::<u8>(usize::MAX), Err(AllocError::LAYOUT_OVERFLOW));
    }

    #[test]
    fn an_alignment_that_is_no_power_of_two_is_an_error() {
        for align in [0, 3, 24] {
            assert_eq!(from_size_align(8, align), Err(AllocError::LAYOUT_OVERFLOW));
        }
    }

    #[test]
    fn an_arena_is_aligned_to_what_its_size_allows() {
        for (bytes, align) in
            [(0, 16), (16, 16), (31, 16), (32, 32), (64, 64), (100, 64), (4096, 4096), (1 << 20, 4096)]
        {
            assert_eq!(arena(bytes).map(|l| (l.size(), l.align())), Ok((bytes, align)));
        }
        assert_eq!(arena(usize::MAX), Err(AllocError::LAYOUT_OVERFLOW));
    }

    #[test]
    fn rounding_keeps_multiples_and_reports_overflow() {
        for align in [1, 2, 16, 4096] {
            assert_eq!(align_up(align * 3, align), Some(align * 3));
            assert_eq!(align_down(align * 3, align), align * 3);
        }
        assert_eq!(align_up(17, 16), Some(32));
        assert_eq!(align_down(17, 16), 16);
        assert_eq!(align_up(usize::MAX, 16), None);
    }

    #[test]
    fn bump_down_agrees_with_a_search_for_the_highest_place() {
        for start in 0..20usize {
            for end in start..40 {
                for size in 0..24 {
                    for align in [1, 2, 4, 8] {
                        let Ok(layout) = from_size_align(size, align) else { continue };
                        let found = (start..=end).rev().find(|at| at % align == 0 && at + size <= end);
                        assert_eq!(bump_down(start, end, layout), found, "{start}..{end}, {layout:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn bump_down_refuses_what_would_wrap() {
        let huge = from_size_align(isize::MAX as usize, 1).unwrap();
        assert_eq!(bump_down(16, 64, huge), None);
        assert_eq!(bump_down(0, 0, huge), None);
        let huge = from_size_align(isize::MAX as usize - 4095, 4096).unwrap();
        for (start, end) in [(0, 0), (4095, 4095), (4096, 8191), (usize::MAX - 64, usize::MAX), (1 << 62, 1 << 63)] {
            assert_eq!(bump_down(start, end, huge), None);
        }
    }
}
