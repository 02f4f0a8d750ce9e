//! The parameters of the methods about jobs.
//!
//! Knows which of them exist and what their names mean; whether there is such a pool or job only the deck knows. Called by
//! the parsing of calls.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::control::call::{Call, message, pool_name, read};
use crate::control::rpc::RpcError;
use crate::control::wanted::nearest;
use crate::model::{JobCommand, JobFilter, JobId, JobState, Submission};

/// How many jobs `jobs` tells of unless told otherwise.
const LIMIT: usize = 100;

/// How many it may be told to tell of: the deck looks at each of them in its loop.
const MOST: usize = 10_000;

/// The longest idempotency key, in bytes: it is held for a day.
const LONGEST_KEY: usize = 1024;

/// The longest delay, a hundred years of 365.25 days: beyond it a time is no date any more.
const LONGEST_DELAY_MS: u64 = 100 * 365_250 * 24 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubmitParams<'a> {
    pool: String,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(default)]
    priority: Option<u8>,
    #[serde(default)]
    delay_ms: Option<u64>,
    #[serde(default)]
    key: Option<Arc<str>>,
    #[serde(default)]
    wait: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListParams {
    #[serde(default)]
    pool: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JobParams {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterParams {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    pool: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolParams {
    pool: String,
}

/// Of `submit`.
pub(super) fn submit(params: &str) -> Result<Call, RpcError> {
    let params: SubmitParams<'_> = read("submit", params)?;
    let delay = params.delay_ms.unwrap_or(0);
    if delay > LONGEST_DELAY_MS {
        return Err(RpcError::invalid_params(
            "`delay_ms` is more than a hundred years",
        ));
    }
    if let Some(key) = &params.key
        && !(1..=LONGEST_KEY).contains(&key.len())
    {
        return Err(RpcError::invalid_params(format!(
            "a `key` has 1 to {LONGEST_KEY} bytes, this one has {}; leave it out for a job of its own",
            key.len()
        )));
    }
    let submission = Submission {
        pool: pool_name(&params.pool)?,
        payload: message("payload", params.payload, &params.pool)?,
        priority: params.priority,
        delay: Duration::from_millis(delay),
        key: params.key,
    };
    Ok(Call::Submit {
        submission,
        wait: params.wait,
    })
}

/// Of `jobs`.
pub(super) fn jobs(params: &str) -> Result<JobCommand, RpcError> {
    let params: ListParams = read("jobs", params)?;
    let limit = params.limit.unwrap_or(LIMIT);
    if limit > MOST {
        return Err(RpcError::invalid_params(format!(
            "a `limit` is {MOST} at the most; name a `pool` or a `state` to see others, and `pools` counts them all"
        )));
    }
    Ok(JobCommand::List {
        filter: JobFilter {
            text: text(params.text.as_deref())?,
            ..filter(None, params.pool.as_deref(), params.state.as_deref())?
        },
        limit,
    })
}

/// Of `job`.
pub(super) fn job(params: &str) -> Result<JobCommand, RpcError> {
    let params: JobParams = read("job", params)?;
    id(&params.id).map(JobCommand::Look)
}

/// Of `retry`, `drop` and `cancel`: one job, or those of a pool, in a state, with a text, or several of these.
pub(super) fn chosen(method: &str, params: &str) -> Result<JobFilter, RpcError> {
    let params: FilterParams = read(method, params)?;
    let (pool, state) = (params.pool.as_deref(), params.state.as_deref());
    let filter = JobFilter {
        text: text(params.text.as_deref())?,
        ..filter(params.id.as_deref(), pool, state)?
    };
    if filter == JobFilter::default() {
        return Err(RpcError::invalid_params(format!(
            "`{method}` would mean every job of the deck: name an `id`, a `pool`, a `state` or a `text`"
        )));
    }
    Ok(filter)
}

/// Of `pause` and `resume`.
pub(super) fn pause(method: &str, params: &str) -> Result<JobCommand, RpcError> {
    let params: PoolParams = read(method, params)?;
    Ok(JobCommand::Pause {
        pool: pool_name(&params.pool)?,
        paused: method == "pause",
    })
}

fn filter(
    job: Option<&str>,
    pool: Option<&str>,
    by_state: Option<&str>,
) -> Result<JobFilter, RpcError> {
    Ok(JobFilter {
        ids: job.map(id).transpose()?.into_iter().collect(),
        pool: pool.map(pool_name).transpose()?,
        states: by_state.map(state).transpose()?.into_iter().collect(),
        text: None,
    })
}

/// A text that jobs contain; an empty one is none.
fn text(sought: Option<&str>) -> Result<Option<Arc<str>>, RpcError> {
    if sought.is_some_and(|text| text.len() > LONGEST_KEY) {
        return Err(RpcError::invalid_params(format!(
            "a `text` has at most {LONGEST_KEY} bytes"
        )));
    }
    Ok(sought.filter(|text| !text.is_empty()).map(Arc::from))
}

fn id(text: &str) -> Result<JobId, RpcError> {
    text.parse()
        .map_err(|error: crate::model::JobIdError| RpcError::invalid_params(error.to_string()))
}

fn state(name: &str) -> Result<JobState, RpcError> {
    let found = JobState::ALL
        .into_iter()
        .find(|state| state.as_str() == name);
    found.ok_or_else(|| {
        if name == JobState::Failed.as_str() {
            return RpcError::invalid_params(
                "no job is in the state `failed`, which marks an attempt that is followed by another one: it is \
                 `scheduled`, `ready` or `running` again, or `dead`",
            );
        }
        let nearest = nearest(name, &JobState::ALL.map(JobState::as_str));
        let name: String = name.chars().take(64).collect();
        RpcError::invalid_params(format!(
            "no job is in a state named `{name}`; did you mean `{nearest}`?"
        ))
    })
}

#[cfg(test)]
#[path = "job_params_tests.rs"]
mod tests;
