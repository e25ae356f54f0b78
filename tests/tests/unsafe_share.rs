//! Where the unsafe code is: nearly all of it in the core, and each block with its reason.

// Contract: C1

use std::collections::BTreeMap;
use std::path::Path;

use arenas_tests::unsafe_blocks::unsafe_blocks;

/// Percent of the unsafe blocks that may be outside of the core.
const LIMIT: usize = 20;

#[test]
fn the_core_has_nearly_all_unsafe_blocks() {
    let blocks = unsafe_blocks(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../arenas/src"));
    assert!(blocks.len() > 100, "only {} blocks were found", blocks.len());
    let mut outside: BTreeMap<&Path, usize> = BTreeMap::new();
    for block in blocks.iter().filter(|block| !block.is_in_core()) {
        *outside.entry(&block.file).or_default() += 1;
    }
    let count: usize = outside.values().sum();
    println!("{count} of {} unsafe blocks are outside of raw/", blocks.len());
    assert!(
        count * 100 <= blocks.len() * LIMIT,
        "{count} of {} unsafe blocks are outside of raw/, more than {LIMIT} %: {outside:#?}",
        blocks.len()
    );
}

#[test]
fn every_unsafe_block_says_what_it_rests_on() {
    let blocks = unsafe_blocks(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../arenas/src"));
    let silent: Vec<_> = blocks.iter().filter(|block| block.safety.is_empty()).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}
