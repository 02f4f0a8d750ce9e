//! Handing handles over: what the two halves of a fork channel tell each other.
//!
//! Owns the one handle that is under way to the worker, the answers that it is owed for handles of its own, and the lane
//! of internal messages. The reader brings what the worker answered, the writer does what follows. Never reads or writes;
//! called by `channel`, `custody` and `dispatch`.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::wire::{Fault, FaultKind, HandleKind, Message};

/// How often a connection is sent in all when the worker says that it did not get it, as Node does.
const SENDS: u8 = 4;

/// How many answers and how many internal messages wait for the writer at the most.
const MOST: usize = 1024;

/// How long a worker that has read a handle's frame has to answer it, and at most the same again. While it reads nothing it
/// is merely busy.
const PATIENCE: Duration = Duration::from_secs(3);

/// How much of a message is shown of one that did not arrive.
const HEAD: usize = 32;

const REFUSED: &str =
    "the worker says that it came without its handle; it may be out of descriptors";

/// Where a message with a handle comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The mail.
    Mail,
    /// The lane.
    Lane,
}

/// A message whose handle is under way, from its first byte to the worker's answer.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) message: Message,
    pub(super) origin: Origin,
    /// Whether it is to be sent again.
    pub(super) is_due: bool,
    sends: u8,
    since: Instant,
    /// When to look whether the worker has read it, and how often it had.
    look_at: Instant,
    looks: u8,
}

/// This moment, for how long a worker takes to answer: only the channel knows when a frame left, and nothing is decided
/// by it that a machine decides.
#[expect(
    clippy::disallowed_methods,
    reason = "the age of a handle under way is the channel's own"
)]
fn now() -> Instant {
    Instant::now()
}

impl Flight {
    pub(super) fn new(message: Message, origin: Origin) -> Self {
        let since = now();
        Self {
            message,
            origin,
            is_due: false,
            sends: 1,
            since,
            look_at: since + PATIENCE,
            looks: 0,
        }
    }

    /// Says that it did not arrive.
    pub(super) fn fault(&self, hint: &'static str) -> Fault {
        fault(&self.message, self.message.len() + 1, hint)
    }
}

/// Says that a handle did not get where it was sent.
pub(super) fn fault(message: &Message, bytes: usize, hint: &'static str) -> Fault {
    Fault {
        kind: FaultKind::Handle,
        bytes: bytes as u64,
        head: message.as_bytes().iter().take(HEAD).copied().collect(),
        hint: Some(hint.into()),
    }
}

/// What both halves know.
#[derive(Debug, Default)]
pub(super) struct Handover {
    state: Mutex<State>,
    /// Whether the writer has something to look at: it costs nothing while there are no handles.
    has_news: AtomicBool,
    stir: Notify,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// For each handle that came whether it was taken, oldest first.
    pub(super) answers: VecDeque<bool>,
    pub(super) lane: VecDeque<Message>,
    pub(super) flight: Option<Flight>,
    /// Whether no answer will come, or nothing be written, any more.
    pub(super) has_ended: bool,
}

/// What became of the handle under way by the worker's answer.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// There was none, or it is sent once more.
    Nothing,
    /// It is there, or given up, which is said.
    Done(Origin, Option<Fault>),
}

impl Handover {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Owes the worker an answer; false when too many are owed, and it gets none.
    pub(super) fn owe(&self, is_taken: bool) -> bool {
        let mut state = self.lock();
        if state.has_ended || state.answers.len() >= MOST {
            return false;
        }
        state.answers.push_back(is_taken);
        drop(state);
        self.stir();
        true
    }

    /// The worker answered. One that nobody waits for changes nothing.
    pub(super) fn answered(&self, is_taken: bool) -> Verdict {
        let mut state = self.lock();
        let Some(flight) = &mut state.flight else {
            return Verdict::Nothing;
        };
        let is_resent = flight
            .message
            .handle()
            .is_some_and(|handle| handle.kind().is_resent());
        if !is_taken && is_resent && flight.sends < SENDS {
            flight.is_due = true;
            flight.sends += 1;
            drop(state);
            self.stir();
            return Verdict::Nothing;
        }
        let origin = flight.origin;
        let fault = (!is_taken).then(|| flight.fault(REFUSED));
        state.flight = None;
        drop(state);
        self.stir();
        Verdict::Done(origin, fault)
    }

    /// Nothing is read or nothing is written any more: what is under way did not arrive.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.has_ended = true;
        state.flight = None;
        state.lane.clear();
        state.answers.clear();
        drop(state);
        self.stir();
    }

    fn stir(&self) {
        self.has_news.store(true, Ordering::Release);
        self.stir.notify_one();
    }

    /// Whether there is something to look at.
    pub(super) fn has_news(&self) -> bool {
        self.has_news.load(Ordering::Acquire)
    }

    /// What there is to look at.
    pub(super) fn look(&self) -> MutexGuard<'_, State> {
        self.has_news.store(false, Ordering::Release);
        self.lock()
    }

    /// Looks at the handle under way again because something else was to be done.
    pub(super) fn remind(&self) {
        self.has_news.store(true, Ordering::Release);
    }

    /// Waits until there is something to look at; true when the worker has had a handle's frame for long enough without
    /// an answer, as `is_read` says. Cancel safe.
    pub(super) async fn stirred(&self, is_read: impl Fn() -> bool) -> bool {
        loop {
            let due = self.lock().flight.as_ref().map(|flight| flight.look_at);
            let due = due.unwrap_or_else(|| now() + PATIENCE);
            if self.has_news() {
                return false;
            }
            tokio::select! {
                () = self.stir.notified() => {}
                () = sleep_until(due) => {
                    if self.is_overdue(is_read()) {
                        return true;
                    }
                }
            }
        }
    }

    fn is_overdue(&self, is_read: bool) -> bool {
        let mut state = self.lock();
        let Some(flight) = &mut state.flight else {
            return false;
        };
        flight.look_at = now() + PATIENCE;
        flight.looks = if is_read { flight.looks + 1 } else { 0 };
        flight.looks > 1
    }

    /// The handle that the worker has not answered, and since when it waits for that.
    pub(super) fn under_way(&self) -> Option<(HandleKind, Duration)> {
        let state = self.lock();
        let flight = state.flight.as_ref()?;
        let handle = flight.message.handle()?;
        Some((handle.kind(), flight.since.elapsed()))
    }
}

/// The way past the mail for messages between runtimes (`NODE_…`): they are written between two messages, in their own
/// order, also while the mail waits for a handle to be acknowledged. At most 1,024 wait; a further one is not taken.
#[derive(Clone, Debug)]
pub struct Lane {
    handover: Weak<Handover>,
}

/// The lane is full, or its channel is gone; the message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lane of internal messages takes no more")]
pub struct LaneFull(pub Message);

impl Lane {
    pub(super) fn new(handover: &Arc<Handover>) -> Self {
        Self {
            handover: Arc::downgrade(handover),
        }
    }

    /// Has a message written, with its handle if it has one.
    ///
    /// # Errors
    /// [`LaneFull`] gives the message back.
    pub fn push(&self, message: Message) -> Result<(), LaneFull> {
        let Some(handover) = self.handover.upgrade() else {
            return Err(LaneFull(message));
        };
        let mut state = handover.lock();
        if state.has_ended || state.lane.len() >= MOST {
            return Err(LaneFull(message));
        }
        state.lane.push_back(message);
        drop(state);
        handover.stir();
        Ok(())
    }
}
