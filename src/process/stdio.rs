//! One output of a worker: a pipe, read in lines.
//!
//! Owns the pipe's read end, its size and the budget of enlarged pipes. Never looks into the lines; called by `deck`.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::Interest;

use crate::process::intake::{Intake, Taken, waiting};
use crate::process::sys::Watched;
use crate::wire::{LineSplitter, RawLine};

/// The size of an enlarged pipe: what a worker wrote before `process.exit()` survives up to it (with the default, 64 KiB).
#[cfg(target_os = "linux")]
const ENLARGED: usize = 1 << 20;

/// How many pipes one deck enlarges: a quarter of the 64 that an unprivileged user may hold before the kernel shrinks
/// every new pipe of that user to 8 KiB.
pub const MOST_ENLARGED: usize = 16;

/// How many pipes may still be enlarged. Copies share it; a pipe gives its share back when its reader is dropped.
#[derive(Clone, Debug)]
pub struct PipeBudget {
    left: Arc<AtomicUsize>,
}

impl Default for PipeBudget {
    /// [`MOST_ENLARGED`] pipes.
    fn default() -> Self {
        Self::new(MOST_ENLARGED)
    }
}

impl PipeBudget {
    /// A budget of so many enlarged pipes.
    pub fn new(pipes: usize) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(pipes)),
        }
    }

    fn take(&self) -> Option<Share> {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .ok()
            .map(|_| Share(Arc::clone(&self.left)))
    }
}

/// One enlarged pipe's part of the budget.
#[derive(Debug)]
pub(super) struct Share(Arc<AtomicUsize>);

impl Drop for Share {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A new output pipe, not yet on any runtime.
#[derive(Debug)]
pub struct OutputPipe {
    pipe: OwnedFd,
    size: usize,
    share: Option<Share>,
}

impl OutputPipe {
    /// Makes a pipe: the deck's end, and the worker's, which is blocking. Both are close-on-exec. It is enlarged to 1 MiB
    /// where the budget and the system let it.
    ///
    /// # Errors
    /// When no pipe can be made.
    pub fn new(budget: &PipeBudget) -> io::Result<(Self, OwnedFd)> {
        let (pipe, worker) = pipe_with(PipeFlags::CLOEXEC)?;
        let share = budget.take().filter(|_| enlarge(&pipe));
        let size = pipe_size(&pipe);
        Ok((Self { pipe, size, share }, worker))
    }

    /// The size in force, in bytes; 0 where the system does not tell.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The pipe's end, and its part of the budget.
    pub(super) fn into_parts(self) -> (OwnedFd, Option<Share>) {
        (self.pipe, self.share)
    }

    /// Puts the pipe on the current runtime. Of longer lines only the first `line_limit` bytes are kept.
    ///
    /// # Errors
    /// When the runtime cannot watch the pipe.
    pub fn reader(self, line_limit: usize) -> io::Result<OutputReader> {
        Ok(OutputReader {
            pipe: Watched::new(self.pipe, Interest::READABLE)?,
            intake: Intake::default(),
            splitter: LineSplitter::new(line_limit),
            has_ended: false,
            _share: self.share,
        })
    }
}

#[cfg(target_os = "linux")]
fn enlarge(pipe: &OwnedFd) -> bool {
    rustix::pipe::fcntl_setpipe_size(pipe, ENLARGED).is_ok()
}

#[cfg(target_os = "linux")]
/// How many bytes a pipe holds, by either of its ends; 0 where the system does not tell.
pub fn pipe_size(pipe: &OwnedFd) -> usize {
    rustix::pipe::fcntl_getpipe_size(pipe).unwrap_or(0)
}

#[cfg(not(target_os = "linux"))]
fn enlarge(_pipe: &OwnedFd) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
/// How many bytes a pipe holds, by either of its ends; 0 where the system does not tell.
pub fn pipe_size(_pipe: &OwnedFd) -> usize {
    0
}

/// Lines in the order in which they came.
#[derive(Debug, Default)]
pub struct OutputBatch {
    /// The lines without their newlines; at the end also the last one that had none.
    pub lines: Vec<RawLine>,
    /// How many bytes were read.
    pub bytes: usize,
    /// Whether the output has reached its end.
    pub end: bool,
    /// Whether there may be more right now.
    pub more: bool,
}

/// The deck's end of an output.
#[derive(Debug)]
pub struct OutputReader {
    pipe: Watched,
    intake: Intake,
    splitter: LineSplitter,
    has_ended: bool,
    _share: Option<Share>,
}

impl OutputReader {
    /// Waits for bytes and returns the lines they complete (perhaps none), at most about 256 KiB or some thousand lines at
    /// once. After the end it returns the end again.
    ///
    /// # Cancel safety
    /// Nothing is lost: bytes are only taken when it returns.
    pub async fn read(&mut self) -> OutputBatch {
        let mut batch = OutputBatch::default();
        if self.has_ended {
            batch.end = true;
            return batch;
        }
        let splitter = &mut self.splitter;
        let (lines, length) = (&mut batch.lines, &mut batch.bytes);
        let taken = self
            .intake
            .await_some(&self.pipe, |bytes, _| {
                *length += bytes.len();
                splitter.push(bytes, lines);
                lines.len()
            })
            .await;
        self.close(batch, taken)
    }

    /// Takes what is there now without waiting, as much as [`read`](Self::read) at once; `more` says whether to call again.
    pub fn drain(&mut self) -> OutputBatch {
        let mut batch = OutputBatch::default();
        if self.has_ended {
            batch.end = true;
            return batch;
        }
        let splitter = &mut self.splitter;
        let (lines, length) = (&mut batch.lines, &mut batch.bytes);
        let taken = self.intake.take(&self.pipe, |bytes, _| {
            *length += bytes.len();
            splitter.push(bytes, lines);
            lines.len()
        });
        self.close(batch, taken)
    }

    /// How many bytes are there to be read now.
    pub fn waiting(&self) -> usize {
        waiting(&self.pipe)
    }

    fn close(&mut self, mut batch: OutputBatch, taken: Taken) -> OutputBatch {
        batch.more = taken == Taken::Some;
        if taken.is_end() {
            batch.end = true;
            self.has_ended = true;
            batch.lines.extend(self.splitter.finish());
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use super::*;

    fn open(budget: &PipeBudget) -> (OutputReader, File) {
        let (pipe, worker) = OutputPipe::new(budget).unwrap();
        (pipe.reader(8).unwrap(), worker.into())
    }

    #[tokio::test]
    async fn lines_are_read_to_the_last_without_a_newline() {
        let (mut reader, mut worker) = open(&PipeBudget::default());
        assert!(reader.drain().lines.is_empty());

        worker.write_all(b"one\ntw").unwrap();
        let first = reader.read().await;
        worker.write_all(b"o\nthree is too long\nfour").unwrap();
        drop(worker);
        let mut rest = Vec::new();
        loop {
            let batch = reader.read().await;
            rest.extend(batch.lines);
            if batch.end {
                break;
            }
        }

        assert_eq!(first.lines.len(), 1);
        assert_eq!(&first.lines[0].bytes[..], b"one");
        let texts: Vec<(&[u8], u64)> = rest
            .iter()
            .map(|line| (&line.bytes[..], line.cut))
            .collect();
        assert_eq!(texts, [(&b"two"[..], 0), (b"three is", 9), (b"four", 0)]);
        assert!(reader.read().await.end && reader.drain().end);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn pipes_are_enlarged_within_the_budget_and_shares_come_back() {
        let budget = PipeBudget::new(1);

        let (enlarged, _worker) = OutputPipe::new(&budget).unwrap();
        let (plain, _other) = OutputPipe::new(&budget).unwrap();
        assert_eq!(enlarged.size(), 1 << 20);
        assert!(plain.size() <= 1 << 16);

        drop(enlarged);
        let (again, _worker) = OutputPipe::new(&budget).unwrap();
        assert_eq!(again.size(), 1 << 20);
    }
}
