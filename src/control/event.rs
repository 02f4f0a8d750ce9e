//! The model's events as the `params` objects of the control protocol, one object per message and per line of output.
//!
//! A message's body is embedded as it was, whatever a worker wrote. Never does I/O; called by the server and by the lines
//! of a headless deck.

use indexmap::IndexMap;

use crate::control::Wanted;
use crate::control::job_object::write_job_changed;
use crate::control::object::Object;
use crate::control::view::{
    PoolObject, WorkerJobsObject, current_job, fractional_ms, tenths, whole_ms,
};
use crate::model::{
    DeckSampled, Dropped, DroppedWhat, Envelope, Event, Exit, Exited, FrameFault, JobChanged,
    LivenessChanged, LogLine, Logs, Messages, PoolChanged, RollingChanged, RouteCounted, Sampled,
    StalledFor, Stamped, StateChanged, WallTime, WorkerId,
};

/// The longest body that is told in an event, in bytes; longer ones are left out and counted in `dropped`.
pub const MAX_BODY: usize = 1 << 20;

/// Takes the finished objects, one call for each: JSON on one line, without a newline.
pub trait Lines: FnMut(&[u8]) {}

impl<F: FnMut(&[u8])> Lines for F {}

/// Hands `each` the objects that an event amounts to, as far as they are wanted. Bodies of messages and results of jobs
/// longer than `max_body` bytes are left out, and a `dropped` object after them says how many of each worker's.
pub fn project(stamped: &Stamped, wanted: &Wanted, max_body: usize, each: &mut impl Lines) {
    if !wanted.has(stamped.event.name()) {
        return;
    }
    let mut out = Vec::with_capacity(256);
    let at = stamped.now.wall;
    match &stamped.event {
        Event::Messages(messages) => {
            return project_messages(messages, at, wanted, max_body, each);
        }
        Event::Logs(Logs { worker, lines, .. }) => {
            for line in lines.iter() {
                out.clear();
                write_log(&mut out, worker, line);
                each(&out);
            }
            return;
        }
        Event::State(changed) => write_state(&mut out, at, changed),
        Event::Jobs(jobs) => return project_jobs(jobs, at, max_body, each),
        Event::Pool(changed) => write_pool(&mut out, at, changed),
        Event::Rolling(changed) => write_rolling(&mut out, at, changed),
        Event::Route(counted) => write_route(&mut out, at, counted),
        Event::Exit(exited) => write_exit(&mut out, exited),
        Event::FrameError(fault) => write_fault(&mut out, fault),
        Event::Dropped(dropped) => write_dropped(&mut out, at, dropped),
        Event::Liveness(changed) => write_liveness(&mut out, at, changed),
        Event::Stalled(stalled) => write_stalled(&mut out, at, stalled),
        Event::Sample(sampled) => write_sample(&mut out, at, sampled),
        Event::Deck(sampled) => write_deck(&mut out, at, sampled),
        Event::Down => begin(&mut out, at, "down").end(),
    }
    each(&out);
}

/// How many objects an event amounts to for a client.
pub(super) fn count(event: &Event, wanted: &Wanted) -> u64 {
    if !wanted.has(event.name()) {
        return 0;
    }
    let count = match event {
        Event::Messages(messages) => {
            let told = |envelope: &&Envelope| wanted.internal || !envelope.internal;
            messages.envelopes.iter().filter(told).count()
        }
        Event::Logs(logs) => logs.lines.len(),
        Event::Jobs(jobs) => jobs.len(),
        // Every other event is one object.
        _ => 1,
    };
    count as u64
}

fn project_messages(
    messages: &Messages,
    at: WallTime,
    wanted: &Wanted,
    max_body: usize,
    each: &mut impl Lines,
) {
    let mut out = Vec::with_capacity(256);
    let mut left_out = IndexMap::new();
    for envelope in messages.envelopes.iter() {
        if envelope.internal && !wanted.internal {
            continue;
        }
        let has_body = envelope.message.len() <= max_body;
        if !has_body {
            *left_out.entry(&messages.worker).or_insert(0) += 1;
        }
        out.clear();
        write_message(&mut out, &messages.worker, envelope, has_body);
        each(&out);
    }
    tell_left_out(left_out, at, each);
}

fn project_jobs(jobs: &[JobChanged], at: WallTime, max_body: usize, each: &mut impl Lines) {
    let mut out = Vec::with_capacity(256);
    let mut left_out = IndexMap::new();
    for job in jobs {
        out.clear();
        let mut object = begin(&mut out, at, "job");
        write_job_changed(&mut object, job, |result| {
            let fits = result.len() <= max_body;
            // `dropped` counts by worker; a result that nobody gave is only left out.
            if let Some(worker) = job.worker.as_ref().filter(|_| !fits) {
                *left_out.entry(worker).or_insert(0) += 1;
            }
            fits
        });
        object.end();
        each(&out);
    }
    tell_left_out(left_out, at, each);
}

/// How many bodies of each worker were left out.
fn tell_left_out(left_out: IndexMap<&WorkerId, u64>, at: WallTime, each: &mut impl Lines) {
    for (worker, count) in left_out {
        let dropped = Dropped {
            worker: worker.clone(),
            what: DroppedWhat::Body,
            count,
        };
        let mut out = Vec::new();
        write_dropped(&mut out, at, &dropped);
        each(&out);
    }
}

/// Writes a `message` object.
pub(super) fn write_message(
    out: &mut Vec<u8>,
    worker: &WorkerId,
    envelope: &Envelope,
    has_body: bool,
) {
    let mut object = begin(out, envelope.at, "message");
    object
        .member("worker", worker)
        .member("incarnation", &envelope.incarnation)
        .member("direction", &envelope.direction);
    if has_body {
        object.raw("message", envelope.message.as_bytes());
    }
    object.some("handle", envelope.handle.as_ref());
    object.member("bytes", &envelope.bytes);
    if envelope.internal {
        object.member("internal", &true);
    } else {
        object.member("seq", &envelope.seq);
    }
    object.some("job", envelope.job.as_ref());
    object.some("latency_ms", envelope.latency.map(fractional_ms).as_ref());
    object.some("answers", envelope.answers.as_ref());
    object.end();
}

/// Writes a `log` object.
pub(super) fn write_log(out: &mut Vec<u8>, worker: &WorkerId, line: &LogLine) {
    let mut object = begin(out, line.at, "log");
    object
        .member("worker", worker)
        .member("stream", &line.stream)
        .member("line", &line.text());
    if line.cut > 0 {
        object.member("cut", &line.cut);
    }
    object.member("incarnation", &line.incarnation);
    object.end();
}

/// Writes a `lagged` object: this client missed so many events; a `snapshot` follows.
pub(super) fn write_lagged(out: &mut Vec<u8>, at: WallTime, count: u64) {
    let mut object = begin(out, at, "lagged");
    object.member("count", &count);
    object.end();
}

/// Writes a `snapshot` object: what a client that lagged goes on from.
pub(super) fn write_snapshot(out: &mut Vec<u8>, at: WallTime, board: &[u8]) {
    let mut object = begin(out, at, "snapshot");
    object.raw("board", board);
    object.end();
}

fn begin<'a>(out: &'a mut Vec<u8>, at: WallTime, name: &str) -> Object<'a> {
    let mut object = Object::begin(out);
    object.member("at", &at).member("event", name);
    object
}

fn write_state(out: &mut Vec<u8>, at: WallTime, changed: &StateChanged) {
    let mut object = begin(out, at, "state");
    object
        .member("worker", &changed.worker)
        .member("state", &changed.state)
        .some("pid", changed.pid.as_ref())
        .member("incarnation", &changed.incarnation)
        .member("restarts", &changed.restarts)
        .some("runtime", changed.runtime.as_ref())
        .some("reason", changed.reason.as_ref());
    object.end();
}

/// The objects of a pool and of its event share their members.
fn write_pool(out: &mut Vec<u8>, at: WallTime, changed: &PoolChanged) {
    let pool = PoolObject::new(&changed.pool, changed.instances.into(), &changed.jobs, at);
    let mut object = begin(out, at, "pool");
    object.members(&pool);
    object.end();
}

fn write_rolling(out: &mut Vec<u8>, at: WallTime, changed: &RollingChanged) {
    let mut object = begin(out, at, "rolling");
    object
        .member("pool", &changed.pool)
        .some("worker", changed.worker.as_ref())
        .member("restarted", &changed.restarted)
        .member("of", &changed.of)
        .some("error", changed.error.as_ref());
    object.end();
}

fn write_route(out: &mut Vec<u8>, at: WallTime, counted: &RouteCounted) {
    let mut object = begin(out, at, "route");
    object
        .member("from", &counted.from)
        .member("to", &counted.to)
        .member("count", &counted.count)
        .member("refused", &counted.refused)
        .member("route", &counted.route);
    object.end();
}

fn write_exit(out: &mut Vec<u8>, exited: &Exited) {
    let mut object = begin(out, exited.now.wall, "exit");
    object
        .member("worker", &exited.worker)
        .member("incarnation", &exited.incarnation)
        .member("pid", &exited.pid);
    match exited.exit {
        Exit::Code(code) => object.member("code", &code),
        Exit::Signal { signal, core } => object.member("signal", &signal).member("core", &core),
    };
    object
        .member("planned", &exited.planned)
        .member("escalated", &exited.escalated)
        .member("cause", &exited.cause)
        .member("uptime_ms", &whole_ms(exited.uptime));
    object.end();
}

fn write_fault(out: &mut Vec<u8>, fault: &FrameFault) {
    let mut object = begin(out, fault.at, "frame_error");
    object
        .member("worker", &fault.worker)
        .member("kind", &fault.kind)
        .member("bytes", &fault.bytes)
        .member("head", &hex(&fault.head))
        .some("hint", fault.hint.as_ref());
    object.end();
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn write_dropped(out: &mut Vec<u8>, at: WallTime, dropped: &Dropped) {
    let mut object = begin(out, at, "dropped");
    object.members(dropped);
    object.end();
}

fn write_liveness(out: &mut Vec<u8>, at: WallTime, changed: &LivenessChanged) {
    let mut object = begin(out, at, "liveness");
    object
        .member("worker", &changed.worker)
        .members(&changed.liveness)
        .some("held_by", changed.held_by.as_ref());
    object.end();
}

fn write_stalled(out: &mut Vec<u8>, at: WallTime, stalled: &StalledFor) {
    let mut object = begin(out, at, "stalled");
    object
        .member("worker", &stalled.worker)
        .member("stalled_ms", &whole_ms(stalled.stalled))
        .member("unread_bytes", &stalled.unread_bytes);
    object.end();
}

fn write_sample(out: &mut Vec<u8>, at: WallTime, sampled: &Sampled) {
    let mut object = begin(out, at, "sample");
    object
        .member("worker", &sampled.worker)
        .member("cpu_percent", &sampled.cpu_percent.map(tenths))
        .member("memory_bytes", &sampled.memory_bytes)
        .member("mailbox", &sampled.mailbox)
        .member("unread_bytes", &sampled.unread_bytes)
        .member("in_flight", &sampled.in_flight)
        .member("sent", &sampled.sent)
        .member("received", &sampled.received)
        .member("job", &current_job(&sampled.jobs))
        .member("jobs", &WorkerJobsObject::new(&sampled.jobs));
    object.end();
}

fn write_deck(out: &mut Vec<u8>, at: WallTime, sampled: &DeckSampled) {
    let mut object = begin(out, at, "deck");
    object
        .member("cpu_percent", &sampled.cpu_percent.map(tenths))
        .member("memory_bytes", &sampled.memory_bytes)
        .member("loop_p99_us", &sampled.loop_p99_us)
        .some("store_error", sampled.store_error.as_ref());
    object.end();
}

#[cfg(test)]
#[path = "event_tests.rs"]
pub(super) mod tests;
