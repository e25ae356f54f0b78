//! Running the tools, and saying what they said.

use std::ffi::OsStr;
use std::fmt::Write;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What a command found out, where nothing failed.
#[derive(Debug)]
pub(crate) enum Proof {
    /// It holds; what was shown, in a sentence.
    Holds(String),
    /// It could not be tried; why.
    Skipped(String),
}

/// What a command found out, or what failed.
pub(crate) type Verdict = Result<Proof, String>;

/// The verdict of a command that got to its end.
pub(crate) fn holds(what: impl Into<String>) -> Verdict {
    Ok(Proof::Holds(what.into()))
}

/// The verdict of a command that cannot run here.
pub(crate) fn skipped(why: impl Into<String>) -> Verdict {
    Ok(Proof::Skipped(why.into()))
}

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let tests = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&tests).parent().expect("the package is in a folder of the repository").to_owned()
}

/// The target that this binary was built for.
pub(crate) fn host() -> Result<String, String> {
    let text = output("rustc", ["-vV"]).ok_or("rustc does not run")?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not say its host".to_owned())
}

/// What a program prints, if it is there and succeeds.
pub(crate) fn output<A: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = A>) -> Option<String> {
    let output = Tool::new(program).args(args).command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the nightly toolchain is installed, or else the reason to skip.
pub(crate) fn nightly() -> Result<(), String> {
    cargo_tool("--version", Some("nightly")).map_err(|_| "there is no nightly toolchain".to_owned())
}

/// Whether `cargo NAME` works, or else the reason to skip.
pub(crate) fn cargo_tool(name: &str, toolchain: Option<&str>) -> Result<(), String> {
    let toolchain = toolchain.map(|toolchain| format!("+{toolchain}"));
    let version = (name != "--version").then_some("--version");
    let args = toolchain.iter().map(String::as_str).chain([name]).chain(version);
    output("cargo", args).map(drop).ok_or_else(|| format!("`cargo {name}` is not installed"))
}

/// A program to run at the top of the repository.
#[derive(Debug)]
pub(crate) struct Tool {
    command: Command,
    /// What is printed before the command line: the variables that were set.
    shown: String,
}

impl Tool {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(root());
        // `cargo run` sets these for this process; they are not meant for other builds.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG") || text.starts_with("CARGO_MANIFEST") || text == "RUSTUP_TOOLCHAIN" {
                command.env_remove(name);
            }
        }
        Self { command, shown: String::new() }
    }

    /// `cargo`, or `cargo +nightly`.
    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    pub(crate) fn nightly() -> Self {
        Self::new("cargo").arg("+nightly")
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        write!(self.shown, "{name}={:?} ", value.as_ref()).expect("a string takes any text");
        self.command.env(name, value);
        self
    }

    pub(crate) fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// As it would be typed.
    pub(crate) fn shown(&self) -> String {
        let mut text = format!("{}{}", self.shown, self.command.get_program().to_string_lossy());
        for arg in self.command.get_args() {
            let arg = arg.to_string_lossy();
            if arg.contains([' ', '*']) { write!(text, " '{arg}'") } else { write!(text, " {arg}") }
                .expect("a string takes any text");
        }
        text
    }

    /// Runs it with its output shown, and fails unless it succeeds.
    pub(crate) fn run(mut self) -> Result<(), String> {
        let shown = self.shown();
        println!("\n$ {shown}");
        let start = Instant::now();
        let status = self.command.status().map_err(|error| format!("{shown}: {error}"))?;
        println!("[{:.1} s]", start.elapsed().as_secs_f64());
        if status.success() { Ok(()) } else { Err(format!("{shown}: {status}")) }
    }

    /// Runs it and returns what it printed and how it ended. Fails when it takes longer than `limit`.
    pub(crate) fn capture(mut self, limit: Option<Duration>) -> Result<Captured, String> {
        let shown = self.shown();
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group, so that what it started in turn ends with it.
        self.command.process_group(0);
        let mut child = self.command.spawn().map_err(|error| format!("{shown}: {error}"))?;
        let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
        let status = wait(&mut child, limit)
            .map_err(|error| format!("{shown}: {error}"))?
            .ok_or_else(|| format!("{shown}: did not end in time"))?;
        let text =
            |reader: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned();
        Ok(Captured {
            success: status.success(),
            status: status.to_string(),
            stdout: text(stdout),
            stderr: text(stderr),
        })
    }
}

/// Reads a pipe to its end, so that who writes to it is not held up.
fn reader(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is what there is to show.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Waits for a process. `None` when it takes longer than `limit`; it and its children are killed then.
fn wait(child: &mut Child, limit: Option<Duration>) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if limit.is_some_and(|limit| start.elapsed() > limit) {
            Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// How a program ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) success: bool,
    pub(crate) status: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The test programs that `cargo test --no-run` with these arguments builds.
pub(crate) fn test_programs(build: Tool) -> Result<Vec<PathBuf>, String> {
    let shown = build.shown();
    let built = build.args(["--no-run", "--message-format=json-render-diagnostics"]).capture(None)?;
    if !built.success {
        return Err(format!("{shown}: {}\n{}", built.status, built.stderr));
    }
    // A message has one executable at most; test programs are those with `"test":true` in their profile.
    let programs = built.stdout.lines().filter(|line| line.contains("\"test\":true")).filter_map(|line| {
        let (_, rest) = line.split_once("\"executable\":\"")?;
        Some(PathBuf::from(rest.split_once('"')?.0))
    });
    Ok(programs.collect())
}
