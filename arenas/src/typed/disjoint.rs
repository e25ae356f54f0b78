//! Several exclusive references into one slice at once, without unsafe code.

/// References to `slots` of `values`, in the order of `slots`.
///
/// `None` when a slot is beyond the slice or named twice. O(N log N).
pub(crate) fn disjoint_mut<T, const N: usize>(values: &mut [T], slots: [usize; N]) -> Option<[&mut T; N]> {
    let mut order: [usize; N] = core::array::from_fn(|place| place);
    order.sort_unstable_by_key(|&place| slots[place]);
    let mut found: [Option<&mut T>; N] = [const { None }; N];
    let mut rest = values.iter_mut();
    let mut passed = 0;
    for place in order {
        // A slot that is named twice is behind what was passed.
        let skipped = slots[place].checked_sub(passed)?;
        found[place] = Some(rest.nth(skipped)?);
        passed = slots[place] + 1;
    }
    Some(found.map(|value| value.expect("every place was filled")))
}

/// The slot that is named twice, if there is one.
pub(crate) fn repeated<const N: usize>(mut slots: [usize; N]) -> Option<usize> {
    slots.sort_unstable();
    slots.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_in_the_order_asked_for() {
        let mut values = [10, 11, 12, 13];
        let [a, b, c] = disjoint_mut(&mut values, [3, 0, 2]).unwrap();
        assert_eq!((*a, *b, *c), (13, 10, 12));
        core::mem::swap(a, b);
        assert_eq!(values, [13, 11, 12, 10]);
        assert_eq!(disjoint_mut(&mut values, []), Some([]));
    }

    #[test]
    fn a_slot_named_twice_or_beyond_the_end_is_refused() {
        let mut values = [0; 4];
        assert_eq!(disjoint_mut(&mut values, [1, 1]), None);
        assert_eq!(disjoint_mut(&mut values, [0, 4]), None);
        assert_eq!(disjoint_mut(&mut values, [usize::MAX, 0]), None);
        assert_eq!(repeated([3, 1, 3]), Some(3));
        assert_eq!(repeated([3, 1, 2]), None);
    }
}
