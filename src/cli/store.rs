//! Opens the store of a deck's jobs, before anything is started.

use std::path::Path;

use crate::cli::diagnose::{Code, Failure, failed};
use crate::deck::{Clock, Opened};
use crate::jobs::store::SqliteStore;
use crate::model::StoreSpec;

/// Opens what the deck's jobs are kept in; none in memory. What a person should know of it is said on standard error.
pub(super) fn open(spec: &StoreSpec, clock: Clock) -> Result<Option<Opened>, Failure> {
    match spec {
        StoreSpec::Memory => Ok(None),
        StoreSpec::Folder(folder) => open_folder(folder, clock).map(Some),
    }
}
