//! Requests that were read and for which there is no room yet.
//!
//! Keeps them in the order in which they were sent, and knows which of them may leave it. Never carries one out; called by
//! what a client is owed.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::control::call::Call;
use crate::control::rpc::Id;
use crate::model::Command;

/// How many requests are held back before reading stops.
const REQUESTS: usize = 1024;

/// How long all of them may be, in bytes, before reading stops; the last one may go beyond it.
const BYTES: usize = 1 << 20;

/// How long the first one waits for room before others overtake it.
const STALL: Duration = Duration::from_millis(250);

/// A client's requests in the order in which they were sent, the first of which has no room. While it is full no further
/// one is read.
///
/// A queue that moves keeps its order, so that a `down` comes after all submits before it. One that stalls is overtaken,
/// so that the `resume` which makes room is not waited for by what it makes room for.
#[derive(Default)]
pub(super) struct Held {
    requests: VecDeque<Request>,
    bytes: usize,
    /// When the first one has waited too long; none before somebody waits for it, and once it has.
    alarm: Option<Pin<Box<Sleep>>>,
    is_stalled: bool,
}

struct Request {
    id: Option<Id>,
    call: Call,
    bytes: usize,
}

impl Held {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Whether no further one is to be added.
    pub(super) fn is_full(&self) -> bool {
        self.requests.len() >= REQUESTS || self.bytes >= BYTES
    }

    /// Adds a request that was `bytes` long.
    pub(super) fn push(&mut self, id: Option<Id>, call: Call, bytes: usize) {
        self.requests.push_back(Request { id, call, bytes });
        self.bytes += bytes;
        if self.requests.len() == 1 {
            self.wait_anew();
        }
    }

    /// Takes the next one that may be carried out: the first, once it has room. In a queue that stalls also the first one
    /// that is no submit, and `down` from any place.
    pub(super) fn next(&mut self, has_room: impl Fn(&Call) -> bool) -> Option<(Option<Id>, Call)> {
        let calls = || self.requests.iter().map(|request| &request.call);
        if calls().next().is_some_and(&has_room) {
            self.wait_anew();
            return self.take(0);
        }
        if !self.is_stalled {
            return None;
        }
        let mut numbered = calls().enumerate();
        let index = match numbered.find(|(_, call)| !matches!(call, Call::Submit { .. })) {
            Some((index, other)) if has_room(other) => index,
            // All of them are submits, or there are too many commands on their way.
            _ => calls().position(|call| *call == Call::Command(Command::Down))?,
        };
        self.take(index)
    }

    /// Waits until the first one has waited too long; for ever while there is none, and once it was told.
    ///
    /// # Cancel safety
    /// The time runs on when the future is dropped.
    pub(super) async fn stalled(&mut self) {
        if self.is_empty() || self.is_stalled {
            return std::future::pending().await;
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(STALL)));
        alarm.as_mut().await;
        self.alarm = None;
        self.is_stalled = true;
    }

    /// Takes all of them, as ids.
    pub(super) fn give_up(&mut self) -> Vec<Option<Id>> {
        let requests = std::mem::take(self).requests;
        requests.into_iter().map(|request| request.id).collect()
    }

    fn take(&mut self, index: usize) -> Option<(Option<Id>, Call)> {
        let Request { id, call, bytes } = self.requests.remove(index)?;
        self.bytes -= bytes;
        Some((id, call))
    }

    fn wait_anew(&mut self) {
        self.is_stalled = false;
        self.alarm = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(calls: &[(&str, &str)]) -> Held {
        let mut held = Held::default();
        for (method, params) in calls {
            held.push(None, Call::parse(method, Some(params)).unwrap(), 10);
        }
        held
    }

    fn is_submit(call: &Call) -> bool {
        matches!(call, Call::Submit { .. })
    }

    const SUBMIT: (&str, &str) = ("submit", r#"{"pool":"a","payload":1}"#);

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_moves_keeps_its_order_and_one_that_stalls_is_overtaken() {
        let mut held = held(&[SUBMIT, ("ps", "{}"), SUBMIT, ("hello", "{}")]);
        let no_submit = |call: &Call| !is_submit(call);

        assert_eq!(held.next(no_submit), None);
        held.stalled().await;
        assert_eq!(held.next(no_submit), Some((None, Call::Ps)));
        assert!(is_submit(&held.next(|_| true).unwrap().1));
        // It moved, so that it is in order again.
        assert_eq!(held.next(no_submit), None);
        held.stalled().await;
        assert_eq!(held.next(no_submit), Some((None, Call::Hello)));
        assert_eq!(held.next(no_submit), None);
    }

    #[tokio::test(start_paused = true)]
    async fn commands_keep_their_order_and_only_down_overtakes_them() {
        let down = Call::Command(Command::Down);
        let mut held = held(&[
            SUBMIT,
            ("stop", r#"{"to":"a"}"#),
            ("ps", "{}"),
            ("down", "{}"),
        ]);
        let has_room = |call: &Call| *call == Call::Ps || *call == Call::Command(Command::Down);

        held.stalled().await;

        assert_eq!(held.next(has_room), Some((None, down)));
        assert_eq!(held.next(has_room), None);
    }

    #[tokio::test]
    async fn it_is_full_by_count_or_by_bytes() {
        let mut many = held(&[SUBMIT; REQUESTS - 1]);
        assert!(!many.is_full());
        many.push(None, Call::Ps, 1);
        assert!(many.is_full());
        assert_eq!(
            many.next(|_| true).map(|(_, call)| is_submit(&call)),
            Some(true)
        );
        assert!(!many.is_full());

        let mut long = held(&[SUBMIT]);
        long.push(None, Call::Ps, BYTES);
        assert!(long.is_full());
        assert_eq!(long.give_up().len(), 2);
        assert!(long.is_empty() && !long.is_full());
    }
}
