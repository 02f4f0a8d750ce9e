//! What the deck tells while a map runs: output of workers, and workers that come to nothing.
//!
//! Owns when a map is given up because its workers never answer. Called by `flow`.

use std::collections::HashSet;

use crate::cli::map::console::Console;
use crate::cli::map::ebb::Ebb;
use crate::model::{
    Address, ChannelKind, Command, Direction, Dropped, DroppedWhat, Envelope, Event, Exited,
    FrameFault, Logs, Messages, Sampled, State, StateChanged,
};

/// So many exits in a row before any reply, and the program is no worker.
const EXITS: u32 = 5;

/// What a worker is to do.
const FORK: &str = "a worker reads jobs and writes replies as lines of JSON on descriptor 3 until it is closed; \
                    `forkdeck run` shows what it does; a filter on stdin and stdout needs --channel stdio";

const STDIO: &str = "with --channel stdio a worker reads jobs and writes replies as lines of JSON on its standard input \
                     and output until its input ends";

/// What is said once of filters that say nothing.
const SILENT: &str = "forkdeck: no reply for 5 s; should that go on: a filter must answer each line with one, and write it at once \
                      (jq --unbuffered, sed -u, grep --line-buffered, mawk -W interactive)\n";

/// What was told so far.
#[derive(Debug)]
pub(super) struct Watch {
    workers: u32,
    channel: ChannelKind,
    failed: HashSet<u32>,
    exits: u32,
    has_replied: bool,
    in_flight: u64,
    ebb: Ebb,
    /// The CPU of all samples together, in percent of a core, and how many they are.
    cpu: (f64, u32),
}

impl Watch {
    /// Of so many workers that are talked to like this.
    pub(super) fn new(workers: u32, channel: ChannelKind) -> Self {
        Self {
            workers,
            channel,
            ebb: Ebb::default(),
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
        self.ebb.replied();
    }

    /// What tells every filter that nothing more comes, so that it gives what it keeps back: `in_hand` jobs are left of an
    /// input that is at its end. None while not all of them are with workers.
    pub(super) fn ebb(&mut self, in_hand: usize) -> Option<Command> {
        let is_filter = self.channel == ChannelKind::Stdio;
        let begins = is_filter && self.ebb.begins(in_hand as u64 == self.in_flight);
        begins.then_some(Command::Disconnect { to: Address::All })
    }

    /// Takes an event; answers why the map cannot go on.
    pub(super) fn take(&mut self, event: &Event, console: &mut Console) -> Option<Hopeless> {
        match event {
            Event::Logs(Logs { worker, lines, .. }) => {
                for line in lines.iter() {
                    console.log(worker, line);
                }
            }
            Event::Messages(Messages { envelopes, .. }) => {
                self.has_replied = self.has_replied || envelopes.iter().any(Envelope::is_answer);
                let is_job = |one: &Envelope| one.direction == Direction::Out && one.job.is_some();
                if self.ebb.has_begun() && envelopes.iter().any(is_job) {
                    self.ebb.given();
                }
            }
            Event::Exit(exited) => return self.exited(exited),
            Event::State(changed) => return self.changed(changed),
            Event::FrameError(fault) => console.lines(fault_line(fault).as_bytes()),
            Event::Dropped(dropped) if dropped.what == DroppedWhat::Log => {
                let Dropped { worker, count, .. } = dropped;
                console.lines(format!("{worker}: ({count} lines were lost)\n").as_bytes());
            }
            Event::Pool(changed) => {
                let more = changed.jobs.in_flight > self.in_flight;
                self.in_flight = changed.jobs.in_flight;
                if more || !self.ebb.has_begun() {
                    self.ebb.given();
                }
            }
            Event::Deck(_) if self.channel == ChannelKind::Stdio && self.in_flight > 0 => {
                if self.ebb.is_silent() {
                    console.lines(SILENT.as_bytes());
                }
            }
            Event::Sample(Sampled {
                cpu_percent: Some(cpu),
                ..
            }) if self.cpu.1 < u32::MAX => {
                self.cpu = (self.cpu.0 + f64::from(*cpu), self.cpu.1 + 1);
            }
            Event::Dropped(_)
            | Event::Rolling(_)
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
        // Filters whose input is at its end come to theirs.
        if exited.planned || self.has_replied || self.ebb.has_begun() {
            return None;
        }
        self.exits += 1;
        (self.exits >= EXITS).then(|| Hopeless {
            message: format!(
                "the workers ended {EXITS} times before any reply; the last one: {}",
                exited.cause
            ),
            help: match self.channel {
                ChannelKind::Fork | ChannelKind::None => FORK,
                ChannelKind::Stdio => STDIO,
            },
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
    let hint = fault.hint.as_ref().map(|hint| format!("; {hint}"));
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
