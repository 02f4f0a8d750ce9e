//! Why a store cannot be used.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What the database library said.
pub type DatabaseError = Box<dyn Error + Send + Sync>;

/// A store cannot be opened, read or written. Nothing that it held is lost by that.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another deck has it.
    #[error("the store {} is in use by {}", folder.display(), Holder(*pid))]
    Taken {
        /// The store's folder.
        folder: PathBuf,
        /// The other deck's process; 0 where it cannot be known.
        pid: u32,
    },
    /// The folder does not exist and cannot be made.
    #[error("cannot make the store's folder {}", folder.display())]
    Folder {
        /// The store's folder.
        folder: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Something else is where the folder should be.
    #[error("the store {} is no folder", folder.display())]
    NotAFolder {
        /// The store's folder.
        folder: PathBuf,
    },
    /// A link is where the folder should be, and leads nowhere.
    #[error("the store {} is a link to {}, which does not exist", folder.display(), target.display())]
    Dangling {
        /// The store's folder.
        folder: PathBuf,
        /// What the link says.
        target: PathBuf,
    },
    /// The file that keeps two decks apart cannot be made or locked.
    #[error("cannot lock the store with {}", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The database was written by a later version of this program; it is left as it is.
    #[error(
        "the store {} has format {found}, and this forkdeck knows formats up to {known}",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The latest known one.
        known: i64,
    },
    /// A file of the store cannot be opened, made, renamed or removed.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was attempted: `open`, `rename`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the store {}", path.display())]
    Open {
        /// The database.
        path: PathBuf,
        /// What the database library said.
        source: DatabaseError,
    },
    /// The database cannot be read.
    #[error("cannot read the store {}", path.display())]
    Read {
        /// The database.
        path: PathBuf,
        /// What the database library said.
        source: DatabaseError,
    },
    /// The database cannot be written.
    #[error("cannot write the store {}", path.display())]
    Write {
        /// The database.
        path: PathBuf,
        /// What the database library said.
        source: DatabaseError,
    },
    /// The database is no longer at its place: its folder was removed, renamed or replaced while a deck had it.
    #[error("the store {} was removed or replaced while the deck had it", path.display())]
    Gone {
        /// Where the database was.
        path: PathBuf,
    },
    /// There is no room for what is to be written.
    #[error("no room left for the store {}", path.display())]
    Full {
        /// The database.
        path: PathBuf,
        /// What the database library said.
        source: DatabaseError,
    },
    /// The store's code failed; this is a bug.
    #[error("the store failed while it wrote: {reason}")]
    Failed {
        /// What it said.
        reason: Arc<str>,
    },
}

impl StoreError {
    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "stop the other deck, or give this one another folder",
            Self::Folder { .. } | Self::Lock { .. } | Self::File { .. } | Self::Open { .. } => {
                "see that the folder can be written by this user, or choose another one"
            }
            Self::Dangling { .. } => "make the folder that the link leads to, or remove the link",
            Self::NotAFolder { .. } => "`store` names a folder, which is made if it does not exist",
            Self::Newer { .. } => "use the newer forkdeck, or choose another folder",
            Self::Read { .. } => "see that the disk is sound and the file can be read",
            Self::Write { .. } => {
                "see that the disk is sound and can be written; it is tried again"
            }
            Self::Gone { .. } => {
                "put the folder back as it was, or restart the deck, which then knows only what is in the folder"
            }
            Self::Full { .. } => "make room on the disk; it is tried again",
            Self::Failed { .. } => "report this as a bug; it is tried again",
        }
    }
}

/// Who has a store, in words.
struct Holder(u32);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("another deck"),
            pid => write!(f, "the deck with pid {pid}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_store_names_who_has_it_where_that_is_known() {
        let taken = |pid| StoreError::Taken {
            folder: PathBuf::from("/jobs"),
            pid,
        };

        assert_eq!(
            taken(7).to_string(),
            "the store /jobs is in use by the deck with pid 7"
        );
        assert_eq!(
            taken(0).to_string(),
            "the store /jobs is in use by another deck"
        );
    }
}
