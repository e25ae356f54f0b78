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
#[cfg(feature = "alloc")]
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
    let align = if ZONE_ALIGN > layout.align() { ZONE_ALIGN } else { layout.align() };
    let at = align_down(end.wrapping_sub(zoned(layout.size())), align);
    if (at.wrapping_sub(start) as isize) < 0 { None } else { Some(at) }
}

/// Bytes between blocks that nobody may access; a power of two, or 0. Only under `cfg(arenas_redzones)`.
pub(crate) const ZONE: usize = if cfg!(arenas_redzones) { 16 } else { 0 };

/// What blocks with zones between them are aligned to at least.
const ZONE_ALIGN: usize = if cfg!(arenas_redzones) { ZONE } else { 1 };

/// What a block of `size` bytes takes with the zone behind it.
#[inline]
pub(crate) const fn zoned(size: usize) -> usize {
    if ZONE == 0 || size == 0 {
        size
    } else {
        align_down(size.wrapping_add(ZONE.wrapping_mul(2).wrapping_sub(1)), ZONE)
    }
}

/// The least alignment that an upward cursor keeps, so that ordinary types need no masking.
pub(crate) const MIN_ALIGN: usize = 8;

/// What a block of `size` bytes takes of an upward cursor. A layout has at most `isize::MAX` bytes, so nothing wraps.
#[inline]
pub(crate) const fn occupied(size: usize) -> usize {
    align_down(zoned(size).wrapping_add(MIN_ALIGN.wrapping_sub(1)), MIN_ALIGN)
}

/// Where a block of `layout` starts when it is cut from the low end of `start..end`, and where the rest starts; `None`
/// when it does not fit.
///
/// `start` is a multiple of [`MIN_ALIGN`], `start..end` is part of one allocation. The size is rounded up off the chain
/// from cursor to cursor, which is an addition, a mask and an addition; there is one comparison. It looks at the sign of
/// the difference: padding and size take at most half of the address space together (I1, also with the rounding to
/// `MIN_ALIGN`), and so does `end - start`, hence the difference of the two is exact even when the sum wraps.
#[inline(always)]
pub(crate) const fn bump_up(start: usize, end: usize, layout: Layout) -> Option<(usize, usize)> {
    let at = align_down(start.wrapping_add(layout.align().wrapping_sub(1)), layout.align());
    bump_up_aligned(at, end, layout.size())
}

/// [`bump_up`] where `start` is known to have the alignment of the block, for alignments up to [`MIN_ALIGN`].
#[inline(always)]
pub(crate) const fn bump_up_aligned(start: usize, end: usize, size: usize) -> Option<(usize, usize)> {
    let next = start.wrapping_add(occupied(size));
    if (end.wrapping_sub(next) as isize) < 0 { None } else { Some((start, next)) }
}

/// Alignment of every chunk and of the first byte that it hands out.
pub(crate) const CHUNK_ALIGN: usize = 16;

/// The layout of a chunk with a header of `header` bytes and at least `usable` bytes behind it.
///
/// # Errors
///
/// A layout overflow when it has more than `isize::MAX` bytes.
pub(crate) const fn chunk(header: usize, usable: usize) -> Result<Layout, AllocError> {
    let Some(usable) = align_up(usable, CHUNK_ALIGN) else { return Err(AllocError::LAYOUT_OVERFLOW) };
    let Some(size) = usable.checked_add(header) else { return Err(AllocError::LAYOUT_OVERFLOW) };
    from_size_align(size, CHUNK_ALIGN)
}

/// The usable bytes of a chunk that has room for a block of `layout` wherever the chunk lies.
///
/// # Errors
///
/// A layout overflow when that is more than a `usize` can say.
pub(crate) const fn chunk_room(layout: Layout) -> Result<usize, AllocError> {
    let padding = layout.align().saturating_sub(CHUNK_ALIGN);
    match zoned(layout.size()).checked_add(padding) {
        // A chunk of nothing would be a header only.
        Some(room) if room < CHUNK_ALIGN => Ok(CHUNK_ALIGN),
        Some(room) => Ok(room),
        None => Err(AllocError::LAYOUT_OVERFLOW),
    }
}

/// How many units of `unit` bytes a header and `size` bytes after it take; `None` when that is more than a `u32`.
#[inline]
pub(crate) const fn units(size: usize, header: usize, unit: usize) -> Option<u32> {
    match size.checked_add(header.wrapping_add(ZONE)) {
        Some(bytes) => {
            let units = bytes.div_ceil(unit);
            if units <= u32::MAX as usize { Some(units as u32) } else { None }
        }
        None => None,
    }
}

/// How many units of `unit` bytes `count` records of `size` bytes aligned to `align` take, a header before each.
///
/// # Errors
///
/// A layout overflow when that overflows.
#[cfg(feature = "alloc")]
pub(crate) const fn units_of_records(
    count: usize,
    size: usize,
    align: usize,
    header: usize,
    unit: usize,
) -> Result<usize, AllocError> {
    let align = if align > unit { align } else { unit };
    match size.checked_add(header.wrapping_add(ZONE)) {
        Some(record) => match align_up(record, align) {
            Some(stride) => match stride.div_ceil(unit).checked_mul(count) {
                Some(units) => Ok(units),
                None => Err(AllocError::LAYOUT_OVERFLOW),
            },
            None => Err(AllocError::LAYOUT_OVERFLOW),
        },
        None => Err(AllocError::LAYOUT_OVERFLOW),
    }
}

/// What to align a ring of `size` bytes to: the largest alignment that a buffer in it can use, up to a page.
#[cfg(feature = "alloc")]
pub(crate) const fn align_of_ring(size: usize) -> usize {
    match size.checked_ilog2() {
        Some(log) if log < 12 => 1 << log,
        Some(_) => 4096,
        None => 1,
    }
}

/// The parts of a ring's block: a control record, `units` units of guards and payload, and a last guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingPlan {
    /// Of the whole block.
    pub(crate) layout: Layout,
    /// Where the first guard is: one header before an address that is aligned to the block's `first` alignment.
    pub(crate) first: usize,
    /// Units from the first guard to the last.
    pub(crate) units: u32,
}

/// Plans a ring of `units` units whose first payload is aligned to `first` (at least `unit`), in a block aligned to
/// `align`.
///
/// `unit` is twice `header`, both are powers of two, and `control` is at least one of them.
///
/// # Errors
///
/// A layout overflow when the block is larger than any may be, a limit when its units cannot be told by a `u32`.
pub(crate) const fn ring(
    units: usize,
    first: usize,
    align: usize,
    control: usize,
    header: usize,
    unit: usize,
) -> Result<RingPlan, AllocError> {
    let overflow = Err(AllocError::LAYOUT_OVERFLOW);
    let Some(head) = control.checked_add(header) else { return overflow };
    let Some(payload) = align_up(head, if first > unit { first } else { unit }) else { return overflow };
    let Some(size) = units.checked_mul(unit) else { return overflow };
    // The last guard ends where the payload after it would start.
    let Some(size) = size.checked_add(payload) else { return overflow };
    let align = if first > align { first } else { align };
    let layout = match from_size_align(size, if align > unit { align } else { unit }) {
        Ok(layout) => layout,
        Err(error) => return Err(error),
    };
    if size.div_ceil(unit) > u32::MAX as usize {
        return Err(AllocError::LIMIT);
    }
    Ok(RingPlan { layout, first: payload.wrapping_sub(header), units: units as u32 })
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

    #[cfg(feature = "alloc")]
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
    fn bump_up_agrees_with_a_search_for_the_lowest_place() {
        for start in (0..32usize).step_by(MIN_ALIGN) {
            for end in (start..start + 64).step_by(MIN_ALIGN) {
                for size in 0..40 {
                    for align in [1, 2, 4, 8, 16, 32] {
                        let Ok(layout) = from_size_align(size, align) else { continue };
                        let rest = |at: usize| (at + size).next_multiple_of(MIN_ALIGN);
                        let found = (start..=end).find(|at| at % align == 0 && at % MIN_ALIGN == 0);
                        let found = found.filter(|at| rest(*at) <= end).map(|at| (at, rest(at)));
                        assert_eq!(bump_up(start, end, layout), found, "{start}..{end}, {layout:?}");
                        if align <= MIN_ALIGN {
                            assert_eq!(bump_up_aligned(start, end, size), found);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn bump_up_refuses_what_would_wrap() {
        const TOP: usize = usize::MAX - 15;
        for (start, end) in [(16, 16), (16, 64), (TOP - 64, TOP), (TOP, TOP), (16, isize::MAX as usize - 63)] {
            for (size, align) in [
                (isize::MAX as usize, 1),
                (isize::MAX as usize - 7, 8),
                (isize::MAX as usize - 4095, 4096),
                (1 << 62, 1 << 62),
            ] {
                assert_eq!(bump_up(start, end, from_size_align(size, align).unwrap()), None, "{start}..{end} {size}");
            }
        }
        assert_eq!(bump_up(TOP, TOP, Layout::new::<()>()), Some((TOP, TOP)));
        assert_eq!(bump_up(TOP - 64, TOP, Layout::new::<[u64; 8]>()), Some((TOP - 64, TOP)));
    }

    #[test]
    fn chunks_of_any_size_are_a_layout_or_an_error() {
        assert_eq!(chunk(32, 8000).map(|l| (l.size(), l.align())), Ok((8032, 16)));
        assert_eq!(chunk(32, 1).map(|l| l.size()), Ok(48));
        for usable in [isize::MAX as usize - 31, isize::MAX as usize + 4096, usize::MAX - 64, usize::MAX] {
            assert_eq!(chunk(32, usable), Err(AllocError::LAYOUT_OVERFLOW));
        }
        assert_eq!(chunk_room(from_size_align(100, 64).unwrap()), Ok(148));
        assert_eq!(chunk_room(from_size_align(0, 1).unwrap()), Ok(16));
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

    #[cfg(feature = "alloc")]
    #[test]
    fn units_count_the_header_and_never_wrap() {
        for (size, expected) in [(0, 1), (8, 1), (9, 2), (24, 2), (64, 5)] {
            assert_eq!(units(size, 8, 16), Some(expected), "{size}");
        }
        assert_eq!(units(usize::MAX, 8, 16), None);
        #[cfg(target_pointer_width = "64")]
        assert_eq!(units((u32::MAX as usize) * 16, 8, 16), None);
        assert_eq!(units_of_records(3, 8, 8, 8, 16), Ok(3));
        assert_eq!(units_of_records(3, 1, 64, 8, 16), Ok(12));
        assert_eq!(units_of_records(usize::MAX, 24, 8, 8, 16), Err(AllocError::LAYOUT_OVERFLOW));
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn a_ring_is_aligned_to_what_its_size_can_use() {
        for (size, align) in [(1, 1), (1000, 512), (1024, 1024), (4096, 4096), (1 << 20, 4096)] {
            assert_eq!(align_of_ring(size), align);
        }
    }

    #[test]
    fn the_first_payload_of_a_ring_is_aligned_and_its_last_guard_inside() {
        for first in [16, 64, 4096] {
            let plan = ring(10, first, 32, 40, 8, 16).unwrap();
            assert_eq!((plan.first + 8) % first, 0);
            assert!(plan.first >= 40);
            assert_eq!(plan.layout.size(), plan.first + 160 + 8);
            assert!(plan.layout.align() >= first);
        }
        assert_eq!(ring(usize::MAX, 16, 16, 40, 8, 16), Err(AllocError::LAYOUT_OVERFLOW));
        #[cfg(target_pointer_width = "64")]
        assert_eq!(ring(1 << 42, 16, 16, 40, 8, 16), Err(AllocError::LIMIT));
    }
}
