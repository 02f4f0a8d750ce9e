//! Answers that are on their way, polled together without a task for each.
//!
//! An answer is looked at when it was woken and only then, so that many thousand that wait cost nothing. Called by what
//! keeps the answers of a client.

use std::collections::{HashMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Futures that end in any order, at most `capacity` of them: its owner takes no further request while it is full. Those
/// that were woken together end in the order in which they were.
pub(super) struct Pendings<T> {
    answers: HashMap<u64, (Answer<T>, Arc<Alarm>)>,
    woken: Arc<Woken>,
    last: u64,
    capacity: usize,
}

/// The futures that are to be polled; each is in the queue once at the most.
#[derive(Default)]
struct Woken(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    ids: VecDeque<u64>,
    /// Whoever waits for them.
    task: Option<Waker>,
}

/// What wakes one future.
struct Alarm {
    id: u64,
    is_queued: AtomicBool,
    woken: Arc<Woken>,
}

impl Woken {
    fn with<R>(&self, change: impl FnOnce(&mut Queue) -> R) -> R {
        // A queue is whole after each line of a change, so a panic elsewhere leaves it usable.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, id: u64) {
        let task = self.with(|queue| {
            queue.ids.push_back(id);
            queue.task.take()
        });
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::AcqRel) {
            self.woken.push(self.id);
        }
    }
}

impl<T> Pendings<T> {
    /// None yet.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            answers: HashMap::new(),
            woken: Arc::default(),
            last: 0,
            capacity,
        }
    }

    /// Adds one.
    pub(super) fn push(&mut self, answer: impl Future<Output = T> + Send + 'static) {
        self.last += 1;
        let alarm = Arc::new(Alarm {
            id: self.last,
            // It is polled for the first time without having been woken.
            is_queued: AtomicBool::new(true),
            woken: Arc::clone(&self.woken),
        });
        self.answers.insert(self.last, (Box::pin(answer), alarm));
        self.woken.push(self.last);
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Whether no further one is to be added.
    pub(super) fn is_full(&self) -> bool {
        self.answers.len() >= self.capacity
    }

    /// The next one that ends; waits for ever while there are none.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> T {
        poll_fn(|context| {
            let count = self.woken.with(|queue| {
                queue.task = Some(context.waker().clone());
                queue.ids.len()
            });
            // Those that are woken meanwhile have their turn the next time: a future that wakes itself ends no loop.
            for _ in 0..count {
                if let Poll::Ready(value) = self.poll_one() {
                    return Poll::Ready(value);
                }
            }
            Poll::Pending
        })
        .await
    }

    fn poll_one(&mut self) -> Poll<T> {
        let id = self.woken.with(|queue| queue.ids.pop_front());
        // One that has ended may be woken once more.
        let Some((id, (answer, alarm))) = id.and_then(|id| Some((id, self.answers.get_mut(&id)?)))
        else {
            return Poll::Pending;
        };
        alarm.is_queued.store(false, Ordering::Release);
        let waker = Waker::from(Arc::clone(alarm));
        let polled = answer.as_mut().poll(&mut Context::from_waker(&waker));
        if polled.is_ready() {
            self.answers.remove(&id);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn answers_come_in_the_order_in_which_they_are_ready() {
        let mut pendings = Pendings::new(3);
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let (sender, receiver) = oneshot::channel();
                pendings.push(async move { receiver.await.unwrap() });
                sender
            })
            .collect();
        assert!(pendings.is_full());

        let answer = async {
            // Every one is waited for before any is answered.
            tokio::task::yield_now().await;
            for (number, sender) in senders.into_iter().enumerate().rev() {
                sender.send(number).unwrap();
            }
        };
        let take = async {
            let mut taken = Vec::new();
            while !pendings.is_empty() {
                taken.push(pendings.next().await);
            }
            taken
        };

        assert_eq!(tokio::join!(take, answer).0, [2, 1, 0]);
    }

    #[tokio::test]
    async fn one_that_waits_is_not_looked_at_for_another_ones_sake() {
        let looks = Arc::new(AtomicUsize::new(0));
        let mut pendings = Pendings::new(100);
        let count = Arc::clone(&looks);
        pendings.push(poll_fn(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Poll::Pending
        }));

        for number in 0..50 {
            pendings.push(async move {
                tokio::task::yield_now().await;
                number
            });
            assert_eq!(pendings.next().await, number);
        }

        assert_eq!(looks.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn nothing_is_lost_when_waiting_is_given_up() {
        let (sender, receiver) = oneshot::channel();
        let mut pendings = Pendings::new(1);
        pendings.push(async move { receiver.await.unwrap() });
        tokio::select! {
            biased;
            _ = pendings.next() => unreachable!("nothing was sent"),
            () = tokio::task::yield_now() => {}
        }

        sender.send(7).unwrap();

        assert_eq!(pendings.next().await, 7);
    }
}
