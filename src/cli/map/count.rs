//! Whether workers answer as often as they are asked. Where replies are taken in order, one too few or too many gives
//! every later job another's result.
//!
//! Owns what each process was given and has not answered, and what is said where that does not add up. Of filters every
//! message is known; of fork workers only how many replies nobody waited for. Bounded by the jobs that workers have.
//! Called by `watch`.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::cli::map::loss::Loss;
use crate::model::{
    Direction, Envelope, Exit, Exited, Incarnation, JobId, Messages, WallTime, WorkerId,
};
use crate::wire::Message;

/// Whom replies are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairing {
    /// Each answers the oldest job that the worker has, of so many at the most.
    Order {
        /// The concurrency.
        ahead: u32,
    },
    /// Each says which job it answers.
    Id,
}

/// What was given and answered so far.
#[derive(Debug)]
pub(super) struct Count {
    pairing: Pairing,
    processes: HashMap<u32, Process>,
    /// Of each worker that lost count.
    losses: BTreeMap<u32, (WorkerId, Loss)>,
    /// Replies that answered no job in flight, as the deck tells them of all workers together.
    stale: u64,
    /// How many of those may have come too late, from workers that were ended.
    excused: u64,
    /// Whether it is said, or no longer to be said, that there are too many.
    is_told: bool,
    /// Whether the map ends, and its workers with it.
    is_over: bool,
}

/// What one process has to answer.
#[derive(Debug, Default)]
struct Process {
    incarnation: Incarnation,
    /// Jobs that it was given, oldest first.
    waiting: VecDeque<Job>,
    /// Jobs that it answered before the deck told that it had them.
    early: Vec<JobId>,
    /// Lines that are no message: each was taken for an answer.
    faults: usize,
    is_gone: bool,
    /// Whether some of its messages were not told.
    is_blind: bool,
}

#[derive(Debug)]
struct Job {
    id: JobId,
    at: WallTime,
    payload: Message,
}

/// A process that is gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gone {
    /// Whose.
    pub(super) worker: WorkerId,
    /// Jobs that it read and never answered although it came to its end in order: somebody else's result was taken for
    /// theirs, or theirs for somebody else's.
    pub(super) unanswered: Vec<JobId>,
}

impl Count {
    /// Nothing was given yet.
    pub(super) fn new(pairing: Pairing) -> Self {
        Self {
            pairing,
            processes: HashMap::new(),
            losses: BTreeMap::new(),
            stale: 0,
            excused: 0,
            is_told: false,
            is_over: false,
        }
    }

    /// Messages passed. Answers who is to be named at once because it answered more often than it was asked.
    pub(super) fn passed(&mut self, messages: &Messages) -> Option<WorkerId> {
        let worker = &messages.worker;
        let process = self.processes.entry(worker.number).or_default();
        if process.incarnation != messages.incarnation {
            *process = Process {
                incarnation: messages.incarnation,
                ..Process::default()
            };
        }
        // What comes of a process that is gone, a descendant of it says.
        if process.is_gone {
            return None;
        }
        let passed = messages.envelopes.iter();
        let surplus: u64 = passed.map(|one| process.pass(one)).sum();
        if surplus == 0 || self.pairing == Pairing::Id {
            return None;
        }
        self.loss(worker).surplus += surplus;
        (!std::mem::replace(&mut self.is_told, true)).then(|| worker.clone())
    }

    /// A line came that is no message.
    pub(super) fn fault(&mut self, worker: &WorkerId) {
        if let Some(process) = self.processes.get_mut(&worker.number) {
            process.faults += 1;
        }
    }

    /// So many replies fitted no job in flight, of all workers and since the start. Answers whether that is to be said at
    /// once.
    pub(super) fn stale(&mut self, count: u64) -> bool {
        self.stale = count;
        self.unasked() > 0 && !std::mem::replace(&mut self.is_told, true)
    }

    /// The map ends: what is to be said is said in the end.
    pub(super) fn close(&mut self) {
        self.is_told = true;
        self.is_over = true;
    }

    /// Some messages were not told.
    pub(super) fn lagged(&mut self) {
        for process in self.processes.values_mut() {
            process.is_blind = true;
        }
    }

    /// A process ended; with `was_closed`, its input was at its end.
    pub(super) fn exited(&mut self, exited: &Exited, was_closed: bool) -> Gone {
        let mut unanswered = Vec::new();
        if let Pairing::Order { ahead } = self.pairing {
            if !self.is_over {
                self.excused += u64::from(ahead);
            }
            let process = self.processes.get_mut(&exited.worker.number);
            let process = process.filter(|process| process.incarnation == exited.incarnation);
            if let Some(process) = process {
                let ended = ahead > 1 && was_closed && !exited.planned && is_in_order(exited.exit);
                unanswered = process.end(ended);
            }
        }
        if !unanswered.is_empty() {
            self.loss(&exited.worker).unanswered += unanswered.len() as u64;
        }
        Gone {
            worker: exited.worker.clone(),
            unanswered,
        }
    }

    /// Who has been asked for longest without an answer, and what.
    pub(super) fn oldest(&self) -> Option<(u32, Message)> {
        let alive = self.processes.iter().filter(|(_, one)| !one.is_gone);
        let heads = alive.filter_map(|(number, one)| Some((number, one.waiting.front()?)));
        let (number, job) = heads.min_by_key(|(number, job)| (job.at, **number))?;
        Some((*number, job.payload.clone()))
    }

    /// The workers that lost count, and how.
    pub(super) fn losses(&self) -> impl Iterator<Item = &(WorkerId, Loss)> {
        self.losses.values()
    }

    /// Whether a worker whose process is gone begins anew, with nothing to be said of what it did before.
    pub(super) fn begins_anew(&self, worker: &WorkerId) -> bool {
        !self.is_over && !self.losses.contains_key(&worker.number)
    }

    /// How many replies nobody asked for, where only that is known.
    pub(super) fn unasked(&self) -> u64 {
        match self.pairing {
            Pairing::Order { .. } => self.stale.saturating_sub(self.excused),
            Pairing::Id => 0,
        }
    }

    fn loss(&mut self, worker: &WorkerId) -> &mut Loss {
        let found = self.losses.entry(worker.number);
        let (_, loss) = found.or_insert_with(|| (worker.clone(), Loss::default()));
        loss
    }
}

impl Process {
    /// A message passed; how many of those that nobody asked for it is.
    fn pass(&mut self, envelope: &Envelope) -> u64 {
        match (envelope.direction, envelope.job) {
            (Direction::In, None) => return u64::from(!envelope.internal),
            (Direction::In, Some(id)) if !self.is_blind => {
                match self.waiting.iter().position(|job| job.id == id) {
                    Some(place) => drop(self.waiting.remove(place)),
                    None => self.early.push(id),
                }
            }
            (Direction::Out, Some(id)) if !self.is_blind => {
                match self.early.iter().position(|early| *early == id) {
                    Some(place) => drop(self.early.swap_remove(place)),
                    None => self.waiting.push_back(Job {
                        id,
                        at: envelope.at,
                        payload: envelope.message.clone(),
                    }),
                }
            }
            (Direction::In, Some(_)) | (Direction::Out, _) => {}
        }
        0
    }

    /// It is gone: which jobs it left unanswered, where it ended in order.
    fn end(&mut self, in_order: bool) -> Vec<JobId> {
        self.is_gone = true;
        let waiting = std::mem::take(&mut self.waiting);
        let is_known = in_order && !self.is_blind;
        let left = waiting.into_iter().filter(|_| is_known);
        // What was no message was taken for the answers of the oldest.
        left.skip(self.faults).map(|job| job.id).collect()
    }
}

/// Whether a process came to its end by itself; a shell answers so much for a program that a signal killed.
fn is_in_order(exit: Exit) -> bool {
    matches!(exit, Exit::Code(..=128))
}

#[cfg(test)]
#[path = "count_tests.rs"]
mod tests;
