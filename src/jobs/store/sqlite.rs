//! The durable store: one `SQLite` database in a folder of its own.
//!
//! # The folder
//!
//! | file | holds |
//! | --- | --- |
//! | `jobs.sqlite3` | the database; `jobs.sqlite3-wal` and `-shm` are its write-ahead log while it is open |
//! | `lock` | locked while a deck has the store; its pid, below it `log` while the log holds batches, and how many there were |
//! | `jobs.sqlite3.damaged-TIME` | a database that was found damaged at TIME, as it was found; removed by people only |
//! | `jobs.sqlite3.new`, `.salvaged` | a database that is being made, and one that is about to take a damaged one's place |
//!
//! # The database
//!
//! `application_id` is `fkdk`, `user_version` the format (`sqlite/format_1.sql` says it column by column). `jobs` has a row
//! for each job, in the order of submission by `seq`; `keys` the idempotency keys; `pools` which pools are paused;
//! `commits` how many batches there were. States are words, times milliseconds, messages JSON; the view `readable` shows
//! jobs with their ids and times as text. It may be read with `sqlite3` at any time, which after the deck's death brings
//! the log into the database and removes it.
//!
//! A batch is one transaction, and the log is flushed before it counts as kept. At the opening the whole database is
//! checked and read; a damaged one is set aside, never emptied. It is damaged too if it has fewer batches than the lock
//! file says. Two things are not seen: a byte that is wrong within a value and leaves it one, and, after a loss of power,
//! which the lock file's number need not survive, a log that was cut short between two batches.

mod damage;
mod folder;
mod log;
mod row;
mod scan;
mod schema;
mod write;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::jobs::store::coalesce::{Change, coalesce};
use crate::jobs::store::{Store, StoreError};
use crate::jobs::{Kept, Record};
use crate::model::WallTime;
use damage::{Finding, Sound};
use folder::{Folder, Noted};

pub use damage::SetAside;

/// Keeps records in a database. Dropping it closes the database and lets go of the folder.
#[derive(Debug)]
pub struct SqliteStore {
    /// None after a failure, until the next batch opens it again.
    connection: Option<Connection>,
    database: PathBuf,
    /// Which file that is.
    identity: Identity,
    /// What the opening read, until somebody asks for it or something is written.
    kept: Option<Kept>,
    /// How many batches were kept in all.
    commits: u64,
    folder: Folder,
}

/// A file's device and number, whatever its name.
type Identity = (u64, u64);

/// A store that was opened.
#[derive(Debug)]
pub struct Opening {
    /// The store.
    pub store: SqliteStore,
    /// What became of a damaged database, if it was found damaged. To be told to people.
    pub set_aside: Option<SetAside>,
}

impl SqliteStore {
    /// Opens the store in a folder, and makes it unless it is there. `wall` names a damaged database that is set aside.
    ///
    /// # Errors
    /// [`StoreError`] when another deck has it, a later version wrote it, or it cannot be opened; the files are then as they
    /// were.
    pub fn open(folder: &Path, wall: WallTime) -> Result<Opening, StoreError> {
        let mut folder = Folder::take(folder)?;
        let database = folder.database();
        let mut set_aside = None;
        if damage::is_unfinished(&folder) {
            set_aside = Some(SetAside {
                path: damage::finish(&folder, wall)?,
                reason: "an earlier start found it so".to_owned(),
                salvaged: 0,
                lost: true,
            });
            note(&mut folder, Noted::default())?;
        }
        if !exists(&database)? {
            set_aside = create(&mut folder, wall)?.or(set_aside);
        }
        let found = match look(&mut folder)? {
            Finding::Sound(found) => found,
            Finding::Damaged(reason, lost) => {
                set_aside = Some(damage::salvage(&folder, reason, lost, wall)?);
                note(&mut folder, Noted::default())?;
                reopen(&database)?
            }
        };
        let Sound {
            connection,
            kept,
            commits,
        } = found;
        schema::prepare(&connection).map_err(|error| damage::open_error(&database, error))?;
        if let Some(set_aside) = &mut set_aside {
            set_aside.salvaged = kept.jobs.len();
        }
        let identity = identify(&database).map_err(|source| StoreError::File {
            what: "look at",
            path: database.clone(),
            source,
        })?;
        let store = Self {
            connection: Some(connection),
            database,
            identity,
            kept: Some(kept),
            commits,
            folder,
        };
        Ok(Opening { store, set_aside })
    }

    /// The connection; opened again after a failure. What the log holds then comes into the database first: a log that
    /// could not be flushed is not to be built upon.
    fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        if self.connection.is_none() {
            let failed = |error| damage::open_error(&self.database, error);
            let connection = schema::connect(&self.database).map_err(failed)?;
            schema::prepare(&connection).map_err(failed)?;
            connection
                .query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))
                .map_err(|error| damage::write_error(&self.database, error))?;
            return Ok(self.connection.insert(connection));
        }
        self.connection.as_mut().ok_or_else(|| StoreError::Failed {
            reason: "the connection is gone".into(),
        })
    }

    /// What is written into a file that has lost its name is lost with the deck.
    fn check_place(&self) -> Result<(), StoreError> {
        match identify(&self.database) {
            Ok(found) if found == self.identity => Ok(()),
            _ => Err(StoreError::Gone {
                path: self.database.clone(),
            }),
        }
    }

    fn write(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.check_place()?;
        let commits = self.commits + 1;
        let written = write_batch(self.connection()?, changes, commits);
        written.map_err(|error| {
            let keeps_connection = matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            );
            if !keeps_connection {
                self.connection = None;
            }
            damage::write_error(&self.database, error)
        })
    }
}

impl Store for SqliteStore {
    fn load(&mut self) -> Result<Kept, StoreError> {
        if let Some(kept) = self.kept.take() {
            return Ok(kept);
        }
        let kept = scan::read_all(self.connection()?);
        kept.map_err(|error| StoreError::Read {
            path: self.database.clone(),
            source: Box::new(error),
        })
    }

    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        let changes = coalesce(batch);
        if changes.is_empty() {
            return Ok(());
        }
        self.kept = None;
        self.write(&changes)?;
        self.commits += 1;
        // It is on the disk by now, and from here on a database without it has lost something. Where that cannot be noted,
        // the batch is kept all the same, and the next one brings another attempt.
        let noted = Noted {
            log_is_open: true,
            commits: self.commits,
        };
        self.folder.note(noted).ok();
        Ok(())
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Closing brings the log into the database and removes it, so it is said before that it may be gone. Where it
        // cannot be said, the log stays.
        let Some(connection) = self.connection.take() else {
            return;
        };
        let noted = Noted {
            log_is_open: false,
            commits: self.commits,
        };
        if self.folder.note(noted).is_err() {
            let keep = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            connection.set_db_config(keep, true).ok();
        }
        drop(connection);
    }
}

fn write_batch(
    connection: &mut Connection,
    changes: &[Change<'_>],
    commits: u64,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    write::write(&transaction, changes)?;
    write::count(&transaction, commits)?;
    transaction.commit()
}

/// Looks at the folder's database, and at its log if that held batches. A log that is gone did no harm if all of them are
/// in the database: whoever looked into it brought them there.
fn look(folder: &mut Folder) -> Result<Finding, StoreError> {
    let database = folder.database();
    let noted = folder.noted();
    if !noted.log_is_open {
        return damage::inspect(&database);
    }
    // Before the database is opened: that makes a log where there is none.
    let log = folder::log_of(&database);
    // An empty one was made by a start that came to nothing.
    let has_log = exists(&log)? && !fs::metadata(&log).is_ok_and(|found| found.len() == 0);
    let is_damaged = has_log && has_lost(&log)?;
    let found = match damage::inspect(&database)? {
        Finding::Sound(found) => found,
        damaged @ Finding::Damaged(..) => return Ok(damaged),
    };
    let fault = match (found.commits < noted.commits, has_log) {
        (_, true) if is_damaged => "its write-ahead log is damaged",
        (true, true) => "its write-ahead log was cut short, and what was written last is lost",
        (true, false) => "its write-ahead log is gone, and what was written last is lost",
        (false, true) => return Ok(Finding::Sound(found)),
        (false, false) => {
            let log_is_open = false;
            note(
                folder,
                Noted {
                    log_is_open,
                    ..noted
                },
            )?;
            return Ok(Finding::Sound(found));
        }
    };
    Ok(Finding::Damaged(fault.to_owned(), true))
}

fn has_lost(log: &Path) -> Result<bool, StoreError> {
    log::has_lost(log).map_err(|source| StoreError::File {
        what: "read",
        path: log.to_owned(),
        source,
    })
}

/// Makes a database where there is none. A log without one is kept: it is all that is left.
fn create(folder: &mut Folder, wall: WallTime) -> Result<Option<SetAside>, StoreError> {
    let set_aside = if exists(&folder::log_of(&folder.database()))? {
        Some(SetAside {
            path: damage::set_aside(folder, wall)?,
            reason: "only its write-ahead log is there".to_owned(),
            salvaged: 0,
            lost: true,
        })
    } else {
        None
    };
    damage::create(folder)?;
    note(folder, Noted::default())?;
    Ok(set_aside)
}

/// Opens a database that was just made of a damaged one.
fn reopen(database: &Path) -> Result<Sound, StoreError> {
    match damage::inspect(database)? {
        Finding::Sound(found) => Ok(found),
        Finding::Damaged(reason, _) => Err(StoreError::Failed {
            reason: format!("what was salvaged is damaged: {reason}").into(),
        }),
    }
}

fn note(folder: &mut Folder, noted: Noted) -> Result<(), StoreError> {
    folder.note(noted).map_err(|source| StoreError::File {
        what: "write the lock beside",
        path: folder.database(),
        source,
    })
}

fn identify(path: &Path) -> io::Result<Identity> {
    let found = fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}

fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|source| StoreError::File {
        what: "look for",
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
#[path = "sqlite/sqlite_tests.rs"]
mod tests;
