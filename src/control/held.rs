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

/// How long a request that is no submit waits behind others. A queue that moves at the speed of a store is through before.
const PATIENCE: Duration = Duration::from_secs(1);

/// A client's requests in the order in which they were sent, the first of which has no room. While it is full no further
/// one is read.
///
/// All take effect in that order, so that a `down` comes after all submits before it; but whatever is no submit waits at
/// most a second, so that the `resume` which makes room is not waited for by what it makes room for.
#[derive(Default)]
pub(super) struct Held {
    requests: VecDeque<Request>,
    bytes: usize,
    /// How many of them are no submits.
    others: usize,
}

struct Request {
    id: Option<Id>,
    call: Call,
    bytes: usize,
    patience: Patience,
}

/// How long a request waits for those before it.
enum Patience {
    /// Those of a submit: until they have taken effect.
    Unbounded,
    /// Until then.
    Left(Pin<Box<Sleep>>),
    /// No longer.
    Over,
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
        let patience = match call {
            Call::Submit { .. } => Patience::Unbounded,
            // Whatever else a client asks.
            _ => Patience::Left(Box::pin(sleep(PATIENCE))),
        };
        self.others += usize::from(!patience.is_unbounded());
        self.bytes += bytes;
        self.requests.push_back(Request {
            id,
            call,
            bytes,
            patience,
        });
    }

    /// Takes the next one that may be carried out: the first, once it has room. After its second also the first one that is
    /// no submit, once it has room, and `down` from any place.
    pub(super) fn next(&mut self, has_room: impl Fn(&Call) -> bool) -> Option<(Option<Id>, Call)> {
        let first = self.requests.front()?;
        if has_room(&first.call) {
            return self.take(0);
        }
        let is_next = |index: &usize| {
            let request = self.requests.get(*index);
            request.is_some_and(|request| request.is_impatient() && has_room(&request.call))
        };
        let index = self.overtakers().into_iter().flatten().find(is_next)?;
        self.take(index)
    }

    /// Waits until a further one has lost its patience; for ever while all are patient or all have.
    ///
    /// # Cancel safety
    /// The time runs on when the future is dropped.
    pub(super) async fn overdue(&mut self) {
        if self.others == 0 {
            return std::future::pending().await;
        }
        // The first one was also the first to come.
        let mut patiences = self
            .requests
            .iter_mut()
            .map(|request| &mut request.patience);
        match patiences.find(|patience| matches!(patience, Patience::Left(_))) {
            Some(patience) => patience.run_out().await,
            None => std::future::pending().await,
        }
    }

    /// Where those are that may overtake others: the first one that is no submit, and `down`, which always has room.
    fn overtakers(&self) -> [Option<usize>; 2] {
        if self.others == 0 {
            return [None; 2];
        }
        let position = |is: fn(&Request) -> bool| self.requests.iter().position(is);
        [
            position(|request| !request.patience.is_unbounded()),
            position(|request| request.call == Call::Command(Command::Down)),
        ]
    }

    /// Takes all of them, as ids.
    pub(super) fn give_up(&mut self) -> Vec<Option<Id>> {
        let requests = std::mem::take(self).requests;
        requests.into_iter().map(|request| request.id).collect()
    }

    fn take(&mut self, index: usize) -> Option<(Option<Id>, Call)> {
        let request = self.requests.remove(index)?;
        self.bytes -= request.bytes;
        self.others -= usize::from(!request.patience.is_unbounded());
        Some((request.id, request.call))
    }
}

impl Request {
    fn is_impatient(&self) -> bool {
        matches!(self.patience, Patience::Over)
    }
}

impl Patience {
    fn is_unbounded(&self) -> bool {
        matches!(self, Self::Unbounded)
    }

    async fn run_out(&mut self) {
        if let Self::Left(sleep) = self {
            sleep.as_mut().await;
            *self = Self::Over;
        }
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
    async fn the_order_is_kept_until_one_that_is_no_submit_has_waited_too_long() {
        let mut held = held(&[SUBMIT, ("ps", "{}"), SUBMIT, ("hello", "{}")]);
        let no_submit = |call: &Call| !is_submit(call);

        assert_eq!(held.next(no_submit), None);
        held.overdue().await;
        held.push(None, Call::Pools, 10);
        assert_eq!(held.next(no_submit), Some((None, Call::Ps)));
        held.overdue().await;
        assert_eq!(held.next(no_submit), Some((None, Call::Hello)));
        assert_eq!(held.next(no_submit), None);
        assert!(is_submit(&held.next(|_| true).unwrap().1));
        assert_eq!(held.next(no_submit), None);
        held.overdue().await;
        assert_eq!(held.next(no_submit), Some((None, Call::Pools)));
        assert_eq!(held.next(no_submit), None);
    }

    #[tokio::test(start_paused = true)]
    async fn commands_keep_their_order_and_only_down_overtakes_them() {
        let stop = ("stop", r#"{"to":"a"}"#);
        let mut held = held(&[SUBMIT, stop, ("ps", "{}"), ("down", "{}")]);
        let down = Call::Command(Command::Down);
        let has_room = |call: &Call| *call == Call::Ps || *call == Call::Command(Command::Down);

        for _ in 0..2 {
            held.overdue().await;
        }
        assert_eq!(held.next(has_room), None);
        held.overdue().await;
        assert_eq!(held.next(has_room), Some((None, down)));
        assert_eq!(held.next(has_room), None);
        // One that has lost its patience and has no room loses it once.
        let again = tokio::time::timeout(PATIENCE * 2, held.overdue()).await;
        assert!(again.is_err());
    }

    #[tokio::test]
    async fn it_is_full_by_count_or_by_bytes() {
        let mut many = held(&vec![SUBMIT; REQUESTS - 1]);
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
