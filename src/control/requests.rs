//! Request lines out of a reader, with a limit.
//!
//! Never parses; called by the server.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::control::server::Input;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// What a reader brings.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A line without its newline; the last one may have had none.
    Line(Bytes),
    /// A line longer than the limit, skipped to its newline and not kept.
    TooLong,
    /// The input ended.
    End,
}

/// Splits a reader's bytes into lines. At most `limit` bytes and one read are held.
#[derive(Debug)]
pub(super) struct Requests<R> {
    from: R,
    buffer: BytesMut,
    /// How much of the buffer holds no newline.
    searched: usize,
    limit: usize,
    is_skipping: bool,
    has_ended: bool,
}

impl<R: Input> Requests<R> {
    /// Whether nobody is left who could send more than is there.
    pub(super) fn is_hung_up(&self) -> bool {
        self.from.is_hung_up()
    }
}

impl<R: AsyncRead + Unpin> Requests<R> {
    /// Reads lines of at most `limit` bytes.
    pub(super) fn new(from: R, limit: usize) -> Self {
        Self {
            from,
            buffer: BytesMut::new(),
            searched: 0,
            limit,
            is_skipping: false,
            has_ended: false,
        }
    }

    /// The next line.
    ///
    /// # Cancel safety
    /// What was read stays in the buffer.
    pub(super) async fn next(&mut self) -> io::Result<Incoming> {
        loop {
            if let Some(incoming) = self.take() {
                return Ok(incoming);
            }
            self.buffer.reserve(CHUNK);
            let read = self.from.read_buf(&mut self.buffer).await?;
            self.has_ended = read == 0;
        }
    }

    /// What the buffer holds already.
    fn take(&mut self) -> Option<Incoming> {
        let fresh = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'\n', fresh) else {
            return self.take_without_newline();
        };
        let line = self.buffer.split_to(self.searched + found).freeze();
        self.buffer.advance(1);
        self.searched = 0;
        if self.buffer.is_empty() {
            // A long line's memory is given back with it.
            self.buffer = BytesMut::new();
        }
        let is_too_long = std::mem::take(&mut self.is_skipping) || line.len() > self.limit;
        Some(if is_too_long {
            Incoming::TooLong
        } else {
            Incoming::Line(line)
        })
    }

    fn take_without_newline(&mut self) -> Option<Incoming> {
        self.searched = self.buffer.len();
        if self.searched > self.limit {
            self.is_skipping = true;
        }
        if self.is_skipping {
            self.buffer = BytesMut::new();
            self.searched = 0;
        }
        if !self.has_ended {
            return None;
        }
        self.searched = 0;
        Some(if std::mem::take(&mut self.is_skipping) {
            Incoming::TooLong
        } else if self.buffer.is_empty() {
            Incoming::End
        } else {
            Incoming::Line(self.buffer.split().freeze())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    async fn all(input: &[u8], cut: usize) -> Vec<String> {
        let (mut near, far) = tokio::io::duplex(cut);
        let mut requests = Requests::new(far, 5);
        let write = async move {
            near.write_all(input).await.unwrap();
        };
        let read = async {
            let mut lines = Vec::new();
            loop {
                match requests.next().await.unwrap() {
                    Incoming::Line(line) => lines.push(String::from_utf8(line.to_vec()).unwrap()),
                    Incoming::TooLong => lines.push("too long".into()),
                    Incoming::End => return lines,
                }
            }
        };
        tokio::join!(write, read).1
    }

    #[tokio::test]
    async fn lines_are_found_however_the_input_is_cut() {
        for cut in [1, 2, 3, 7, 64] {
            assert_eq!(
                all(b"one\n\n12345\n123456\ntwo\n1234567890123\nlast", cut).await,
                ["one", "", "12345", "too long", "two", "too long", "last"],
                "{cut}"
            );
            assert_eq!(all(b"1234567890", cut).await, ["too long"], "{cut}");
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_not_kept() {
        let (mut near, far) = tokio::io::duplex(1 << 20);
        let mut requests = Requests::new(far, 100);
        let write = async move {
            for _ in 0..100 {
                near.write_all(&vec![b'x'; 100_000]).await.unwrap();
            }
            near.write_all(b"\nok\n").await.unwrap();
        };
        let read = async {
            assert_eq!(requests.next().await.unwrap(), Incoming::TooLong);
            assert!(requests.buffer.capacity() < 4 << 20);
            requests.next().await.unwrap()
        };
        assert_eq!(
            tokio::join!(write, read).1,
            Incoming::Line(Bytes::from_static(b"ok"))
        );
    }
}
