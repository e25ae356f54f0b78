//! Every clause of the contract has a test, and every test that names a clause names one that exists.
//!
//! A test says which clauses it checks in a line `// Contract: C7, F10` directly above it, or at the top of its file
//! where the whole file does. `tests/README.md` holds the clauses, one table row each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MARK: &str = "// Contract:";

/// All Rust files below `folder`.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The clauses of the table below the heading "The contract": first column, between vertical bars and backquotes.
fn clauses() -> BTreeSet<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, table) = readme.split_once("\n## The contract\n").expect("the heading of the table");
    table
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|rest| rest.split_once('`'))
        .map(|(clause, _)| clause.to_owned())
        .collect()
}

/// Which files check each clause.
fn checked_by() -> BTreeMap<String, BTreeSet<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in ["tests/tests", "ui-tests/tests"] {
        rust_files(&root.join(folder), &mut files);
    }
    let mut found: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.ends_with("contract_index.rs")) {
        let text = fs::read_to_string(file).unwrap();
        for names in text.lines().filter_map(|line| line.trim_start().strip_prefix(MARK)) {
            for clause in names.split(',') {
                let clause = clause.trim().trim_end_matches('.').to_owned();
                found.entry(clause).or_default().insert(file.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    found
}

#[test]
fn every_clause_has_a_test() {
    let checked = checked_by();
    let missing: Vec<_> = clauses().into_iter().filter(|clause| !checked.contains_key(clause)).collect();
    assert!(missing.is_empty(), "no test says that it checks {missing:?}");
}

#[test]
fn every_mark_names_a_clause() {
    let clauses = clauses();
    for (clause, files) in checked_by() {
        assert!(clauses.contains(&clause), "{files:?} name the clause `{clause}`, which is not in tests/README.md");
    }
}

#[test]
fn every_defect_of_the_originals_has_a_regression_test() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut files);
    let mut found = BTreeSet::new();
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let name = line.trim_start().trim_start_matches("pub ").strip_prefix("fn defect_");
            if let Some(number) = name.and_then(|rest| rest.get(..2)).and_then(|number| number.parse::<u32>().ok()) {
                found.insert(number);
            }
        }
    }
    let missing: Vec<u32> = (1..=49).filter(|number| !found.contains(number)).collect();
    assert!(missing.is_empty(), "no test `defect_NN_…` for {missing:?}");
}
