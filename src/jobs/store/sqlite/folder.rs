//! The store's folder: its files' names, and the lock that keeps two decks apart.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::jobs::store::StoreError;

/// The database's name in the folder.
const DATABASE: &str = "jobs.sqlite3";

/// What the lock file says below the pid while the write-ahead log holds batches.
const LOG_IS_OPEN: &str = "log";

/// More than a lock file ever holds.
const MAX_LOCK_BYTES: u64 = 64;

/// A folder that nobody else has, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    lock: File,
    noted: Noted,
}

/// What the lock file says below the pid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    /// Whether the write-ahead log holds batches that were acknowledged.
    pub(crate) log_is_open: bool,
    /// How many batches the database held at least. After a loss of power it may be too low.
    pub(crate) commits: u64,
}

impl Folder {
    /// Makes the folder unless it is there, and takes it. A lock that was left by a killed process is free: the system
    /// has let go of it.
    pub(crate) fn take(path: &Path) -> Result<Self, StoreError> {
        make(path)?;
        let lock_path = path.join("lock");
        let failed = |source| StoreError::Lock {
            path: lock_path.clone(),
            source,
        };
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(failed)?;
        let is_taken = match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => false,
            Err(rustix::io::Errno::WOULDBLOCK) => true,
            Err(errno) => return Err(failed(errno.into())),
        };
        let (pid, noted) = read(&mut lock).map_err(failed)?;
        if is_taken {
            return Err(StoreError::Taken {
                folder: path.to_owned(),
                pid,
            });
        }
        let folder = Self {
            path: path.to_owned(),
            lock,
            noted,
        };
        let length = folder.write(noted).map_err(failed)?;
        folder.lock.set_len(length).map_err(failed)?;
        Ok(folder)
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// A file beside the database, named after it.
    pub(crate) fn beside(&self, ending: &str) -> PathBuf {
        self.path.join(format!("{DATABASE}.{ending}"))
    }

    /// What was noted by who had the folder last, or since.
    pub(crate) fn noted(&self) -> Noted {
        self.noted
    }

    /// Notes something for the next one who opens the store to see. Survives a loss of power only where it says anew
    /// whether the log is open.
    pub(crate) fn note(&mut self, noted: Noted) -> io::Result<()> {
        if noted == self.noted {
            return Ok(());
        }
        let length = self.write(noted)?;
        if noted.log_is_open != self.noted.log_is_open || noted.commits < self.noted.commits {
            self.lock.set_len(length)?;
            self.lock.sync_data()?;
        }
        self.noted = noted;
        Ok(())
    }

    /// Makes new names in the folder survive a loss of power.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| StoreError::File {
                what: "sync",
                path: self.path.clone(),
                source,
            })
    }

    /// Writes in one piece: a process that is killed leaves the old lines or the new ones, and maybe a rest below them.
    fn write(&self, noted: Noted) -> io::Result<u64> {
        let log = if noted.log_is_open { LOG_IS_OPEN } else { "" };
        let text = format!("{}\n{log}\n{}\n", std::process::id(), noted.commits);
        self.lock.write_all_at(text.as_bytes(), 0)?;
        Ok(text.len() as u64)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being forked has the file too, until it becomes another program.
        rustix::fs::flock(&self.lock, FlockOperation::Unlock).ok();
    }
}

/// The log of a database.
pub(crate) fn log_of(database: &Path) -> PathBuf {
    with_ending(database, "-wal")
}

/// The files that belong to a database, itself first.
pub(crate) fn files_of(database: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|ending| with_ending(database, ending))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn make(path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Folder {
        folder: path.to_owned(),
        source,
    };
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => {
            return Err(StoreError::NotAFolder {
                folder: path.to_owned(),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    if let Ok(target) = fs::read_link(path) {
        return Err(StoreError::Dangling {
            folder: path.to_owned(),
            target,
        });
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(parent)
        .and_then(|parent| parent.sync_all())
        .map_err(failed)
}

/// Who wrote the lock file, and what it says.
fn read(lock: &mut File) -> io::Result<(u32, Noted)> {
    let mut bytes = Vec::new();
    lock.take(MAX_LOCK_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let pid = lines.next().and_then(|line| line.parse().ok()).unwrap_or(0);
    let noted = Noted {
        log_is_open: lines.next() == Some(LOG_IS_OPEN),
        commits: lines.next().and_then(|line| line.parse().ok()).unwrap_or(0),
    };
    Ok((pid, noted))
}
