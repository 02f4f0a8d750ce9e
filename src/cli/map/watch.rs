//! What the deck tells while a map runs: output of workers, and workers that come to nothing.
//!
//! Owns when a map is given up because its workers never answer. Called by `flow`.

use std::collections::HashSet;

use crate::cli::map::console::Console;
use crate::model::{
    Direction, Dropped, DroppedWhat, Envelope, Event, Exited, FrameFault, Logs, Messages, Sampled,
    State, StateChanged,
};

/// So many exits in a row before any reply, and the program is no worker.
const EXITS: u32 = 5;

/// What was told so far.
#[derive(Debug)]
pub(super) struct Watch {
    workers: u32,
    failed: HashSet<u32>,
    exits: u32,
    has_replied: bool,
    in_flight: u64,
    /// The CPU of all samples together, in percent of a core, and how many they are.
    cpu: (f64, u32),
}

impl Watch {
    /// Of so many workers.
    pub(super) fn new(workers: u32) -> Self {
        Self {
            workers,
            failed: HashSet::new(),
            exits: 0,
            has_replied: false,
            in_flight: 0,
            cpu: (0.0, 0),
        }
    }

    /// How many workers there are.
    pub(super) fn workers(&self) -> u32 {
        self.workers
    }

    /// How many jobs they have.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// How much of a core each of them used while it was looked at, in percent; none when none was long enough.
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    pub(super) fn cpu(&self) -> Option<f32> {
        let (sum, samples) = self.cpu;
        (samples > 0).then(|| (sum / f64::from(samples)) as f32)
    }

    /// A job was answered.
    pub(super) fn replied(&mut self) {
        self.has_replied = true;
    }

    /// Takes an event; answers why the map cannot go on.
    pub(super) fn take(&mut self, event: &Event, console: &mut Console) -> Option<Hopeless> {
        match event {
            Event::Logs(Logs { worker, lines, .. }) => {
                for line in lines.iter() {
                    console.log(worker, line);
                }
            }
            Event::Messages(Messages { envelopes, .. }) if !self.has_replied => {
                let is_reply = |one: &Envelope| one.direction == Direction::In && one.job.is_some();
                self.has_replied = envelopes.iter().any(is_reply);
            }
            Event::Exit(exited) => return self.exited(exited),
            Event::State(changed) => return self.changed(changed),
            Event::FrameError(fault) => console.lines(fault_line(fault).as_bytes()),
            Event::Dropped(dropped) if dropped.what == DroppedWhat::Log => {
                let Dropped { worker, count, .. } = dropped;
                console.lines(format!("{worker}: ({count} lines were lost)\n").as_bytes());
            }
            Event::Pool(changed) => self.in_flight = changed.jobs.in_flight,
            Event::Sample(Sampled {
                cpu_percent: Some(cpu),
                ..
            }) if self.cpu.1 < u32::MAX => {
                self.cpu = (self.cpu.0 + f64::from(*cpu), self.cpu.1 + 1);
            }
            Event::Messages(_)
            | Event::Dropped(_)
            | Event::Liveness(_)
            | Event::Stalled(_)
            | Event::Sample(_)
            | Event::Jobs(_)
            | Event::Route(_)
            | Event::Deck(_)
            | Event::Down => {}
        }
        None
    }

    fn exited(&mut self, exited: &Exited) -> Option<Hopeless> {
        if exited.planned || self.has_replied {
            return None;
        }
        self.exits += 1;
        (self.exits >= EXITS).then(|| Hopeless {
            message: format!(
                "the workers ended {EXITS} times before any reply; the last one: {}",
                exited.cause
            ),
            help: "a worker reads jobs and writes replies as lines of JSON on descriptor 3 until it is closed; \
                   `forkdeck run` shows what it does",
        })
    }

    fn changed(&mut self, changed: &StateChanged) -> Option<Hopeless> {
        if changed.state != State::Failed {
            self.failed.remove(&changed.worker.number);
            return None;
        }
        self.failed.insert(changed.worker.number);
        if self.failed.len() < self.workers as usize {
            return None;
        }
        let reason = changed.reason.as_deref().unwrap_or("it failed");
        Some(Hopeless {
            message: format!("no worker can be started: {reason}"),
            help: "is it installed, and is its name right?",
        })
    }
}

/// Why a map cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hopeless {
    /// What happened.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: &'static str,
}

fn fault_line(fault: &FrameFault) -> String {
    let hint = fault.hint.map(|hint| format!("; {hint}"));
    format!(
        "{}: (wrote {} bytes to its channel that are no message{})\n",
        fault.worker,
        fault.bytes,
        hint.unwrap_or_default()
    )
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
