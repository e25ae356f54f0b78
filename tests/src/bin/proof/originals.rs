use crate::run::{Tool, Verdict, holds, host, nightly, root};

/// Builds of the package `tests/originals`, each for the defects that show in it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The region allocator too, which builds 220 crates and needs libevent.
    #[arg(long)]
    region: bool,
}

pub(crate) fn run(args: &Args) -> Verdict {
    let target = host()?;
    let plain = |name: &str| {
        let dir = format!("target/originals/{name}");
        Tool::cargo().args(["build", "--quiet", "--manifest-path", "tests/originals/Cargo.toml", "--target-dir", &dir])
    };
    let program = |path: &str| root().join("target/originals").join(path).join("originals").display().to_string();
    plain("dev").run()?;
    plain("release").arg("--release").run()?;
    plain("drop").args(["--features", "drop"]).run()?;
    let mut builds = vec![
        format!("dev={}", program("dev/debug")),
        format!("release={}", program("release/release")),
        format!("drop={}", program("drop/debug")),
    ];
    match nightly() {
        Ok(()) => {
            Tool::nightly()
                .env("RUSTFLAGS", "-Zsanitizer=address")
                .args(["build", "--quiet", "--manifest-path", "tests/originals/Cargo.toml", "--target", &target])
                .args(["--target-dir", "target/originals/asan"])
                .run()?;
            builds.push(format!("asan={}", program(&format!("asan/{target}/debug"))));
        }
        Err(why) => println!("without AddressSanitizer: {why}"),
    }
    if args.region {
        plain("region").args(["--features", "region"]).run()?;
        builds.push(format!("region={}", program("region/debug")));
    }
    println!();
    Tool::new(program("dev/debug")).arg("table").args(builds).run()?;
    holds("the table says what the published originals do; `tests/defects_*.rs` show that none of it happens here")
}
