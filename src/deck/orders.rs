//! Orders on their way to the spawner: the driver never waits for it.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use crate::process::Order;

/// How many orders the spawner has before it.
pub(crate) const ORDERS: usize = 64;

/// What the driver ordered, handed on as the spawner takes it. Bounded by what the machine asks for: one spawn and a few
/// signals a worker.
#[derive(Debug)]
pub(crate) struct Orders {
    waiting: VecDeque<Order>,
    spawner: mpsc::Sender<Order>,
}

impl Orders {
    pub(crate) fn new(spawner: mpsc::Sender<Order>) -> Self {
        Self {
            waiting: VecDeque::new(),
            spawner,
        }
    }

    /// Adds an order and hands on what the spawner takes at once.
    pub(crate) fn push(&mut self, order: Order) {
        self.waiting.push_back(order);
        while let Ok(place) = self.spawner.try_reserve() {
            let Some(order) = self.waiting.pop_front() else {
                return;
            };
            place.send(order);
        }
    }

    /// Waits until the spawner takes the next one; for ever when there is none, or no spawner.
    ///
    /// # Cancel safety
    /// No order is lost when the future is dropped.
    pub(crate) async fn hand_on(&mut self) {
        if self.waiting.is_empty() {
            return std::future::pending().await;
        }
        let Ok(place) = self.spawner.reserve().await else {
            return std::future::pending().await;
        };
        if let Some(order) = self.waiting.pop_front() {
            place.send(order);
        }
    }
}
