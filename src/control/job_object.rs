//! Jobs as JSON: the objects of the methods about jobs and of the `job` event.
//!
//! Payloads and results are embedded as they were. Never asks the deck; called by answers and by the projection of events.

use std::sync::Arc;

use crate::control::object::Object;
use crate::control::view::fractional_ms;
use crate::model::{Cause, JobChanged, JobState, JobView};
use crate::wire::Message;

/// The longest payload or result that a list shows, in bytes.
const MOST_OF_ONE: usize = 64 << 10;

/// What all payloads and results of a list may weigh, in bytes, before further ones are left out.
const MOST_OF_ALL: usize = 16 << 20;

/// Which payloads and results are written whole.
struct Bodies {
    longest: usize,
    left: usize,
}

impl Bodies {
    /// Every one.
    const WHOLE: Self = Self {
        longest: usize::MAX,
        left: usize::MAX,
    };

    /// Those of a list, as far as they go.
    const LISTED: Self = Self {
        longest: MOST_OF_ONE,
        left: MOST_OF_ALL,
    };

    /// Writes a body, or its size where it is left out.
    fn write(&mut self, object: &mut Object<'_>, names: (&str, &str), body: &Message) {
        let size = body.len();
        if size <= self.longest.min(self.left) {
            self.left -= size;
            object.raw(names.0, body.as_bytes());
        } else {
            object.member(names.1, &size);
        }
    }
}

/// One job with its payload and result, whatever their size.
pub(super) fn job_json(job: &JobView) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bodies = Bodies::WHOLE;
    write_job(&mut out, job, &mut bodies);
    out
}

/// An array of jobs. A payload or result over 64 KiB is left out, and so is all that would make them more than 16 MiB;
/// `payload_bytes` and `result_bytes` say how long they are.
pub(super) fn jobs_json(jobs: &[JobView]) -> Vec<u8> {
    let mut bodies = Bodies::LISTED;
    let mut out = vec![b'['];
    for (index, job) in jobs.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_job(&mut out, job, &mut bodies);
    }
    out.push(b']');
    out
}

/// What became of a job, for the one who submitted it.
pub(super) fn end_json(job: &JobView) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object.member("job", &job.job).member("state", &job.state);
    if let Some(result) = &job.result {
        object.raw("result", result.as_bytes());
    }
    object.some("error", error(job));
    if job.state == JobState::Dead {
        object.raw("causes", &causes_json(&job.causes));
    }
    object.end();
    out
}

/// Writes a `job` object of an event; one with a result but not `has_result` tells only how long that is.
pub(super) fn write_job_changed(
    object: &mut Object<'_>,
    changed: &JobChanged,
    has_result: impl FnOnce(&Message) -> bool,
) {
    object
        .member("job", &changed.job)
        .member("pool", &changed.pool)
        .member("state", &changed.state)
        .some("worker", changed.worker.as_ref())
        .member("attempts", &changed.attempts)
        .some("error", changed.error.as_ref());
    match &changed.result {
        Some(result) if has_result(result) => object.raw("result", result.as_bytes()),
        Some(result) => object.member("result_bytes", &result.len()),
        None => object,
    }
    .some("wait_ms", changed.wait.map(fractional_ms).as_ref())
    .some("run_ms", changed.run.map(fractional_ms).as_ref());
}

fn write_job(out: &mut Vec<u8>, job: &JobView, bodies: &mut Bodies) {
    let mut object = Object::begin(out);
    object
        .member("job", &job.job)
        .member("pool", &job.pool)
        .member("state", &job.state)
        .member("attempts", &job.attempts)
        .member("max_attempts", &job.max_attempts)
        .member("priority", &job.priority)
        .some("key", job.key.as_ref());
    bodies.write(&mut object, ("payload", "payload_bytes"), &job.payload);
    if let Some(result) = &job.result {
        bodies.write(&mut object, ("result", "result_bytes"), result);
    }
    object.some("error", error(job));
    if !job.causes.is_empty() || job.state == JobState::Dead {
        object.raw("causes", &causes_json(&job.causes));
    }
    object
        .member("kills", &job.kills)
        .some("worker", job.worker.as_ref())
        .member("created", &job.created)
        .some("due", job.due.as_ref())
        .some("started", job.started.as_ref())
        .some("finished", job.finished.as_ref())
        .some("wait_ms", job.wait.map(fractional_ms).as_ref())
        .some("run_ms", job.run.map(fractional_ms).as_ref());
    object.end();
}

/// Why a job is not done. What failed before a job that is done is only in its causes, lest it be taken for a failure.
fn error(job: &JobView) -> Option<&Arc<str>> {
    job.error.as_ref().filter(|_| job.state != JobState::Done)
}

fn causes_json(causes: &[Cause]) -> Vec<u8> {
    let mut out = vec![b'['];
    for (index, cause) in causes.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let mut object = Object::begin(&mut out);
        object
            .member("attempt", &cause.attempt)
            .some("worker", cause.worker.as_ref())
            .member("at", &cause.at)
            .member("error", &cause.error);
        object.end();
    }
    out.push(b']');
    out
}

#[cfg(test)]
#[path = "job_object_tests.rs"]
pub(super) mod tests;
