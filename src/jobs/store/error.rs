//! Why a store cannot be used.

use std::path::PathBuf;

/// A store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another deck has it.
    #[error("the store {} is in use by the deck with pid {pid}", folder.display())]
    Taken {
        /// The store's folder.
        folder: PathBuf,
        /// The other deck's process.
        pid: u32,
    },
}
