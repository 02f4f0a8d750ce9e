//! The jobs that a worker's process has, in the order in which they were assigned.
//!
//! Owns how far each is on its way, and which of them a reply answers. Bounded by what the jobs assign: the pool's
//! concurrency. Never knows workers or messages; called by the worker it belongs to.

use std::collections::VecDeque;

use crate::model::{Assignment, JobId, LeaseId, MonoTime, ReplyId};

/// One job of a process.
#[derive(Debug)]
pub(super) struct Lease {
    /// The assignment.
    pub(super) id: LeaseId,
    /// The job.
    pub(super) job: JobId,
    /// How many routes its message has come along.
    pub(super) hops: u8,
    /// When it was assigned, given out or taken by the kernel, whichever was last.
    pub(super) since: MonoTime,
    /// Whether the process is no longer asked for an answer, and the next one is not to be taken for another job's.
    pub(super) is_forgotten: bool,
    /// The number of its message among the worker's, once the kernel took it.
    pub(super) seq: Option<u64>,
    reply_id: Option<ReplyId>,
}

/// All of them. Those that the kernel took whole come first, then those that were given out, then those that wait:
/// all go the same way in the same order.
#[derive(Debug, Default)]
pub(super) struct Leases {
    held: VecDeque<Lease>,
    /// How many the kernel took whole.
    written: usize,
    /// How many were given out, the written ones included.
    given: usize,
    /// How many are forgotten.
    forgotten: usize,
}

impl Leases {
    /// How many answers are waited for.
    pub(super) fn in_flight(&self) -> usize {
        self.held.len() - self.forgotten
    }

    /// A job was assigned.
    pub(super) fn assign(&mut self, assignment: &Assignment, now: MonoTime) {
        self.held.push_back(Lease {
            id: assignment.lease,
            job: assignment.job,
            hops: assignment.hops,
            since: now,
            is_forgotten: false,
            seq: None,
            reply_id: assignment.reply_id.clone(),
        });
    }

    /// The oldest `count` that waited were given out.
    pub(super) fn give(&mut self, count: usize, now: MonoTime) {
        let given = self.held.iter_mut().skip(self.given).take(count);
        given.for_each(|lease| lease.since = now);
        self.given += count;
    }

    /// The kernel took the message of a job whole, with this number: how many routes it had come along, if its answer is
    /// waited for.
    pub(super) fn written(&mut self, id: LeaseId, now: MonoTime, seq: u64) -> Option<u8> {
        match self.held.get_mut(self.written) {
            Some(lease) if lease.id == id => {
                lease.since = now;
                lease.seq = Some(seq);
                self.written += 1;
                (!lease.is_forgotten).then_some(lease.hops)
            }
            _ => None, // It was answered before, or forgotten.
        }
    }

    /// A message came: it answers the oldest job that was given out.
    pub(super) fn answer_oldest(&mut self) -> Option<Lease> {
        if self.given == 0 {
            return None;
        }
        self.remove(0)
    }

    /// A message with this id came: the job that it answers.
    pub(super) fn answer(&mut self, id: &ReplyId) -> Option<Lease> {
        let mut given = self.held.iter().take(self.given);
        let index = given.position(|lease| lease.reply_id.as_ref() == Some(id))?;
        self.remove(index)
    }

    /// An answer came that says nothing of which job it is: the only one that was given out, if it is the only one.
    pub(super) fn answer_only(&mut self) -> Option<Lease> {
        if self.given != 1 {
            return None;
        }
        self.remove(0)
    }

    /// The job's answer is no longer waited for. With `keeps_place`, a message that was given out keeps its place in
    /// the order of replies.
    pub(super) fn forget(&mut self, id: LeaseId, keeps_place: bool) {
        let Some(index) = self.held.iter().position(|lease| lease.id == id) else {
            return;
        };
        if !keeps_place || index >= self.given {
            self.remove(index);
        } else if let Some(lease) = self.held.get_mut(index)
            && !lease.is_forgotten
        {
            lease.is_forgotten = true;
            self.forgotten += 1;
        }
    }

    /// Takes those back that were not given out.
    pub(super) fn take_waiting(&mut self) -> Vec<LeaseId> {
        let waiting = self.held.drain(self.given.min(self.held.len())..);
        waiting.map(|lease| lease.id).collect()
    }

    /// The process is gone and never read the newest job that the kernel took, nor what was given out after it. Whether it
    /// read those before is not certain.
    pub(super) fn spare_from(&mut self, newest: LeaseId) {
        if let Some(index) = self.held.iter().position(|lease| lease.id == newest) {
            self.given = self.given.min(index);
            self.written = self.written.min(index);
        }
    }

    /// Takes all whose answers are waited for, each with whether it was given out.
    pub(super) fn take_all(&mut self) -> Vec<(LeaseId, bool)> {
        let Self { held, given, .. } = std::mem::take(self);
        let all = held.into_iter().enumerate();
        all.filter(|(_, lease)| !lease.is_forgotten)
            .map(|(index, lease)| (lease.id, index < given))
            .collect()
    }

    /// Whether a job is held, forgotten or not.
    pub(super) fn holds(&self, id: LeaseId) -> bool {
        self.held.iter().any(|lease| lease.id == id)
    }

    /// Whether it holds none, forgotten ones included. For the oracle.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether an answer to one that was given out is waited for.
    pub(super) fn is_under_way(&self) -> bool {
        let mut given = self.held.iter().take(self.given);
        given.any(|lease| !lease.is_forgotten)
    }

    /// Whether its counters fit. For the oracle.
    pub(super) fn adds_up(&self) -> bool {
        let forgotten = self.held.iter().filter(|lease| lease.is_forgotten).count();
        self.written <= self.given && self.given <= self.held.len() && self.forgotten == forgotten
    }

    /// Those that wait, and those that were given out and not written. For the oracle.
    pub(super) fn unwritten(&self) -> (Vec<LeaseId>, Vec<LeaseId>) {
        let unwritten = self.held.iter().enumerate().skip(self.written);
        let (waiting, given): (Vec<_>, Vec<_>) =
            unwritten.partition(|(index, _)| *index >= self.given);
        let ids = |leases: Vec<(usize, &Lease)>| leases.iter().map(|(_, lease)| lease.id).collect();
        (ids(waiting), ids(given))
    }

    fn remove(&mut self, index: usize) -> Option<Lease> {
        let lease = self.held.remove(index)?;
        self.written -= usize::from(index < self.written);
        self.given -= usize::from(index < self.given);
        self.forgotten -= usize::from(lease.is_forgotten);
        Some(lease)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WallTime;
    use crate::wire::Message;

    fn leases(ids: &[&str]) -> Leases {
        let mut leases = Leases::default();
        for (lease, id) in (1..).zip(ids) {
            let assignment = Assignment {
                lease: LeaseId(lease),
                job: JobId::new(WallTime(0), [0; 10]),
                payload: Message::parse("1").unwrap(),
                reply_id: Some(ReplyId(id.as_bytes().into())),
                hops: 0,
            };
            leases.assign(&assignment, MonoTime::ZERO);
        }
        leases
    }

    fn id(lease: Option<Lease>) -> Option<u64> {
        lease.map(|lease| lease.id.0)
    }

    #[test]
    fn of_equal_ids_the_oldest_that_was_given_out_is_answered() {
        let mut leases = leases(&["a", "b", "b", "b"]);
        let b = ReplyId(b"b".as_slice().into());
        leases.give(3, MonoTime::ZERO);

        assert_eq!(id(leases.answer(&b)), Some(2));
        assert_eq!(id(leases.answer(&b)), Some(3));
        assert_eq!(id(leases.answer(&b)), None, "the fourth still waits");
        assert!(leases.adds_up());
    }

    #[test]
    fn a_forgotten_one_keeps_its_place_among_the_replies() {
        let mut leases = leases(&["a", "b", "c"]);
        leases.give(2, MonoTime::ZERO);
        leases.forget(LeaseId(1), true);
        leases.forget(LeaseId(3), true);
        assert_eq!(leases.in_flight(), 1);

        assert!(leases.answer_oldest().unwrap().is_forgotten);
        assert_eq!(id(leases.answer_oldest()), Some(2));
        assert_eq!(id(leases.answer_oldest()), None);
        assert!(leases.adds_up());
    }

    #[test]
    fn one_that_was_answered_early_is_not_taken_for_the_next_one_when_it_is_written() {
        let mut leases = leases(&["a", "b"]);
        leases.give(2, MonoTime::ZERO);
        assert_eq!(id(leases.answer_oldest()), Some(1));

        assert_eq!(leases.written(LeaseId(1), MonoTime::ZERO, 1), None);
        assert_eq!(leases.written(LeaseId(2), MonoTime::ZERO, 2), Some(0));
        assert_eq!(leases.take_all(), [(LeaseId(2), true)]);
    }
}
