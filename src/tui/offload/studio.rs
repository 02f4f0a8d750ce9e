//! Where the painter, who knows the deck, and the dashboard, who shows the picture, meet.
//!
//! Owns the picture while it is made. The painter runs on the deck's loop, the dashboard on its own thread; each holds the
//! lock for a change or a look, never longer. What has to be told is told by two bells that ring once for any number of changes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use tokio::sync::Notify;

use crate::model::PoolName;
use crate::tui::offload::picture::{Effort, Order, Picture};

/// A picture that is being made, and what is ordered of it. Clones are the same studio.
#[derive(Clone, Debug)]
pub struct Studio {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pools: Vec<PoolName>,
    picture: Mutex<Arc<Picture>>,
    /// Rings for the dashboard.
    changed: Notify,
    /// Rings for the painter.
    ordered: Notify,
    /// The parent's one thread; see [`Studio::turn`].
    thread: Mutex<()>,
    /// How many wait for it.
    waiting: AtomicUsize,
}

/// The right to run, of one who shares a thread with others.
#[derive(Debug)]
pub struct Turn<'a> {
    _held: MutexGuard<'a, ()>,
}

impl Studio {
    /// A studio whose tiles are the jobs of these pools.
    pub fn new(effort: Effort, pools: Vec<PoolName>) -> Self {
        let picture = Mutex::new(Arc::new(Picture::new(effort)));
        Self {
            shared: Arc::new(Shared {
                pools,
                picture,
                changed: Notify::new(),
                ordered: Notify::new(),
                thread: Mutex::new(()),
                waiting: AtomicUsize::new(0),
            }),
        }
    }

    /// The pools that draw.
    pub fn pools(&self) -> &[PoolName] {
        &self.shared.pools
    }

    /// The picture as it is.
    pub fn look(&self) -> Arc<Picture> {
        Arc::clone(&self.picture())
    }

    /// Changes the picture. A copy that is being looked at stays as it was.
    pub fn change<T>(&self, change: impl FnOnce(&mut Picture) -> T) -> T {
        let changed = change(Arc::make_mut(&mut self.picture()));
        self.shared.changed.notify_one();
        changed
    }

    /// Changes what is measured, which need not be shown at once.
    pub fn note<T>(&self, change: impl FnOnce(&mut Picture) -> T) -> T {
        change(Arc::make_mut(&mut self.picture()))
    }

    /// Gives an order; the painter hears of it.
    pub fn order(&self, order: Order) {
        self.change(|picture| picture.order(order));
        self.shared.ordered.notify_one();
    }

    /// Waits until the picture changed. Cancel safe; for one who waits.
    pub async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Waits until something was ordered. Cancel safe; for one who waits.
    pub async fn ordered(&self) {
        self.shared.ordered.notified().await;
    }

    /// Waits for the parent's thread, blocking. A program that computes inside its event loop has one thread for all it
    /// does; this deck has two, its loop and its dashboard. While it computes inside itself, whoever computes holds this
    /// turn, so that the other one stands still as it would there. Off-loaded nobody holds it for long.
    pub fn turn(&self) -> Turn<'_> {
        self.shared.waiting.fetch_add(1, Ordering::SeqCst);
        // Who panicked while it held the turn changed nothing by it.
        let held = self.shared.thread.lock();
        let held = held.unwrap_or_else(PoisonError::into_inner);
        self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
        Turn { _held: held }
    }

    /// Takes the parent's thread if nobody has it or waits for it: a lock alone may be taken again and again by the same one.
    pub fn try_turn(&self) -> Option<Turn<'_>> {
        if self.shared.waiting.load(Ordering::SeqCst) > 0 {
            return None;
        }
        match self.shared.thread.try_lock() {
            Ok(held) => Some(Turn { _held: held }),
            Err(TryLockError::Poisoned(held)) => Some(Turn {
                _held: held.into_inner(),
            }),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn picture(&self) -> MutexGuard<'_, Arc<Picture>> {
        let held = self.shared.picture.lock();
        // A change that panicked left a picture that can still be drawn over.
        held.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::MonoTime;

    fn studio() -> Studio {
        let effort = Effort {
            tiles: 16,
            work: 1000,
            pause: Duration::ZERO,
        };
        Studio::new(effort, Vec::new())
    }

    #[test]
    fn a_look_stays_as_it_was() {
        let studio = studio();
        let look = studio.look();
        studio.order(Order::Size((32, 32)));

        assert_eq!(look.size(), (0, 0));
        assert_eq!(studio.look().size(), (32, 32));
    }

    #[test]
    fn what_is_measured_copies_no_pixels() {
        let studio = studio();
        studio.order(Order::Size((32, 32)));
        let look = studio.look();

        studio.note(|picture| picture.note_loop(MonoTime::ZERO, Duration::ZERO));

        assert!(!Arc::ptr_eq(&look, &studio.look()));
        assert_eq!(look.pixels().as_ptr(), studio.look().pixels().as_ptr());
    }

    #[tokio::test]
    async fn a_change_before_the_wait_is_not_missed() {
        let studio = studio();
        studio.order(Order::Size((32, 32)));

        studio.ordered().await;
        studio.changed().await;
    }

    #[test]
    fn one_turn_at_a_time() {
        let studio = studio();
        let turn = studio.turn();
        assert!(studio.try_turn().is_none());
        drop(turn);
        assert!(studio.try_turn().is_some());
    }

    #[test]
    fn who_waits_has_the_next_turn() {
        let studio = studio();
        let turn = studio.turn();
        let other = studio.clone();
        let waits = std::thread::spawn(move || drop(other.turn()));
        while studio.shared.waiting.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }

        drop(turn);

        while studio.try_turn().is_none() {
            std::thread::yield_now();
        }
        assert_eq!(studio.shared.waiting.load(Ordering::SeqCst), 0);
        waits.join().unwrap();
    }
}
