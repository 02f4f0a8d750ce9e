//! One living process with the cluster's side of it.

use crate::cluster::{ConnectionId, ListenerId};
use crate::model::Incarnation;

/// A process whose channel is open.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) incarnation: Incarnation,
    /// Whether it was told to leave, or does so by itself: it is given nothing any more.
    pub(super) is_leaving: bool,
    /// The number of the next message to it.
    pub(super) seq: u64,
    /// The connection that it was given and has not answered for. There is never a second one: that pacing is what
    /// spreads the load.
    pub(super) offer: Option<Offer>,
    /// When it became free, counted: who has been free for the longest is next.
    pub(super) free_since: u64,
    /// What it listens on or has asked for, oldest first; at most [`LISTENERS`].
    pub(super) listeners: Vec<ListenerId>,
    /// Whose connection it was given last.
    pub(super) last_served: Option<ListenerId>,
}

/// How many servers one worker may have.
pub(super) const LISTENERS: usize = 64;

/// A hand-over that is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) seq: u64,
    pub(super) connection: ConnectionId,
}

impl Worker {
    pub(super) fn new(incarnation: Incarnation, free_since: u64) -> Self {
        Self {
            incarnation,
            is_leaving: false,
            seq: 0,
            offer: None,
            free_since,
            listeners: Vec::new(),
            last_served: None,
        }
    }

    /// Whether it can be given a connection.
    pub(super) fn is_free(&self) -> bool {
        self.offer.is_none() && !self.is_leaving
    }

    /// What it listens on, in the order in which it is to be served: none twice before the others.
    pub(super) fn turns(&self) -> Vec<ListenerId> {
        let last = self.last_served;
        let after = self.listeners.iter().position(|one| Some(*one) == last);
        let mut turns = self.listeners.clone();
        turns.rotate_left(after.map_or(0, |at| at + 1));
        turns
    }
}
