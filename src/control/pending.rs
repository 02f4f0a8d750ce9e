//! Answers that are on their way, polled together without a task for each.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Futures that end in any order, at most `capacity` of them: its owner takes no further request while it is full.
pub(super) struct Pendings<T> {
    answers: Vec<Answer<T>>,
    capacity: usize,
}

impl<T> Pendings<T> {
    /// None yet.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            answers: Vec::new(),
            capacity,
        }
    }

    /// Adds one.
    pub(super) fn push(&mut self, answer: impl Future<Output = T> + Send + 'static) {
        self.answers.push(Box::pin(answer));
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
            for index in 0..self.answers.len() {
                let Some(answer) = self.answers.get_mut(index) else {
                    break;
                };
                if let Poll::Ready(value) = answer.as_mut().poll(context) {
                    drop(self.answers.swap_remove(index));
                    return Poll::Ready(value);
                }
            }
            Poll::Pending
        })
        .await
    }
}
