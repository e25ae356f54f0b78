//! Keeps the optimiser from seeing that nobody needs what a benchmark makes.

/// Makes the compiler believe that unknown code reads and writes everything that `pointer` leads to, and everything
/// else that has ever left its sight. It costs no instruction, unlike [`core::hint::black_box`], which stores its
/// argument and loads it again.
///
/// So the state of an allocator must really be in memory after each operation, as it is when a program does something
/// else between two of them.
#[inline(always)]
pub fn sink<T: ?Sized>(pointer: *const T) {
    let address = pointer.cast::<u8>();
    // SAFETY: the assembly is empty. It changes no register, no flag and no memory.
    unsafe { core::arch::asm!("/* {0} */", in(reg) address, options(nostack, preserves_flags)) }
}
