//! What waits for one worker, what was given out and is not yet written, and what the kernel took lately.
//!
//! Bounded by the pool's spec, by a credit window, and by constants here. Never decides who may send; called by the
//! worker it belongs to.

use std::collections::VecDeque;

use crate::model::MailboxSpec;
use crate::supervisor::turn::WaitKey;
use crate::wire::Message;

/// How many bytes of mail are given out and not confirmed at the most, or one message if that is larger.
pub(super) const WINDOW: usize = 256 << 10;

/// How many answers to handles are given out and not confirmed at the most; further ones are let go, counted.
pub(super) const INTERNAL: usize = 1024;

/// A message on its way to a worker.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// The message.
    pub(super) message: Message,
    /// What it is.
    pub(super) sort: Sort,
}

/// What a message on its way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A client's; it survives the worker's process.
    Mail(Option<WaitKey>),
    /// Tells this process to end.
    Stop,
    /// A `NODE_…` message to this process.
    Internal,
}

impl Letter {
    /// Its size on the channel, newline included.
    pub(super) fn bytes(&self) -> usize {
        self.message.len() + 1
    }
}

/// The mailbox is full; the letter was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// A worker's mailbox. Full ones refuse; an empty one takes any one message.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    waiting: VecDeque<Letter>,
    given: VecDeque<Letter>,
    /// Mail in both, in messages and bytes.
    mail: usize,
    bytes: usize,
    /// Mail in `given`, in messages and bytes, and the internal ones there.
    given_mail: usize,
    given_bytes: usize,
    given_internal: usize,
    taken: Taken,
}

impl Mailbox {
    /// How many messages of clients it holds: neither written nor lost.
    pub(super) fn len(&self) -> usize {
        self.mail
    }

    /// Takes a client's message, or refuses it when it is full.
    pub(super) fn accept(
        &mut self,
        spec: MailboxSpec,
        message: Message,
        wait: Option<WaitKey>,
    ) -> Result<(), Full> {
        let letter = Letter {
            message,
            sort: Sort::Mail(wait),
        };
        let over = self.mail >= spec.capacity || self.bytes + letter.bytes() > spec.bytes;
        if over && self.mail > 0 {
            return Err(Full);
        }
        self.mail += 1;
        self.bytes += letter.bytes();
        self.waiting.push_back(letter);
        Ok(())
    }

    /// Gives out what the window allows, in batches: not before half of the window is free.
    pub(super) fn hand_out(&mut self) -> Vec<Message> {
        let mut batch = Vec::new();
        if self.given_bytes * 2 > WINDOW {
            return batch;
        }
        while let Some(letter) = self.waiting.pop_front() {
            if self.given_mail > 0 && self.given_bytes + letter.bytes() > WINDOW {
                self.waiting.push_front(letter);
                break;
            }
            self.given_mail += 1;
            self.given_bytes += letter.bytes();
            batch.push(letter.message.clone());
            self.given.push_back(letter);
        }
        batch
    }

    /// Notes a message that is given out past the queue and the window: a stop message, an answer to a handle.
    /// Refuses when too many answers are under way.
    pub(super) fn give(&mut self, message: Message, sort: Sort) -> Result<(), Full> {
        if sort == Sort::Internal {
            if self.given_internal >= INTERNAL {
                return Err(Full);
            }
            self.given_internal += 1;
        }
        self.given.push_back(Letter { message, sort });
        Ok(())
    }

    /// The kernel took the oldest letter that was given out.
    pub(super) fn confirm(&mut self) -> Option<Letter> {
        let letter = self.given.pop_front()?;
        let bytes = letter.bytes();
        match letter.sort {
            Sort::Mail(_) => {
                self.mail -= 1;
                self.bytes -= bytes;
                self.given_mail -= 1;
                self.given_bytes -= bytes;
            }
            Sort::Internal => self.given_internal -= 1,
            Sort::Stop => {}
        }
        self.taken.note(bytes, letter.sort != Sort::Internal);
        Some(letter)
    }

    /// The worker has read everything that the kernel took.
    pub(super) fn all_read(&mut self) {
        self.taken = Taken::default();
    }

    /// The process is gone: mail that was not written waits for the next one. Returns how many messages the kernel
    /// had taken that the process never read, out of `unread` bytes.
    pub(super) fn rewind(&mut self, unread: u64) -> u64 {
        while let Some(letter) = self.given.pop_back() {
            if matches!(letter.sort, Sort::Mail(_)) {
                self.waiting.push_front(letter);
            }
        }
        self.given_mail = 0;
        self.given_bytes = 0;
        self.given_internal = 0;
        std::mem::take(&mut self.taken).newest(unread)
    }

    /// Empties it and returns what it held; only without a process.
    pub(super) fn clear(&mut self) -> VecDeque<Letter> {
        self.mail = 0;
        self.bytes = 0;
        std::mem::take(&mut self.waiting)
    }

    /// Whether its counters are what its queues hold, and within the window. For the oracle.
    pub(super) fn adds_up(&self) -> bool {
        let weigh = |letters: &VecDeque<Letter>| {
            letters
                .iter()
                .filter(|letter| matches!(letter.sort, Sort::Mail(_)))
                .fold((0, 0), |(count, bytes), letter| {
                    (count + 1, bytes + letter.bytes())
                })
        };
        let (waiting, given) = (weigh(&self.waiting), weigh(&self.given));
        (self.mail, self.bytes) == (waiting.0 + given.0, waiting.1 + given.1)
            && (self.given_mail, self.given_bytes) == given
            && (self.given_bytes <= WINDOW || self.given_mail == 1)
            && waiting.0 == self.waiting.len()
    }

    /// Whether anything is given out and not confirmed.
    pub(super) fn is_under_way(&self) -> bool {
        !self.given.is_empty()
    }

    /// Whether the message of a wait is still here. For the oracle.
    pub(super) fn holds(&self, key: WaitKey) -> bool {
        let mut letters = self.waiting.iter().chain(&self.given);
        letters.any(|letter| letter.sort == Sort::Mail(Some(key)))
    }

    /// How many letters it holds of every sort. For the oracle.
    pub(super) fn letters(&self) -> usize {
        self.waiting.len() + self.given.len()
    }
}

/// The sizes of messages that the kernel took lately, in runs of equal ones. Forgets the oldest ones beyond a bound:
/// they are the likeliest to have been read.
#[derive(Debug, Default)]
struct Taken {
    runs: VecDeque<Run>,
    bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    size: u64,
    count: u64,
    counts: bool,
}

impl Taken {
    /// More than a socket's buffer ever holds.
    const MOST_BYTES: u64 = 16 << 20;
    const MOST_RUNS: usize = 4096;

    fn note(&mut self, bytes: usize, counts: bool) {
        let size = bytes as u64;
        self.bytes += size;
        match self.runs.back_mut() {
            Some(run) if run.size == size && run.counts == counts => run.count += 1,
            _ => self.runs.push_back(Run {
                size,
                count: 1,
                counts,
            }),
        }
        if self.bytes > Self::MOST_BYTES || self.runs.len() > Self::MOST_RUNS {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if self.runs.len() > Self::MOST_RUNS
            && let Some(run) = self.runs.pop_front()
        {
            self.bytes -= run.size * run.count;
        }
        while self.bytes > Self::MOST_BYTES && self.runs.len() > 1 {
            let Some(run) = self.runs.front_mut() else {
                return;
            };
            let excess = (self.bytes - Self::MOST_BYTES).div_ceil(run.size);
            let forgotten = excess.min(run.count);
            run.count -= forgotten;
            self.bytes -= forgotten * run.size;
            if run.count == 0 {
                self.runs.pop_front();
            }
        }
    }

    /// How many of the newest messages fill `bytes`; one that is only touched counts.
    fn newest(&self, bytes: u64) -> u64 {
        let mut left = bytes;
        let mut messages = 0;
        for run in self.runs.iter().rev() {
            let count = left.div_ceil(run.size).min(run.count);
            left = left.saturating_sub(count * run.size);
            if run.counts {
                messages += count;
            }
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_messages_are_the_unread_ones() {
        let mut taken = Taken::default();
        taken.note(10, true);
        taken.note(10, true);
        taken.note(27, false);
        taken.note(5, true);

        assert_eq!(taken.newest(0), 0);
        assert_eq!(taken.newest(5), 1);
        assert_eq!(taken.newest(5 + 27), 1, "an internal one is not counted");
        assert_eq!(taken.newest(5 + 27 + 1), 2);
        assert_eq!(taken.newest(u64::MAX), 3);
    }

    #[test]
    fn what_the_kernel_took_is_remembered_within_bounds() {
        let mut taken = Taken::default();
        for size in 0..10_000 {
            taken.note(1 + size % 2, true);
        }
        assert_eq!(taken.runs.len(), Taken::MOST_RUNS);
        for size in 0..100 {
            taken.note((1 << 20) + size, true);
        }
        assert!(taken.bytes <= Taken::MOST_BYTES);
        let held: u64 = taken.runs.iter().map(|run| run.size * run.count).sum();
        assert_eq!(taken.bytes, held);
    }

    #[test]
    fn answers_to_handles_are_bounded() {
        let mut mailbox = Mailbox::default();
        let nack = Message::parse("1").unwrap();
        for _ in 0..INTERNAL {
            assert_eq!(mailbox.give(nack.clone(), Sort::Internal), Ok(()));
        }
        assert_eq!(mailbox.give(nack.clone(), Sort::Internal), Err(Full));
        mailbox.confirm();
        assert_eq!(mailbox.give(nack, Sort::Internal), Ok(()));
    }
}
