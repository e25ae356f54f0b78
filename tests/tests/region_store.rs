//! `RegionStore`: values of one type with generational handles.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use arenas::{RegionError, RegionStore, Stamped};
use proptest::prelude::*;

// Contract: R9, C9, C12
proptest! {
    #![proptest_config(arenas_tests::models::config(100))]

    #[test]
    fn a_store_agrees_with_a_map(
        capacity in 0usize..20,
        steps in prop::collection::vec((0u8..10, any::<prop::sample::Index>()), 0..200),
    ) {
        let alive = Rc::new(());
        let mut store = RegionStore::with_capacity(capacity);
        let mut model: HashMap<Stamped<(u32, Rc<()>)>, u32> = HashMap::new();
        let mut dead = Vec::new();
        for (number, (step, which)) in steps.into_iter().enumerate() {
            let number = number as u32;
            let some = |model: &HashMap<_, _>| {
                let mut all: Vec<_> = model.keys().copied().collect();
                all.sort();
                (!all.is_empty()).then(|| all[which.index(all.len())])
            };
            match step {
                0..=4 => match store.try_alloc((number, alive.clone())) {
                    Ok(index) => {
                        prop_assert!(model.len() < capacity);
                        prop_assert_eq!(model.insert(index, number), None);
                    }
                    Err(rejected) => {
                        prop_assert_eq!(model.len(), capacity);
                        prop_assert!(rejected.error().is_capacity());
                        prop_assert_eq!(rejected.into_inner().0, number);
                    }
                },
                5..=7 => if let Some(index) = some(&model) {
                    prop_assert_eq!(Some(store.free(index).0), model.remove(&index));
                    dead.push(index);
                },
                8 => if let Some(index) = some(&model) {
                    store[index].0 += 1000;
                    *model.get_mut(&index).unwrap() += 1000;
                },
                _ if which.index(10) == 0 => {
                    store.reset();
                    dead.extend(model.drain().map(|(index, _)| index));
                }
                _ => {}
            }
            store.check();
            prop_assert_eq!(store.len(), model.len());
            prop_assert_eq!(Rc::strong_count(&alive), model.len() + 1);
            for &index in &dead {
                prop_assert!(!store.is_valid(index) && store.try_get(index).is_none());
                prop_assert_eq!(store.try_free(index).map(|(number, _)| number), Err(RegionError::Freed));
            }
            let listed: HashMap<_, _> = store.iter().map(|(index, value)| (index, value.0)).collect();
            prop_assert_eq!(&listed, &model);
            for (index, value) in store.iter_mut() {
                prop_assert_eq!(value.0, model[&index]);
            }
        }
        drop(store);
        prop_assert_eq!(Rc::strong_count(&alive), 1);
    }
}

// Contract: R9, C12
#[test]
fn an_index_of_another_store_is_stale() {
    let mut one = RegionStore::with_capacity(4);
    let mut two = RegionStore::with_capacity(4);
    let (a, b) = (one.alloc("one"), two.alloc("two"));
    assert!(!one.is_valid(b) && !two.is_valid(a));
    assert_eq!(two.try_free(a), Err(RegionError::Freed));
    assert_eq!((one[a], two[b]), ("one", "two"));
}

// Contract: C7
#[test]
fn a_destructor_that_panics_keeps_no_other_from_running() {
    struct Loud {
        _alive: Rc<()>,
        panics: bool,
    }
    impl Drop for Loud {
        fn drop(&mut self) {
            assert!(!self.panics, "loud");
        }
    }
    for which in 0..5 {
        let alive = Rc::new(());
        let mut store = RegionStore::with_capacity(5);
        let indices: Vec<_> = (0..5).map(|n| store.alloc(Loud { _alive: alive.clone(), panics: n == which })).collect();
        assert!(catch_unwind(AssertUnwindSafe(|| store.reset())).is_err());
        assert_eq!((Rc::strong_count(&alive), store.len()), (1, 0));
        assert!(indices.into_iter().all(|index| !store.is_valid(index)));
        let again = store.alloc(Loud { _alive: alive.clone(), panics: false });
        assert!(store.is_valid(again));
        store.check();
    }
}

// Contract: C4, C5
#[test]
fn absurd_capacities_are_errors_and_zero_sized_values_take_no_bytes() {
    assert!(RegionStore::<u64>::try_with_capacity(usize::MAX).unwrap_err().is_layout_overflow());
    assert!(RegionStore::<()>::try_with_capacity(usize::MAX).unwrap_err().is_limit());
    assert!(RegionStore::<[u8; 4096]>::try_with_capacity(1 << 31).is_err_and(|e| e.is_out_of_memory()) || cfg!(miri));
    let mut store = RegionStore::with_capacity(3);
    let indices: Vec<_> = (0..3).map(|_| store.alloc(())).collect();
    assert_eq!(store.stats().used, 0);
    assert!(store.try_alloc(()).is_err());
    indices.into_iter().for_each(|index| store.free(index));
    assert_eq!(RegionStore::<u8>::with_capacity(0).try_alloc(1).unwrap_err().into_inner(), 1);
}

// Contract: C2
#[test]
#[should_panic(
    expected = "RegionStore: out of memory: the request does not fit into what is left (asked for 1 slot, capacity 1)"
)]
fn a_full_store_says_so() {
    let mut store = RegionStore::with_capacity(1);
    store.alloc(1);
    store.alloc(2);
}

// Contract: R9
#[test]
#[should_panic(expected = "stale or foreign")]
fn a_stale_index_panics() {
    let mut store = RegionStore::with_capacity(1);
    let index = store.alloc(1);
    store.free(index);
    store.alloc(2);
    let _ = store[index];
}

// Contract: C14
#[cfg(debug_assertions)]
#[test]
#[cfg(not(arenas_asan))] // It reads what was given up, which is reported then.
fn freed_slots_are_filled() {
    let mut store = RegionStore::with_capacity(1);
    let index = store.alloc(7u64);
    let address: *const u64 = store.get(index);
    store.free(index);
    // SAFETY: the slot is memory of the store, which is alive, and every bit pattern is a `u64`.
    assert_eq!(unsafe { address.read() }, 0xA5A5_A5A5_A5A5_A5A5);
}

// Contract: R9
#[test]
fn a_store_is_iterated_by_reference_with_its_length_known() {
    let mut store = RegionStore::with_capacity(5);
    let indices: Vec<_> = (0..5).map(|n| store.alloc(n)).collect();
    store.free(indices[1]);
    store.free(indices[3]);
    for (_, value) in &mut store {
        *value += 10;
    }
    assert_eq!((store.iter().len(), store.iter_mut().len(), store.indices().len()), (3, 3, 3));
    let mut seen = 0;
    for (index, value) in &store {
        assert_eq!(store[index], *value);
        seen += value;
    }
    assert_eq!(seen, 10 + 12 + 14);
    assert!(store.indices().eq(store.iter().map(|(index, _)| index)));
}
