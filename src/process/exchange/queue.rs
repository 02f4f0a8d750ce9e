//! What waits to be written on one channel.
//!
//! Bounded in bytes: whoever has more waits for room, or is refused. Shared by the senders, which fill it, and the writing
//! task, which empties it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

use crate::process::exchange::SendError;
use crate::wire::Message;

/// What a message costs beside its text.
const OVERHEAD: usize = 64;

/// The queue.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    room: Arc<Semaphore>,
    limit: u32,
    stir: Notify,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(Message, OwnedSemaphorePermit)>,
    /// Given to the writer, oldest first; each gives its room back when it is written.
    under_way: VecDeque<OwnedSemaphorePermit>,
    accepted: u64,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// What is queued is still written.
    Closing,
    /// Nothing is written any more.
    Ended,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    written: u64,
    /// Whether nothing is written any more.
    is_ended: bool,
    /// Whether nothing is read any more.
    is_read: bool,
}

/// What the writing task is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Go on.
    Write,
    /// Close the channel once all is written.
    Close,
    /// Stop.
    End,
}

impl Queue {
    /// A queue for so many bytes; a message that is larger fills it alone.
    pub(super) fn new(limit: usize) -> Self {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
        Self {
            state: Mutex::default(),
            room: Arc::new(Semaphore::new(limit as usize)),
            limit,
            stir: Notify::new(),
            progress: watch::Sender::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cost(&self, message: &Message) -> u32 {
        u32::try_from(message.len() + OVERHEAD)
            .unwrap_or(u32::MAX)
            .min(self.limit)
    }

    /// Waits for room and takes a message; answers its number.
    pub(super) async fn put(&self, message: Message) -> Result<u64, SendError> {
        let room = Arc::clone(&self.room);
        let permit = room.acquire_many_owned(self.cost(&message)).await;
        self.take(message, permit.map_err(|_| SendError::Closed)?)
    }

    /// Takes a message if there is room now.
    pub(super) fn try_put(&self, message: Message) -> Result<u64, SendError> {
        let room = Arc::clone(&self.room);
        let permit =
            room.try_acquire_many_owned(self.cost(&message))
                .map_err(|error| match error {
                    TryAcquireError::Closed => SendError::Closed,
                    TryAcquireError::NoPermits => SendError::Full,
                })?;
        self.take(message, permit)
    }

    fn take(&self, message: Message, permit: OwnedSemaphorePermit) -> Result<u64, SendError> {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return Err(SendError::Closed);
        }
        state.waiting.push_back((message, permit));
        state.accepted += 1;
        let number = state.accepted;
        drop(state);
        self.stir.notify_one();
        Ok(number)
    }

    /// How many messages were taken so far.
    pub(super) fn accepted(&self) -> u64 {
        self.lock().accepted
    }

    /// Waits until as many messages are written.
    pub(super) async fn written(&self, number: u64) -> Result<(), SendError> {
        let mut progress = self.progress.subscribe();
        let told = progress
            .wait_for(|progress| progress.written >= number || progress.is_ended)
            .await;
        match told {
            Ok(progress) if progress.written >= number => Ok(()),
            _ => Err(SendError::Closed),
        }
    }

    /// Waits until nothing is read any more.
    pub(super) async fn read(&self) {
        let mut progress = self.progress.subscribe();
        // Its sender lives as long as this queue.
        let _ = progress.wait_for(|progress| progress.is_read).await;
    }

    /// Nothing is read any more.
    pub(super) fn end_reading(&self) {
        self.progress
            .send_modify(|progress| progress.is_read = true);
    }

    /// Hands all that waits to the writer.
    pub(super) fn hand(&self, mut put: impl FnMut(&Message)) -> Next {
        let mut state = self.lock();
        while let Some((message, permit)) = state.waiting.pop_front() {
            put(&message);
            state.under_way.push_back(permit);
        }
        match state.phase {
            Phase::Open => Next::Write,
            Phase::Closing => Next::Close,
            Phase::Ended => Next::End,
        }
    }

    /// So many messages are written.
    pub(super) fn done(&self, count: usize) {
        if count == 0 {
            return;
        }
        let mut state = self.lock();
        let count = count.min(state.under_way.len());
        state.under_way.drain(..count);
        drop(state);
        self.progress
            .send_modify(|progress| progress.written += count as u64);
    }

    /// Waits until there is something to hand on or to do.
    pub(super) async fn stirred(&self) {
        self.stir.notified().await;
    }

    /// Takes nothing any more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Closing;
        }
        drop(state);
        self.room.close();
        self.stir.notify_one();
    }

    /// Nothing is written any more: what waits is let go.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.phase = Phase::Ended;
        let waiting = std::mem::take(&mut state.waiting);
        state.under_way.clear();
        drop(state);
        drop(waiting);
        self.room.close();
        self.stir.notify_one();
        self.progress
            .send_modify(|progress| progress.is_ended = true);
    }

    /// Whether messages are taken and read.
    pub(super) fn is_connected(&self) -> bool {
        self.lock().phase == Phase::Open && !self.progress.borrow().is_read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> Message {
        Message::parse(&format!("\"{}\"", "x".repeat(length))).unwrap()
    }

    #[test]
    fn a_full_queue_refuses_until_something_is_written() {
        let queue = Queue::new(2 * (10 + 2 + OVERHEAD));
        queue.try_put(message(10)).unwrap();
        queue.try_put(message(10)).unwrap();
        assert!(matches!(queue.try_put(message(10)), Err(SendError::Full)));

        let mut handed = 0;
        assert_eq!(queue.hand(|_| handed += 1), Next::Write);
        assert_eq!(handed, 2);
        assert!(matches!(queue.try_put(message(10)), Err(SendError::Full)));

        queue.done(1);
        assert_eq!(queue.try_put(message(10)).unwrap(), 3);
    }

    #[test]
    fn a_message_larger_than_the_queue_goes_alone() {
        let queue = Queue::new(100);
        queue.try_put(message(1000)).unwrap();
        assert!(matches!(queue.try_put(message(1)), Err(SendError::Full)));
    }

    #[tokio::test]
    async fn what_is_queued_when_it_ends_counts_as_unwritten() {
        let queue = Queue::new(1000);
        let first = queue.put(message(1)).await.unwrap();
        let second = queue.put(message(1)).await.unwrap();
        queue.hand(|_| {});
        queue.done(1);
        queue.close();
        assert!(matches!(queue.try_put(message(1)), Err(SendError::Closed)));
        assert_eq!(queue.hand(|_| {}), Next::Close);

        queue.end();

        assert!(queue.written(first).await.is_ok());
        assert!(queue.written(second).await.is_err());
        assert_eq!(queue.hand(|_| {}), Next::End);
    }
}
