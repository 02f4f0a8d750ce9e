//! Standard input, line by line: each becomes a job or says why it is none.
//!
//! Owns the thread that reads. Never reads ahead further than its queue, a few batches, nor than the room that all lines
//! in hand share. Started by `start`, read from by `flow`.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::thread;

use rustix::fs::{SeekFrom, seek};
use tokio::sync::mpsc;

use crate::cli::map::room::Room;
use crate::wire::{Message, MessageError};

/// How much is read at once.
const BLOCK: usize = 64 << 10;

/// How many lines travel together at the most.
const BATCH: usize = 1024;

/// How many batches wait; then nothing is read.
const BATCHES: usize = 4;

/// How much of a line that is too long is told.
const TOLD: usize = 1024;

/// One line that is not blank.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Its length in bytes, newline included.
    pub(super) length: u64,
    /// The job that it is.
    pub(super) job: Result<Message, NoJob>,
}

impl Line {
    /// How many bytes it keeps.
    pub(super) fn weight(&self) -> usize {
        match &self.job {
            Ok(job) => job.len(),
            Err(no_job) => no_job.text.len(),
        }
    }
}

/// A line that is no job.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoJob {
    /// The line.
    pub(super) text: String,
    /// Why.
    pub(super) error: String,
}

/// What comes from standard input.
#[derive(Debug)]
pub(super) enum Fed {
    /// Lines in order.
    Lines(Vec<Line>),
    /// It cannot be read any further. The end of input is the end of the queue.
    Broken(io::Error),
}

/// Reads on a thread of its own until the end of input, or until nobody wants more. What its lines weigh is taken from
/// `room`; who receives them gives it back.
pub(super) fn start(longest: usize, room: Room) -> io::Result<mpsc::Receiver<Fed>> {
    let (fed, taken) = mpsc::channel(BATCHES);
    thread::Builder::new()
        .name("feed".to_owned())
        .spawn(move || read(io::stdin().lock(), Splitter::new(longest, room), &fed))?;
    Ok(taken)
}

/// How many bytes are still to be read, where standard input is a file.
pub(super) fn size() -> Option<u64> {
    let file = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let metadata = file.metadata().ok()?;
    let at = seek(&file, SeekFrom::Current(0)).ok()?;
    metadata
        .is_file()
        .then(|| metadata.len().saturating_sub(at))
}

fn read(mut input: impl Read, mut splitter: Splitter, fed: &mpsc::Sender<Fed>) {
    let mut block = vec![0; BLOCK];
    loop {
        let got = match input.read(&mut block) {
            Ok(got) => got,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                // Nobody may listen any more.
                let _ = fed.blocking_send(Fed::Broken(error));
                return;
            }
        };
        let is_wanted = match block.get(..got) {
            Some(bytes) if got > 0 => splitter.take(bytes, fed),
            _ => splitter.end(fed),
        };
        if got == 0 || !is_wanted {
            return;
        }
    }
}

/// Cuts blocks into lines.
#[derive(Debug)]
struct Splitter {
    /// The longest line that is kept.
    longest: usize,
    /// The beginning of a line whose end is still to come.
    rest: Vec<u8>,
    /// How long that line is so far; more than is kept of one that is too long.
    length: u64,
    /// How many lines were seen.
    number: u64,
    batch: Vec<Line>,
    room: Room,
}

impl Splitter {
    fn new(longest: usize, room: Room) -> Self {
        Self {
            longest,
            rest: Vec::new(),
            length: 0,
            number: 0,
            batch: Vec::new(),
            room,
        }
    }

    /// Takes a block and hands its lines on. Answers whether more is wanted.
    fn take(&mut self, block: &[u8], fed: &mpsc::Sender<Fed>) -> bool {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', block) {
            let part = block.get(start..end).unwrap_or_default();
            start = end + 1;
            self.length += 1;
            if self.rest.is_empty() {
                self.length += part.len() as u64;
                self.line(part);
            } else {
                self.keep(part);
                let line = std::mem::take(&mut self.rest);
                self.line(&line);
            }
            if self.batch.len() == BATCH && !self.hand_on(fed) {
                return false;
            }
        }
        self.keep(block.get(start..).unwrap_or_default());
        self.hand_on(fed)
    }

    /// The input is over; its last line needs no newline.
    fn end(&mut self, fed: &mpsc::Sender<Fed>) -> bool {
        let line = std::mem::take(&mut self.rest);
        if !line.is_empty() {
            self.line(&line);
        }
        self.hand_on(fed)
    }

    fn keep(&mut self, part: &[u8]) {
        self.length += part.len() as u64;
        // One byte more tells a line that is too long from one that is just as long as it may be.
        let room = (self.longest + 1).saturating_sub(self.rest.len());
        self.rest
            .extend_from_slice(part.get(..room).unwrap_or(part));
    }

    fn line(&mut self, bytes: &[u8]) {
        self.number += 1;
        let length = std::mem::take(&mut self.length);
        let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) if self.number == 1 => rest,
            _ => bytes,
        };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        self.batch.push(Line {
            number: self.number,
            length,
            job: self.job(bytes),
        });
    }

    fn job(&self, bytes: &[u8]) -> Result<Message, NoJob> {
        if bytes.len() > self.longest {
            let head = bytes.get(..TOLD).unwrap_or(bytes);
            return Err(NoJob {
                text: String::from_utf8_lossy(head).into_owned(),
                error: format!("longer than {} bytes", self.longest),
            });
        }
        let no_job = |error: String| NoJob {
            text: String::from_utf8_lossy(bytes.trim_ascii_end()).into_owned(),
            error,
        };
        let text = std::str::from_utf8(bytes).map_err(|_| no_job("not valid UTF-8".to_owned()))?;
        Message::parse(text).map_err(|error| no_job(complaint(&error)))
    }

    fn hand_on(&mut self, fed: &mpsc::Sender<Fed>) -> bool {
        if self.batch.is_empty() {
            return !fed.is_closed();
        }
        let batch = std::mem::take(&mut self.batch);
        self.room.take(batch.iter().map(Line::weight).sum());
        fed.blocking_send(Fed::Lines(batch)).is_ok()
    }
}

/// Why a line is no job; its number is told beside it.
fn complaint(error: &MessageError) -> String {
    match error {
        MessageError::Syntax { column, .. } => format!("not valid JSON at column {column}"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
