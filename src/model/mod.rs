//! The vocabulary of a deck as plain data.
//!
//! Owns ids, addresses, specs, states, commands, events, and the board that folds events into what clients show.
//! Decides nothing and does nothing; every layer above speaks in these types.

mod address;
mod board;
mod command;
mod envelope;
mod event;
mod glyph;
mod history;
mod id;
mod ring;
mod spec;
mod state;
mod time;
mod worker;

pub use address::{Address, AddressError};
pub use board::{Board, DeckView, PoolView};
pub use command::{Command, Outcome, Refusal, RefusalKind, Reply};
pub use envelope::{Direction, Envelope, LogLine, Stream};
pub use event::{
    DeckSampled, Dropped, DroppedWhat, Event, Exited, FrameFault, LivenessChanged, Logs, Messages,
    PoolChanged, Sampled, StalledFor, Stamped, StateChanged,
};
pub use glyph::{control_picture, turns_direction};
pub use history::History;
pub use id::{Incarnation, PoolName, PoolNameError, WorkerId};
pub use ring::{Ring, Weigh};
pub use spec::{
    Backoff, DeckSpec, Intensity, MailboxSpec, OnDisconnect, PoolSpec, RestartSpec, RestartWhen,
    Runtime, StopSpec,
};
pub use state::{Exit, Fact, Liveness, Signal, State};
pub use time::{MonoTime, Now, WallTime};
pub use worker::{Traffic, WorkerView};
