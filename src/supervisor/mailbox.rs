//! What waits for one worker, what was given out and is not yet written, and what the kernel took lately.
//!
//! Bounded by the pool's spec, by a credit window, and by constants here. Never decides who may send; called by the
//! worker it belongs to.

use std::collections::VecDeque;

use crate::model::{JobId, LeaseId, MailboxSpec};
use crate::supervisor::taken::Taken;
use crate::supervisor::waits::Asker;
use crate::wire::Message;

/// How many bytes of mail and jobs are given out and not confirmed at the most, or one message if that is larger.
pub(super) const WINDOW: usize = 256 << 10;

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
    Mail {
        /// Who wants its answer.
        asker: Option<Asker>,
        /// How many routes it has come along.
        hops: u8,
    },
    /// A job's, for this process alone; bounded by the pool's concurrency.
    Job {
        /// The assignment.
        lease: LeaseId,
        /// The job.
        job: JobId,
    },
    /// Tells this process to end.
    Stop,
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

/// What may be given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gate {
    /// Whether mail may.
    pub(super) mail: bool,
    /// Whether jobs may.
    pub(super) jobs: bool,
}

impl Gate {
    /// Everything, in the order in which it came.
    pub(super) const OPEN: Self = Self {
        mail: true,
        jobs: true,
    };
}

/// A job's letter that waits.
#[derive(Debug)]
struct Assigned {
    letter: Letter,
    /// It came after so many messages of clients.
    after: u64,
}

/// A worker's mailbox. Full ones refuse; an empty one takes any one message.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    waiting: VecDeque<Letter>,
    assigned: VecDeque<Assigned>,
    given: VecDeque<Letter>,
    /// Mail in `waiting` and `given`, in messages and bytes.
    mail: usize,
    bytes: usize,
    /// How much mail was given out so far.
    left: u64,
    /// In `given`: mail, jobs, and the bytes of both.
    given_mail: usize,
    given_jobs: usize,
    given_bytes: usize,
    taken: Taken,
    /// The job that the newest message of all that the kernel took gives, if it gives one.
    newest_job: Option<LeaseId>,
}

/// What a process that is gone never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// How many messages, jobs left out; about, since only the newest one is certain.
    pub(super) mail: u64,
    /// The job that the newest message gives, if it gives one.
    pub(super) newest_job: Option<LeaseId>,
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
        asker: Option<Asker>,
        hops: u8,
    ) -> Result<(), Full> {
        let letter = Letter {
            message,
            sort: Sort::Mail { asker, hops },
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

    /// Takes a job for the process that lives.
    pub(super) fn assign(&mut self, lease: LeaseId, job: JobId, message: Message) {
        self.assigned.push_back(Assigned {
            letter: Letter {
                message,
                sort: Sort::Job { lease, job },
            },
            after: self.left + self.waiting.len() as u64,
        });
    }

    /// How many jobs it holds that were not given out.
    pub(super) fn assigned(&self) -> usize {
        self.assigned.len()
    }

    /// Lets go of jobs that were not given out, but of those that are kept.
    pub(super) fn retain_assigned(&mut self, is_kept: impl Fn(LeaseId) -> bool) {
        self.assigned.retain(|assigned| match assigned.letter.sort {
            Sort::Job { lease, .. } => is_kept(lease),
            // No others are there.
            Sort::Mail { .. } | Sort::Stop => true,
        });
    }

    /// Gives out what the gate and the window allow, in batches: not before half of the window is free.
    pub(super) fn hand_out(&mut self, gate: Gate) -> Vec<Message> {
        let mut batch = Vec::new();
        if self.given_bytes * 2 > WINDOW {
            return batch;
        }
        while let Some((letter, is_job)) = self.next(gate) {
            let bytes = letter.bytes();
            let is_first = self.given_mail + self.given_jobs == 0;
            if !is_first && self.given_bytes + bytes > WINDOW {
                break;
            }
            batch.push(letter.message.clone());
            let letter = if is_job {
                self.given_jobs += 1;
                self.assigned.pop_front().map(|assigned| assigned.letter)
            } else {
                self.given_mail += 1;
                self.left += 1;
                self.waiting.pop_front()
            };
            self.given_bytes += bytes;
            self.given.extend(letter);
        }
        batch
    }

    /// The next letter that the gate lets through, and whether it is a job's.
    fn next(&self, gate: Gate) -> Option<(&Letter, bool)> {
        let mail = self.waiting.front().filter(|_| gate.mail);
        match self.assigned.front().filter(|_| gate.jobs) {
            Some(job) if mail.is_none() || job.after <= self.left => Some((&job.letter, true)),
            _ => mail.map(|letter| (letter, false)), // Mail came first, if any.
        }
    }

    /// Notes a message that is given out past the queue and the window.
    pub(super) fn give(&mut self, message: Message, sort: Sort) {
        self.given.push_back(Letter { message, sort });
    }

    /// The kernel took the oldest letter that was given out.
    pub(super) fn confirm(&mut self) -> Option<Letter> {
        let letter = self.given.pop_front()?;
        let bytes = letter.bytes();
        match letter.sort {
            Sort::Mail { .. } => {
                self.mail -= 1;
                self.bytes -= bytes;
                self.given_mail -= 1;
                self.given_bytes -= bytes;
            }
            Sort::Job { .. } => {
                self.given_jobs -= 1;
                self.given_bytes -= bytes;
            }
            Sort::Stop => {}
        }
        // A job that was not read is not lost: it is given to another.
        let counts = matches!(letter.sort, Sort::Mail { .. } | Sort::Stop);
        self.taken.note(bytes, counts);
        self.newest_job = match letter.sort {
            Sort::Job { lease, .. } => Some(lease),
            _ => None, // Gives no job.
        };
        Some(letter)
    }

    /// The worker has read everything that the kernel took.
    pub(super) fn all_read(&mut self) {
        self.taken = Taken::default();
        self.newest_job = None;
    }

    /// The process is gone: mail that was not written waits for the next one, jobs are let go of. Returns what the kernel
    /// had taken that the process never read, out of `unread` bytes.
    pub(super) fn rewind(&mut self, unread: u64) -> Unread {
        while let Some(letter) = self.given.pop_back() {
            if matches!(letter.sort, Sort::Mail { .. }) {
                self.waiting.push_front(letter);
            }
        }
        self.assigned.clear();
        self.left = 0;
        self.given_mail = 0;
        self.given_jobs = 0;
        self.given_bytes = 0;
        Unread {
            mail: std::mem::take(&mut self.taken).newest(unread),
            newest_job: self.newest_job.take().filter(|_| unread > 0),
        }
    }

    /// Empties it and returns what it held; only without a process.
    pub(super) fn clear(&mut self) -> VecDeque<Letter> {
        self.mail = 0;
        self.bytes = 0;
        std::mem::take(&mut self.waiting)
    }

    /// Whether its counters are what its queues hold, and within the window. For the oracle.
    pub(super) fn adds_up(&self) -> bool {
        let weigh = |letters: &VecDeque<Letter>, of: fn(&Sort) -> bool| {
            letters
                .iter()
                .filter(|letter| of(&letter.sort))
                .fold((0, 0), |(count, bytes), letter| {
                    (count + 1, bytes + letter.bytes())
                })
        };
        let is_mail = |sort: &Sort| matches!(sort, Sort::Mail { .. });
        let is_job = |sort: &Sort| matches!(sort, Sort::Job { .. });
        let waiting = weigh(&self.waiting, is_mail);
        let (mail, jobs) = (weigh(&self.given, is_mail), weigh(&self.given, is_job));
        (self.mail, self.bytes) == (waiting.0 + mail.0, waiting.1 + mail.1)
            && (self.given_mail, self.given_jobs) == (mail.0, jobs.0)
            && self.given_bytes == mail.1 + jobs.1
            && (self.given_bytes <= WINDOW || self.given_mail + self.given_jobs == 1)
            && waiting.0 == self.waiting.len()
    }

    /// How much mail is given out and not confirmed.
    pub(super) fn mail_under_way(&self) -> usize {
        self.given_mail
    }

    /// Whether mail or jobs are given out and not confirmed.
    pub(super) fn is_given(&self) -> bool {
        self.given_mail + self.given_jobs > 0
    }

    /// Whether anything is given out and not confirmed.
    pub(super) fn is_under_way(&self) -> bool {
        !self.given.is_empty()
    }

    /// The jobs that it holds, not given out ones first. For the oracle.
    pub(super) fn jobs(&self) -> impl Iterator<Item = LeaseId> {
        let assigned = self.assigned.iter().map(|assigned| &assigned.letter);
        assigned
            .chain(&self.given)
            .filter_map(|letter| match letter.sort {
                Sort::Job { lease, .. } => Some(lease),
                Sort::Mail { .. } | Sort::Stop => None,
            })
    }

    /// Whether the message of a wait is still here. For the oracle.
    pub(super) fn holds(&self, of: Asker) -> bool {
        let mut letters = self.waiting.iter().chain(&self.given);
        letters.any(|letter| matches!(letter.sort, Sort::Mail { asker, .. } if asker == Some(of)))
    }

    /// How many letters it holds of every sort. For the oracle.
    pub(super) fn letters(&self) -> usize {
        self.waiting.len() + self.assigned.len() + self.given.len()
    }
}
