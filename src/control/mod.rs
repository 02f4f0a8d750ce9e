//! JSON-RPC for every client that is not in the process, and lines of JSON or text for those that only watch.
//!
//! Owns the projection of the model's events and views to the control protocol's JSON, the parsing of requests, and the
//! loop that serves one client over a reader and a writer. Decides nothing about workers or jobs: it gives commands to a
//! [`Deck`](crate::deck::Deck) and tells what comes back. Called by `cli`.
//!
//! # One worker whole
//!
//! | method | params | result |
//! | --- | --- | --- |
//! | `worker` | `{worker}` | what `ps` does not tell, because the system is asked for it: `{worker, command, cwd, runtime, restart, stop, mailbox, stall_after_ms, max_frame_bytes, serialization, on_disconnect, jobs, listen, processes, buffers, env, env_error?, unacknowledged}` |
//!
//! `processes` are the worker's own process and all its descendants, each after its parent: `{pid, parent, depth, command,
//! state, threads, cpu_percent, cpu_ms, memory_bytes}`, each alone; `[]` without a process. `buffers` are the sizes in force,
//! `{channel_bytes, stdout_bytes, stderr_bytes}`, or null. `env` is what its process was started with, or what the next one
//! gets, as `{name, value, own}` by name: `value` is null where the name says that it is a secret, and `own` is true of what
//! is not merely inherited from the deck. `env_error` says why it is not known. `listen` are the addresses on which the deck
//! listens for the pool. `unacknowledged` is the handle that the worker was sent and has not acknowledged, which holds up
//! its mail, `{handle, age_ms}`, or null.
//!
//! # Jobs
//!
//! | method | params | result |
//! | --- | --- | --- |
//! | `submit` | `{pool, payload, priority?, delay_ms?, key?, wait?}` | `{job}` once it is accepted, or with `wait` `{job, state, result?, error?}` once it is done, dead or cancelled; a dead one adds `causes` |
//! | `jobs` | `{pool?, state?, text?, limit?}` | an array of jobs, at most 100 unless `limit`, at most 10,000, says otherwise |
//! | `job` | `{id}` | the job |
//! | `retry` `drop` `cancel` | `{id?, pool?, state?, text?}`, at least one of them: every job that fits all that is given | the jobs as they are after it; dropped ones as they were |
//! | `pause` `resume` | `{pool}` | `{paused}` |
//!
//! `text` names the jobs that contain it, whatever its case, in their id, their key, the name of their worker, their last
//! error, or the first 64 KiB of their payload as it was submitted.
//!
//! A job is `{job, pool, state, attempts, max_attempts, priority, key?, payload, result?, error?, causes?, kills, worker?,
//! created, due?, started?, finished?, wait_ms?, run_ms?}`; `causes` are `{attempt, worker?, at, error}`, one for each
//! attempt that failed. A job that is done has no `error`: what failed before it is in its causes. In an array a payload or
//! result over 64 KiB is left out, and so are further ones once all of them are 16 MiB; `payload_bytes` and `result_bytes`
//! say how long they are. `job` always has them whole. A key has at most 1024 bytes.
//!
//! Besides those of the protocol's first version, errors have the kinds `wrong_state` (the job is in a state in which this
//! cannot be done with it) and `store_failed` (the store of jobs cannot be written, so that nothing was accepted). The `data`
//! of a `queue_full` has `retry_after_ms` where the deck can tell; that of a `submit` that waited and was left without its
//! end, because the deck went down, names the `job`: it was accepted.
//!
//! # Too many requests at once
//!
//! A `submit` waits for room while 256 submits of its client are not yet accepted, which is how a full pool with
//! `when_full = "block"` holds back its submitter and nobody else, or while 100,000 that were accepted wait for the end of
//! their job. Any other command but `down` waits while 1024 are on their way. A request that waits for room takes effect when
//! it gets it, and what its client sends after it waits behind it; but what is no submit waits a second at the most and then
//! overtakes submits, and `down` overtakes everything: so the client that filled a paused pool can still resume it, cancel
//! its jobs, ask what there is, or end the deck. Submits keep their order among each other, and so do all others.
//!
//! Reading stops once 1024 requests, or 1 MiB of them, wait for room. What is sent then, `resume` and `down` included, is
//! read when there is some: such a pool is resumed by another client, or the deck is ended by a signal. A client that went
//! away meanwhile is noticed within a second where its input can tell ([`Input::is_hung_up`]; a pipe, a socket and a
//! terminal can, a file cannot): what it sent has five seconds more, as after the end of input, then the deck goes down.
//!
//! Requests that still wait for room when the deck goes down are refused with `shutting_down`. Those that were not read are
//! not answered. A client that leaves takes no job with it.
//!
//! The events `job` are told only to those whose subscription names them or names none. One that left out its result
//! because of its size has `result_bytes` instead.

mod answer;
mod call;
mod detail_object;
mod event;
#[cfg(test)]
mod fake;
mod feed;
mod held;
mod job_object;
mod job_params;
mod lines;
mod object;
mod output;
mod owed;
mod pending;
mod requests;
mod rpc;
mod sanitise;
mod server;
mod session;
#[cfg(test)]
mod test_client;
mod view;
mod wanted;

pub use event::{Lines, MAX_BODY, project};
pub use lines::{LogStyle, print_events, print_logs};
#[cfg(feature = "cli")]
pub(crate) use sanitise::sanitise;
pub use server::{ControlError, Input, Options, Served, serve};
pub use view::{board_json, pools_json, workers_json};
pub use wanted::{UnknownEvent, Wanted};
