//! What a [`Blink`] can be wrapped in: [`ScopeGuard`], [`SendBlink`], [`FrozenBlink`].

use core::fmt;
use core::ops::Deref;
use core::ptr::NonNull;

use super::local::BlinkAlloc;
use super::values::{Blink, Mark};
use crate::raw::blocks::BlinkAllocator;

/// A scope of a [`Blink`]: what is put in through it is given back when it goes. Made by [`Blink::scope_guard`].
///
/// It derefs to the arena, shared only: an exclusive reference could reset what is older than the scope, or swap it out.
#[must_use = "the scope ends when the guard goes"]
pub struct ScopeGuard<'a, A: BlinkAllocator = BlinkAlloc> {
    blink: &'a mut Blink<A>,
    mark: Mark,
}

impl<'a, A: BlinkAllocator> ScopeGuard<'a, A> {
    pub(super) fn new(blink: &'a mut Blink<A>) -> Self {
        let mark = blink.mark();
        Self { blink, mark }
    }

    /// Gives back what was put in so far, and goes on.
    ///
    /// # Panics
    ///
    /// When a destructor does.
    pub fn reset(&mut self) {
        self.blink.rewind(self.mark);
    }

    /// A scope within this one.
    pub fn scope_guard(&mut self) -> ScopeGuard<'_, A> {
        ScopeGuard::new(self.blink)
    }
}

impl<A: BlinkAllocator> Deref for ScopeGuard<'_, A> {
    type Target = Blink<A>;

    #[inline]
    fn deref(&self) -> &Blink<A> {
        self.blink
    }
}

impl<A: BlinkAllocator> Drop for ScopeGuard<'_, A> {
    fn drop(&mut self) {
        self.blink.rewind(self.mark);
    }
}

impl<A: BlinkAllocator> fmt::Debug for ScopeGuard<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopeGuard").field(&self.blink).finish()
    }
}

/// An empty [`Blink`] on its way to another thread, with its warm memory. `Send` where the allocator is.
///
/// ```
/// use arenas::{Blink, SendBlink};
///
/// let blink = Blink::new();
/// blink.put(String::from("dropped here"));
/// let parcel = SendBlink::new(blink);
/// std::thread::spawn(move || {
///     let blink = parcel.into_inner();
///     blink.put(1);
/// });
/// ```
pub struct SendBlink<A: BlinkAllocator = BlinkAlloc> {
    blink: Blink<A>,
}

// SAFETY: `new` drops all values and nothing gets in afterwards, so that the drop list is empty. What is left is the
// allocator.
unsafe impl<A: BlinkAllocator + Send> Send for SendBlink<A> {}

impl<A: BlinkAllocator> SendBlink<A> {
    /// Drops the values and resets the allocator (unless that is a shared reference).
    ///
    /// # Panics
    ///
    /// When a destructor does.
    #[must_use]
    pub fn new(mut blink: Blink<A>) -> Self {
        blink.reset();
        Self { blink }
    }

    /// The arena.
    #[must_use]
    pub fn into_inner(self) -> Blink<A> {
        self.blink
    }
}

impl<A: BlinkAllocator> fmt::Debug for SendBlink<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SendBlink").field(&self.blink).finish()
    }
}

/// An arena with a root into it, read-only. Made by [`Blink::freeze`].
///
/// It derefs to the root. `Sync` where `R` is, whatever else is in the arena: nobody gets at it, but for the thread that drops
/// it, which is the one that froze it (it is never `Send`).
pub struct FrozenBlink<R: ?Sized, A: BlinkAllocator = BlinkAlloc> {
    blink: Blink<A>,
    /// Valid while `blink` is not changed, which nobody can do.
    root: NonNull<R>,
}

// SAFETY: a shared `FrozenBlink` gives nothing but `&R`.
unsafe impl<R: ?Sized + Sync, A: BlinkAllocator> Sync for FrozenBlink<R, A> {}

impl<A: BlinkAllocator> Blink<A> {
    /// Builds something in the arena and freezes it: the arena and its root travel as one value.
    ///
    /// ```
    /// use arenas::{Blink, FrozenBlink};
    ///
    /// let frozen: FrozenBlink<[u64]> = Blink::new().freeze(|blink| blink.emplace().from_iter((0..100).map(|n| n * n)));
    /// std::thread::scope(|scope| {
    ///     let frozen = &frozen;
    ///     for n in 0..4 {
    ///         scope.spawn(move || assert_eq!(frozen[n], (n * n) as u64));
    ///     }
    /// });
    /// let blink = frozen.thaw();
    /// # drop(blink);
    /// ```
    ///
    /// # Panics
    ///
    /// When `build` does, or when the root is a part of the `Blink` value itself (such as its allocator) instead of something
    /// that was put into it: that moves.
    pub fn freeze<R: ?Sized>(self, build: impl for<'b> FnOnce(&'b Self) -> &'b R) -> FrozenBlink<R, A> {
        let (root, size) = {
            let root = build(&self);
            (NonNull::from(root), size_of_val(root))
        };
        let own = (&raw const self).addr();
        let own = own..own + size_of::<Self>();
        let at = root.cast::<u8>().addr().get();
        assert!(
            size == 0 || !own.contains(&at),
            "Blink: the root of a frozen arena is a part of the `Blink` itself ({size} bytes at offset {})",
            at.wrapping_sub(own.start),
        );
        FrozenBlink { blink: self, root }
    }
}

impl<R: ?Sized, A: BlinkAllocator> FrozenBlink<R, A> {
    /// The arena, with all that is in it.
    #[must_use]
    pub fn thaw(self) -> Blink<A> {
        self.blink
    }
}

impl<R: ?Sized, A: BlinkAllocator> Deref for FrozenBlink<R, A> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        // SAFETY: `build` returned a reference for as long as the arena is borrowed. That borrow would still be good:
        // nothing has changed the arena since, the value is in its memory, which does not move with it (the root is no part
        // of the `Blink` itself), or is `'static`.
        unsafe { self.root.as_ref() }
    }
}

impl<R: ?Sized + fmt::Debug, A: BlinkAllocator> fmt::Debug for FrozenBlink<R, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FrozenBlink").field(&&**self).finish()
    }
}
