//! A message's counterpart: the request that it answers, or its reply.

use crate::model::{Board, Direction, Envelope, Traffic, WorkerId, WorkerView};
use crate::tui::merge::place_after;

/// What belongs to a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Counterpart {
    /// Nothing: it answers no message.
    Nothing,
    /// Its reply has not come.
    Awaited,
    /// Its process ended before it replied.
    Lost,
    /// The request that it answers is no longer kept, or was not told.
    Forgotten,
    /// The request that it answers.
    Request(Box<Envelope>),
    /// Its reply.
    Reply(Box<Envelope>),
}

impl Counterpart {
    /// Finds what belongs to a message of a worker.
    pub(super) fn find(board: &Board, id: &WorkerId, envelope: &Envelope) -> Self {
        let Some(worker) = board.worker(id) else {
            return Self::Forgotten;
        };
        match envelope.direction {
            Direction::In if envelope.latency.is_none() => Self::Nothing,
            Direction::In => request(worker, envelope).map_or(Self::Forgotten, Self::Request),
            Direction::Out => reply(worker, envelope).map_or_else(
                || {
                    if worker.incarnation == envelope.incarnation {
                        Self::Awaited
                    } else {
                        Self::Lost
                    }
                },
                Self::Reply,
            ),
        }
    }

    /// Whether it can still change.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Awaited)
    }

    /// The counterpart itself.
    pub(crate) fn envelope(&self) -> Option<&Envelope> {
        match self {
            Self::Request(envelope) | Self::Reply(envelope) => Some(envelope),
            Self::Nothing | Self::Awaited | Self::Lost | Self::Forgotten => None,
        }
    }
}

/// A request comes before its reply, most often right before it.
fn request(worker: &WorkerView, reply: &Envelope) -> Option<Box<Envelope>> {
    let answers = reply.answers?;
    let end = place_after(&worker.traffic, reply.order);
    for index in (0..end).rev() {
        if let Some(Traffic::Message(envelope)) = worker.traffic.get(index) {
            if envelope.seq == answers && envelope.direction == Direction::Out {
                return Some(Box::new(envelope.clone()));
            }
            if envelope.seq < answers {
                return None;
            }
        }
    }
    None
}

fn reply(worker: &WorkerView, request: &Envelope) -> Option<Box<Envelope>> {
    let from = place_after(&worker.traffic, request.order);
    let mut later = worker.traffic.iter().skip(from);
    later.find_map(|item| match item {
        Traffic::Message(envelope) if envelope.answers == Some(request.seq) => {
            Some(Box::new(envelope.clone()))
        }
        _ => None,
    })
}
