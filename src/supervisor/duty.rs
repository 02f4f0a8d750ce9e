//! What a worker has to do with jobs: whether it takes any, which it has, and what mail by hand has to do with that.
//!
//! Where the next message answers the oldest job, nothing else may be asked of the process meanwhile: mail waits while
//! jobs are there, and jobs wait while a message that was given by hand is unanswered, but no longer than [`PATIENCE`].
//! Told to the jobs as [`JobNews`]. A pool that is not enlisted pays a flag test for all of this.

use std::time::Duration;

use crate::model::{Assignment, Incarnation, JobNews, LeaseId, Loss, MonoTime, ReplyId, ReplyRule};
use crate::supervisor::Effect;
use crate::supervisor::leases::{Lease, Leases};
use crate::supervisor::mailbox::Gate;
use crate::supervisor::turn::Turn;
use crate::supervisor::worker::Worker;
use crate::wire::{Message, canonical};

/// For how long a message by hand may keep a worker from its next job.
const PATIENCE: Duration = Duration::from_secs(5);

/// A worker's duty.
#[derive(Debug, Default)]
pub(super) struct Duty {
    /// Whether its pool takes jobs.
    pub(super) is_enlisted: bool,
    /// The jobs that its process has.
    pub(super) leases: Leases,
    hand: Hand,
    told: Told,
}

/// What was told last of the process that lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Told {
    #[default]
    Nothing,
    Serves,
    Rests,
}

/// Messages that were given by hand to a process whose next message answers the oldest one that it was given.
#[derive(Debug, Default)]
struct Hand {
    unanswered: usize,
    /// Until when an answer is waited for; from when the last one was written.
    until: Option<MonoTime>,
}

/// What the messages of one read are to the jobs.
#[derive(Debug, Default)]
pub(super) struct Answers {
    answers: Vec<(LeaseId, Message)>,
    stale: u64,
}

impl Answers {
    /// One more answers nothing that is waited for.
    pub(super) fn add_stale(&mut self) {
        self.stale += 1;
    }
}

impl Duty {
    /// When it no longer waits for the answer to a message by hand.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.hand.until
    }

    /// Whether the process was told to serve. For the oracle.
    pub(super) fn is_serving(&self) -> bool {
        self.told == Told::Serves
    }

    /// Whether anything was told of a process that is not known to be gone. For the oracle.
    pub(super) fn is_told(&self) -> bool {
        self.told != Told::Nothing
    }
}

impl Worker {
    /// Takes jobs from now on.
    pub(super) fn enlist(&mut self, now: MonoTime) {
        self.duty.is_enlisted = true;
        if !self.answers_next() || self.life().is_none() {
            return;
        }
        let until = self.pairing.newest().map(|asked| asked + PATIENCE);
        let until = until.filter(|until| *until > now);
        let under_way = self.mailbox.mail_under_way();
        self.duty.hand = Hand {
            unanswered: under_way + until.map_or(0, |_| self.pairing.len()),
            until: until.filter(|_| under_way == 0),
        };
    }

    /// Whether each message answers the oldest job.
    fn answers_next(&self) -> bool {
        self.policy.jobs.reply == ReplyRule::Next
    }

    /// Whether a message by hand keeps jobs from the process.
    pub(super) fn is_asked_by_hand(&self) -> bool {
        self.duty.hand.unanswered > 0 || self.mailbox.mail_under_way() > 0
    }

    /// Whether the next message may answer one that was given by hand, however long ago.
    fn owes_by_hand(&self) -> bool {
        self.is_asked_by_hand() || self.pairing.len() > 0
    }

    /// Whether the process takes jobs.
    pub(super) fn takes_jobs(&self) -> bool {
        let is_fit = self.takes_letters() && self.life().is_some_and(|life| !life.suspended);
        let is_free = || self.mailbox.len() == 0 && !self.is_asked_by_hand();
        is_fit && (!self.answers_next() || is_free())
    }

    /// What may be given out to the process.
    pub(super) fn gate(&self) -> Gate {
        if !self.duty.is_enlisted || !self.answers_next() {
            return Gate::OPEN;
        }
        Gate {
            mail: self.duty.leases.in_flight() == 0,
            jobs: !self.is_asked_by_hand(),
        }
    }

    /// Letters were given out.
    pub(super) fn note_given(&mut self, turn: &mut Turn<'_>, mail: usize, jobs: usize) {
        self.duty.leases.give(jobs, turn.mono());
        if mail > 0 && self.answers_next() {
            self.duty.hand.unanswered += mail;
            self.wait_by_hand(turn, None);
        }
    }

    /// The kernel took mail.
    pub(super) fn note_written(&mut self, turn: &mut Turn<'_>) {
        if self.answers_next() && self.mailbox.mail_under_way() == 0 {
            let until = turn.mono() + PATIENCE;
            let until = (self.duty.hand.unanswered > 0).then_some(until);
            self.wait_by_hand(turn, until);
        }
    }

    /// A message that answers no job came.
    pub(super) fn note_answer(&mut self, turn: &mut Turn<'_>) {
        if self.duty.hand.unanswered > 0 {
            self.duty.hand.unanswered -= 1;
            if self.duty.hand.unanswered == 0 {
                self.wait_by_hand(turn, None);
            }
        }
    }

    /// Waits no longer for the answer to a message by hand when its time is over.
    pub(super) fn note_time(&mut self, now: MonoTime) {
        if self.duty.hand.until.is_some_and(|until| until <= now) {
            self.duty.hand = Hand::default();
        }
    }

    fn wait_by_hand(&mut self, turn: &mut Turn<'_>, until: Option<MonoTime>) {
        self.duty.hand.until = until;
        turn.touched.push(self.slot);
    }

    /// The job that a message answers. What is stale is counted.
    pub(super) fn pair(&mut self, message: &Message, answers: &mut Answers) -> Option<Lease> {
        let leases = &mut self.duty.leases;
        let lease = match &self.policy.jobs.reply {
            ReplyRule::Next => {
                let lease = leases.answer_oldest();
                answers.stale += u64::from(lease.is_none() && !self.owes_by_hand());
                lease?
            }
            ReplyRule::Id(pointer) => {
                let id = ReplyId(canonical(pointer.find(message)?));
                let lease = leases.answer(&id);
                answers.stale += u64::from(lease.is_none());
                lease?
            }
            ReplyRule::None => return None,
        };
        if lease.is_forgotten {
            answers.stale += 1;
        } else {
            answers
                .answers
                .push((lease.id, message.detached().without_handle()));
        }
        Some(lease)
    }

    /// Tells what a read brought.
    pub(super) fn tell_answers(&self, turn: &mut Turn<'_>, answers: Answers) {
        if !answers.answers.is_empty() {
            turn.push(Effect::News(JobNews::Answered {
                worker: self.id.clone(),
                now: turn.now,
                answers: answers.answers,
            }));
        }
        if answers.stale > 0 {
            turn.push(Effect::News(JobNews::Stale {
                worker: self.id.clone(),
                count: answers.stale,
            }));
        }
    }

    /// The kernel took the message of a job, with this number; whether that is to be told.
    pub(super) fn job_written(&mut self, lease: LeaseId, now: MonoTime, seq: u64) -> bool {
        let Some(hops) = self.duty.leases.written(lease, now, seq) else {
            return false;
        };
        if self.policy.jobs.reply == ReplyRule::None {
            self.duty.leases.forget(lease, false);
            self.pairing.ask(now, hops, seq);
        }
        true
    }

    /// Tells which jobs' messages the kernel took.
    pub(super) fn tell_written(&self, turn: &mut Turn<'_>, leases: Vec<LeaseId>) {
        if !leases.is_empty() {
            turn.push(Effect::News(JobNews::Written {
                worker: self.id.clone(),
                now: turn.now,
                leases,
            }));
        }
    }

    /// Takes jobs for its process, or says at once that they are lost.
    pub(super) fn assign(
        &mut self,
        turn: &mut Turn<'_>,
        incarnation: Incarnation,
        jobs: Vec<Assignment>,
    ) {
        let takes =
            self.duty.is_enlisted && self.incarnation == incarnation && self.takes_letters();
        if !takes {
            let leases = jobs.iter().map(|job| job.lease).collect();
            return turn.refuse(self.id.clone(), incarnation, leases);
        }
        for assignment in jobs {
            self.duty.leases.assign(&assignment, turn.mono());
            let Assignment {
                lease,
                job,
                payload,
                ..
            } = assignment;
            self.mailbox.assign(lease, job, payload);
        }
        self.attend(turn);
    }

    /// Answers to these jobs of the process are no longer waited for.
    pub(super) fn forget(&mut self, turn: &mut Turn<'_>, leases: &[LeaseId]) {
        let keeps_place = self.answers_next();
        for lease in leases {
            self.duty.leases.forget(*lease, keeps_place);
        }
        let held = &self.duty.leases;
        self.mailbox.retain_assigned(|lease| held.holds(lease));
        self.attend(turn);
    }

    /// Gives jobs back that were not given out: the process gets nothing more.
    pub(super) fn give_back(&mut self, turn: &mut Turn<'_>) {
        if self.mailbox.assigned() > 0 {
            let leases = self.duty.leases.take_waiting();
            self.mailbox.retain_assigned(|_| false);
            turn.refuse(self.id.clone(), self.incarnation, leases);
        }
    }

    /// The process answers nothing more: it is gone, or its channel is.
    pub(super) fn lose(&mut self, turn: &mut Turn<'_>, loss: Loss) {
        if !self.duty.is_enlisted {
            return;
        }
        self.duty.hand = Hand::default();
        self.mailbox.retain_assigned(|_| false);
        let leases = self.duty.leases.take_all();
        let was_told = std::mem::take(&mut self.duty.told) != Told::Nothing;
        if was_told || !leases.is_empty() {
            turn.push(Effect::News(JobNews::Lost {
                worker: self.id.clone(),
                incarnation: self.facts.incarnation,
                loss,
                leases,
            }));
        }
    }

    /// Does what follows when jobs or mail by hand changed.
    pub(super) fn attend(&mut self, turn: &mut Turn<'_>) {
        if self.duty.is_enlisted {
            self.pump(turn);
            self.end_drain(turn);
            self.tell_duty(turn);
        }
    }

    /// Tells whether it takes jobs, when that changed.
    pub(super) fn tell_duty(&mut self, turn: &mut Turn<'_>) {
        if !self.duty.is_enlisted {
            return;
        }
        let (worker, incarnation) = (&self.id, self.incarnation);
        let news = match (self.takes_jobs(), self.duty.told) {
            (true, Told::Nothing | Told::Rests) => {
                self.duty.told = Told::Serves;
                JobNews::Serves {
                    worker: worker.clone(),
                    incarnation,
                }
            }
            (false, Told::Serves) => {
                self.duty.told = Told::Rests;
                JobNews::Rests {
                    worker: worker.clone(),
                    incarnation,
                }
            }
            (true, Told::Serves) | (false, Told::Nothing | Told::Rests) => return,
        };
        turn.push(Effect::News(news));
    }
}
