//! One client's queue of updates. A slow client misses events and is told how many; it never slows the driver.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::deck::handle::Update;
use crate::model::{Board, Stamped};

/// What a client's queue may hold in bytes, about, before its events are let go. An empty queue takes any one batch.
const MOST_BYTES: usize = 32 << 20;

/// A client's end: updates in order.
#[derive(Debug)]
pub struct Subscription {
    shared: Arc<Shared>,
}

/// The driver's end.
#[derive(Debug)]
pub(crate) struct Subscriber {
    shared: Arc<Shared>,
    /// Whether it is to be told of jobs; others ignore that.
    pub(crate) wants_jobs: bool,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    updates: VecDeque<(Update, usize)>,
    bytes: usize,
    lagged: u64,
    is_closed: bool,
}

impl Shared {
    fn with<T>(&self, change: impl FnOnce(&mut Queue) -> T) -> T {
        // A queue is whole after each line of a change, so a panic elsewhere leaves it usable.
        change(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscription {
    /// The next update; none when the deck is gone.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Update> {
        loop {
            let filled = self.shared.filled.notified();
            let (update, is_closed) = self.shared.with(|queue| {
                let taken = queue.updates.pop_front().map(|(update, bytes)| {
                    queue.bytes = queue.bytes.saturating_sub(bytes);
                    update
                });
                (taken, queue.is_closed)
            });
            if update.is_some() || is_closed {
                return update;
            }
            filled.await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.shared.with(|queue| queue.is_closed = true);
    }
}

impl Subscriber {
    /// A queue that begins with a snapshot.
    pub(crate) fn new(board: &Board, wants_jobs: bool) -> (Self, Subscription) {
        let shared = Arc::new(Shared::default());
        shared.with(|queue| {
            let snapshot = Update::Snapshot(Box::new(board.clone()));
            queue.updates.push_back((snapshot, 0));
        });
        let subscription = Subscription {
            shared: Arc::clone(&shared),
        };
        (Self { shared, wants_jobs }, subscription)
    }

    /// Queues a batch, or counts it as missed when the client is too far behind. Answers whether the client is there.
    pub(crate) fn push(&self, events: &Arc<[Stamped]>, bytes: usize) -> bool {
        let is_there = self.shared.with(|queue| {
            let is_full = queue.bytes > 0 && queue.bytes + bytes > MOST_BYTES;
            if is_full || queue.lagged > 0 {
                queue.lagged += events.len() as u64;
            } else {
                queue
                    .updates
                    .push_back((Update::Events(Arc::clone(events)), bytes));
                queue.bytes += bytes;
            }
            !queue.is_closed
        });
        self.shared.filled.notify_one();
        is_there
    }

    /// Whether the client missed events and is owed a snapshot.
    pub(crate) fn is_behind(&self) -> bool {
        self.shared.with(|queue| queue.lagged > 0)
    }

    /// Gives a client that missed events a fresh snapshot as soon as it has taken all that waits for it.
    pub(crate) fn catch_up(&self, board: &Board) {
        self.shared.with(|queue| {
            if queue.lagged == 0 || !queue.updates.is_empty() {
                return;
            }
            let missed = std::mem::take(&mut queue.lagged);
            queue.updates.push_back((Update::Lagged(missed), 0));
            let snapshot = Update::Snapshot(Box::new(board.clone()));
            queue.updates.push_back((snapshot, 0));
        });
        self.shared.filled.notify_one();
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.shared.with(|queue| queue.is_closed = true);
        self.shared.filled.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DeckSampled, Event, Now};

    fn batch() -> Arc<[Stamped]> {
        let event = Event::Deck(DeckSampled::default());
        Arc::from([Stamped {
            now: Now::default(),
            event,
        }])
    }

    #[tokio::test]
    async fn a_slow_client_is_told_what_it_missed_and_gets_a_snapshot() {
        let board = Board::new("test", 1);
        let (subscriber, mut subscription) = Subscriber::new(&board, false);

        for _ in 0..10 {
            assert!(subscriber.push(&batch(), MOST_BYTES / 4));
        }
        subscriber.catch_up(&board);

        assert!(matches!(
            subscription.next().await,
            Some(Update::Snapshot(_))
        ));
        for _ in 0..4 {
            assert!(matches!(subscription.next().await, Some(Update::Events(_))));
        }
        assert!(subscriber.is_behind());
        subscriber.catch_up(&board);
        assert!(matches!(subscription.next().await, Some(Update::Lagged(6))));
        assert!(matches!(
            subscription.next().await,
            Some(Update::Snapshot(_))
        ));
        assert!(!subscriber.is_behind());
    }

    #[tokio::test]
    async fn an_empty_queue_takes_any_one_batch() {
        let (subscriber, mut subscription) = Subscriber::new(&Board::new("test", 1), false);
        subscriber.push(&batch(), MOST_BYTES * 2);
        assert!(matches!(
            subscription.next().await,
            Some(Update::Snapshot(_))
        ));
        assert!(matches!(subscription.next().await, Some(Update::Events(_))));
    }

    #[tokio::test]
    async fn both_ends_learn_that_the_other_is_gone() {
        let (subscriber, subscription) = Subscriber::new(&Board::new("test", 1), false);
        drop(subscription);
        assert!(!subscriber.push(&batch(), 1));

        let (subscriber, mut subscription) = Subscriber::new(&Board::new("test", 1), false);
        drop(subscriber);
        assert!(matches!(
            subscription.next().await,
            Some(Update::Snapshot(_))
        ));
        assert!(subscription.next().await.is_none());
    }
}
