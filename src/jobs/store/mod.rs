//! Where jobs are kept.
//!
//! Owns the trait, and the stores that implement it. What a store holds is exactly what the records that it was given
//! amount to; it never decides anything. Called by the driver's ledger, from the store's own thread.

mod error;
#[expect(
    clippy::module_inception,
    reason = "the file is named for the trait in it"
)]
mod store;

pub use error::StoreError;
pub use store::Store;
