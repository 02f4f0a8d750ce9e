//! What comes from a worker and is no message: whose answer it is taken for.
//!
//! One line is one answer, though it cannot be read: what is next in the order of replies ends with it, so that later
//! replies are not taken for answers to earlier messages. Called by `traffic`.

use std::sync::Arc;

use crate::model::{JobNews, Refusal, RefusalKind, ReplyRule};
use crate::supervisor::Effect;
use crate::supervisor::duty::Answers;
use crate::supervisor::leases::Lease;
use crate::supervisor::turn::Turn;
use crate::supervisor::waits::{Asker, Waits};
use crate::supervisor::worker::Worker;
use crate::wire::{Fault, FaultKind, Serialization};

impl Worker {
    /// Something that is no message came: it is taken for the answer of which nothing else can be known, so that whoever
    /// waits for what cannot be read waits no more.
    pub(super) fn note_fault(
        &mut self,
        turn: &mut Turn<'_>,
        fault: &Fault,
        waits: &mut Waits,
        answers: &mut Answers,
    ) {
        let what = match fault.kind {
            FaultKind::Invalid if self.policy.serialization == Serialization::Advanced => {
                "is no structured clone"
            }
            FaultKind::Invalid => "is not valid JSON",
            FaultKind::TooLong => "is longer than max_frame",
            FaultKind::Uncaught => "is an uncaught error",
            // The channel ends, or nothing of it is read from here on, or it is no answer.
            FaultKind::Truncated | FaultKind::Mismatch | FaultKind::Handle => return,
        };
        let leases = &mut self.duty.leases;
        let lease = match &self.policy.jobs.reply {
            ReplyRule::Next => leases.answer_oldest(),
            ReplyRule::Id(_) => leases.answer_only(),
            ReplyRule::None => None,
        };
        match lease {
            Some(lease) if lease.is_forgotten => answers.add_stale(),
            Some(lease) => self.fail_job(turn, &lease, reason(fault, what), answers),
            // It may be any of several jobs' answer.
            None if self.duty.leases.is_under_way() => {}
            None => self.fail_mail(turn, fault, what, waits),
        }
    }

    fn fail_job(
        &self,
        turn: &mut Turn<'_>,
        lease: &Lease,
        reason: Arc<str>,
        answers: &mut Answers,
    ) {
        self.tell_answers(turn, std::mem::take(answers));
        turn.push(Effect::News(JobNews::Unreadable {
            worker: self.id.clone(),
            now: turn.now,
            lease: lease.id,
            reason,
        }));
    }

    /// The oldest message is answered, with no latency; whoever asked is told, where only one can have asked for this.
    fn fail_mail(&mut self, turn: &mut Turn<'_>, fault: &Fault, what: &str, waits: &mut Waits) {
        // Bun writes an empty line for what it cannot say: that is no answer.
        if fault.head.is_empty() {
            return;
        }
        self.pairing.answer(turn.mono());
        let is_known = match self.policy.jobs.reply {
            ReplyRule::Id(_) => self.owed.len() == 1,
            ReplyRule::Next | ReplyRule::None => true,
        };
        let owed = self.owed.pop_front_if(|_| is_known);
        if let Some(Asker::Wait(key)) = owed.map(|owed| owed.asker) {
            waits.fail(key, self.slot, self.bad_reply(fault, what));
        }
        self.note_answer(turn);
    }

    fn bad_reply(&self, fault: &Fault, what: &str) -> Refusal {
        let (id, head) = (&self.id, fault.head.escape_ascii());
        let cut = if fault.bytes > fault.head.len() as u64 + 1 {
            "…"
        } else {
            ""
        };
        if fault.kind == FaultKind::Uncaught {
            let said = format!("{id}: {}", reason(fault, what));
            return Refusal::new(RefusalKind::BadReply, said).at(id);
        }
        let said = format!("{id} answered with a bad frame, which {what}: {head}{cut}");
        let hint = fault.hint.as_deref().unwrap_or("the worker lives on");
        Refusal::new(RefusalKind::BadReply, said).at(id).hint(hint)
    }
}

/// Why a job that ended with it failed.
fn reason(fault: &Fault, what: &str) -> Arc<str> {
    match &fault.hint {
        Some(error) if fault.kind == FaultKind::Uncaught => error.as_ref().into(),
        _ => format!("its reply {what}").into(),
    }
}
