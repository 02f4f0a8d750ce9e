//! What the machine is told.

use std::sync::Arc;

use crate::model::{
    Assignment, Command, Exit, Incarnation, LeaseId, PoolName, Stream, Ticket, WorkerId,
};
use crate::wire::{Frame, Message};

/// Something happened. Reports of an earlier incarnation of a worker are void.
#[derive(Debug)]
pub enum Input {
    /// A client asks; exactly one [`Effect::Answer`](super::Effect::Answer) with this ticket follows, now or later.
    Command {
        /// What the answer is tied to.
        ticket: Ticket,
        /// What is asked.
        command: Command,
    },
    /// The process that `Effect::Spawn` asked for exists.
    Spawned {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Its pid.
        pid: u32,
    },
    /// The process that `Effect::Spawn` asked for could not be made.
    SpawnFailed {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Why.
        fault: SpawnFault,
    },
    /// The process ended, and all that it had written to its channel and its outputs was told before.
    Exited {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// How it ended.
        exit: Exit,
        /// Which bytes given to the kernel it is known not to have read, at the last look before its end; without
        /// those of a message that was written in part, which is written whole to the next process.
        unread_bytes: u64,
    },
    /// The channel reached its end.
    ChannelClosed {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// One of its outputs reached its end.
    OutputClosed {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Which output.
        stream: Stream,
    },
    /// All frames that one read of the channel brought, in order.
    Received {
        /// From whom.
        worker: WorkerId,
        /// From which of its processes.
        incarnation: Incarnation,
        /// The frames.
        frames: Vec<Frame>,
    },
    /// The oldest `count` messages of those given by `Effect::Write` and not yet confirmed were taken by the kernel whole.
    Written {
        /// To whom.
        worker: WorkerId,
        /// To which of its processes.
        incarnation: Incarnation,
        /// How many.
        count: usize,
    },
    /// How much the worker has left unread, looked at while it is not zero, and once when it becomes zero.
    Unread {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Bytes given to the kernel that the worker has not read.
        bytes: u64,
        /// Whether the worker read anything since the last look.
        progressed: bool,
    },
    /// A cluster worker listens: with [`Ready::Listening`](crate::model::Ready::Listening) it is ready.
    Listening {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// A signal suspended the process.
    Suspended {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// The suspended process goes on.
    Continued {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
    },
    /// The workers of this pool are to take jobs from now on; [`JobNews::Serves`](crate::model::JobNews::Serves)
    /// follows for each that can, now or later.
    Enlist {
        /// Which pool.
        pool: PoolName,
    },
    /// Jobs for a process; those that it cannot take are told as lost at once.
    Assign {
        /// To whom.
        worker: WorkerId,
        /// To which of its processes.
        incarnation: Incarnation,
        /// The jobs, in order.
        jobs: Vec<Assignment>,
    },
    /// The process has these jobs no longer: nothing that comes from it is their reply.
    Forget {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// The jobs.
        leases: Vec<LeaseId>,
    },
    /// A job costs its worker's process its life: it is taken down by the stop ladder, without a drain, and started
    /// again without backoff.
    Relieve {
        /// Whose.
        worker: WorkerId,
        /// Which of its processes.
        incarnation: Incarnation,
        /// Why, in a few words: `job … timed out`.
        reason: Arc<str>,
    },
    /// The answer to a job that a route had made of a worker's message, on its way back to that worker.
    Return {
        /// To whom.
        to: WorkerId,
        /// The answer.
        message: Message,
        /// How many routes it has come along.
        hops: u8,
    },
    /// The job that a route had made of a message was not accepted.
    RouteRefused {
        /// Which of the deck's routes.
        route: usize,
    },
    /// A deadline passed.
    Tick,
}

impl Input {
    /// Whose process is reported on, and which; none for commands and ticks.
    pub(super) fn about(&self) -> Option<(&WorkerId, Incarnation)> {
        match self {
            Self::Spawned {
                worker,
                incarnation,
                ..
            }
            | Self::SpawnFailed {
                worker,
                incarnation,
                ..
            }
            | Self::Exited {
                worker,
                incarnation,
                ..
            }
            | Self::ChannelClosed {
                worker,
                incarnation,
            }
            | Self::OutputClosed {
                worker,
                incarnation,
                ..
            }
            | Self::Received {
                worker,
                incarnation,
                ..
            }
            | Self::Written {
                worker,
                incarnation,
                ..
            }
            | Self::Unread {
                worker,
                incarnation,
                ..
            }
            | Self::Listening {
                worker,
                incarnation,
            }
            | Self::Suspended {
                worker,
                incarnation,
            }
            | Self::Continued {
                worker,
                incarnation,
            } => Some((worker, *incarnation)),
            Self::Command { .. }
            | Self::Enlist { .. }
            | Self::Assign { .. }
            | Self::Forget { .. }
            | Self::Relieve { .. }
            | Self::Return { .. }
            | Self::RouteRefused { .. }
            | Self::Tick => None,
        }
    }
}

/// Why a process could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpawnFault {
    /// Whether trying again is of no use: the program is not there, may not be executed, or is no program.
    pub permanent: bool,
    /// What was attempted and how the system refused, with the path and the error's name.
    pub reason: String,
}
