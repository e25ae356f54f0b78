//! On what machine, with which compiler and which versions something was measured.

use std::{fs, process::Command, thread};

use serde::{Deserialize, Serialize};

/// The facts that a number means nothing without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The processor's name for itself, and how many there are.
    pub processor: String,
    /// Kernel and architecture.
    pub system: String,
    /// The compiler.
    pub compiler: String,
    /// Flags beyond those of the profile.
    pub flags: String,
    /// The day, as year-month-day.
    pub date: String,
}

/// Everything but the flags, in one line.
pub fn summary() -> String {
    let Facts { processor, system, compiler, date, .. } = facts();
    format!("{processor}; {system}; {compiler}; {date}")
}

fn line(program: &str, arguments: &[&str]) -> String {
    match Command::new(program).args(arguments).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => String::from("unknown"),
    }
}

/// Looks around.
pub fn facts() -> Facts {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = field("model name").unwrap_or_else(|| String::from("unknown processor"));
    let family = match (field("cpu family"), field("model")) {
        (Some(family), Some(number)) => format!(" (family {family}, model {number})"),
        _ => String::new(),
    };
    let processors = thread::available_parallelism().map_or(1, |processors| processors.get());
    Facts {
        processor: format!("{model}{family}, {processors} processors"),
        system: line("uname", &["-srm"]),
        compiler: line("rustc", &["--version"]),
        flags: option_env!("ARENAS_BENCHES_FLAGS").unwrap_or("").to_owned(),
        date: line("date", &["+%Y-%m-%d"]),
    }
}

/// Name and version of every peer, from the lock file.
pub fn peer_versions() -> Vec<(String, String)> {
    let lock: toml::Table = include_str!("../../../Cargo.lock").parse().unwrap_or_default();
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap_or_default();
    let peers = manifest.get("dependencies").and_then(toml::Value::as_table);
    let tools =
        ["arenas", "clap", "libc", "plotters", "serde", "serde_json", "toml", "allocator-api2", "allocator-api2-04"];
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let mut versions = Vec::new();
    for name in peers.into_iter().flat_map(toml::Table::keys).filter(|name| !tools.contains(&name.as_str())) {
        let of_this = packages.into_iter().flatten().filter(|package| text(package, "name").as_ref() == Some(name));
        versions.extend(of_this.filter_map(|package| text(package, "version")).map(|version| (name.clone(), version)));
    }
    versions
}
