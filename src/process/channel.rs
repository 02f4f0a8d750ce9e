//! The deck's end of one worker's channel.
//!
//! Owns the socket, the framing of what comes in and the account of what the worker left unread. Never decides what to
//! send; called by `deck`. Reader and writer are halves of one socket and may wait at the same time.

use std::io;
use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_send_buffer_size, socket_send_buffer_size};
use rustix::net::{
    AddressFamily, SendFlags, Shutdown, SocketFlags, SocketType, send, shutdown, socketpair,
};
use tokio::io::Interest;

use crate::process::intake::{Intake, Taken, waiting};
use crate::process::sys::{Watched, adopt_socket, queued_bytes};
use crate::wire::{Frame, LineDecoder, OutBuffer};

/// The buffer asked for at both ends: with it, of 20,000 small messages sent just before an exit 10,923 survive, with the
/// default 278. The kernel gives what `net.core.wmem_max` allows, doubled.
const SEND_BUFFER: usize = 4 << 20;

/// How many bytes one writer sends before others get their turn.
const WRITE_BUDGET: usize = 256 << 10;

/// A new channel, not yet on any runtime.
#[derive(Debug)]
pub struct Channel {
    socket: OwnedFd,
    send_buffer: usize,
}

impl Channel {
    /// Makes a channel: the deck's end, and the worker's, which is blocking as shells and Python need it. Both are
    /// close-on-exec.
    ///
    /// # Errors
    /// When no socket can be made.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (socket, worker) = socketpair(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        )?;
        for end in [&socket, &worker] {
            // A small buffer is worse, not wrong.
            let _ = set_socket_send_buffer_size(end, SEND_BUFFER);
        }
        let send_buffer = socket_send_buffer_size(&worker).unwrap_or(0);
        let channel = Self {
            socket,
            send_buffer,
        };
        Ok((channel, worker))
    }

    /// The size in force of the buffer that keeps what the worker sent, in bytes of kernel memory.
    pub fn send_buffer(&self) -> usize {
        self.send_buffer
    }

    /// Puts the channel on the current runtime. Messages longer than `max_frame` bytes are reported instead of kept.
    ///
    /// # Errors
    /// When the runtime cannot watch the socket.
    pub fn split(self, max_frame: usize) -> io::Result<(ChannelReader, ChannelWriter)> {
        let watched = Watched::new(self.socket, Interest::READABLE | Interest::WRITABLE)?;
        let link = Arc::new(Link {
            socket: watched,
            account: Mutex::new(Account::default()),
        });
        let reader = ChannelReader {
            link: Arc::clone(&link),
            intake: Intake::default(),
            decoder: LineDecoder::new(max_frame),
            has_ended: false,
        };
        Ok((reader, ChannelWriter { link }))
    }
}

/// Takes over the worker's end in a worker: the descriptor that `NODE_CHANNEL_FD` names. To be called once.
///
/// # Errors
/// When the number is no open socket.
pub fn adopt_channel(fd: RawFd) -> io::Result<OwnedFd> {
    adopt_socket(fd)
}

#[derive(Debug)]
struct Link {
    socket: Watched,
    account: Mutex<Account>,
}

/// Frames in the order in which they came.
#[derive(Debug, Default)]
pub struct ReadBatch {
    /// The frames; the last one of all is the fault of a message that was cut off, if one was.
    pub frames: Vec<Frame>,
    /// How many bytes were read.
    pub bytes: usize,
    /// Whether the channel has reached its end.
    pub end: bool,
    /// Whether there may be more right now.
    pub more: bool,
    /// At the end: whether the worker is known to have left input unread.
    pub left_unread: bool,
}

/// The half that reads.
#[derive(Debug)]
pub struct ChannelReader {
    link: Arc<Link>,
    intake: Intake,
    decoder: LineDecoder,
    has_ended: bool,
}

impl ChannelReader {
    /// Waits for bytes and returns the frames they complete (perhaps none), at most about 256 KiB or some thousand frames
    /// at once. After the end it returns the end again.
    ///
    /// # Cancel safety
    /// Nothing is lost: bytes are only taken when it returns.
    pub async fn read(&mut self) -> ReadBatch {
        let mut batch = ReadBatch::default();
        if self.has_ended {
            batch.end = true;
            return batch;
        }
        let decoder = &mut self.decoder;
        let (frames, length) = (&mut batch.frames, &mut batch.bytes);
        let taken = self
            .intake
            .await_some(&self.link.socket, |bytes| {
                *length += bytes.len();
                decoder.push(bytes, frames);
                frames.len()
            })
            .await;
        self.close(batch, taken)
    }

    /// Takes what is there now without waiting, as much as [`read`](Self::read) at once; `more` says whether to call again.
    pub fn drain(&mut self) -> ReadBatch {
        let mut batch = ReadBatch::default();
        if self.has_ended {
            batch.end = true;
            return batch;
        }
        let decoder = &mut self.decoder;
        let (frames, length) = (&mut batch.frames, &mut batch.bytes);
        let taken = self.intake.take(&self.link.socket, |bytes| {
            *length += bytes.len();
            decoder.push(bytes, frames);
            frames.len()
        });
        self.close(batch, taken)
    }

    /// How many bytes are there to be read now.
    pub fn waiting(&self) -> usize {
        waiting(&self.link.socket)
    }

    fn close(&mut self, mut batch: ReadBatch, taken: Taken) -> ReadBatch {
        batch.more = taken == Taken::Some;
        if taken.is_end() {
            batch.end = true;
            batch.left_unread = taken == Taken::Reset;
            self.has_ended = true;
            batch.frames.extend(self.decoder.finish().map(Frame::Fault));
        }
        batch
    }
}

/// The worker's end is closed: nothing more can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the worker's end of the channel is closed")]
pub struct WriteEnd;

/// The half that writes.
#[derive(Debug)]
pub struct ChannelWriter {
    link: Arc<Link>,
}

impl ChannelWriter {
    /// Writes what the kernel takes at once, waiting only while it takes nothing, and returns how many messages it took
    /// whole. Takes at most about 256 KiB before others get their turn.
    ///
    /// # Errors
    /// [`WriteEnd`]; what is left in the buffer was not taken.
    ///
    /// # Cancel safety
    /// Nothing is lost or written twice: nothing is taken before the last wait is over.
    pub async fn write(&mut self, out: &mut OutBuffer) -> Result<usize, WriteEnd> {
        let mut messages = 0;
        let mut taken = 0;
        while !out.is_empty() && taken < WRITE_BUDGET {
            match self.link.send(out.chunk()) {
                Ok(length) => {
                    messages += out.advance(length);
                    taken += length;
                }
                Err(Errno::AGAIN) if taken > 0 => break,
                Err(Errno::AGAIN) => self.room().await?,
                Err(Errno::INTR) => {}
                // What was taken before counts first; the next call meets the end again.
                Err(_) if taken > 0 => break,
                Err(_) => return Err(WriteEnd),
            }
        }
        Ok(messages)
    }

    /// Closes the deck's half: the worker sees a disconnect, and what it still sends is read.
    pub fn shutdown_write(&mut self) {
        // A worker that is gone needs no telling.
        let _ = shutdown(&self.link.socket, Shutdown::Write);
    }

    /// What the worker has left unread; see [`ChannelGauge::unread`].
    pub fn unread(&self) -> Unread {
        self.link.look()
    }

    /// A handle for looking at what is unread while the writer is at work.
    pub fn gauge(&self) -> ChannelGauge {
        ChannelGauge {
            link: Arc::clone(&self.link),
        }
    }

    /// Waits until the socket may take more.
    async fn room(&self) -> Result<(), WriteEnd> {
        let mut ready = self.link.socket.writable().await.map_err(|_| WriteEnd)?;
        // The socket was full a moment ago, and only a new event makes it ready again; one that came between is kept.
        ready.clear_ready();
        Ok(())
    }
}

/// Looks at what a worker has left unread. Keeps the socket open as long as it lives.
#[derive(Clone, Debug)]
pub struct ChannelGauge {
    link: Arc<Link>,
}

impl ChannelGauge {
    /// What the worker has left unread, and whether it read since the last look of anybody.
    pub fn unread(&self) -> Unread {
        self.link.look()
    }
}

/// What a worker has left unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Bytes given to the kernel that the worker has not read; never too few while there are any.
    pub bytes: u64,
    /// Whether the worker read anything since the last look.
    pub progressed: bool,
}

/// The account of unread bytes.
///
/// The kernel's figure counts memory, some hundred bytes for each write, so by itself it tells only three things: that
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

impl Link {
    fn send(&self, bytes: &[u8]) -> Result<usize, Errno> {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        account.observe(self.queued());
        let length = send(&self.socket, bytes, SendFlags::NOSIGNAL)?;
        account.written += length as u64;
        account.mark = self.queued();
        Ok(length)
    }

    fn look(&self) -> Unread {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let queued = self.queued();
        account.observe(queued);
        Unread {
            bytes: queued.min(account.written),
            progressed: std::mem::take(&mut account.progressed),
        }
    }

    fn queued(&self) -> u64 {
        queued_bytes(self.socket.as_fd()).unwrap_or(0)
    }
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
