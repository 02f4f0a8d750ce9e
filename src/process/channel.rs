//! The deck's end of one worker's channel.
//!
//! Owns the framing of what comes in and the ends of both kinds of channels: Node's fork channel, one socket for both
//! ways, and a filter's standard input and output. Those are two pipes, as in a shell: a program may open `/dev/stdin`
//! anew, which no socket lets it, and each way has an end of its own. Never decides what to send; called by `deck`.
//! Reader and writer may wait at the same time.

use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::{Arc, Weak};

use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_send_buffer_size, socket_send_buffer_size};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::Interest;

use crate::process::intake::{Intake, Taken, waiting};
use crate::process::outlet::{Outlet, Unread};
use crate::process::stdio::{OutputPipe, PipeBudget, Share};
use crate::process::sys::{Watched, adopt_socket};
use crate::wire::{Frame, LineDecoder, OutBuffer};

/// The buffer asked for at both ends: with it, of 20,000 small messages sent just before an exit 10,923 survive, with the
/// default 278. The kernel gives what `net.core.wmem_max` allows, doubled.
const SEND_BUFFER: usize = 4 << 20;

/// How many bytes one writer sends before others get their turn.
const WRITE_BUDGET: usize = 256 << 10;

/// A new channel, not yet on any runtime.
#[derive(Debug)]
pub struct Channel {
    ends: Ends,
    send_buffer: usize,
}

#[derive(Debug)]
enum Ends {
    Socket(OwnedFd),
    Pipes { stdin: OwnedFd, stdout: OutputPipe },
}

/// A filter's ends of its channel, both blocking and close-on-exec.
#[derive(Debug)]
pub struct FilterEnds {
    /// Becomes its standard input.
    pub stdin: OwnedFd,
    /// Becomes its standard output.
    pub stdout: OwnedFd,
}

impl Channel {
    /// Makes a fork channel: the deck's end, and the worker's, which is blocking as shells and Python need it. Both are
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
            ends: Ends::Socket(socket),
            send_buffer,
        };
        Ok((channel, worker))
    }

    /// Makes the channel of a filter: the deck's ends, and the filter's. Its standard output is enlarged where the budget
    /// lets it.
    ///
    /// # Errors
    /// When no pipe can be made.
    pub fn pipes(budget: &PipeBudget) -> io::Result<(Self, FilterEnds)> {
        let (theirs, stdin) = pipe_with(PipeFlags::CLOEXEC)?;
        let (output, stdout) = OutputPipe::new(budget)?;
        let send_buffer = output.size();
        let ends = Ends::Pipes {
            stdin,
            stdout: output,
        };
        let filter = FilterEnds {
            stdin: theirs,
            stdout,
        };
        Ok((Self { ends, send_buffer }, filter))
    }

    /// The size in force of the buffer that keeps what the worker sent, in bytes of kernel memory.
    pub fn send_buffer(&self) -> usize {
        self.send_buffer
    }

    /// Puts the channel on the current runtime. Messages longer than `max_frame` bytes are reported instead of kept.
    ///
    /// # Errors
    /// When the runtime cannot watch its ends.
    pub fn split(self, max_frame: usize) -> io::Result<(ChannelReader, ChannelWriter)> {
        let decoder = LineDecoder::new(max_frame);
        match self.ends {
            Ends::Socket(socket) => {
                let source = Arc::new(Watched::new(socket, Interest::READABLE)?);
                let outlet = Arc::new(Outlet::of_socket(Arc::clone(&source)));
                let mut reader = ChannelReader::new(source, &outlet, decoder);
                reader.kept = Some(Arc::clone(&outlet));
                Ok((reader, ChannelWriter { outlet }))
            }
            Ends::Pipes { stdin, stdout } => {
                let (stdout, share) = stdout.into_parts();
                let source = Arc::new(Watched::new(stdout, Interest::READABLE)?);
                let outlet = Arc::new(Outlet::of_pipe(stdin)?);
                let mut reader = ChannelReader::new(source, &outlet, decoder.of_stdout());
                reader.share = share;
                Ok((reader, ChannelWriter { outlet }))
            }
        }
    }
}

/// Takes over the worker's end in a worker: the descriptor that `NODE_CHANNEL_FD` names. To be called once.
///
/// # Errors
/// When the number is no open socket.
pub fn adopt_channel(fd: RawFd) -> io::Result<OwnedFd> {
    adopt_socket(fd)
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
    source: Arc<Watched>,
    outlet: Weak<Outlet>,
    /// Of a socket, which both ways need as long as there is one: what was written is looked at to the end.
    kept: Option<Arc<Outlet>>,
    /// Of an enlarged pipe.
    share: Option<Share>,
    intake: Intake,
    decoder: LineDecoder,
    has_ended: bool,
}

impl ChannelReader {
    fn new(source: Arc<Watched>, outlet: &Arc<Outlet>, decoder: LineDecoder) -> Self {
        Self {
            source,
            outlet: Arc::downgrade(outlet),
            kept: None,
            share: None,
            intake: Intake::default(),
            decoder,
            has_ended: false,
        }
    }

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
            .await_some(&self.source, |bytes| {
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
        let taken = self.intake.take(&*self.source, |bytes| {
            *length += bytes.len();
            decoder.push(bytes, frames);
            frames.len()
        });
        self.close(batch, taken)
    }

    /// How many bytes are there to be read now.
    pub fn waiting(&self) -> usize {
        waiting(&*self.source)
    }

    fn close(&mut self, mut batch: ReadBatch, taken: Taken) -> ReadBatch {
        batch.more = taken == Taken::Some;
        if taken.is_end() {
            batch.end = true;
            // Of a socket the system tells; what is in a pipe stays there when its reader is gone.
            let left_in_pipe = || self.kept.is_none() && self.queued() > 0;
            batch.left_unread = taken == Taken::Reset || left_in_pipe();
            self.has_ended = true;
            batch.frames.extend(self.decoder.finish().map(Frame::Fault));
        }
        batch
    }

    fn queued(&self) -> u64 {
        self.outlet.upgrade().map_or(0, |outlet| outlet.queued())
    }
}

/// The worker's end is closed: nothing more can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the worker's end of the channel is closed")]
pub struct WriteEnd;

/// The half that writes.
#[derive(Debug)]
pub struct ChannelWriter {
    outlet: Arc<Outlet>,
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
            match self.outlet.send(out.chunk()) {
                Ok(length) => {
                    messages += out.advance(length);
                    taken += length;
                }
                Err(Errno::AGAIN) if taken > 0 => break,
                Err(Errno::AGAIN) => self.outlet.room().await.map_err(|_| WriteEnd)?,
                Err(Errno::INTR) => {}
                // What was taken before counts first; the next call meets the end again.
                Err(_) if taken > 0 => break,
                Err(_) => return Err(WriteEnd),
            }
        }
        Ok(messages)
    }

    /// Closes the deck's half: the worker sees a disconnect, and what it still sends is read.
    pub fn shutdown_write(self) {
        self.outlet.close();
    }

    /// What the worker has left unread; see [`ChannelGauge::unread`].
    pub fn unread(&self) -> Unread {
        self.outlet.look()
    }

    /// A handle for looking at what is unread while the writer is at work.
    pub fn gauge(&self) -> ChannelGauge {
        ChannelGauge {
            outlet: Arc::downgrade(&self.outlet),
        }
    }
}

/// Looks at what a worker has left unread. Keeps nothing open: of a channel that is gone, or of a filter whose input is
/// closed, nothing is known to be unread.
#[derive(Clone, Debug)]
pub struct ChannelGauge {
    outlet: Weak<Outlet>,
}

impl ChannelGauge {
    /// What the worker has left unread, and whether it read since the last look of anybody.
    pub fn unread(&self) -> Unread {
        let outlet = self.outlet.upgrade();
        outlet.map_or_else(Unread::default, |outlet| outlet.look())
    }

    /// The size in force of the buffer that keeps what the deck sent, in bytes; 0 where nothing tells.
    pub fn buffer(&self) -> usize {
        self.outlet.upgrade().map_or(0, |outlet| outlet.size())
    }
}

#[cfg(test)]
#[path = "pipe_tests.rs"]
mod pipe_tests;
#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
