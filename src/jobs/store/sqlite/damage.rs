//! A database that is damaged: how that is seen, and how what is left of it comes into a new one.
//!
//! The damaged file is never changed and never removed: it is kept beside the new one. At every moment in between, a
//! start after a crash finds either the damaged database or a complete new one.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use crate::jobs::Kept;
use crate::jobs::store::StoreError;
use crate::jobs::store::sqlite::folder::{self, Folder};
use crate::jobs::store::sqlite::scan::{self, Rescued, ScanError};
use crate::jobs::store::sqlite::{schema, write};
use crate::model::WallTime;

const PAGE: usize = 4096;

/// The ending of a database that is being made.
const NEW: &str = "new";

/// The ending of a complete one that is to take the place of a damaged one.
const SALVAGED: &str = "salvaged";

/// What is said of a header that no store of ours has.
const FOREIGN: &str = "its header is not a store's";

/// A damaged database was set aside, and the store goes on with what could be read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Where the damaged file is kept; its log, if it had one, is beside it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
    /// How many jobs the store goes on with.
    pub salvaged: usize,
    /// Whether there may have been more.
    pub lost: bool,
}

impl fmt::Display for SetAside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            reason,
            salvaged,
            lost,
        } = self;
        let jobs = if *salvaged == 1 { "job" } else { "jobs" };
        write!(
            f,
            "the store was damaged ({reason}): {salvaged} {jobs} could be read from it"
        )?;
        if *lost {
            f.write_str(", others may be lost")?;
        }
        write!(f, "; the damaged file is kept as {}", path.display())
    }
}

/// A database that is sound.
pub(crate) struct Sound {
    pub(crate) connection: Connection,
    /// What it holds.
    pub(crate) kept: Kept,
    /// How many batches that was.
    pub(crate) commits: u64,
}

/// What a look at a database finds.
pub(crate) enum Finding {
    /// It is sound, and this is what it holds.
    Sound(Sound),
    /// It is damaged; and whether rows may be missing.
    Damaged(String, bool),
}

/// Looks whether a database is sound, and reads it. Changes nothing.
pub(crate) fn inspect(path: &Path) -> Result<Finding, StoreError> {
    let damaged = |reason: &str| Ok(Finding::Damaged(reason.to_owned(), true));
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown) => {
            damaged(&error.to_string())
        }
        _ => Err(open_error(path, error)),
    };
    let (connection, id, version) = match identify(path) {
        Ok(found) => found,
        Err(error) => return failed(error),
    };
    if id == schema::APPLICATION_ID && version > schema::VERSION {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: version,
            known: schema::VERSION,
        });
    }
    // One that claims to be written by a later library is opened for reading only.
    let is_writable = matches!(connection.is_readonly("main"), Ok(false));
    if !is_writable && OpenOptions::new().write(true).open(path).is_err() {
        return Err(open_error(path, rusqlite::Error::InvalidQuery));
    }
    if version < 1 || version > schema::VERSION || !is_writable {
        return damaged(FOREIGN);
    }
    match check(&connection) {
        Ok(None) => {}
        Ok(Some(reason)) => return Ok(Finding::Damaged(reason, true)),
        Err(error) => return failed(error),
    }
    let kept = match scan::read_all(&connection) {
        Ok(_) if id != schema::APPLICATION_ID => {
            return Ok(Finding::Damaged(FOREIGN.to_owned(), false));
        }
        Ok(kept) => kept,
        Err(ScanError::Row(unreadable)) => return damaged(&unreadable.to_string()),
        Err(ScanError::Database(error)) => return failed(error),
    };
    match scan::read_commits(&connection) {
        Ok(commits) => Ok(Finding::Sound(Sound {
            connection,
            kept,
            commits,
        })),
        Err(error) => failed(error),
    }
}

/// Opens a database and reads whose it is and what format it has.
fn identify(path: &Path) -> rusqlite::Result<(Connection, i32, i64)> {
    let connection = schema::connect(path)?;
    let id = schema::application_id(&connection)?;
    let version = schema::version(&connection)?;
    Ok((connection, id, version))
}

/// The first thing that is wrong with the database's structure.
fn check(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection.query_row("PRAGMA integrity_check(1)", [], |row| {
        let verdict: String = row.get(0)?;
        Ok(Some(verdict).filter(|verdict| verdict != "ok"))
    })
}

/// Makes a new, empty database in the folder.
pub(crate) fn create(folder: &Folder) -> Result<(), StoreError> {
    let new = folder.beside(NEW);
    build(&new, &Kept::default())?;
    rename(&new, &folder.database())?;
    folder.sync()
}

/// Reads what can be read of the folder's database into a new one, sets it aside, and puts the new one in its place.
pub(crate) fn salvage(
    folder: &Folder,
    reason: String,
    lost: bool,
    wall: WallTime,
) -> Result<SetAside, StoreError> {
    let new = folder.beside(NEW);
    let rescued = rescue(folder, &new)?;
    let lost = lost || rescued.has_gaps;
    let kept = rescued.into_kept();
    build(&new, &kept)?;
    rename(&new, &folder.beside(SALVAGED))?;
    folder.sync()?;
    let path = finish(folder, wall)?;
    Ok(SetAside {
        path,
        reason,
        salvaged: kept.jobs.len(),
        lost,
    })
}

/// Whether an earlier start had salvaged a database and was cut short before it put it in place.
pub(crate) fn is_unfinished(folder: &Folder) -> bool {
    folder.beside(SALVAGED).exists()
}

/// Sets the damaged database aside, puts the salvaged one in its place, and returns where the damaged one is.
pub(crate) fn finish(folder: &Folder, wall: WallTime) -> Result<PathBuf, StoreError> {
    let aside = set_aside(folder, wall)?;
    rename(&folder.beside(SALVAGED), &folder.database())?;
    folder.sync()?;
    Ok(aside)
}

/// Renames whatever there is of the folder's database to a name that is free.
pub(crate) fn set_aside(folder: &Folder, wall: WallTime) -> Result<PathBuf, StoreError> {
    // As 20261124T115811Z: no colons, which some file systems refuse.
    let at: String = wall
        .to_string()
        .chars()
        .take_while(|&c| c != '.')
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    let names = (1_u32..).map(|n| match n {
        1 => folder.beside(&format!("damaged-{at}Z")),
        n => folder.beside(&format!("damaged-{at}Z-{n}")),
    });
    let is_free = |name: &PathBuf| folder::files_of(name).iter().all(|file| !file.exists());
    let aside = names
        .take(10_000)
        .find(is_free)
        .ok_or_else(|| StoreError::File {
            what: "find a free name beside",
            path: folder.database(),
            source: io::ErrorKind::AlreadyExists.into(),
        })?;
    // The logs go first: no other database may find them in place.
    let files = folder::files_of(&folder.database());
    for (from, to) in files.iter().zip(folder::files_of(&aside)).rev() {
        if from.exists() {
            rename(from, &to)?;
        }
    }
    folder.sync()?;
    Ok(aside)
}

/// Reads the database as it is, and, where that leaves gaps, once more with a first page as it should be.
fn rescue(folder: &Folder, scratch: &Path) -> Result<Rescued, StoreError> {
    let mut rescued = Rescued::default();
    match schema::connect(&folder.database()) {
        Ok(connection) => rescued.add(&connection),
        Err(_) => rescued.has_gaps = true,
    }
    if rescued.has_gaps {
        build(scratch, &Kept::default())?;
        mend(&folder.database(), scratch).map_err(|source| StoreError::File {
            what: "write",
            path: scratch.to_owned(),
            source,
        })?;
        if let Ok(connection) = schema::connect(scratch) {
            rescued.add(&connection);
        }
        remove(scratch)?;
    }
    Ok(rescued)
}

/// Makes of an empty database a copy of the damaged one that keeps its own first page: the header and the list of tables,
/// whose places in the file are the same in every store of a format.
fn mend(damaged: &Path, copy: &Path) -> io::Result<()> {
    let mut first = vec![0; PAGE];
    OpenOptions::new()
        .read(true)
        .open(copy)?
        .read_exact_at(&mut first, 0)?;
    let bytes = fs::copy(damaged, copy)?;
    let log = folder::log_of(damaged);
    if log.exists() {
        fs::copy(log, folder::log_of(copy))?;
    }
    let pages = u32::try_from(bytes / PAGE as u64).unwrap_or(u32::MAX);
    // https://www.sqlite.org/fileformat2.html#the_database_header: a log is to be read, the size in pages, no free pages.
    let fields: [(usize, &[u8]); 3] = [(18, &[2, 2]), (28, &pages.to_be_bytes()), (32, &[0; 8])];
    for (at, field) in fields {
        if let Some(place) = first.get_mut(at..at + field.len()) {
            place.copy_from_slice(field);
        }
    }
    OpenOptions::new()
        .write(true)
        .open(copy)?
        .write_all_at(&first, 0)
}

/// Makes a database that holds this and nothing else, in one transaction, and closes it.
fn build(path: &Path, kept: &Kept) -> Result<(), StoreError> {
    remove(path)?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| StoreError::File {
            what: "make",
            path: path.to_owned(),
            source,
        })?;
    schema::create(path, |connection| write::write_all(connection, kept))
        .and_then(|connection| connection.close().map_err(|(_, error)| error))
        .map_err(|error| write_error(path, error))
}

/// Removes a database of ours that is not in use, and its logs.
fn remove(path: &Path) -> Result<(), StoreError> {
    for file in folder::files_of(path) {
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::File {
                    what: "remove",
                    path: file,
                    source,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|source| StoreError::File {
        what: "rename",
        path: from.to_owned(),
        source,
    })
}

/// Why a database could not be opened; the system's own answer where there is one.
pub(crate) fn open_error(path: &Path, error: rusqlite::Error) -> StoreError {
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(source) => StoreError::File {
            what: "open",
            path: path.to_owned(),
            source,
        },
        Ok(_) => StoreError::Open {
            path: path.to_owned(),
            source: Box::new(error),
        },
    }
}

/// Why a database could not be written.
pub(crate) fn write_error(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    let is_full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
    let source = Box::new(error);
    if is_full {
        StoreError::Full { path, source }
    } else {
        StoreError::Write { path, source }
    }
}
