//! The guide: which allocator, how its memory looks, what it costs, and how to come to it from other crates.
//!
//! Read [`which`] first. The other pages stand by themselves.
//!
//! | page | question |
//! |---|---|
//! | [`which`] | Which of the allocators do I take? |
//! | [`inside`] | How does each look in memory, and what does an operation cost? |
//! | [`indices`] | Do I keep indices or references? Plain, stamped or branded ones? |
//! | [`dropping`] | Who drops my values, and when? What can leak? |
//! | [`threads`] | Who may allocate at once, and what does it cost? |
//! | [`limits`] | How much fits, and what happens when it is full? |
//! | [`migrating`] | How do I come from bumpalo, typed-arena, slotmap, la-arena or bytes? |
//! | [`programs`] | What do the example programs show? |
//!
//! Names of the five crates that this one re-implements are in [`coming_from`](crate::coming_from).

#[doc = include_str!("guide/dropping.md")]
pub mod dropping {}
#[doc = include_str!("guide/indices.md")]
pub mod indices {}
#[doc = include_str!("guide/inside.md")]
pub mod inside {}
#[doc = include_str!("guide/limits.md")]
pub mod limits {}
#[doc = include_str!("guide/migrating.md")]
pub mod migrating {}
#[doc = include_str!("guide/programs.md")]
pub mod programs {}
#[doc = include_str!("guide/threads.md")]
pub mod threads {}
#[doc = include_str!("guide/which.md")]
pub mod which {}
