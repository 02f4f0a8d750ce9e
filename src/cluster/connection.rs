//! One accepted connection that nobody has taken yet.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cluster::ListenerId;
use crate::model::{MonoTime, WorkerId};

/// How long a connection that every worker refused waits before it is offered again. Node's primary offers it again at
/// once, 36 times in 3 seconds.
pub(super) const DELAY: Duration = Duration::from_millis(100);

/// For how long a connection is offered to workers that all refuse it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) listener: ListenerId,
    pub(super) stand: Stand,
    /// The workers that refused it since it was last held back.
    pub(super) refused_by: BTreeSet<u32>,
    /// Since when it is refused.
    pub(super) refused_since: Option<MonoTime>,
    /// Whether it was a channel that refused it, not a worker.
    pub(super) is_undelivered: bool,
}

/// Where a connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// In its listener's queue.
    Waiting,
    /// Given to this worker, which has not answered.
    Offered(WorkerId),
    /// Refused by all, offered again then.
    Held(MonoTime),
}

impl Connection {
    pub(super) fn new(listener: ListenerId) -> Self {
        Self {
            listener,
            stand: Stand::Waiting,
            refused_by: BTreeSet::new(),
            refused_since: None,
            is_undelivered: false,
        }
    }
}
