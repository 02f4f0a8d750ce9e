//! One worker or pool whole, for those who look at it.
//!
//! What the driver knows is taken in its loop; what the system has to be asked is read on a thread of its own, which then
//! answers. Called by `requests`.

use std::collections::HashSet;
use std::ffi::OsString;
use std::time::Duration;

use crate::deck::driver::Driver;
use crate::deck::environment::environment;
use crate::deck::figures::command_line;
use crate::deck::handle::Sink;
use crate::deck::perform::explain;
use crate::deck::secrets::{is_secret, without_password};
use crate::model::{
    Buffers, Outcome, PoolDetail, PoolName, PoolSpec, ProcessView, Refusal, RefusalKind, Variable,
    WorkerDetail, WorkerId,
};
use crate::process::{ChannelGauge, ProcessUse, about, environment_of};
use crate::wire::HandleKind;

/// How many processes of one worker are told.
const PROCESSES: usize = 500;

/// How many bytes of a command line are told.
const COMMAND_BYTES: usize = 4096;

/// What the driver knows of a worker.
#[derive(Debug)]
struct Known {
    worker: WorkerId,
    spec: PoolSpec,
    pid: Option<u32>,
    uses: Vec<ProcessUse>,
    buffers: Option<Buffers>,
    listen: Vec<String>,
    handle: Option<(HandleKind, Duration)>,
}

impl Driver {
    /// Answers with a pool whole.
    pub(crate) fn inspect_pool(&self, pool: &PoolName, sink: Sink) {
        let listen = self.sockets.addresses(pool);
        let detail = self.pools.get(pool).map(|spec| {
            let mut detail = detail_of(spec, listen);
            detail.listeners = self.cluster.machine.view(pool);
            detail
        });
        sink.give(match detail {
            Some(detail) => Ok(Outcome::Pool(Box::new(detail))),
            None => Err(no_such_pool(pool)),
        });
    }

    /// Answers with a worker whole, once it is read.
    pub(crate) fn inspect(&self, worker: WorkerId, sink: Sink) {
        match self.known(worker) {
            Ok(known) => self.tasks.spawn_blocking(move || {
                sink.give(Ok(Outcome::Worker(Box::new(known.read()))));
            }),
            Err(refusal) => sink.give(Err(refusal)),
        }
    }

    fn known(&self, worker: WorkerId) -> Result<Known, Refusal> {
        let pool = &worker.pool;
        let spec = self.pools.get(pool).ok_or_else(|| no_such_pool(pool))?;
        let view = self.journal.pool(pool);
        if view.and_then(|view| view.worker(worker.number)).is_none() {
            let said = format!("there is no worker {worker}");
            return Err(Refusal::new(RefusalKind::NoSuchWorker, said).at(&worker));
        }
        let key = self.newest.get(&worker).map(|(key, _)| *key);
        let link = key.and_then(|key| self.links.get(&key));
        let link = link.filter(|link| !link.is_over && link.pid.is_some());
        Ok(Known {
            spec: spec.clone(),
            pid: link.and_then(|link| link.pid),
            uses: link
                .and(key)
                .map(|key| self.sampler.uses(key))
                .unwrap_or_default(),
            buffers: link.map(|link| Buffers {
                channel: link.gauge.as_ref().map_or(0, ChannelGauge::buffer),
                stdout: link.pipes[0],
                stderr: link.pipes[1],
            }),
            listen: self.sockets.addresses(&worker.pool),
            handle: link
                .and_then(|link| link.gauge.as_ref())
                .and_then(ChannelGauge::under_way),
            worker,
        })
    }
}

impl Known {
    /// Asks the system for the rest; some 20 µs for each process.
    fn read(self) -> WorkerDetail {
        let processes = self.pid.map(|pid| tree(pid, &self.uses));
        let (env, env_error) = self.env();
        WorkerDetail {
            pool: detail_of(&self.spec, self.listen),
            handle: self.handle,
            processes: processes.unwrap_or_default(),
            buffers: self.buffers,
            env,
            env_error,
            worker: self.worker,
        }
    }

    /// What its process was started with; of none, what the next one gets.
    fn env(&self) -> (Vec<Variable>, Option<String>) {
        let given = environment(&self.spec, &self.worker, std::env::vars_os());
        let inherited: HashSet<(OsString, OsString)> = std::env::vars_os().collect();
        let running = self.pid.and_then(environment_of);
        let (env, error) = match (running, given) {
            (Some(env), _) | (None, Ok(env)) => (env, None),
            (None, Err(error)) => (Vec::new(), Some(explain(&error))),
        };
        let variables = env.into_iter().map(|variable| {
            let is_own = !inherited.contains(&variable);
            let name = variable.0.to_string_lossy().into_owned();
            let value =
                (!is_secret(&name)).then(|| without_password(&variable.1.to_string_lossy()));
            Variable {
                name,
                value,
                is_own,
            }
        });
        let mut variables: Vec<Variable> = variables.collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        (variables, error)
    }
}

fn detail_of(spec: &PoolSpec, listen: Vec<String>) -> PoolDetail {
    PoolDetail {
        listen,
        ..PoolDetail::new(spec, command_line(spec))
    }
}

fn no_such_pool(pool: &PoolName) -> Refusal {
    Refusal::new(RefusalKind::NoSuchPool, format!("there is no pool {pool}")).at(pool)
}

/// The processes of a worker, each after its parent; those whose parents are gone stand below the worker's own.
fn tree(root: u32, uses: &[ProcessUse]) -> Vec<ProcessView> {
    let others = uses.iter().filter(|one| one.pid != root);
    let mut left: Vec<&ProcessUse> = others.take(PROCESSES).collect();
    let own = uses.iter().find(|one| one.pid == root);
    let mut views = vec![view(root, 0, own)];
    place(root, 1, &mut left, &mut views);
    while let Some(at) = left
        .iter()
        .position(|one| !left.iter().any(|other| other.pid == one.parent))
    {
        let orphan = left.remove(at);
        views.push(view(orphan.pid, 1, Some(orphan)));
        place(orphan.pid, 2, &mut left, &mut views);
    }
    views.truncate(PROCESSES);
    views
}

/// Puts the children of a process after it, each with its own.
fn place(parent: u32, depth: usize, left: &mut Vec<&ProcessUse>, views: &mut Vec<ProcessView>) {
    // A tree deeper than this is nobody's to look at, and would be walked by recursion.
    if depth > 64 || views.len() > PROCESSES {
        return;
    }
    while let Some(at) = left.iter().position(|one| one.parent == parent) {
        let child = left.remove(at);
        views.push(view(child.pid, depth, Some(child)));
        place(child.pid, depth + 1, left, views);
    }
}

fn view(pid: u32, depth: usize, used: Option<&ProcessUse>) -> ProcessView {
    let about = about(pid);
    let mut command = about.command.unwrap_or_default();
    command.truncate(command.floor_char_boundary(COMMAND_BYTES));
    ProcessView {
        pid,
        parent: used.map_or(0, |used| used.parent),
        depth,
        command,
        state: about.state,
        threads: about.threads,
        cpu_percent: used.and_then(|used| used.cpu_percent),
        cpu_time: used.map(|used| used.cpu_time),
        memory_bytes: used.map(|used| used.memory_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::ProcessKey;
    use std::time::Duration;

    fn used(pid: u32, parent: u32) -> ProcessUse {
        ProcessUse {
            owner: ProcessKey(1),
            pid,
            parent,
            cpu_percent: Some(1.0),
            cpu_time: Duration::ZERO,
            memory_bytes: 1,
        }
    }

    fn shape(root: u32, uses: &[ProcessUse]) -> Vec<(u32, usize)> {
        let views = tree(root, uses);
        views.iter().map(|view| (view.pid, view.depth)).collect()
    }

    const FAR: u32 = 1_000_000_000;

    #[test]
    fn each_process_stands_after_its_parent() {
        let uses = [
            used(FAR + 3, FAR + 2),
            used(FAR + 1, 1),
            used(FAR + 4, FAR + 1),
            used(FAR + 2, FAR + 1),
        ];
        let shape = shape(FAR + 1, &uses);
        assert_eq!(
            shape,
            [(FAR + 1, 0), (FAR + 4, 1), (FAR + 2, 1), (FAR + 3, 2)]
        );
    }

    #[test]
    fn an_orphan_with_its_children_stands_below_the_worker() {
        let uses = [used(FAR + 1, 1), used(FAR + 5, 7), used(FAR + 6, FAR + 5)];
        assert_eq!(
            shape(FAR + 1, &uses),
            [(FAR + 1, 0), (FAR + 5, 1), (FAR + 6, 2)]
        );
        // Parents are read at different moments: a circle is possible, and ends.
        let circle = [used(FAR + 2, FAR + 3), used(FAR + 3, FAR + 2)];
        assert_eq!(shape(FAR + 1, &circle), [(FAR + 1, 0)]);
    }
}
