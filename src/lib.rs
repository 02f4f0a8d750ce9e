//! forkdeck supervises forked worker processes, speaks Node's `child_process.fork()` protocol with them, takes
//! messages to them, and shows every worker's CPU, queues, messages and logs live.
//!
//! # Forking from Rust
//!
//! [`fork`] gives a Rust program what `child_process.fork()` gives a Node program:
//!
//! ```no_run
//! use serde_json::json;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut child = forkdeck::fork("process.js").arg("--fast").spawn()?;
//!
//!     child.send(&json!({ "hello": "world" })).await?;
//!     while let Some(received) = child.recv().await {
//!         println!("{}", received?.message);
//!         child.disconnect();
//!     }
//!
//!     println!("{}", child.wait().await?);
//!     Ok(())
//! }
//! ```
//!
//! Any program can be the child, not only a script of Node, and needs nothing else than descriptor 3:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut child = forkdeck::Fork::command("sh")
//!     .args(["-c", r#"read -r n <&3; echo "{\"got\":$n}" >&3; exit 7"#])
//!     .spawn()?;
//!
//! child.send(&42).await?;
//! let reply = child.recv().await.ok_or("it ended")??;
//!
//! assert_eq!(reply.message.as_str(), r#"{"got":42}"#);
//! assert_eq!(child.wait().await?.code(), Some(7));
//! # Ok(())
//! # }
//! ```
//!
//! [`worker`] is the other end, for workers written in Rust, whoever their parent is. [`Fork`] has the options, [`Child`] what
//! can be done with a child, [`Sender`] and [`Receiver`] say what is promised of messages. All of it needs no deck, and is
//! built with `--no-default-features`; the dashboard, [`deck`] and the machines below it are the other half of this crate.
//!
//! # The deck
//!
//! One sentence holds the design: a synchronous supervisor turns inputs into effects, one async driver performs
//! them, and any number of clients send commands and fold events; the dashboard is just one of them.
//!
//! # The map
//!
//! ```text
//! wire <- model <- { supervisor | jobs | cluster | process } <- deck <- { control | tui } <- cli <- main
//! ```
//!
//! A module uses only modules to its left; modules inside one brace never use each other (`tests/layers.rs`).
//!
//! | module | owns |
//! | --- | --- |
//! | [`wire`] | bytes to messages and back, without I/O |
//! | [`model`] | the vocabulary as plain data: ids, specs, commands, events, and the board that folds events |
//! | [`supervisor`] | the pure machine: phases, restarts, stop ladder, mailboxes, invariants |
//! | [`jobs`] | the pure machine of jobs: queues, dispatch, retries, and the durable store |
//! | [`cluster`] | the pure machine of Node's cluster primary: listeners, hand-overs, who is to come back |
//! | [`process`] | one forked process, unsupervised: the keeper, both kinds of channel, output pipes, CPU and memory; and the library: `fork`, `worker`, and `exchange` below both |
//! | [`deck`] | the driver: performs effects, gathers traffic into events, samples, serves clients |
//! | `control` | JSON-RPC for clients outside the process |
//! | `tui` | the dashboard |
//! | `cli` | arguments, config file, diagnostics: the composition root |
//!
//! # The routes
//!
//! Each is an end-to-end test of that name (`tests/e2e/routes.rs`).
//!
//! 1. **A message.** `Command::Send` -> `deck/handle` -> `deck/driver` -> `supervisor/send` -> `supervisor/mailbox` ->
//!    `Effect::Write` -> `deck/perform` -> `deck/link` -> `deck/pump` -> `process/channel` -> the worker. Its reply:
//!    `process/channel` -> `wire/decoder` -> `deck/pump` -> `deck/hear` -> `Input::Received` -> `supervisor/traffic` ->
//!    `Effect::Traffic` -> `deck/journal` -> `Event::Messages` -> the board and every client. One batch is what one read
//!    brought.
//!    A filter's channel is its standard input and output; all else is the same (`process/channel`, `process/outlet`). A
//!    socket that goes along is handed over by `process/handover` and taken in by `process/custody`, in the frames of
//!    `wire/offer`. With advanced serialization `wire/v8` stands between the text and the bytes, and nowhere else.
//! 2. **A crash.** `process/keeper` reaps -> `Report::Exited` -> `deck/link` drains what the process wrote ->
//!    `Input::Exited` -> `supervisor/restart`: backoff -> `Event::Exit` and `Event::State` at once; the deadline ->
//!    `Effect::Spawn` -> `deck/perform` -> the keeper -> `Report::Spawned` -> its ends are served, `Input::Spawned` -> ready,
//!    and its mail is handed out.
//! 3. **A log line.** The worker's pipe -> `process/stdio` -> `wire/lines` -> `deck/pump` -> `deck/hear` -> past the machine to
//!    `deck/journal`, which gathers for 16 ms -> `Event::Logs` -> the board and every client.
//! 4. **A CPU sample.** `deck/sampler`, once a second -> `process/usage`, all processes in one pass on a thread of its own ->
//!    `deck/sampler` adds the machine's numbers -> `deck/journal` -> `Event::Sample` for each worker that changed, then
//!    `Event::Deck`.
//! 5. **A job.** `Deck::submit` -> `deck/requests` -> `jobs/submit` -> `Effect::Persist` -> `deck/ledger` -> the store's
//!    thread commits -> the submitter hears that it is accepted, and `jobs/dispatch` has picked a worker ->
//!    `Effect::Assign` -> `Input::Assign` -> `supervisor/work` -> the mailbox, as in 1. The worker's answer ->
//!    `supervisor/duty` pairs it -> `Effect::News` -> `jobs/outcome`: done, tried again later, or dead -> kept -> the
//!    submitter and every client that wants to be told. A deck in memory leaves the store out.
//!
//! Beside them goes what a cluster's workers and its primary tell each other, which is no mail: `deck/accept` takes a
//! connection -> `cluster` picks a worker -> `deck/primary` -> the lane of `deck/link`, past the mailbox -> `process/channel`;
//! the worker's `NODE_CLUSTER` answers come by `deck/hear` to `deck/primary` and `cluster`.

#[cfg(feature = "cli")]
pub mod cli;
pub mod cluster;
#[cfg(feature = "control")]
pub mod control;
pub mod deck;
pub mod jobs;
pub mod model;
pub mod process;
pub mod supervisor;
#[cfg(feature = "tui")]
pub mod tui;
pub mod wire;

pub use model::Signal;
pub use process::exchange::{Received, Receiver, SendError, Sender};
pub use process::fork::{Child, Fork, ForkError, Process, Stdio, fork};
pub use process::worker;
pub use wire::{Fault, FaultKind, Handle, HandleKind, Message, Serialization};
