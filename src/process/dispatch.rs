//! What is to be written on one channel, in the order in which it may be.
//!
//! Owns the mail that waits behind a handle. Answers to the worker's handles go first, then the lane, then the mail, each
//! between two messages. Of handles one is under way at a time; the mail waits until it is answered, and what is on the
//! lane behind one of the lane's. Never writes; called by `channel`.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::process::handover::{Flight, Handover, Origin, State};
use crate::wire::{Fault, Handle, Message, Offer, OutBuffer, Serialization, node};

const UNANSWERED: &str = "the worker read it, and never said whether it got the handle";

/// What one writing brought about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wrote {
    /// How many messages of the mail the kernel took whole. One with a handle is counted when the reader says that it was
    /// answered, or here when it was given up.
    pub messages: usize,
    /// What was written past the mail, answers to handles included.
    pub internal: Vec<Message>,
    /// What did not arrive.
    pub faults: Vec<Fault>,
}

impl Wrote {
    /// Whether it is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.messages == 0 && self.internal.is_empty() && self.faults.is_empty()
    }
}

/// What a message in the buffer is that is not counted as mail when it has left.
#[derive(Debug)]
enum Apart {
    Internal(Message),
    /// Mail with a handle: it is counted when it is answered.
    Handed,
}

/// What waits to be written.
#[derive(Debug)]
pub(super) struct Dispatch {
    out: OutBuffer,
    /// Mail that may not be written yet.
    held: VecDeque<Message>,
    /// The handle that goes with the first byte of what is to be written next.
    launch: Option<Handle>,
    /// Whether a handle is under way, as far as the writer knows.
    is_paused: bool,
    /// Whether a handle waits only for the worker to read what was written before.
    waits_for_reader: bool,
    /// How many messages were put into the buffer, and how many of them have left.
    pushed: u64,
    left: u64,
    apart: VecDeque<(u64, Apart)>,
    handover: Arc<Handover>,
    /// Whether handles can be sent.
    is_socket: bool,
    serialization: Serialization,
}

impl Dispatch {
    pub(super) fn new(
        handover: Arc<Handover>,
        is_socket: bool,
        serialization: Serialization,
    ) -> Self {
        Self {
            out: OutBuffer::new(serialization),
            held: VecDeque::new(),
            launch: None,
            is_paused: false,
            waits_for_reader: false,
            pushed: 0,
            left: 0,
            apart: VecDeque::new(),
            handover,
            is_socket,
            serialization,
        }
    }

    /// Adds mail. A channel of pipes carries its text alone.
    pub(super) fn push(&mut self, message: &Message) {
        let is_plain = message.handle().is_none() || !self.is_socket;
        let is_free = !self.is_paused && self.held.is_empty() && !self.handover.has_news();
        if is_plain && is_free {
            self.put(message);
        } else {
            self.held.push_back(message.clone());
        }
    }

    /// Whether nothing waits, neither for being written nor for being answered.
    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty() && self.held.is_empty() && !self.is_paused && !self.handover.has_news()
    }

    /// Whether all that may be written now was.
    pub(super) fn is_written(&self) -> bool {
        self.out.is_empty()
    }

    /// What to write next, with the handle on its first byte.
    pub(super) fn next(&self) -> (&[u8], Option<&Handle>) {
        (self.out.chunk(), self.launch.as_ref())
    }

    /// So many bytes of it have left.
    pub(super) fn advance(&mut self, count: usize, wrote: &mut Wrote) {
        self.launch = None;
        let passed = self.out.advance(count);
        self.left += passed as u64;
        wrote.messages += passed;
        while self
            .apart
            .front()
            .is_some_and(|(number, _)| *number < self.left)
        {
            wrote.messages -= 1;
            if let Some((_, Apart::Internal(message))) = self.apart.pop_front() {
                wrote.internal.push(message);
            }
        }
    }

    /// Whether a handle waits only for the worker to read what was written before.
    pub(super) fn waits_for_reader(&self) -> bool {
        self.waits_for_reader
    }

    /// Puts into the buffer what may be written by now; `is_read` says whether the worker has read all that was. Answers
    /// whether the channel has ended.
    pub(super) fn refill(&mut self, is_read: impl Fn() -> bool) -> bool {
        self.waits_for_reader = false;
        if self.launch.is_some() || self.held.is_empty() && !self.handover.has_news() {
            return false;
        }
        let handover = Arc::clone(&self.handover);
        let mut state = handover.look();
        self.is_paused = state.flight.is_some();
        while let Some(is_taken) = state.answers.pop_front() {
            let answer = if is_taken { node::ack() } else { node::nack() };
            self.put_apart(&answer.clone(), Apart::Internal(answer));
        }
        let is_read = &is_read;
        if !self.send_again(&mut state, is_read) && self.take_lane(&mut state, is_read) {
            self.take_mail(&mut state, is_read);
        }
        state.has_ended
    }

    /// The worker answered nothing for long: gives up what is under way.
    pub(super) fn give_up(&mut self, wrote: &mut Wrote) {
        let Some(flight) = self.handover.lock().flight.take() else {
            return;
        };
        self.is_paused = false;
        wrote.messages += usize::from(flight.origin == Origin::Mail);
        wrote.faults.push(flight.fault(UNANSWERED));
    }

    /// Sends what is under way once more if that is due; answers whether it is.
    fn send_again(&mut self, state: &mut State, is_read: &impl Fn() -> bool) -> bool {
        let Some(flight) = state.flight.as_mut().filter(|flight| flight.is_due) else {
            return false;
        };
        if self.may_launch(is_read) {
            flight.is_due = false;
            self.launch(&flight.message, Apart::Handed);
        } else {
            // It goes out alone; there is news until then.
            self.handover.remind();
        }
        true
    }

    /// Takes what is on the lane; answers whether the mail may follow.
    fn take_lane(&mut self, state: &mut State, is_read: &impl Fn() -> bool) -> bool {
        let is_behind = |flight: &Flight| flight.origin == Origin::Lane;
        while let Some(next) = state.lane.front() {
            if state.flight.as_ref().is_some_and(is_behind) {
                return false;
            }
            if next.handle().is_none() {
                if let Some(next) = state.lane.pop_front() {
                    self.put_apart(&next.clone(), Apart::Internal(next));
                }
                continue;
            }
            if state.flight.is_some() {
                return false;
            }
            if self.may_launch(is_read) {
                let next = state.lane.pop_front();
                self.begin(state, next, Origin::Lane);
            } else {
                self.handover.remind();
            }
            return false;
        }
        state.flight.is_none()
    }

    fn take_mail(&mut self, state: &mut State, is_read: &impl Fn() -> bool) {
        while let Some(next) = self.held.front() {
            if next.handle().is_some() && self.is_socket {
                // Without a reader nobody would hear that it is there.
                if !state.has_ended && self.may_launch(is_read) {
                    let next = self.held.pop_front();
                    self.begin(state, next, Origin::Mail);
                }
                return;
            }
            if let Some(next) = self.held.pop_front() {
                self.put(&next);
            }
        }
    }

    /// Whether a handle can go now. Its frame is to begin a read of its own: Deno loses the descriptor of one that comes
    /// in a read after others (observed with deno 2.9).
    fn may_launch(&mut self, is_read: &impl Fn() -> bool) -> bool {
        if !self.out.is_empty() {
            return false;
        }
        self.waits_for_reader = !is_read();
        !self.waits_for_reader
    }

    /// Puts a message with a handle under way; the buffer is empty.
    fn begin(&mut self, state: &mut State, message: Option<Message>, origin: Origin) {
        let Some(message) = message else {
            return;
        };
        let apart = match origin {
            Origin::Mail => Apart::Handed,
            Origin::Lane => Apart::Internal(message.clone()),
        };
        self.launch(&message, apart);
        state.flight = Some(Flight::new(message, origin));
        self.is_paused = true;
    }

    fn launch(&mut self, message: &Message, apart: Apart) {
        if let Some(frame) = Offer::frame(message, self.serialization) {
            self.launch = message.handle().cloned();
            if let Some(handle) = &self.launch {
                // Runtimes take it as it is, and one that blocks would block all that they do. What cannot be set is sent
                // all the same.
                let _ = rustix::io::ioctl_fionbio(handle, true);
            }
            self.put_apart(&frame, apart);
        }
    }

    fn put_apart(&mut self, message: &Message, apart: Apart) {
        self.apart.push_back((self.pushed, apart));
        self.put(message);
    }

    fn put(&mut self, message: &Message) {
        self.pushed += 1;
        self.out.push(message);
    }
}
