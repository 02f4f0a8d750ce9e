//! Handles: open sockets and servers that travel with messages.
//!
//! Owns what kinds there are and how many that came from workers are alive. Never sends, receives or uses one; made by
//! `process`, carried by everything above, closed when the last message that holds it is gone.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Serialize, Serializer};

/// How many handles that came from workers are alive in one deck at the most.
const MOST_LIVE: usize = 1024;

/// What a handle is to the runtime that gets it, by Node's names (node, `lib/internal/child_process.js`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandleKind {
    /// A connection, over TCP or a Unix socket.
    Socket,
    /// A server that listens, on a TCP port or a Unix socket.
    Server,
    /// The same without Node's object around it, as cluster workers get them.
    Native {
        /// Whether it is a Unix socket; else it is TCP.
        is_pipe: bool,
        /// Whether it listens; else it is a connection.
        is_listener: bool,
    },
    /// A UDP socket.
    Dgram {
        /// Whether it is one of IPv6.
        is_v6: bool,
    },
    /// The same without Node's object around it.
    DgramNative,
}

impl HandleKind {
    /// Its name on the channel, in JSON and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Socket => "net.Socket",
            Self::Server => "net.Server",
            Self::Native { .. } => "net.Native",
            Self::Dgram { .. } => "dgram.Socket",
            Self::DgramNative => "dgram.Native",
        }
    }

    /// Whether Node sends it again when it did not arrive: a connection, which nobody else holds.
    pub fn is_resent(self) -> bool {
        self == Self::Socket
    }
}

impl fmt::Display for HandleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for HandleKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An open descriptor and what it is. Cloning shares it; the last clone closes it. Equal are only clones of one.
#[derive(Clone)]
pub struct Handle {
    inner: Arc<Inner>,
}

struct Inner {
    kind: HandleKind,
    fd: OwnedFd,
    _share: Option<HandleShare>,
}

impl Handle {
    /// A handle of the deck's own.
    pub fn new(kind: HandleKind, fd: impl Into<OwnedFd>) -> Self {
        Self::with(kind, fd.into(), None)
    }

    fn with(kind: HandleKind, fd: OwnedFd, share: Option<HandleShare>) -> Self {
        let inner = Inner {
            kind,
            fd,
            _share: share,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// What it is.
    pub fn kind(&self) -> HandleKind {
        self.inner.kind
    }

    /// The descriptor itself, if nobody else holds it; else a duplicate.
    ///
    /// # Errors
    /// When the system is out of descriptors.
    pub fn into_fd(self) -> std::io::Result<OwnedFd> {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Ok(inner.fd),
            Err(shared) => shared.fd.try_clone(),
        }
    }
}

impl AsFd for Handle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.fd.as_fd()
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Handle {}

impl Hash for Handle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.inner).hash(state);
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().as_str())
    }
}

/// Counts the handles that came from workers and are alive: 1,024 at the most, a further one is not taken. Clones share
/// one count.
#[derive(Clone, Debug, Default)]
pub struct HandleBudget {
    live: Arc<AtomicUsize>,
}

impl HandleBudget {
    /// Takes what came from a worker; gives it back, to be closed, when too many are alive.
    ///
    /// # Errors
    /// The descriptor.
    pub fn take(&self, kind: HandleKind, fd: OwnedFd) -> Result<Handle, OwnedFd> {
        let share = HandleShare {
            live: Arc::clone(&self.live),
        };
        // The share counts from here on: dropping it counts down.
        if self.live.fetch_add(1, Ordering::Relaxed) >= MOST_LIVE {
            return Err(fd);
        }
        Ok(Handle::with(kind, fd, Some(share)))
    }

    /// How many are alive.
    pub fn live(&self) -> usize {
        self.live.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct HandleShare {
    live: Arc<AtomicUsize>,
}

impl Drop for HandleShare {
    fn drop(&mut self) {
        self.live.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::wire::Message;

    fn fd() -> OwnedFd {
        UnixStream::pair().unwrap().0.into()
    }

    #[test]
    fn a_handle_lives_as_long_as_a_message_that_holds_it() {
        let budget = HandleBudget::default();
        let handle = budget.take(HandleKind::Socket, fd()).unwrap();
        let message = Message::parse("1").unwrap().with_handle(handle.clone());
        let (copy, other) = (message.detached(), message.without_handle());
        drop(handle);

        assert_eq!(budget.live(), 1);
        assert_eq!(copy.handle().unwrap().kind(), HandleKind::Socket);
        assert!(other.handle().is_none() && other != copy);

        drop(copy);
        assert_eq!(budget.live(), 0);
    }

    #[test]
    fn a_handle_too_many_is_given_back() {
        let budget = HandleBudget::default();
        let one = fd();
        let take = || budget.take(HandleKind::Server, one.try_clone().unwrap());
        let mut all: Vec<Handle> = (0..MOST_LIVE / 2).map(|_| take().unwrap()).collect();
        // The rest of the budget without as many descriptors.
        budget.live.fetch_add(MOST_LIVE / 2, Ordering::Relaxed);

        assert!(take().is_err());
        all.pop();
        assert!(take().is_ok());
    }
}
