//! Opens the store of a deck's jobs, before anything is started.

use std::io::{Write, stderr};
use std::path::Path;

use crate::cli::diagnose::{Failure, failed, visible};
use crate::deck::{Clock, Opened};
use crate::jobs::store::{SqliteStore, StoreError};
use crate::model::StoreSpec;

/// Opens what the deck's jobs are kept in; nothing when that is memory. A damaged one is said on standard error.
pub(super) fn open(spec: &StoreSpec, clock: Clock) -> Result<Option<Opened>, Failure> {
    let StoreSpec::Folder(folder) = spec else {
        return Ok(None);
    };
    let opened = open_folder(folder, clock);
    opened
        .map(Some)
        .map_err(|error| failed("cannot keep jobs", &error).help(error.advice()))
}

fn open_folder(folder: &Path, clock: Clock) -> Result<Opened, StoreError> {
    let opening = SqliteStore::open(folder, clock.now().wall)?;
    if let Some(set_aside) = opening.set_aside {
        // Nobody can be told where standard error is closed.
        let _ = writeln!(stderr(), "forkdeck: {}", visible(&set_aside.to_string()));
    }
    Opened::new(Box::new(opening.store))
}
