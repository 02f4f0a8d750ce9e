//! A worker whole as JSON: the object of the method `worker`.
//!
//! Never asks the deck; called by answers.

use std::time::Duration;

use serde::Serialize;

use crate::control::object::Object;
use crate::model::{
    Api, Buffers, OnDisconnect, PoolDetail, ProcessView, ReplyRule, RestartWhen, Variable,
    WorkerDetail,
};
use crate::wire::HandleKind;

#[derive(Serialize)]
struct ProcessObject<'a> {
    pid: u32,
    parent: u32,
    depth: usize,
    command: &'a str,
    state: Option<&'a str>,
    threads: Option<u32>,
    cpu_percent: Option<f32>,
    cpu_ms: Option<u64>,
    memory_bytes: Option<u64>,
}

#[derive(Serialize)]
struct VariableObject<'a> {
    name: &'a str,
    /// None of a secret.
    value: Option<&'a str>,
    own: bool,
}

#[derive(Serialize)]
struct BuffersObject {
    #[serde(rename = "channel_bytes")]
    channel: usize,
    #[serde(rename = "stdout_bytes")]
    stdout: usize,
    #[serde(rename = "stderr_bytes")]
    stderr: usize,
}

#[derive(Serialize)]
struct HandleObject {
    handle: HandleKind,
    age_ms: u64,
}

#[derive(Serialize)]
struct RestartObject {
    when: &'static str,
    backoff_ms: [u64; 2],
    intensity: u32,
    within_ms: u64,
    healthy_ms: u64,
}

#[derive(Serialize)]
struct MailboxObject {
    capacity: usize,
    bytes: usize,
}

#[derive(Serialize)]
struct JobsObject {
    concurrency: u32,
    reply: &'static str,
    timeout_ms: Option<u64>,
    retries: u32,
    retry_backoff_ms: [u64; 2],
    queue: MailboxObject,
}

/// A worker with its processes, its environment, its buffers and what its pool is to be.
pub(super) fn worker_json(detail: &WorkerDetail) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    let processes: Vec<ProcessObject<'_>> = detail.processes.iter().map(process).collect();
    let env: Vec<VariableObject<'_>> = detail.env.iter().map(variable).collect();
    object.member("worker", &detail.worker);
    write_pool(&mut object, &detail.pool);
    object
        .member("processes", &processes)
        .member("buffers", &detail.buffers.map(buffers))
        .member("env", &env)
        .some("env_error", detail.env_error.as_ref())
        .member("unacknowledged", &detail.handle.map(unacknowledged));
    object.end();
    out
}

/// A pool as it is to be.
pub(super) fn pool_json(detail: &PoolDetail) -> Vec<u8> {
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object
        .member("pool", &detail.pool)
        .member("instances", &detail.instances);
    write_pool(&mut object, detail);
    object.end();
    out
}

fn write_pool(object: &mut Object<'_>, pool: &PoolDetail) {
    object
        .member("command", &pool.command)
        .member("cwd", &pool.cwd)
        .member("runtime", &pool.runtime)
        .member("restart", &restart(pool))
        .raw("stop", &stop(pool))
        .member("api", pool.api.as_str())
        .member("ready", pool.ready.as_str())
        .member("ready_timeout_ms", &millis(pool.ready_timeout))
        .member(
            "mailbox",
            &MailboxObject {
                capacity: pool.mailbox.capacity,
                bytes: pool.mailbox.bytes,
            },
        )
        .member("stall_after_ms", &millis(pool.stall_after))
        .member("max_frame_bytes", &pool.max_frame)
        .member("serialization", pool.serialization.as_str())
        .member("on_disconnect", on_disconnect(pool.on_disconnect))
        .member("jobs", &jobs(pool))
        .member("listen", &pool.listen);
    if pool.api == Api::Cluster {
        object
            .member("schedule", &pool.schedule)
            .member("listeners", &pool.listeners);
    }
}

fn process(process: &ProcessView) -> ProcessObject<'_> {
    ProcessObject {
        pid: process.pid,
        parent: process.parent,
        depth: process.depth,
        command: &process.command,
        state: process.state.as_deref(),
        threads: process.threads,
        cpu_percent: process.cpu_percent,
        cpu_ms: process.cpu_time.map(millis),
        memory_bytes: process.memory_bytes,
    }
}

fn variable(variable: &Variable) -> VariableObject<'_> {
    VariableObject {
        name: &variable.name,
        value: variable.value.as_deref(),
        own: variable.is_own,
    }
}

fn unacknowledged((handle, age): (HandleKind, Duration)) -> HandleObject {
    HandleObject {
        handle,
        age_ms: millis(age),
    }
}

fn buffers(buffers: Buffers) -> BuffersObject {
    BuffersObject {
        channel: buffers.channel,
        stdout: buffers.stdout,
        stderr: buffers.stderr,
    }
}

fn restart(pool: &PoolDetail) -> RestartObject {
    let restart = &pool.restart;
    RestartObject {
        when: match restart.when {
            RestartWhen::Always => "always",
            RestartWhen::OnFailure => "on-failure",
            RestartWhen::Never => "never",
        },
        backoff_ms: [millis(restart.backoff.first), millis(restart.backoff.most)],
        intensity: restart.intensity.restarts,
        within_ms: millis(restart.intensity.within),
        healthy_ms: millis(restart.healthy),
    }
}

fn stop(pool: &PoolDetail) -> Vec<u8> {
    let stop = &pool.stop;
    let mut out = Vec::new();
    let mut object = Object::begin(&mut out);
    object
        .member("signal", &stop.signal)
        .member("grace_ms", &millis(stop.grace))
        .member("drain_ms", &millis(stop.drain));
    if let Some(message) = &stop.message {
        object.raw("message", message.as_bytes());
    }
    object.end();
    out
}

fn on_disconnect(rule: OnDisconnect) -> &'static str {
    match rule {
        OnDisconnect::Keep => "keep",
        OnDisconnect::Stop => "stop",
    }
}

fn jobs(pool: &PoolDetail) -> JobsObject {
    let jobs = &pool.jobs;
    JobsObject {
        concurrency: jobs.concurrency,
        reply: match jobs.reply {
            ReplyRule::Next => "next",
            ReplyRule::Id(_) => "id",
            ReplyRule::None => "none",
        },
        timeout_ms: jobs.timeout.map(millis),
        retries: jobs.retries,
        retry_backoff_ms: [
            millis(jobs.retry_backoff.first),
            millis(jobs.retry_backoff.most),
        ],
        queue: MailboxObject {
            capacity: jobs.queue.capacity,
            bytes: jobs.queue.bytes,
        },
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PoolName, PoolSpec, WorkerId};
    use crate::wire::HandleKind;
    use serde_json::{Value, json};

    #[test]
    fn a_worker_whole_is_told_without_its_secrets() {
        let name = PoolName::new("resize").unwrap();
        let spec = PoolSpec::new(name.clone(), "node", "/srv");
        let detail = WorkerDetail {
            worker: WorkerId::new(name, 1),
            pool: PoolDetail::new(&spec, "node resize.js".into()),
            processes: vec![ProcessView {
                pid: 42,
                parent: 7,
                depth: 0,
                command: "node resize.js".into(),
                state: Some("sleeping".into()),
                threads: Some(11),
                cpu_percent: None,
                cpu_time: Some(Duration::from_millis(120)),
                memory_bytes: Some(1 << 20),
            }],
            buffers: None,
            env: vec![Variable {
                name: "API_KEY".into(),
                value: None,
                is_own: true,
            }],
            env_error: None,
            handle: Some((HandleKind::Socket, Duration::from_millis(1500))),
        };

        let told: Value = serde_json::from_slice(&worker_json(&detail)).unwrap();

        assert_eq!(told["worker"], "resize/1");
        assert_eq!(told["processes"][0]["cpu_ms"], 120);
        assert_eq!(
            told["env"],
            json!([{"name": "API_KEY", "value": null, "own": true}])
        );
        assert_eq!(told["restart"]["intensity"], 5);
        assert_eq!(
            told["stop"],
            json!({"signal": "SIGTERM", "grace_ms": 5000, "drain_ms": 30000})
        );
        assert_eq!(told["buffers"], Value::Null);
        let handle = json!({"handle": "net.Socket", "age_ms": 1500});
        assert_eq!(told["unacknowledged"], handle);
        assert_eq!(told["listen"], json!([]));
        let pool: Value = serde_json::from_slice(&pool_json(&detail.pool)).unwrap();
        assert_eq!(
            (&pool["pool"], &pool["cwd"]),
            (&json!("resize"), &json!("/srv"))
        );
    }
}
