//! Traits of other crates, one file each, behind a feature each.
