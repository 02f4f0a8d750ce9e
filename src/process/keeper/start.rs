//! How a keeper comes to be.
//!
//! Owns the hidden argument, the depth guard and the two sockets. The keeper gets nothing from the deck but these: the
//! orders on its standard input, the terminal's lease on its standard output.

use std::collections::HashSet;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::process::keeper::Keeper;
use crate::process::keeper::terminal::TerminalLease;
use crate::process::stat::{Stat, own_children};

/// The hidden argument that makes the binary a keeper, and the keeper's name in process lists.
pub const ARGUMENT: &str = "fd-keeper";

/// Counts the keepers above a process, so that a deck among its own workers does not become a fork storm.
pub(super) const DEPTH: &str = "FORKDECK_DEPTH";

/// How many decks may run inside one another.
const MOST_DEPTH: u32 = 8;

/// Why there is no keeper.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// Too many decks run inside one another.
    #[error("a deck inside {MOST_DEPTH} decks is not started")]
    TooDeep,
    /// A socket to the keeper could not be made.
    #[error("make a socket to the keeper")]
    Socket {
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// The deck could not be made the parent of orphans.
    #[error("become the parent of orphaned workers")]
    Subreaper {
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// The keeper's process could not be made.
    #[error("start the keeper {}", path.display())]
    Spawn {
        /// The executable.
        path: PathBuf,
        /// The system's refusal.
        #[source]
        source: io::Error,
    },
    /// The executable did not become a keeper.
    #[error("wait for the keeper {} to be ready", path.display())]
    NoAnswer {
        /// The executable.
        path: PathBuf,
        /// What came instead.
        #[source]
        source: io::Error,
    },
}

impl Keeper {
    /// Starts a keeper out of `exe`, a binary whose `main` calls [`run`](super::run) when its first argument is
    /// [`ARGUMENT`], and makes this process a subreaper. Call it before threads and tokio, and before descriptor limits
    /// are raised, which the keeper and its workers would inherit.
    ///
    /// # Errors
    /// [`KeeperError`] says which step failed; nothing is left behind.
    pub fn start(exe: &Path) -> Result<Self, KeeperError> {
        let depth = next_depth(std::env::var(DEPTH).ok().as_deref())?;
        subreap().map_err(|source| KeeperError::Subreaper { source })?;
        let spared = standing_children();
        let (orders, keepers_orders) = pair()?;
        let (lease, keepers_lease) = pair()?;
        let child = Command::new(exe)
            .arg0(ARGUMENT)
            .arg(ARGUMENT)
            .env(DEPTH, depth.to_string())
            .stdin(keepers_orders)
            .stdout(keepers_lease)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| KeeperError::Spawn {
                path: exe.to_owned(),
                source,
            })?;
        let keeper = TerminalLease::new(lease)
            .map(|lease| Self::new(child, orders, lease, spared))
            .map_err(|source| KeeperError::Socket { source })?;
        // Until the keeper blocks signals, a Ctrl-C could end it.
        match keeper.terminal().await_first_word() {
            Ok(()) => Ok(keeper),
            Err(source) => {
                keeper.discard();
                Err(KeeperError::NoAnswer {
                    path: exe.to_owned(),
                    source,
                })
            }
        }
    }
}

fn next_depth(current: Option<&str>) -> Result<u32, KeeperError> {
    // A value that is no number was not set by a keeper.
    match current.and_then(|value| value.parse::<u32>().ok()) {
        Some(depth) if depth >= MOST_DEPTH => Err(KeeperError::TooDeep),
        Some(depth) => Ok(depth + 1),
        None => Ok(1),
    }
}

/// Makes this process the parent of all descendants that lose theirs (`PR_SET_CHILD_SUBREAPER(2const)`).
pub(super) fn subreap() -> io::Result<()> {
    // Any pid but none means "on".
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(io::Error::from)
}

/// The children this process has by inheritance, as a shell's background jobs after `exec`; no keeper's business.
fn standing_children() -> HashSet<(u32, u64)> {
    own_children()
        .into_iter()
        .filter_map(Stat::read)
        .map(|stat| (stat.pid, stat.start))
        .collect()
}

fn pair() -> Result<(OwnedFd, OwnedFd), KeeperError> {
    socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(|errno| KeeperError::Socket {
        source: errno.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decks_do_not_nest_without_end() {
        assert_eq!(next_depth(None).unwrap(), 1);
        assert_eq!(next_depth(Some("7")).unwrap(), 8);
        assert!(matches!(next_depth(Some("8")), Err(KeeperError::TooDeep)));
        assert!(matches!(
            next_depth(Some("4294967295")),
            Err(KeeperError::TooDeep)
        ));
        assert_eq!(next_depth(Some("x")).unwrap(), 1);
    }
}
