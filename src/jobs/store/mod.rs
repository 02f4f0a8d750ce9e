//! Where jobs are kept.
//!
//! Owns the trait, the stores that implement it, and the thread that one of them runs on. What a store holds is exactly
//! what the records that it was given amount to; it never decides anything. Called by the driver's ledger.

mod coalesce;
mod error;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
#[expect(
    clippy::module_inception,
    reason = "the file is named for the trait in it"
)]
mod store;
mod thread;

pub use coalesce::{Change, coalesce};
pub use error::{DatabaseError, StoreError};
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{Opening, SetAside, SqliteStore};
pub use store::Store;
pub use thread::{Committed, StoreThread};
