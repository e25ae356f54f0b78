//! Every defect of the original crates has a test that names its number.

use std::fs;

use arenas_tests as _;

/// How many defects the list of them has.
const DEFECTS: u32 = 49;

#[test]
fn every_defect_has_a_test_that_names_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let sources: String = fs::read_dir(folder)
        .expect("the folder of the tests")
        .map(|file| file.expect("a file of it").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| fs::read_to_string(path).expect("a source"))
        .collect();
    let missing: Vec<_> =
        (1..=DEFECTS).filter(|number| !sources.contains(&format!("\nfn defect_{number:02}_"))).collect();
    assert!(missing.is_empty(), "no test for {missing:?}");
}
