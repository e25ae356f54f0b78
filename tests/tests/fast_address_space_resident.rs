//! What reserved address space costs, in pages: a program of one test, so that no other is counted.

#![cfg(target_os = "linux")]

use std::fs;

use arenas::{AddressSpace, FastArena};

const MIB: usize = 1 << 20;

/// Addresses that this process has, and memory that is really there, in bytes.
fn memory() -> [usize; 2] {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    let mut fields = text.split_whitespace().map(|pages| pages.parse::<usize>().unwrap() * 4096);
    [fields.next().unwrap(), fields.next().unwrap()]
}

fn resident() -> usize {
    memory()[1]
}

/// How often this process met a page for the first time.
fn faults() -> usize {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    // Counted from behind the name of the program, which may have spaces.
    let fields = text.rsplit_once(')').unwrap().1;
    fields.split_whitespace().nth(7).unwrap().parse().unwrap()
}

/// What `work` adds to the memory that is there, and how many pages it meets for the first time.
fn cost<R>(work: impl FnOnce() -> R) -> (R, usize, usize) {
    let (resident_before, faults_before) = (resident(), faults());
    let result = work();
    let (resident, faults) = (resident(), faults());
    (result, resident.saturating_sub(resident_before), faults - faults_before)
}

fn fill(arena: &FastArena<u64>, values: u64) {
    (0..values).for_each(|value| _ = arena.alloc(value));
    assert_eq!(arena.len() as u64, values);
}

// Contract: F6
#[test]
fn reserved_slots_cost_nothing_and_used_ones_what_they_do_in_an_arena_of_that_size() {
    // The first look at these files takes memory too.
    cost(|| ());

    let (arena, resident, _) = cost(|| FastArena::<u64>::reserve_address_space(1_000_000_000).unwrap());
    // For what else the process needs meanwhile. A sanitizer, which is known by its terabytes of addresses, keeps notes
    // of all memory.
    let slack = if memory()[0] > 1 << 40 { 64 * MIB } else { MIB };
    let spare_faults = slack / 4096;
    assert!(resident < slack / 4, "{resident} bytes are there before the first value");

    const VALUES: u64 = 1_000_000;
    const BYTES: usize = VALUES as usize * 9;
    let ((), reserved, reserved_faults) = cost(|| fill(&arena, VALUES));
    assert!((BYTES - MIB..BYTES + slack).contains(&reserved), "{reserved} bytes for {BYTES} of values and states");

    let ((), sized, sized_faults) = cost(|| fill(&FastArena::with_capacity(VALUES as usize), VALUES));
    assert!(sized < BYTES + slack);
    assert!(
        reserved_faults < sized_faults + spare_faults,
        "{reserved_faults} against {sized_faults} pages for the first time"
    );

    // The same values in huge pages: as many at most as all of them cover, two of them in part.
    let arena: FastArena<u64> = AddressSpace::new(1_000_000_000).huge_pages(true).reserve().unwrap();
    let ((), huge, huge_faults) = cost(|| fill(&arena, VALUES));
    assert!((BYTES - MIB..BYTES + slack + 4 * MIB).contains(&huge), "{huge} bytes for {BYTES}");
    assert!(
        huge_faults <= reserved_faults + spare_faults,
        "{huge_faults} against {reserved_faults} pages for the first time"
    );
    let stats = arena.stats();
    assert!(stats.used + stats.free + stats.metadata >= BYTES && stats.used + stats.free <= 8 * MIB, "{stats:?}");
}
