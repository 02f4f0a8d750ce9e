//! Where a worker's messages are written, and the account of what it left unread.
//!
//! Owns the deck's writing end of a channel: the one socket of a fork channel, or the pipe that is a filter's standard
//! input. Never decides what to write; called by `channel`.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::socket_send_buffer_size;
use rustix::net::{SendFlags, Shutdown, send, shutdown};
use rustix::pipe::fcntl_getpipe_size;
use tokio::io::Interest;
use tokio::time::sleep;

use crate::process::intake::waiting;
use crate::process::rights;
use crate::process::sys::{Watched, queued_bytes};

/// How long a writer waits for room that it has no descriptor to watch for.
const RETRY: Duration = Duration::from_millis(5);

/// What a worker has left unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Bytes given to the kernel that the worker has not read; never too few while there are any.
    pub bytes: u64,
    /// Whether the worker read anything since the last look.
    pub progressed: bool,
}

/// The writing end of a channel.
#[derive(Debug)]
pub(super) struct Outlet {
    end: End,
    account: Mutex<Account>,
}

#[derive(Debug)]
enum End {
    /// Both ways of a fork channel; shared with its reader.
    Socket(Arc<Watched>),
    /// One way only. Closing it is what tells the worker that no more comes.
    Pipe(Watched),
}

impl Outlet {
    /// The writing half of a socket.
    pub(super) fn of_socket(socket: Arc<Watched>) -> Self {
        Self::of(End::Socket(socket))
    }

    /// A pipe's writing end, put on the current runtime. A reader that is gone is met as an error: Rust's programs ignore
    /// SIGPIPE.
    pub(super) fn of_pipe(pipe: OwnedFd) -> io::Result<Self> {
        Ok(Self::of(End::Pipe(Watched::new(pipe, Interest::WRITABLE)?)))
    }

    fn of(end: End) -> Self {
        let account = Mutex::default();
        Self { end, account }
    }

    /// Gives the kernel what it takes at once.
    pub(super) fn send(&self, bytes: &[u8]) -> Result<usize, Errno> {
        self.give(|end| match end {
            End::Socket(socket) => send(socket.as_fd(), bytes, SendFlags::NOSIGNAL),
            End::Pipe(pipe) => rustix::io::write(pipe, bytes),
        })
    }

    /// The same with a descriptor on the first byte; a pipe carries none.
    pub(super) fn send_with(&self, bytes: &[u8], fd: BorrowedFd<'_>) -> Result<usize, Errno> {
        self.give(|end| match end {
            End::Socket(socket) => rights::send_with(socket.as_fd(), bytes, fd),
            End::Pipe(pipe) => rustix::io::write(pipe, bytes),
        })
    }

    fn give(&self, write: impl FnOnce(&End) -> Result<usize, Errno>) -> Result<usize, Errno> {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        account.observe(self.queued());
        let length = write(&self.end)?;
        account.written += length as u64;
        account.mark = self.queued();
        Ok(length)
    }

    /// Waits until it may take more. A socket is watched for that only now, by a descriptor of its own: otherwise every
    /// message that the worker reads would wake the deck.
    pub(super) async fn room(&self) -> io::Result<()> {
        match &self.end {
            End::Socket(socket) => {
                let socket = socket.as_fd().try_clone_to_owned();
                let Ok(full) = socket.and_then(|socket| Watched::new(socket, Interest::WRITABLE))
                else {
                    // Out of descriptors: what is full now may not be soon.
                    sleep(RETRY).await;
                    return Ok(());
                };
                full.writable().await.map(drop)
            }
            End::Pipe(pipe) => {
                let mut ready = pipe.writable().await?;
                // It was full a moment ago, and only a new event makes it ready again; one that came between is kept.
                ready.clear_ready();
                Ok(())
            }
        }
    }

    /// Whether it can carry descriptors.
    pub(super) fn is_socket(&self) -> bool {
        matches!(self.end, End::Socket(_))
    }

    /// Tells the worker that no more comes. A pipe does so when it is dropped.
    pub(super) fn close(&self) {
        if let End::Socket(socket) = &self.end {
            // A worker that is gone needs no telling.
            let _ = shutdown(socket.as_fd(), Shutdown::Write);
        }
    }

    /// What the worker has left unread, and whether it read since the last look of anybody.
    pub(super) fn look(&self) -> Unread {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let queued = self.queued();
        account.observe(queued);
        Unread {
            bytes: queued.min(account.written),
            progressed: std::mem::take(&mut account.progressed),
        }
    }

    /// The size in force of what keeps the bytes written, in bytes; 0 where the system does not tell.
    pub(super) fn size(&self) -> usize {
        match &self.end {
            End::Socket(socket) => socket_send_buffer_size(socket.as_fd()).unwrap_or(0),
            End::Pipe(pipe) => fcntl_getpipe_size(pipe).unwrap_or(0),
        }
    }

    /// How many bytes wait for the worker: of a pipe exactly so many, its reader gone or not (pipe(7), FIONREAD).
    pub(super) fn queued(&self) -> u64 {
        match &self.end {
            End::Socket(socket) => queued_bytes(socket.as_fd()).unwrap_or(0),
            End::Pipe(pipe) => waiting(pipe) as u64,
        }
    }
}

/// The account of unread bytes.
///
/// A socket's figure counts memory, some hundred bytes for each write, so by itself it tells only three things: that
/// nothing is unread (0), an upper bound, and, since only reading makes it fall, that the worker read. It is taken right
/// before and after each write and at each look: whenever it is below the last mark, the worker read in between. What
/// it reads during the write itself is seen at the next mark that is lower, or as 0.
#[derive(Debug, Default)]
struct Account {
    /// Bytes written since the figure was last 0: the other upper bound.
    written: u64,
    /// The figure when it was last taken.
    mark: u64,
    progressed: bool,
}

impl Account {
    fn observe(&mut self, queued: u64) {
        self.progressed |= queued < self.mark;
        self.mark = queued;
        if queued == 0 {
            self.written = 0;
        }
    }
}
