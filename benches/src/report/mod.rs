//! Results as files: JSON as they were measured, tables in Markdown, charts in SVG.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{callgrind::Count, paired::Timings};

pub mod chart;
pub mod machine;
pub mod markdown;

/// What is known about one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseResult {
    /// The short name.
    pub id: String,
    /// The workload.
    pub workload: String,
    /// What is done.
    pub title: String,
    /// What one operation is.
    pub unit: String,
    /// When and where it was measured.
    pub machine: machine::Facts,
    /// The rounds of everybody.
    pub timings: Timings,
    /// Instructions by the name of the peer.
    pub counts: BTreeMap<String, Count>,
}

/// The folder of this package.
pub fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Writes `value` as `results/NAME.json`.
///
/// # Errors
///
/// If the file cannot be written.
pub fn save(name: &str, value: &impl Serialize) -> io::Result<()> {
    let folder = home().join("results");
    fs::create_dir_all(&folder)?;
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    fs::write(folder.join(format!("{name}.json")), text)
}

/// Reads `results/NAME.json`, if it is there and as it should be.
pub fn load<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = fs::read(home().join("results").join(format!("{name}.json"))).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Puts `text` between the markers `<!-- begin: NAME -->` and `<!-- end: NAME -->` of the package's `README.md`.
///
/// # Errors
///
/// If the file or the markers are not there.
pub fn replace_section(name: &str, text: &str) -> io::Result<()> {
    let path = home().join("README.md");
    let readme = fs::read_to_string(&path)?;
    let (begin, end) = (format!("<!-- begin: {name} -->\n"), format!("<!-- end: {name} -->"));
    let parts = readme.split_once(&begin).and_then(|(head, rest)| Some((head, rest.split_once(&end)?.1)));
    let Some((head, tail)) = parts else {
        return Err(io::Error::other(format!("README.md has no section between {} and {end}", begin.trim())));
    };
    fs::write(path, format!("{head}{begin}{text}{end}{tail}"))
}
