//! forkdeck supervises forked worker processes, speaks Node's `child_process.fork()` protocol with them, routes
//! messages, and shows every worker's CPU, queues, messages and logs live.
//!
//! One sentence holds the design: a synchronous supervisor turns inputs into effects, one async driver performs
//! them, and any number of clients send commands and fold events; the dashboard is just one of them.
//!
//! # The map
//!
//! ```text
//! wire <- model <- { supervisor | process } <- deck <- { control | tui } <- cli <- main
//! ```
//!
//! A module uses only modules to its left; modules inside one brace never use each other (`tests/layers.rs`).
//!
//! | module | owns |
//! | --- | --- |
//! | [`wire`] | bytes to messages and back, without I/O |
//! | [`model`] | the vocabulary as plain data: ids, specs, commands, events, and the board that folds events |
//! | [`supervisor`] | the pure machine: phases, restarts, stop ladder, mailboxes, invariants |
//! | [`process`] | one forked process, unsupervised: the keeper, the channel, output pipes, CPU and memory |
//! | [`deck`] | the driver: performs effects, gathers traffic into events, samples, serves clients |
//! | `control` | JSON-RPC for clients outside the process |
//! | `tui` | the dashboard |
//! | `cli` | arguments, config file, diagnostics: the composition root |

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "control")]
pub mod control;
pub mod deck;
pub mod model;
pub mod process;
pub mod supervisor;
#[cfg(feature = "tui")]
pub mod tui;
pub mod wire;
