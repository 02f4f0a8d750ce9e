//! The vocabulary of a deck as plain data.
//!
//! Owns ids, addresses, specs, states, commands, events, and the board that folds events into what clients show.
//! Decides nothing and does nothing; every layer above speaks in these types.

mod address;
mod board;
mod cluster;
mod command;
mod detail;
mod envelope;
mod event;
mod glyph;
mod history;
mod id;
mod job;
mod listen;
mod needle;
mod news;
mod note;
mod queue;
mod ring;
mod spec;
mod state;
mod time;
mod worker;

pub use address::{Address, AddressError};
pub use board::{Board, DeckView, PoolView, RouteView};
pub use cluster::{ListenerView, Schedule};
pub use command::{Command, JobCommand, Outcome, Refusal, RefusalKind, Reply, Ticket};
pub use detail::{Buffers, PoolDetail, ProcessView, Variable, WorkerDetail};
pub use envelope::{Direction, Envelope, LogLine, Stream};
pub use event::{
    DeckSampled, Dropped, DroppedWhat, Event, Exited, FrameFault, JobChanged, LivenessChanged,
    Logs, Messages, PoolChanged, RollingChanged, RouteCounted, Sampled, StalledFor, Stamped,
    StateChanged,
};
pub use glyph::{control_picture, turns_direction};
pub use history::History;
pub use id::{Incarnation, PoolName, PoolNameError, WorkerId};
pub use job::{
    Assignment, Cause, JobFigures, JobFilter, JobId, JobIdError, JobState, JobView, LeaseId,
    Percentiles, ReplyId, Submission, WorkerJobs,
};
pub use listen::{ListenSpec, ListenSpecError};
pub use needle::Needle;
pub use news::{Forwarded, JobNews, Loss};
pub use note::{Note, Noted};
pub use queue::{
    Dispatch, JobsSpec, KeepSpec, QueueSpec, Rate, ReplyRule, RouteForm, RouteSpec, StoreSpec,
    WhenFull,
};
pub use ring::{Ring, Weigh};
pub use spec::{
    Api, Backoff, ChannelKind, DeckSpec, Intensity, MailboxSpec, OnDisconnect, PoolSpec, Ready,
    RestartSpec, RestartWhen, Runtime, StopSpec,
};
pub use state::{Exit, Fact, Liveness, Signal, State};
pub use time::{MonoTime, Now, WallTime};
pub use worker::{Traffic, WorkerView};
