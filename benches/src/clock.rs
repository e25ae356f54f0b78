//! Time and interruptions of the calling thread, as the system counts them.

use std::time::Duration;

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
