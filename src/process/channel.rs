//! The deck's end of one worker's channel.
//!
//! Owns the framing of what comes in and the ends of both kinds of channels: Node's fork channel, one socket for both
//! ways, and a filter's standard input and output. Those are two pipes, as in a shell: a program may open `/dev/stdin`
//! anew, which no socket lets it, and each way has an end of its own. Never decides what to send; called by `deck`.
//! Reader and writer may wait at the same time.

use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::{Arc, Weak};

use rustix::net::sockopt::{set_socket_send_buffer_size, socket_send_buffer_size};
use rustix::net::{AddressFamily, Shutdown, SocketFlags, SocketType, shutdown, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::Interest;

use crate::process::custody::Custody;
use crate::process::intake::{Intake, Taken, waiting};
use crate::process::outlet::Outlet;
use crate::process::stdio::{OutputPipe, PipeBudget, Share};
use crate::process::sys::{Watched, adopt_socket};
use crate::process::writer::ChannelWriter;
use crate::wire::{Decoder, Frame, HandleBudget, LineDecoder, Serialization};

/// The buffer asked for at both ends: with it, of 20,000 small messages sent just before an exit 10,923 survive, with the
/// default 278. The kernel gives what `net.core.wmem_max` allows, doubled.
const SEND_BUFFER: usize = 4 << 20;

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
            send_buffer,
            ..Self::over(socket)
        };
        Ok((channel, worker))
    }

    /// One end of a fork channel that is there already.
    pub fn over(socket: OwnedFd) -> Self {
        let send_buffer = socket_send_buffer_size(&socket).unwrap_or(0);
        Self {
            ends: Ends::Socket(socket),
            send_buffer,
        }
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
        self.split_in(max_frame, Serialization::Json)
    }

    /// [`split`](Self::split) for messages in a serialization; a filter's are lines of JSON in any case.
    ///
    /// # Errors
    /// When the runtime cannot watch its ends.
    pub fn split_in(
        self,
        max_frame: usize,
        serialization: Serialization,
    ) -> io::Result<(ChannelReader, ChannelWriter)> {
        match self.ends {
            Ends::Socket(socket) => {
                let decoder = Decoder::new(max_frame, serialization);
                let source = Arc::new(Watched::new(socket, Interest::READABLE)?);
                let outlet = Arc::new(Outlet::of_socket(Arc::clone(&source)));
                let writer = ChannelWriter::new(Arc::clone(&outlet), serialization);
                let mut reader = ChannelReader::new(source, &outlet, decoder);
                reader.kept = Some(outlet);
                reader.custody = Some(Custody::new(writer.handover(), serialization));
                reader.intake = Intake::of_socket();
                Ok((reader, writer))
            }
            Ends::Pipes { stdin, stdout } => {
                let decoder = Decoder::Lines(LineDecoder::new(max_frame).of_stdout());
                let (stdout, share) = stdout.into_parts();
                let source = Arc::new(Watched::new(stdout, Interest::READABLE)?);
                let outlet = Arc::new(Outlet::of_pipe(stdin)?);
                let mut reader = ChannelReader::new(source, &outlet, decoder);
                reader.share = share;
                Ok((reader, ChannelWriter::new(outlet, Serialization::Json)))
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
    /// How many messages of the mail had their handles answered by what was read: they count as written.
    pub handed: usize,
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
    /// Of a socket, which handles come by.
    custody: Option<Custody>,
    intake: Intake,
    decoder: Decoder,
    has_ended: bool,
}

impl ChannelReader {
    fn new(source: Arc<Watched>, outlet: &Arc<Outlet>, decoder: Decoder) -> Self {
        Self {
            source,
            outlet: Arc::downgrade(outlet),
            kept: None,
            share: None,
            custody: None,
            intake: Intake::default(),
            decoder,
            has_ended: false,
        }
    }

    /// Counts the handles that come by this channel with those of all others that share the budget.
    pub fn share_budget(&mut self, budget: HandleBudget) {
        if let Some(custody) = &mut self.custody {
            custody.share(budget);
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
        let (decoder, custody) = (&mut self.decoder, self.custody.as_mut());
        let taken = self
            .intake
            .await_some(&self.source, take_in(&mut batch, decoder, custody))
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
        let (decoder, custody) = (&mut self.decoder, self.custody.as_mut());
        let taken = self
            .intake
            .take(&*self.source, take_in(&mut batch, decoder, custody));
        self.close(batch, taken)
    }

    /// How many bytes are there to be read now.
    pub fn waiting(&self) -> usize {
        waiting(&*self.source)
    }

    fn close(&mut self, mut batch: ReadBatch, taken: Taken) -> ReadBatch {
        let is_lost = self.decoder.is_lost();
        if is_lost {
            // A worker that nobody can understand is told so: its next read and write meet the end.
            let _ = shutdown(&*self.source, Shutdown::Both);
        }
        batch.more = taken == Taken::Some && !is_lost;
        if taken.is_end() || is_lost {
            batch.end = true;
            // Of a socket the system tells; what is in a pipe stays there when its reader is gone.
            let left_in_pipe = || self.kept.is_none() && self.queued() > 0;
            batch.left_unread = taken == Taken::Reset || left_in_pipe();
            self.has_ended = true;
            if let Some(custody) = &mut self.custody {
                custody.end();
            }
            batch.frames.extend(self.decoder.finish().map(Frame::Fault));
        }
        batch
    }

    fn queued(&self) -> u64 {
        self.outlet.upgrade().map_or(0, |outlet| outlet.queued())
    }
}

/// What is done with the bytes of one read and the descriptors that came with it.
fn take_in<'a>(
    batch: &'a mut ReadBatch,
    decoder: &'a mut Decoder,
    mut custody: Option<&'a mut Custody>,
) -> impl FnMut(&[u8], &mut Vec<OwnedFd>) -> usize + 'a {
    move |bytes, descriptors| {
        let first = batch.frames.len();
        batch.bytes += bytes.len();
        decoder.push(bytes, &mut batch.frames);
        if let Some(custody) = &mut custody {
            custody.keep(descriptors);
            batch.handed += custody.settle(&mut batch.frames, first);
        }
        batch.frames.len()
    }
}

#[cfg(test)]
#[path = "handle_tests.rs"]
mod handle_tests;
#[cfg(test)]
#[path = "pipe_tests.rs"]
mod pipe_tests;
#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
