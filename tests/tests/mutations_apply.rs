//! The mutations of `tests/mutations` still fit the code. That models catch them is shown by `proof loom-mutations`.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use arenas_tests::mutations::lists;

#[test]
fn every_mutation_applies_and_names_a_model_that_exists() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut seen = HashSet::new();
    for (list, mutations) in lists(top).unwrap() {
        for mutation in mutations {
            let what = format!("{list}: {}", mutation.why);
            let source = fs::read_to_string(top.join(&mutation.file)).expect(&what);
            let mutated = mutation.apply(&source).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_ne!(mutated, source, "{what} changes nothing");
            assert!(seen.insert((mutated, mutation.caught_by.clone())), "{what} is there twice");
            let (program, test) = mutation.model().unwrap();
            let models = fs::read_to_string(top.join(format!("tests/tests/{program}.rs"))).expect(&what);
            assert!(models.contains(&format!("fn {test}()")), "{what}: there is no {}", mutation.caught_by);
        }
    }
    assert!(seen.len() > 50, "only {} mutations were found", seen.len());
}
