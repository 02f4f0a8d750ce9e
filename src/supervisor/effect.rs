//! What the machine wants done.

use crate::model::{
    Envelope, Event, Forwarded, Incarnation, JobNews, Outcome, Refusal, Signal, Ticket, WorkerId,
};
use crate::wire::Message;

/// Something to be done, in order. None of them fails: what goes wrong comes back as an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Make a process. Answered by `Input::Spawned` or `Input::SpawnFailed`.
    Spawn {
        /// For whom.
        worker: WorkerId,
        /// Which of its processes it will be.
        incarnation: Incarnation,
    },
    /// Write messages to the channel, after what was given before. Answered by `Input::Written`.
    Write {
        /// To whom.
        worker: WorkerId,
        /// To which of its processes.
        incarnation: Incarnation,
        /// The messages, without newlines.
        messages: Vec<Message>,
    },
    /// Close the deck's half of the channel once all that was given is written, and go on reading.
    CloseChannel {
        /// Whose.
        worker: WorkerId,
        /// Of which of its processes.
        incarnation: Incarnation,
    },
    /// Tell a cluster worker to disconnect: it closes its servers, lets its connections end, and exits.
    Leave {
        /// Whom.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Whether another process is to follow it.
        returns: bool,
    },
    /// Send a signal.
    Signal {
        /// To whom.
        worker: WorkerId,
        /// To which of its processes.
        incarnation: Incarnation,
        /// The signal.
        signal: Signal,
        /// How far it reaches.
        scope: SignalScope,
    },
    /// Tell the clients at once, after all traffic and logs gathered from the same worker.
    Publish(Event),
    /// Tell the clients of messages. The journal fills in `order`.
    Traffic {
        /// Whose.
        worker: WorkerId,
        /// Of which of its processes.
        incarnation: Incarnation,
        /// The messages, oldest first.
        envelopes: Vec<Envelope>,
    },
    /// Answer a command.
    Answer {
        /// Which.
        ticket: Ticket,
        /// The answer.
        result: Result<Outcome, Refusal>,
    },
    /// Something that concerns jobs happened.
    News(JobNews),
    /// A route makes a job of a worker's message.
    Forward(Forwarded),
    /// The last worker is gone after `Command::Down`: end the deck.
    Halt,
}

/// How far a signal reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignalScope {
    /// The worker's process group.
    Group,
    /// The worker and all its descendants, wherever they went.
    Tree,
}
