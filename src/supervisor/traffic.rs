//! What passes on a worker's channel: counting, numbering, pairing, answering handles, handing out mail.
//!
//! The hot path: one batch per call, no allocation per message beyond the batch of envelopes.

use crate::model::{
    Direction, Envelope, Event, FrameFault, Incarnation, LeaseId, Reply, ReplyId, ReplyRule,
};
use crate::supervisor::Effect;
use crate::supervisor::duty::Answers;
use crate::supervisor::life::Life;
use crate::supervisor::mailbox::{Letter, Sort};
use crate::supervisor::pairing::Answered;
use crate::supervisor::turn::{Heard, Returned, Turn};
use crate::supervisor::waits::{Asker, Owed, Waits};
use crate::supervisor::worker::{Phase, Worker};
use crate::wire::{Fault, Frame, Handle, Message, canonical};

/// What the kernel took of one confirmation, beside the messages themselves.
#[derive(Debug, Default)]
struct Written {
    leases: Vec<LeaseId>,
    has_mail: bool,
}

impl Worker {
    /// All frames of one read. Those of a process that ended, from a descendant that holds its channel, are told too,
    /// until the next process lives.
    pub(super) fn receive(
        &mut self,
        turn: &mut Turn<'_>,
        incarnation: Incarnation,
        frames: Vec<Frame>,
        waits: &mut Waits,
    ) {
        if incarnation != self.facts.incarnation {
            return;
        }
        let mut envelopes = Vec::with_capacity(frames.len());
        let mut answers = Answers::default();
        let was_ready = self.life().is_some_and(Life::is_ready);
        for frame in frames {
            match frame {
                Frame::Message { message, bytes } => {
                    envelopes.push(self.take_in(turn, message, bytes, waits, &mut answers));
                }
                Frame::Internal { message, bytes, .. } => {
                    envelopes.push(self.internal(turn, Direction::In, message, bytes));
                }
                Frame::Fault(fault) => {
                    self.tell_traffic(turn, std::mem::take(&mut envelopes));
                    self.note_fault(turn, &fault, waits, &mut answers);
                    self.tell_fault(turn, fault);
                }
            }
        }
        self.tell_traffic(turn, envelopes);
        self.tell_answers(turn, answers);
        if !was_ready {
            self.pump(turn);
        }
        self.attend(turn);
    }

    fn take_in(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
        bytes: usize,
        waits: &mut Waits,
        answers: &mut Answers,
    ) -> Envelope {
        self.seq += 1;
        self.received += 1;
        let mut lease = None;
        // Nothing was given to the process before its first message where that makes it ready.
        if !self.hear_first(turn) && self.duty.is_enlisted {
            lease = self.pair(&message, answers);
        }
        let answered = match &lease {
            Some(lease) => Some(Answered {
                latency: turn.mono() - lease.since,
                hops: lease.hops,
                seq: lease.seq,
            }),
            None => self.answer_others(turn, &message, waits),
        };
        if let Some(heard) = &mut turn.heard {
            heard.push(Heard {
                message: message.clone(),
                hops: answered.map_or(0, |answered| answered.hops),
            });
        }
        Envelope {
            latency: answered.map(|answered| answered.latency),
            answers: answered.and_then(|answered| answered.seq),
            job: lease.map(|lease| lease.job),
            ..self.envelope(turn, Direction::In, message, bytes)
        }
    }

    /// A message that answers no job came: what it has of the one that it answers, if it answers one.
    fn answer_others(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        waits: &mut Waits,
    ) -> Option<Answered> {
        let now = turn.mono();
        let answered = self.pairing.answer(now);
        if let Some(owed) = self.owed_for(message) {
            match owed.asker {
                Asker::Wait(key) => {
                    let reply = Reply {
                        worker: self.id.clone(),
                        message: message.detached().without_handle(),
                        latency: owed.latency(now),
                    };
                    waits.reply(key, self.slot, reply);
                }
                Asker::Worker(to) => turn.returned.push(Returned {
                    to,
                    message: message.detached(),
                    hops: answered.map_or(0, |answered| answered.hops),
                }),
            }
        }
        self.note_answer(turn);
        answered
    }

    /// Whom a message answers: where replies are known by an id, who asked with the same one, else who asked with none;
    /// otherwise who asked first.
    fn owed_for(&mut self, message: &Message) -> Option<Owed> {
        if self.owed.is_empty() || !matches!(self.policy.jobs.reply, ReplyRule::Id(_)) {
            return self.owed.pop_front();
        }
        let id = self.reply_id(message);
        let same = self.owed.iter().position(|owed| owed.id == id);
        let place = same.or_else(|| self.owed.iter().position(|owed| owed.id.is_none()))?;
        self.owed.remove(place)
    }

    /// By what a message and its reply know each other, where they do by an id.
    fn reply_id(&self, message: &Message) -> Option<ReplyId> {
        let ReplyRule::Id(pointer) = &self.policy.jobs.reply else {
            return None;
        };
        Some(ReplyId(canonical(pointer.find(message)?)))
    }

    /// Writes a message past queue and window.
    pub(super) fn write_past(&mut self, turn: &mut Turn<'_>, message: Message, sort: Sort) {
        self.mailbox.give(message.clone(), sort);
        self.write(turn, vec![message]);
    }

    /// Whether mail and jobs may be given to the process.
    pub(super) fn takes_letters(&self) -> bool {
        matches!(&self.phase, Phase::Running(life) if life.channel.is_open() && life.is_ready())
    }

    /// Hands out mail to a running process that is ready while the window allows.
    pub(super) fn pump(&mut self, turn: &mut Turn<'_>) {
        if !self.takes_letters() {
            return;
        }
        let assigned = self.mailbox.assigned();
        let batch = self.mailbox.hand_out(self.gate());
        if !batch.is_empty() {
            if self.duty.is_enlisted {
                let jobs = assigned - self.mailbox.assigned();
                self.note_given(turn, batch.len() - jobs, jobs);
            }
            self.write(turn, batch);
        }
    }

    fn write(&mut self, turn: &mut Turn<'_>, messages: Vec<Message>) {
        if let Some(life) = self.life_mut() {
            life.was_given = true;
        }
        turn.push(Effect::Write {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            messages,
        });
    }

    /// The kernel took the oldest `count` messages that were given out.
    pub(super) fn written(&mut self, turn: &mut Turn<'_>, count: usize, waits: &Waits) {
        if self.life().is_none() {
            return;
        }
        let mut envelopes = Vec::with_capacity(count.min(self.mailbox.letters()));
        let mut written = Written::default();
        for _ in 0..count {
            let Some(letter) = self.mailbox.confirm() else {
                break;
            };
            envelopes.push(self.go_out(turn, letter, waits, &mut written));
        }
        self.tell_traffic(turn, envelopes);
        if !self.duty.is_enlisted {
            return self.pump(turn);
        }
        self.tell_written(turn, written.leases);
        if written.has_mail {
            self.note_written(turn);
        }
        self.attend(turn);
    }

    fn go_out(
        &mut self,
        turn: &Turn<'_>,
        letter: Letter,
        waits: &Waits,
        written: &mut Written,
    ) -> Envelope {
        let now = turn.mono();
        let bytes = letter.bytes();
        let seq = self.seq + 1;
        let mut job = None;
        match letter.sort {
            Sort::Job { lease, job: id } => {
                if self.job_written(lease, now, seq) {
                    written.leases.push(lease);
                }
                job = Some(id);
            }
            Sort::Mail { asker, hops } => {
                let is_owed = |asker: &Asker| match asker {
                    Asker::Wait(key) => waits.is_open(*key),
                    Asker::Worker(_) => true,
                };
                if let Some(asker) = asker.filter(is_owed) {
                    let id = self.reply_id(&letter.message);
                    self.owed.push_back(Owed {
                        asker,
                        written: now,
                        id,
                    });
                }
                self.pairing.ask(now, hops, seq);
                written.has_mail = true;
            }
            Sort::Stop => self.pairing.ask(now, 0, seq),
        }
        self.seq = seq;
        self.sent += 1;
        Envelope {
            job,
            ..self.envelope(turn, Direction::Out, letter.message, bytes)
        }
    }

    fn tell_traffic(&self, turn: &mut Turn<'_>, envelopes: Vec<Envelope>) {
        if !envelopes.is_empty() {
            turn.push(Effect::Traffic {
                worker: self.id.clone(),
                incarnation: self.facts.incarnation,
                envelopes,
            });
        }
    }

    fn tell_fault(&self, turn: &mut Turn<'_>, fault: Fault) {
        turn.publish(Event::FrameError(FrameFault {
            worker: self.id.clone(),
            incarnation: self.facts.incarnation,
            at: turn.now.wall,
            order: 0,
            kind: fault.kind,
            bytes: fault.bytes,
            head: fault.head,
            hint: fault.hint,
        }));
    }

    fn internal(
        &self,
        turn: &Turn<'_>,
        direction: Direction,
        message: Message,
        bytes: usize,
    ) -> Envelope {
        Envelope {
            seq: 0,
            internal: true,
            ..self.envelope(turn, direction, message, bytes)
        }
    }

    /// An envelope with the number that was given last.
    fn envelope(
        &self,
        turn: &Turn<'_>,
        direction: Direction,
        message: Message,
        bytes: usize,
    ) -> Envelope {
        Envelope {
            at: turn.now.wall,
            incarnation: self.facts.incarnation,
            order: 0,
            seq: self.seq,
            direction,
            handle: message.handle().map(Handle::kind),
            message: message.without_handle(),
            bytes,
            latency: None,
            answers: None,
            job: None,
            internal: false,
        }
    }
}
