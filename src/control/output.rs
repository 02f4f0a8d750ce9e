//! What a client has still to be sent, bounded.
//!
//! Owns the buffer between a deck that never waits and a client that may be slow. Never blocks; called by the server.

use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// How much is offered to the writer at once.
const CHUNK: usize = 256 << 10;

/// What fits into an output now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Events with their bodies.
    Everything,
    /// Events without the bodies of messages.
    NoBodies,
    /// No events at all.
    Nothing,
}

/// Bytes on their way to a client. Answers always fit; the caller asks [`Output::room`] before it adds events: above
/// `limit` bytes bodies are to be left out, above a quarter more so are events.
#[derive(Debug)]
pub(super) struct Output<W> {
    to: W,
    buffer: BytesMut,
    limit: usize,
    is_flushed: bool,
}

impl<W: AsyncWrite + Unpin> Output<W> {
    /// An empty output.
    pub(super) fn new(to: W, limit: usize) -> Self {
        Self {
            to,
            buffer: BytesMut::new(),
            limit,
            is_flushed: true,
        }
    }

    /// What fits now.
    pub(super) fn room(&self) -> Room {
        let held = self.buffer.len();
        if held < self.limit {
            Room::Everything
        } else if held < self.limit + self.limit / 4 {
            Room::NoBodies
        } else {
            Room::Nothing
        }
    }

    /// Whether a client that lagged has caught up far enough to be told of events again.
    pub(super) fn has_recovered(&self) -> bool {
        self.buffer.len() <= self.limit / 2
    }

    /// Adds bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether everything was written and flushed.
    pub(super) fn is_idle(&self) -> bool {
        self.buffer.is_empty() && self.is_flushed
    }

    /// Writes some of it, or flushes what was written.
    ///
    /// # Cancel safety
    /// What was not written stays in the buffer.
    pub(super) async fn advance(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            self.to.flush().await?;
            self.is_flushed = true;
            return Ok(());
        }
        let chunk = self.buffer.get(..CHUNK).unwrap_or(&self.buffer);
        let written = self.to.write(chunk).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.is_flushed = false;
        self.buffer.advance(written);
        if self.buffer.is_empty() {
            // A flood's memory is given back.
            self.buffer = BytesMut::new();
        }
        Ok(())
    }

    /// Writes and flushes all of it.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        while !self.is_idle() {
            self.advance().await?;
        }
        Ok(())
    }
}

/// Whether a write failed because nobody reads any more.
pub(super) fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::WriteZero
    )
}
