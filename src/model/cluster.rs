//! Pools whose workers are cluster workers: how they are to be served, and how their listeners do.

use serde::{Serialize, Serializer};

/// Who accepts the connections of a cluster; Node calls it the scheduling policy. Datagram sockets are always shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// The deck accepts, and gives each connection to the worker that has been free for the longest.
    #[default]
    RoundRobin,
    /// Each worker accepts by itself, from the same socket.
    Shared,
}

impl Schedule {
    /// Its name, in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::Shared => "shared",
        }
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What the workers of a pool listen on together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListenerView {
    /// Where: `tcp 127.0.0.1:8080`, `unix /run/x.sock`, `udp 0.0.0.0:53`.
    pub address: String,
    /// Who accepts.
    pub schedule: Schedule,
    /// The numbers of the workers that listen.
    pub workers: Vec<u32>,
    /// The numbers of those that are expected to listen again.
    pub awaited: Vec<u32>,
    /// Connections that wait for a worker now.
    pub waiting: usize,
    /// Connections given to a worker that has not answered yet.
    pub offered: usize,
    /// Connections that a worker took.
    pub handed_over: u64,
    /// How often a worker refused one.
    pub refused: u64,
    /// Connections that were given to another worker because theirs died.
    pub reoffered: u64,
    /// Connections closed because nobody took them.
    pub dropped: u64,
}
