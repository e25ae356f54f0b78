//! The `codemap` example as a user runs it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, process};

/// The program, built as this test was.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let this = env::current_exe().expect("a test has a path");
        // <target>/[<triple>/]<profile>/deps/<this>
        let above = this.ancestors().nth(3).expect("tests are built in a target directory");
        let triple = above.file_name().filter(|name| name.to_string_lossy().matches('-').count() >= 2);
        let target =
            if triple.is_some() { above.parent().expect("a triple is below the target directory") } else { above };
        let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        build.current_dir(workspace()).args(["build", "--quiet", "--example", "codemap", "--message-format=json"]);
        build.arg("--target-dir").arg(target);
        if let Some(triple) = triple {
            build.arg("--target").arg(triple);
        }
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let output = build.output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).expect("cargo writes JSON");
        let field = "\"executable\":\"";
        let start = messages.rfind(field).expect("cargo names the program") + field.len();
        let end = start + messages[start..].find('"').expect("a JSON string ends");
        PathBuf::from(messages[start..end].replace("\\\\", "\\"))
    })
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace above this package")
}

/// A folder with files in it that goes when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = env::temp_dir().join(format!("codemap-{name}-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder for the test");
        for (name, content) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
            fs::write(path, content).expect("a file for the test");
        }
        Self(folder)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut program = Command::new(program());
        // By which it would find the workspace.
        program.env_remove("CARGO_MANIFEST_DIR");
        program.current_dir(&self.0).args(args);
        program
    }

    /// Runs the program in this folder.
    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program runs")
    }

    /// What it prints when all is well.
    fn output(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "no progress where there is no terminal");
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The number in front of a line that ends in `what`.
fn number(report: &str, what: &str) -> Option<u64> {
    let mut lines = report.lines().filter_map(|line| line.trim().split_once("  "));
    let (number, _) = lines.find(|(_, label)| label.trim() == what)?;
    number.replace(',', "").parse().ok()
}

const SHAPES: &[u8] = b"//! Shapes.
pub trait Area {
    fn area(&self) -> f64;
}
pub struct Square(pub f64);
impl Area for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}
";

#[test]
fn a_tree_is_counted() {
    let folder = Folder::with(
        "counted",
        &[("a/shapes.rs", SHAPES), ("b.rs", b"fn one() { two(); two() }"), ("c.txt", b"fn no() {}")],
    );
    let report = folder.output(&["."]);
    assert!(report.starts_with("2 files, 194 bytes, 11 lines\n"), "{report}");
    for (what, expected) in [("items", 6), ("fn", 3), ("trait", 1), ("struct", 1), ("impl", 1), ("f64", 3), ("two", 2)]
    {
        assert_eq!(number(&report, what), Some(expected), "{what} in {report}");
    }
    assert_eq!(number(&report, "enum"), None, "kinds that are not there are not listed");
    assert!(!report.contains("skipped"), "{report}");
}

#[test]
fn definitions_are_found_with_their_source_line() {
    let folder = Folder::with("found", &[("a/shapes.rs", SHAPES), ("b.rs", b"fn one(s: &Square) { s.area(); }\n")]);
    let path = Path::new("a").join("shapes.rs");
    let path = path.display();
    assert_eq!(
        folder.output(&["--find", "area"]),
        format!(
            "{path}:3: fn Area::area\n    fn area(&self) -> f64;\n{path}:7: fn Square::area\n    fn area(&self) -> f64 {{\n\
             \n2 definitions; `area` is used 1 time in 1 file\n"
        )
    );
    assert_eq!(
        folder.output(&["--find", "Square"]),
        format!(
            "{path}:5: struct Square\n    pub struct Square(pub f64);\n\n1 definition, 1 impl block; `Square` is used 2 times \
             in 2 files\n"
        )
    );
    assert_eq!(folder.output(&["--find", "Square::area"]).lines().next(), Some(&*format!("{path}:7: fn Square::area")));
    assert_eq!(folder.output(&["--find", "f64"]), "no definition; `f64` is used 3 times in 1 file\n");
    assert_eq!(folder.output(&["--find", "nothing"]), "no definition; `nothing` is not used\n");
}

#[test]
fn definitions_in_more_files_than_are_kept_and_in_very_long_lines() {
    let long = format!("fn one() {{}} fn two() {{ {} }}", "a();".repeat(10_000));
    let names: Vec<String> = (0..20).map(|n| format!("file{n:02}.rs")).collect();
    let texts: Vec<String> =
        (0..20).map(|n| format!("fn other{n}() {{}}\nfn one() {{ {n} }}\nmod m {{\n  fn one() {{}} }}")).collect();
    let mut files: Vec<(&str, &[u8])> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    files.push(("long.rs", long.as_bytes()));
    let folder = Folder::with("many", &files);
    let found = folder.output(&["--find", "one"]);
    for n in 0..20 {
        let expected = format!(
            "file{n:02}.rs:2: fn one\n    fn one() {{ {n} }}\nfile{n:02}.rs:4: fn m::one\n    fn one() {{}} }}\n"
        );
        assert!(found.contains(&expected), "{expected} in {found}");
    }
    assert!(found.ends_with("41 definitions; `one` is not used\n"), "{found}");
    assert!(found.lines().all(|line| line.len() < 250), "a generated line is cut off");
}

#[test]
fn a_missing_path_is_an_error_that_names_it() {
    let folder = Folder::with("missing", &[("a.rs", b"fn a() {}")]);
    for args in [&["nowhere"][..], &[".", "nowhere"], &["--compare", "nowhere"], &["--find", "a", "nowhere"]] {
        let output = folder.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.starts_with("codemap: nowhere: "), "{message}");
    }
}

#[test]
fn an_empty_tree_gives_an_empty_report() {
    let folder = Folder::with("empty", &[("notes.txt", b"fn no() {}")]);
    let report = folder.output(&["."]);
    assert!(report.starts_with("0 files, 0 bytes, 0 lines\n"), "{report}");
    assert_eq!(number(&report, "items"), Some(0));
    assert!(!report.contains("most used"), "{report}");
}

#[test]
fn files_that_are_not_text_are_counted_and_named() {
    let bad: Vec<String> = (0..12).map(|n| format!("bad{n:02}.rs")).collect();
    let mut files: Vec<(&str, &[u8])> = bad.iter().map(|name| (name.as_str(), &b"fn \xff() {}"[..])).collect();
    files.push(("good.rs", b"fn good() {}"));
    let folder = Folder::with("text", &files);
    let report = folder.output(&["."]);
    assert!(report.starts_with("1 file, 12 bytes, 1 line\n"), "{report}");
    assert!(report.contains("skipped 12 files, not UTF-8:\n    bad00.rs\n    bad01.rs\n"), "{report}");
    assert!(report.contains("bad09.rs\n    and 2 more\n") && !report.contains("bad10.rs"), "{report}");
}

#[test]
#[cfg(target_os = "linux")]
fn files_that_cannot_be_read_are_counted_and_named() {
    // Readable in its metadata for everybody, in its content for nobody, not even for root.
    let unreadable = Path::new("/proc/self/mem");
    let folder = Folder::with("unreadable", &[("good.rs", b"fn good() {}")]);
    std::os::unix::fs::symlink(unreadable, folder.0.join("link.rs")).expect("a link");
    let report = folder.output(&["good.rs", "link.rs"]);
    assert!(report.starts_with("1 file, 12 bytes, 1 line\n"), "{report}");
    assert!(report.contains("skipped 1 file, could not be read:\n    link.rs: "), "{report}");
}

#[test]
#[cfg(unix)]
fn a_path_that_is_neither_file_nor_folder_is_named() {
    let folder = Folder::with("device", &[("good.rs", b"fn good() {}")]);
    let report = folder.output(&["/dev/null", "good.rs"]);
    assert!(report.starts_with("1 file, 12 bytes, 1 line\n"), "{report}");
    assert!(report.contains("could not be read:\n    /dev/null: "), "{report}");
}

#[test]
fn as_many_threads_as_one_may_ask_for_take_no_longer() {
    let folder = Folder::with("crowd", &[("a/b/c.rs", b"fn a() {}"), ("a/d.rs", b"fn b() {}")]);
    let start = Instant::now();
    assert_eq!(number(&folder.output(&["--threads", "1024"]), "fn"), Some(2));
    // Idle threads that look for work all the time took half a minute.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
#[cfg(unix)]
fn a_reader_that_has_seen_enough_is_no_error() {
    let names: Vec<String> = (0..500).map(|n| format!("file{n}.rs")).collect();
    let text = "fn one() {}\n".repeat(20);
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), text.as_bytes())).collect();
    let folder = Folder::with("closed", &files);
    let mut child = folder.command(&["--find", "one"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    // Dropped when the statement ends, with most of the output unread.
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "file0.rs:1: fn one\n");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_unicode_are_indexed_and_printed() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with("bytes", &[]);
    fs::write(folder.0.join(std::ffi::OsStr::from_bytes(b"n\xffme.rs")), "fn one() {}").unwrap();
    fs::write(folder.0.join(std::ffi::OsStr::from_bytes(b"b\xffd.rs")), b"fn \xff() {}").unwrap();
    let found = folder.output(&["--find", "one"]);
    assert!(found.starts_with("n\u{fffd}me.rs:1: fn one\n    fn one() {}\n"), "{found}");
    assert!(found.ends_with("skipped 1 file, not UTF-8:\n    b\u{fffd}d.rs\n"), "{found}");
}

#[test]
#[cfg(unix)]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = Folder::with("links", &[("a/one.rs", b"fn one() {}")]);
    symlink("nowhere.rs", folder.0.join("broken.rs")).unwrap();
    symlink("one.rs", folder.0.join("a/same.rs")).unwrap();
    symlink(".", folder.0.join("circle")).unwrap();
    let report = folder.output(&["."]);
    assert!(report.starts_with("1 file, 11 bytes, 1 line\n"), "{report}");
    assert_eq!(number(&folder.output(&["circle"]), "fn"), Some(1), "unless the user names them");
    assert_eq!(folder.run(&["broken.rs"]).status.code(), Some(2));
}

#[test]
fn no_names_are_listed_when_none_are_asked_for() {
    let folder = Folder::with("top", &[("b.rs", b"fn one() { two(); two() }")]);
    assert!(!folder.output(&["--top", "0"]).contains("most used"));
    assert_eq!(number(&folder.output(&["--top", "99999"]), "two"), Some(2));
}

#[test]
fn ignore_files_are_respected_and_roots_inside_roots_count_once() {
    let folder = Folder::with(
        "ignored",
        &[
            (".gitignore", b"generated/\n"),
            ("generated/a.rs", b"fn a() {}"),
            ("kept/b.rs", b"fn b() {}"),
            (".hidden/c.rs", b"fn c() {}"),
        ],
    );
    assert_eq!(number(&folder.output(&["."]), "fn"), Some(1));
    assert_eq!(number(&folder.output(&[".", "kept", "kept/b.rs"]), "fn"), Some(1));
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let folder = Folder::with("threads", &[]);
    let path = workspace().join("arenas").join("src");
    let path = path.to_str().expect("a path that can be an argument");
    let counts = |threads: &str| {
        let report = folder.output(&["--threads", threads, "--top", "30", path]);
        let (counts, _memory) = report.split_once("memory").expect("a table of memory");
        counts.lines().filter(|line| !line.starts_with("indexed in")).map(str::to_owned).collect::<Vec<_>>()
    };
    let one = counts("1");
    assert!(one.len() > 30);
    assert_eq!(counts("2"), one);
    assert_eq!(counts("9"), one);
    assert_eq!(folder.run(&["--threads", "0"]).status.code(), Some(2));
}

#[test]
fn both_sides_of_a_comparison_find_the_same() {
    let folder = Folder::with("compared", &[("a/shapes.rs", SHAPES), ("b.rs", b"fn one() { two(); two() }")]);
    let report = folder.output(&["--compare"]);
    assert!(report.starts_with("6 items and 7 uses of names, found alike by both\n"), "{report}");
    for row in ["time", "peak resident memory", "bytes per item or use"] {
        assert!(report.lines().any(|line| line.starts_with(row)), "{report}");
    }
}

#[test]
fn megabytes_of_braces_are_indexed() {
    let size = if cfg!(debug_assertions) { 4 << 20 } else { 100 << 20 };
    let folder = Folder::with("braces", &[("open.rs", &vec![b'{'; size]), ("close.rs", &vec![b'}'; 1 << 20])]);
    assert_eq!(number(&folder.output(&["."]), "items"), Some(0));
}
