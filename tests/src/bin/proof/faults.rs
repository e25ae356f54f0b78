use arenas_tests::faults::{Survived, scenarios, table};

use crate::run::{Verdict, holds};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only scenarios whose name contains this.
    #[arg(long, default_value = "")]
    scenario: String,
}

pub(crate) fn run(args: &Args) -> Verdict {
    let chosen = scenarios().into_iter().filter(|scenario| scenario.name.contains(&args.scenario));
    // A scenario that finds something broken panics, after the line that says at which fault.
    let survived: Vec<_> = chosen.map(|scenario| scenario.inject()).collect();
    print!("{}", table(&survived));
    if survived.is_empty() {
        return Err(format!("no scenario has {:?} in its name", args.scenario));
    }
    let total = Survived::sum(&survived).total();
    holds(format!("{total} injected faults survived, in {} scenarios", survived.len()))
}
