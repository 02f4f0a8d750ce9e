//! What the cluster wants done.

use std::sync::Arc;

use crate::cluster::{ConnectionId, ListenerId};
use crate::model::{Incarnation, PoolName, WorkerId};
use crate::wire::Message;

/// Something to be done, in order. None of them fails: what goes wrong comes back as an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a socket. Answered by `Input::Bound`.
    Bind {
        /// Which listener it will be.
        listener: ListenerId,
        /// Whose workers share it.
        pool: PoolName,
        /// What was asked for.
        ask: Ask,
    },
    /// Accept so many more connections. Those beyond wait in the kernel's backlog.
    Accept {
        /// Which listener.
        listener: ListenerId,
        /// How many.
        count: usize,
    },
    /// Close a listener's socket; nobody uses it any more.
    CloseListener {
        /// Which listener.
        listener: ListenerId,
    },
    /// Write a message to a worker, past its mailbox.
    Send {
        /// To whom.
        worker: WorkerId,
        /// To which of its processes.
        incarnation: Incarnation,
        /// The message.
        message: Message,
        /// The descriptor that goes with it; the deck keeps its own.
        handle: Option<Carried>,
    },
    /// Close the deck's own descriptor of a connection; it is never spoken of again.
    Release {
        /// Which connection.
        connection: ConnectionId,
        /// What became of it.
        end: End,
    },
    /// A server of the worker is up.
    Listening {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// Say this among the worker's lines.
    Say {
        /// About whom.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// What, in a sentence.
        text: Arc<str>,
    },
}

/// A descriptor that goes along with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// An accepted connection.
    Connection(ConnectionId),
    /// A listener's own socket.
    Listener(ListenerId),
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// A worker took it.
    Taken,
    /// Its listener was closed before anybody took it.
    Closed,
    /// All workers refused it for too long.
    Refused,
    /// It reached no worker: their channels do not take descriptors.
    Undelivered,
}

/// What a socket is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which kind of socket.
    pub kind: Kind,
    /// The address: a numeric one, or a socket file's absolute path. Without one, any.
    pub address: Option<String>,
    /// The port; 0 for one that is free.
    pub port: u16,
    /// How many connections wait in the kernel.
    pub backlog: i32,
    /// Whether an address of IPv6 is for IPv6 alone.
    pub only_v6: bool,
    /// Of a datagram socket, whether others may be bound to the same address.
    pub reuses_address: bool,
    /// Permission bits that a socket file gets in addition.
    pub mode: u32,
    /// Whether workers accept by themselves, from the listener's own socket.
    pub is_shared: bool,
}

/// A kind of socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// TCP; over IPv4 and IPv6 if no address says otherwise.
    Tcp,
    /// A socket file.
    Unix,
    /// UDP over IPv4.
    Udp4,
    /// UDP over IPv6.
    Udp6,
}
