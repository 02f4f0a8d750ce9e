//! What the methods answer, as JSON text.
//!
//! Looks at the board inside the deck's loop, and writes what is long outside of it. Called by the server.

use std::collections::HashSet;

use serde::Serialize;

use crate::control::call::History;
use crate::control::detail_object::{pool_json, worker_json};
use crate::control::event::{MAX_BODY, write_log, write_message};
use crate::control::job_object::{end_json, job_json, jobs_json};
use crate::control::object::{Object, json_text};
use crate::control::rpc::{Id, RpcError};
use crate::control::view::fractional_ms;
use crate::control::{board_json, pools_json, workers_json};
use crate::deck::{Deck, Pending};
use crate::model::{
    Address, Board, JobId, Outcome, PoolName, Refusal, RefusalKind, Reply, Traffic, WorkerId,
    WorkerView,
};

/// The answer to one request.
#[derive(Debug)]
pub(super) struct Answered {
    /// The request's id; none for a notification.
    pub(super) id: Option<Id>,
    /// The result as JSON text, or the error.
    pub(super) result: Result<Vec<u8>, RpcError>,
    /// Whether it was `down`.
    pub(super) is_down: bool,
}

/// Of a deck that is gone.
pub(super) fn gone() -> RpcError {
    Refusal::new(RefusalKind::ShuttingDown, "the deck is gone").into()
}

/// Of a request that had no effect before the deck went down.
pub(super) fn going() -> RpcError {
    let message = "the deck went down before there was room for this request";
    Refusal::new(RefusalKind::ShuttingDown, message).into()
}

/// Of `hello`.
pub(super) async fn hello(deck: &Deck) -> Result<Vec<u8>, RpcError> {
    #[derive(Serialize)]
    struct Hello {
        deck: String,
        version: &'static str,
        protocol: u32,
        pid: u32,
    }
    let read = deck.read(|board, _| (board.deck.name.clone(), board.deck.pid));
    let (name, pid) = read.await.ok_or_else(gone)?;
    Ok(json_text(&Hello {
        deck: name,
        version: env!("CARGO_PKG_VERSION"),
        protocol: 1,
        pid,
    }))
}

/// Of `ps`.
pub(super) async fn ps(deck: &Deck) -> Result<Vec<u8>, RpcError> {
    deck.read(|board, now| workers_json(board, now.mono, |_| true))
        .await
        .ok_or_else(gone)
}

/// Of `pools`.
pub(super) async fn pools(deck: &Deck) -> Result<Vec<u8>, RpcError> {
    deck.read(|board, now| pools_json(board, now.wall))
        .await
        .ok_or_else(gone)
}

/// Of `subscribe` with a snapshot.
pub(super) async fn board(deck: &Deck, board: &Board) -> Result<Vec<u8>, RpcError> {
    let now = deck.read(|_, now| now).await.ok_or_else(gone)?;
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object.raw("board", &board_json(board, now));
    object.end();
    Ok(out)
}

/// Of `logs`.
pub(super) async fn logs(deck: &Deck, history: History) -> Result<Vec<u8>, RpcError> {
    let lines = newest(deck, history, |worker, most| {
        let id = &worker.id;
        let lines = worker.logs.iter().rev().take(most);
        lines
            .map(|line| (line.order, (id.clone(), line.clone())))
            .collect()
    })
    .await?;
    Ok(array(&lines, |out, (worker, line)| {
        write_log(out, worker, line);
    }))
}

/// Of `messages`.
pub(super) async fn messages(deck: &Deck, history: History) -> Result<Vec<u8>, RpcError> {
    let envelopes = newest(deck, history, |worker, most| {
        let id = &worker.id;
        let traffic = worker.traffic.iter().rev();
        traffic
            .filter_map(|item| match item {
                Traffic::Message(envelope) => Some((item.order(), (id.clone(), envelope.clone()))),
                Traffic::Fault(_) => None,
            })
            .take(most)
            .collect()
    })
    .await?;
    Ok(array(&envelopes, |out, (worker, envelope)| {
        let has_body = envelope.message.len() <= MAX_BODY;
        write_message(out, worker, envelope, has_body);
    }))
}

/// Of a command, once it is carried out; replies are only told of one that waited for them.
pub(super) async fn outcome(
    deck: Deck,
    pending: Pending,
    has_replies: bool,
) -> Result<Vec<u8>, RpcError> {
    match pending.await? {
        Outcome::Sent {
            delivered,
            replies: _,
        } if !has_replies => Ok(sent(&delivered, None)),
        Outcome::Workers(ids) => workers(&deck, ids, None).await,
        Outcome::Rolled { restarted, skipped } => workers(&deck, restarted, Some(skipped)).await,
        outcome => Ok(told(&outcome)),
    }
}

/// Of a submit that waits, once its job came to its end. An error names the job, which was accepted.
pub(super) async fn end(job: JobId, finished: Pending) -> Result<Vec<u8>, RpcError> {
    match finished.await {
        Ok(Outcome::Job(job)) => Ok(end_json(&job)),
        Ok(outcome) => Ok(told(&outcome)),
        Err(refusal) => Err(RpcError::from(refusal).of_job(job)),
    }
}

/// An outcome that needs no look at the board.
pub(super) fn told(outcome: &Outcome) -> Vec<u8> {
    match outcome {
        Outcome::Sent { delivered, replies } => sent(delivered, Some(replies)),
        Outcome::Scaled { instances } => one("instances", instances),
        Outcome::Workers(ids) => one("workers", ids),
        Outcome::Rolled { restarted, .. } => one("workers", restarted),
        Outcome::Submitted(job) => one("job", job),
        Outcome::Paused { paused } => one("paused", paused),
        Outcome::Counted(jobs) => one("jobs", jobs),
        Outcome::Job(job) => job_json(job),
        Outcome::Jobs(jobs) => jobs_json(jobs),
        Outcome::Worker(detail) => worker_json(detail),
        Outcome::Pool(detail) => pool_json(detail),
        Outcome::Down => b"{}".to_vec(),
    }
}

/// An object of one member.
fn one(key: &str, value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object.member(key, value);
    object.end();
    out
}

fn sent(delivered: &[WorkerId], replies: Option<&Vec<Reply>>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object.member("delivered", delivered);
    if let Some(replies) = replies {
        object.raw("replies", &array(replies, write_reply));
    }
    object.end();
    out
}

fn write_reply(out: &mut Vec<u8>, reply: &Reply) {
    let mut object = Object::begin(out);
    object
        .member("worker", &reply.worker)
        .raw("message", reply.message.as_bytes())
        .member("ms", &fractional_ms(reply.latency));
    object.end();
}

/// The workers that a command reached; of a rolling restart also the names of those that it left out.
async fn workers(
    deck: &Deck,
    ids: Vec<WorkerId>,
    skipped: Option<Vec<WorkerId>>,
) -> Result<Vec<u8>, RpcError> {
    let ids: HashSet<WorkerId> = ids.into_iter().collect();
    let read = deck.read(move |board, now| workers_json(board, now.mono, |id| ids.contains(id)));
    let workers = read.await.ok_or_else(gone)?;
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object.raw("workers", &workers);
    object.some("skipped", skipped.as_ref());
    object.end();
    Ok(out)
}

/// Takes the newest items of those workers that are meant, merged in the order in which the deck saw them. Only references
/// are counted up inside the deck's loop, of each worker no more than are wanted of all: `items` gives its newest ones.
async fn newest<T: Send + 'static>(
    deck: &Deck,
    history: History,
    items: fn(&WorkerView, usize) -> Vec<(u64, T)>,
) -> Result<Vec<T>, RpcError> {
    let read = deck.read(move |board, _| {
        let most = history.last.unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for worker in meant(board, &history.of)? {
            found.extend(items(worker, most));
        }
        found.sort_by_key(|(order, _)| *order);
        let surplus = found.len().saturating_sub(most);
        Ok(found
            .into_iter()
            .skip(surplus)
            .map(|(_, item)| item)
            .collect())
    });
    read.await.ok_or_else(gone)?
}

/// The workers of an address; a pool means all of its workers here.
fn meant<'a>(board: &'a Board, of: &Address) -> Result<Vec<&'a WorkerView>, RpcError> {
    let pool = match of {
        Address::All => return Ok(board.workers().collect()),
        Address::Pool(pool) | Address::PoolAll(pool) => pool,
        Address::Worker(id) => &id.pool,
    };
    let view = board.pools.get(pool).ok_or_else(|| {
        let names: Vec<&str> = board.pools.keys().map(PoolName::as_str).collect();
        Refusal::new(
            RefusalKind::NoSuchPool,
            format!("the deck has no pool `{pool}`"),
        )
        .at(of)
        .hint(format!("its pools are: {}", names.join(", ")))
    })?;
    let Address::Worker(id) = of else {
        return Ok(view.workers.iter().collect());
    };
    let worker = view.worker(id.number).ok_or_else(|| {
        let count = view.workers.len();
        Refusal::new(
            RefusalKind::NoSuchWorker,
            format!("pool `{pool}` has no worker {}", id.number),
        )
        .at(of)
        .hint(format!("it has {count}"))
    })?;
    Ok(vec![worker])
}

/// A JSON array of items.
fn array<T>(items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) -> Vec<u8> {
    let mut out = vec![b'['];
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(&mut out, item);
    }
    out.push(b']');
    out
}
