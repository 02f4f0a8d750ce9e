//! What the cluster is told.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::model::{Incarnation, PoolName, WorkerId};
use crate::wire::Message;

/// A socket that the deck listens on, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(pub u64);

/// A connection that the deck accepted, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Where a listener is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// By network.
    Net(SocketAddr),
    /// By a socket file.
    Path(PathBuf),
}

/// Something happened. Reports of an earlier incarnation of a worker are void.
#[derive(Debug)]
pub enum Input {
    /// A process exists.
    Spawned {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// A `NODE_CLUSTER` message came.
    Told {
        /// From whom.
        worker: WorkerId,
        /// From which of its processes.
        incarnation: Incarnation,
        /// The message.
        message: Message,
    },
    /// The process is to leave: the stop ladder's first step.
    Disconnect {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Whether another process follows it.
        returns: bool,
    },
    /// The process's channel is gone, or the process is; all that it wrote was told before.
    Gone {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// No process of this worker is to come any more, until `Spawned` says otherwise: it was stopped, given up, has
    /// finished, or its pool was made smaller.
    Over {
        /// Whose.
        worker: WorkerId,
    },
    /// A pool has so many workers: those with higher numbers do not come back.
    Resized {
        /// Which pool.
        pool: PoolName,
        /// How many.
        instances: u32,
    },
    /// What became of [`Effect::Bind`](super::Effect::Bind).
    Bound {
        /// Which listener.
        listener: ListenerId,
        /// Where it is reached; or how the system refused, a positive error number.
        result: Result<Address, i32>,
    },
    /// Connections were accepted, no more than [`Effect::Accept`](super::Effect::Accept) allows.
    Accepted {
        /// By which listener.
        listener: ListenerId,
        /// The connections, oldest first; ids are never used again.
        connections: Vec<ConnectionId>,
    },
    /// The connection that a worker was given did not reach it, and will not: its channel did not take the descriptor.
    Undelivered {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// A deadline passed.
    Tick,
}
