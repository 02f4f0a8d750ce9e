//! Messages as they pass: counted, numbered, paired with what they answer.

use std::time::Duration;

use crate::model::{Direction, Envelope, Event, FrameFault, Now};
use crate::supervisor::mailbox::Origin;
use crate::supervisor::phase::Phase;
use crate::supervisor::worker::Worker;
use crate::supervisor::{Effect, Ticket};
use crate::wire::{Fault, Frame, InternalKind, Message, node};

/// A message that answers one that somebody waits for.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) ticket: Ticket,
    pub(crate) message: Message,
    pub(crate) latency: Duration,
}

impl Worker {
    /// All frames of one read. Returns the replies that somebody waits for.
    pub(crate) fn receive(
        &mut self,
        now: Now,
        frames: Vec<Frame>,
        effects: &mut Vec<Effect>,
    ) -> Vec<Answer> {
        let mut envelopes = Vec::with_capacity(frames.len());
        let mut answers = Vec::new();
        for frame in frames {
            match frame {
                Frame::Message { message, bytes } => {
                    if let Some((ticket, written)) = self.awaiting.pop_front() {
                        let message = message.detached();
                        let latency = now.mono - written;
                        answers.push(Answer {
                            ticket,
                            message,
                            latency,
                        });
                    }
                    self.received += 1;
                    let latency = self.pairing.answer(now.mono);
                    let seq = self.number();
                    envelopes.push(envelope(now, Direction::In, message, bytes, seq, latency));
                }
                Frame::Internal {
                    message,
                    bytes,
                    kind,
                } => {
                    envelopes.push(internal(now, Direction::In, message, bytes));
                    // Until its handle is answered, a worker holds back all later messages.
                    if kind == InternalKind::Handle && self.is_open() {
                        self.interject(node::nack(), effects);
                    }
                }
                Frame::Fault(fault) => {
                    self.tell_traffic(&mut envelopes, effects);
                    effects.push(Effect::Publish(Event::FrameError(self.fault(now, fault))));
                }
            }
        }
        self.tell_traffic(&mut envelopes, effects);
        answers
    }

    /// The kernel took messages whole.
    pub(crate) fn confirm(&mut self, now: Now, count: usize, effects: &mut Vec<Effect>) {
        let mut envelopes = Vec::with_capacity(count);
        for _ in 0..count {
            let Some(mail) = self.mailbox.take_written() else {
                break;
            };
            let bytes = mail.message.len() + 1;
            match mail.origin {
                Origin::Client(wait) => {
                    self.awaiting.extend(wait.map(|ticket| (ticket, now.mono)));
                    self.pairing.written(now.mono);
                    self.sent += 1;
                    let seq = self.number();
                    let message = mail.message;
                    envelopes.push(envelope(now, Direction::Out, message, bytes, seq, None));
                }
                Origin::Deck => {
                    envelopes.push(internal(now, Direction::Out, mail.message, bytes));
                }
            }
        }
        self.tell_traffic(&mut envelopes, effects);
        self.hand_out(effects);
    }

    /// What the worker has left unread. Returns whether a stall may begin or ended by it.
    pub(crate) fn take_unread(&mut self, now: Now, bytes: u64, progressed: bool) -> bool {
        self.unread_bytes = bytes;
        if bytes == 0 {
            self.mailbox.all_read();
        }
        let Phase::Running(running) = &mut self.phase else {
            return false;
        };
        let was_quiet = running.quiet_since.is_some();
        let was_stalled = running.stall_told.is_some();
        if bytes == 0 || running.closed_at.is_some() {
            running.quiet_since = None;
            running.stall_told = None;
        } else if progressed || !was_quiet {
            running.quiet_since = Some(now.mono);
            running.stall_told = None;
        }
        let is_stalled = running.stall_told.is_some();
        was_stalled != is_stalled || (!was_quiet && running.quiet_since.is_some())
    }

    fn number(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    fn tell_traffic(&self, envelopes: &mut Vec<Envelope>, effects: &mut Vec<Effect>) {
        if envelopes.is_empty() {
            return;
        }
        effects.push(Effect::Traffic {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            envelopes: std::mem::take(envelopes),
        });
    }

    fn fault(&self, now: Now, fault: Fault) -> FrameFault {
        FrameFault {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            at: now.wall,
            order: 0,
            kind: fault.kind,
            bytes: fault.bytes,
            head: fault.head,
            hint: fault.hint,
        }
    }
}

fn envelope(
    now: Now,
    direction: Direction,
    message: Message,
    bytes: usize,
    seq: u64,
    latency: Option<Duration>,
) -> Envelope {
    Envelope {
        at: now.wall,
        order: 0,
        seq,
        direction,
        message,
        bytes,
        latency,
        internal: false,
    }
}

fn internal(now: Now, direction: Direction, message: Message, bytes: usize) -> Envelope {
    let mut envelope = envelope(now, direction, message, bytes, 0, None);
    envelope.internal = true;
    envelope
}
