//! JSON-RPC for every client that is not in the process, and lines of JSON or text for those that only watch.
//!
//! Owns the projection of the model's events and views to the control protocol's JSON, the parsing of requests, and the
//! loop that serves one client over a reader and a writer. Decides nothing about workers or jobs: it gives commands to a
//! [`Deck`](crate::deck::Deck) and tells what comes back. Called by `cli`.
//!
//! # Jobs
//!
//! | method | params | result |
//! | --- | --- | --- |
//! | `submit` | `{pool, payload, priority?, delay_ms?, key?, wait?}` | `{job}` once it is accepted, or with `wait` `{job, state, result?, error?}` once it is done, dead or cancelled; a dead one adds `causes` |
//! | `jobs` | `{pool?, state?, text?, limit?}` | an array of jobs, at most 100 unless `limit` says otherwise |
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
//! A client is read no further while 256 of its submits are not yet accepted, which is how a full pool with
//! `when_full = "block"` holds back its submitter and nobody else. A submit that waits for its end does not count once its
//! job is accepted, up to 100,000 of them. What such a client asks next, `resume` and `down` included, is read once there is
//! room: a pool that is paused and full is resumed by another client, or the deck is ended by a signal. A client that leaves
//! takes no job with it.
//!
//! The events `job` are told only to those whose subscription names them or names none. One that left out its result
//! because of its size has `result_bytes` instead.

mod answer;
mod call;
mod event;
#[cfg(test)]
mod fake;
mod feed;
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
pub(crate) use sanitise::sanitise;
pub use server::{ControlError, Options, Served, serve};
pub use view::{board_json, pools_json, workers_json};
pub use wanted::{UnknownEvent, Wanted};
