//! What the machine wants, done.

use std::io;

use crate::cluster;
use crate::deck::driver::{Driver, Step};
use crate::deck::ends::{Ends, EndsError};
use crate::deck::environment::{EnvFileError, environment};
use crate::deck::link::Link;
use crate::jobs;
use crate::model::{Api, Event, Incarnation, Now, WorkerId};
use crate::process::{Order, ProcessKey, SpawnOrder};
use crate::supervisor::{Effect, Input, SignalScope, SpawnFault};
use crate::wire::node;

/// Why a process could not be ordered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PrepareError {
    /// No channel could be made.
    #[error("make the channel of {worker}")]
    Channel {
        worker: WorkerId,
        #[source]
        source: io::Error,
    },
    /// No output pipe could be made.
    #[error("make the output pipes of {worker}")]
    Output {
        worker: WorkerId,
        #[source]
        source: io::Error,
    },
    /// The environment file cannot be used.
    #[error(transparent)]
    Environment(#[from] EnvFileError),
}

impl Driver {
    pub(crate) fn perform_one(&mut self, now: Now, effect: Effect) {
        match effect {
            Effect::Spawn {
                worker,
                incarnation,
            } => self.spawn(&worker, incarnation),
            Effect::Write {
                worker,
                incarnation,
                messages,
            } => {
                if let Some(link) = self.link(&worker, incarnation) {
                    link.write(messages);
                }
            }
            Effect::CloseChannel {
                worker,
                incarnation,
            } => {
                if let Some(link) = self.link(&worker, incarnation) {
                    link.close();
                }
            }
            Effect::Leave {
                worker,
                incarnation,
                returns,
            } => self
                .steps
                .push_back(Step::Cluster(cluster::Input::Disconnect {
                    worker,
                    incarnation,
                    returns,
                })),
            Effect::Signal {
                worker,
                incarnation,
                signal,
                scope,
            } => {
                let Some(key) = self.key(&worker, incarnation) else {
                    return;
                };
                let tree = scope == SignalScope::Tree;
                self.orders.push(Order::Signal { key, signal, tree });
            }
            Effect::Publish(event) => {
                let mut event = event;
                if let Event::State(changed) = &event {
                    self.tell_state_to_cluster(changed);
                }
                if let Event::Pool(changed) = &mut event {
                    self.steps.push_back(Step::Cluster(cluster::Input::Resized {
                        pool: changed.pool.clone(),
                        instances: changed.instances,
                    }));
                    self.sampler.resized(&changed.pool, changed.instances);
                    *changed.jobs = self.desk.jobs.figures(&changed.pool, now);
                    self.steps.push_back(Step::Jobs(jobs::Input::Resized {
                        pool: changed.pool.clone(),
                        instances: changed.instances,
                    }));
                }
                self.journal.publish(now, event);
            }
            Effect::Traffic {
                worker,
                incarnation,
                envelopes,
            } => {
                self.journal.traffic(now, worker, incarnation, envelopes);
            }
            Effect::Answer { ticket, result } => self.answer(ticket, result),
            Effect::News(news) => self.steps.push_back(Step::Jobs(jobs::Input::News(news))),
            Effect::Forward(one) => self.steps.push_back(Step::Jobs(jobs::Input::Forward(one))),
            Effect::Halt => self.is_halted = true,
        }
    }

    /// The worker's process of this incarnation, if it is the newest.
    fn key(&self, worker: &WorkerId, incarnation: Incarnation) -> Option<ProcessKey> {
        let (key, newest) = *self.newest.get(worker)?;
        (newest == incarnation).then_some(key)
    }

    pub(crate) fn link(
        &mut self,
        worker: &WorkerId,
        incarnation: Incarnation,
    ) -> Option<&mut Link> {
        let key = self.key(worker, incarnation)?;
        self.links.get_mut(&key)
    }

    fn spawn(&mut self, worker: &WorkerId, incarnation: Incarnation) {
        self.last_key += 1;
        let key = ProcessKey(self.last_key);
        match self.prepare(key, worker, incarnation) {
            Ok((order, link)) => {
                self.links.insert(key, link);
                self.newest.insert(worker.clone(), (key, incarnation));
                self.orders.push(Order::Spawn(order));
            }
            Err(error) => {
                let fault = SpawnFault {
                    permanent: matches!(error, PrepareError::Environment(_)),
                    reason: explain(&error),
                };
                let worker = worker.clone();
                self.steps.push_back(Step::Machine(Input::SpawnFailed {
                    worker,
                    incarnation,
                    fault,
                }));
            }
        }
    }

    fn prepare(
        &mut self,
        key: ProcessKey,
        worker: &WorkerId,
        incarnation: Incarnation,
    ) -> Result<(SpawnOrder, Link), PrepareError> {
        let Some(pool) = self.pools.get(&worker.pool) else {
            unreachable!("the machine spawns workers of the deck's own pools only");
        };
        let mut env = environment(pool, worker, std::env::vars_os())?;
        if pool.api == Api::Cluster {
            env.retain(|(name, _)| name != node::ENV_UNIQUE_ID);
            let id = self.cluster.next_unique_id().to_string();
            env.push((node::ENV_UNIQUE_ID.into(), id.into()));
        }
        let worker = worker.clone();
        let (ends, theirs) = match Ends::make(pool, &self.budgets) {
            Ok(made) => made,
            Err(EndsError::Channel(source)) => {
                return Err(PrepareError::Channel { worker, source });
            }
            Err(EndsError::Output(source)) => return Err(PrepareError::Output { worker, source }),
        };
        let order = SpawnOrder {
            key,
            program: pool.program.clone(),
            args: pool.args.clone(),
            env,
            cwd: pool.cwd.clone(),
            channel: theirs.channel,
            stdin: theirs.stdin,
            stdout: theirs.stdout,
            stderr: theirs.stderr,
        };
        let listen = self.sockets.messages(&worker.pool);
        let link = Link::new((worker.clone(), incarnation), ends);
        listen.for_each(|message| {
            // It is the first: there is room.
            link.pass(message);
        });
        Ok((order, link))
    }
}

/// An error with its causes in one line.
pub(crate) fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
