//! Workers and pools out of thin air, told as a deck tells them.

use std::time::Duration;

use crate::model::{
    Buffers, Command, Outcome, PoolDetail, PoolSpec, ProcessView, Variable, WorkerDetail, WorkerId,
};
use crate::tui::fixture::Fixture;
use crate::tui::jobs::Asked;
use crate::tui::update::{Msg, Request};

pub(crate) fn pool_detail(worker: &WorkerId) -> PoolDetail {
    let spec = PoolSpec::new(worker.pool.clone(), "node", "/srv/thumbs");
    PoolDetail::new(&spec, format!("node {}.js", worker.pool))
}

/// A worker that forked a shell which forked something long.
pub(crate) fn detail(worker: &WorkerId) -> WorkerDetail {
    let process = |pid: u32, depth: usize, command: &str, cpu: f32| ProcessView {
        pid,
        parent: pid - 1,
        depth,
        command: command.to_owned(),
        state: Some(if depth == 2 { "zombie" } else { "sleeping" }.to_owned()),
        threads: Some(if depth == 0 { 11 } else { 1 }),
        cpu_percent: Some(cpu),
        cpu_time: Some(Duration::from_secs(3)),
        memory_bytes: Some(36 << 20),
    };
    let variable = |name: &str, value: Option<&str>, is_own| Variable {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        is_own,
    };
    WorkerDetail {
        worker: worker.clone(),
        pool: pool_detail(worker),
        processes: vec![
            process(41_823, 0, "node resize.js", 91.0),
            process(41_901, 1, "sh -c convert - | tee", 0.0),
            process(
                41_902,
                2,
                "convert 画像.jpg --a-rather-long-option=which-is-cut",
                7.0,
            ),
            process(41_903, 1, "tee", 0.0),
        ],
        buffers: Some(Buffers {
            channel: 8 << 20,
            stdout: 1 << 20,
            stderr: 64 << 10,
        }),
        env: vec![
            variable("API_TOKEN", None, true),
            variable("NODE_ENV", Some("production"), true),
            variable("PATH", Some("/usr/bin:/bin"), false),
        ],
        env_error: None,
        handle: None,
    }
}

impl Fixture {
    /// Answers what was asked about a worker or a pool.
    pub(crate) fn tell(&mut self, requests: &[Request]) -> Vec<Request> {
        let mut further = Vec::new();
        for request in requests {
            let Request::Issue(command) = request else {
                continue;
            };
            let outcome = match command {
                Command::Inspect(id) => Outcome::Worker(Box::new(detail(id))),
                Command::InspectPool(name) => {
                    let worker = WorkerId::new(name.clone(), 1);
                    Outcome::Pool(Box::new(pool_detail(&worker)))
                }
                _ => continue,
            };
            further.extend(self.send(Msg::Answered(Asked::of(command), Ok(outcome))));
        }
        further
    }
}
