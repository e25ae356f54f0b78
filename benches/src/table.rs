//! What a benchmark is: a case with the peers that do its work.
//!
//! All harnesses run over the same table, [`crate::workloads::cases`]: criterion, the paired harness, the instruction
//! counts and the budgets. A peer is a function that sets itself up and returns a closure; the closure does `n`
//! operations and returns a checksum, which must be the same for every peer of the case.

use serde::{Deserialize, Serialize};

/// Does as many operations as it is told, and returns a checksum of the results.
///
/// It is called through a pointer, so that no peer is ever inlined into its harness.
pub type Run = Box<dyn FnMut(usize) -> u64>;

/// Whose code a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// This workspace.
    Ours,
    /// Another crate, the standard library or the system.
    Peer,
    /// No allocator at all: what is left of the time when allocation costs nothing. Never ranked.
    Floor,
}

/// One way to do the work of a [`Case`].
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Crate and type or method, as tables and charts show it.
    pub name: &'static str,
    /// Whose code it is.
    pub kind: Kind,
    /// Sets up and warms up.
    pub start: fn() -> Run,
}

impl Peer {
    /// An allocator of this workspace.
    pub const fn ours(name: &'static str, start: fn() -> Run) -> Self {
        Self { name, kind: Kind::Ours, start }
    }

    /// An allocator of somebody else.
    pub const fn other(name: &'static str, start: fn() -> Run) -> Self {
        Self { name, kind: Kind::Peer, start }
    }

    /// The work without an allocator.
    pub const fn floor(name: &'static str, start: fn() -> Run) -> Self {
        Self { name, kind: Kind::Floor, start }
    }
}

/// How a round is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// Processor time of the one thread that works: a round that another process interrupts is not longer.
    Thread,
    /// Time on the wall, for work that another thread helps with.
    Wall,
    /// What [`crate::clock::crew`] noted: threads that start together, until the last one is done.
    Crew,
}

/// One table: a piece of work, and everybody who does it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Short name for command lines and file names: `w1c`.
    pub id: &'static str,
    /// The workload it belongs to: `W1`.
    pub workload: &'static str,
    /// One line that says what is done.
    pub title: &'static str,
    /// What one operation is: `allocation`, `push`.
    pub unit: &'static str,
    /// Operations in one timed round.
    pub ops: usize,
    /// Operations of the shorter run under callgrind; `None` where instructions say nothing.
    pub counted: Option<usize>,
    /// How a round is timed.
    pub clock: Clock,
    /// Who does it.
    pub peers: Vec<Peer>,
}

impl Case {
    /// The peer of this name.
    pub fn peer(&self, name: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.name == name)
    }
}
