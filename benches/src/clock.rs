//! Time and interruptions of the calling thread, as the system counts them.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Processor time that the calling thread has used.
///
/// # Panics
///
/// If the system has no such clock.
pub fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place to write to.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "the clock of the thread");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// How often a thread of this process was stopped before it wanted to be.
pub fn preemptions() -> i64 {
    usage(libc::RUSAGE_SELF).ru_nivcsw
}

/// The largest resident size that this process has had, in bytes.
pub fn peak_resident() -> u64 {
    usage(libc::RUSAGE_SELF).ru_maxrss as u64 * 1024
}

/// Memory of this process that is really there, in bytes; 0 where the system does not say.
pub fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = text.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4096
}

/// How often this process met a page for the first time.
pub fn first_touches() -> i64 {
    usage(libc::RUSAGE_SELF).ru_minflt
}

/// What a process took, once it has ended.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Whether it ended by itself, and without an error.
    pub succeeded: bool,
    /// Time of all its threads outside the system.
    pub user: Duration,
    /// Time of all its threads inside the system.
    pub system: Duration,
    /// The largest resident size that it has had, in bytes.
    pub peak_resident: u64,
}

/// Waits for a child process to end.
///
/// # Errors
///
/// If this process has no such child, or somebody has waited for it before.
pub fn wait(child: u32) -> std::io::Result<Usage> {
    let mut status = 0;
    let mut usage = core::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both are valid places to write to.
    let waited = unsafe { libc::wait4(child as libc::pid_t, &raw mut status, 0, usage.as_mut_ptr()) };
    if waited < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the call wrote it, and all of its fields are integers.
    let usage = unsafe { usage.assume_init() };
    let time = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    Ok(Usage {
        succeeded: libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        user: time(usage.ru_utime),
        system: time(usage.ru_stime),
        peak_resident: usage.ru_maxrss as u64 * 1024,
    })
}

fn usage(who: libc::c_int) -> libc::rusage {
    let mut usage = core::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is a valid place to write to.
    let result = unsafe { libc::getrusage(who, usage.as_mut_ptr()) };
    assert_eq!(result, 0, "the resource usage of the process");
    // SAFETY: the call wrote it, and all of its fields are integers.
    unsafe { usage.assume_init() }
}

/// Keeps memory that is freed to `malloc` in the process, so that page faults are not what is timed.
pub fn keep_freed_memory() {
    #[cfg(target_env = "gnu")]
    for (option, value) in [(libc::M_MMAP_MAX, 0), (libc::M_TRIM_THRESHOLD, libc::c_int::MAX)] {
        // SAFETY: changes how the heap behaves from here on, and nothing that exists.
        unsafe { libc::mallopt(option, value) };
    }
}

/// Binds the calling thread to one processor, if the system lets it.
pub fn pin(processor: usize) {
    let set = core::mem::MaybeUninit::<libc::cpu_set_t>::zeroed();
    // SAFETY: all zeros is an empty set.
    let mut set = unsafe { set.assume_init() };
    // SAFETY: writes inside the set, and nowhere if there are not so many processors.
    unsafe { libc::CPU_SET(processor, &mut set) };
    // SAFETY: the set is initialised, and its size is given.
    unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) };
}

/// The time of the last [`crew`], in nanoseconds.
static CREW: AtomicU64 = AtomicU64::new(0);

/// Lets `threads` threads do the same work at once, and notes how long the slowest one took, without the time in which
/// they were made. Returns the sum of their results.
///
/// # Panics
///
/// If the work does.
pub fn crew(threads: usize, work: impl Fn(usize) -> u64 + Sync) -> u64 {
    let barrier = Barrier::new(threads);
    let processors = thread::available_parallelism().map_or(1, |processors| processors.get());
    let results: Vec<(u64, Duration)> = thread::scope(|scope| {
        let member = |who: usize| {
            let (barrier, work) = (&barrier, &work);
            move || {
                pin(who % processors);
                barrier.wait();
                let start = Instant::now();
                let result = work(who);
                (result, start.elapsed())
            }
        };
        let threads: Vec<_> = (0..threads).map(|who| scope.spawn(member(who))).collect();
        threads.into_iter().map(|thread| thread.join().expect("the work does not panic")).collect()
    });
    let slowest = results.iter().map(|(_, time)| time.as_nanos() as u64).max().unwrap_or(0);
    // ORDERING: read by the thread that called.
    CREW.store(slowest, Ordering::Relaxed);
    results.iter().fold(0, |sum, (result, _)| sum.wrapping_add(*result))
}

/// How long the last [`crew`] took.
pub fn crew_time() -> Duration {
    // ORDERING: written by the thread that asks.
    Duration::from_nanos(CREW.load(Ordering::Relaxed))
}
