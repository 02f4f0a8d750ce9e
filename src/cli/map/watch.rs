//! What the deck tells while a map runs: output of workers, and workers that come to nothing.
//!
//! Owns when a map is given up because its workers never answer, and when a worker is told of that has not answered for
//! long. Called by `flow`.

use std::collections::{BTreeMap, HashSet};

use crate::cli::map::console::Console;
use crate::cli::map::count::{Count, Gone, Pairing};
use crate::cli::map::ebb::Ebb;
use crate::model::{
    Address, ChannelKind, Command, Direction, Dropped, DroppedWhat, Envelope, Event, Exited,
    FrameFault, Logs, Messages, PoolChanged, Sampled, State, StateChanged, WorkerId,
};
use crate::wire::FaultKind;

/// So many exits in a row before any reply, and the program is no worker.
const EXITS: u32 = 5;

/// What a worker is to do.
const FORK: &str = "a worker reads jobs and writes replies as lines of JSON on descriptor 3 until it is closed; \
                    `forkdeck run` shows what it does; a filter on stdin and stdout needs --channel stdio";

const STDIO: &str = "with --channel stdio a worker reads jobs and writes replies as lines of JSON on its standard input \
                     and output until its input ends";

/// What is said once of filters that say nothing.
const SILENT: &str = "should that go on: a filter must answer each line with one, and write it at once (jq --unbuffered, \
                      sed -u, grep --line-buffered, mawk -W interactive); --timeout 30s gives a job up that has no answer";

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
    pub(super) count: Count,
    /// Processes that are gone, to be taken note of.
    gone: Vec<Gone>,
    /// Whether it is to be said that no reply comes.
    is_silent: bool,
    /// Of each worker: lines that are no message and were not told, and their bytes.
    faults: BTreeMap<WorkerId, (u64, u64)>,
    /// The CPU of all samples together, in percent of a core, and how many they are.
    cpu: (f64, u32),
}

impl Watch {
    /// Of so many workers that are talked to like this.
    pub(super) fn new(workers: u32, channel: ChannelKind, pairing: Pairing) -> Self {
        Self {
            workers,
            channel,
            ebb: Ebb::default(),
            count: Count::new(pairing),
            gone: Vec::new(),
            is_silent: false,
            faults: BTreeMap::new(),
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

    /// Processes that came to their end since this was asked.
    pub(super) fn gone(&mut self) -> Vec<Gone> {
        std::mem::take(&mut self.gone)
    }

    /// Whether it is to be said now that no reply comes.
    pub(super) fn is_silent(&mut self) -> bool {
        std::mem::take(&mut self.is_silent)
    }

    /// What was not told of lines that are no messages.
    pub(super) fn more_faults(&self) -> String {
        let more = self.faults.iter().filter(|(_, (count, _))| *count > 0);
        let said = more.map(|(worker, (count, bytes))| match count {
            1 => format!("{worker}: (wrote 1 more such line, of {bytes} bytes)\n"),
            _ => format!("{worker}: (wrote {count} more such lines, {bytes} bytes in all)\n"),
        });
        said.collect()
    }

    /// Takes an event; answers why the map cannot go on.
    pub(super) fn take(&mut self, event: &Event, console: &mut Console) -> Option<Hopeless> {
        match event {
            Event::Logs(Logs { worker, lines, .. }) => {
                for line in lines.iter() {
                    console.log(worker, line);
                }
            }
            Event::Messages(messages) => {
                let envelopes = &messages.envelopes;
                self.has_replied = self.has_replied || envelopes.iter().any(Envelope::is_answer);
                let is_job = |one: &Envelope| one.direction == Direction::Out && one.job.is_some();
                if self.ebb.has_begun() && envelopes.iter().any(is_job) {
                    self.ebb.given();
                }
                self.passed(messages, console);
            }
            Event::Exit(exited) => return self.exited(exited),
            Event::State(changed) => return self.changed(changed),
            Event::FrameError(fault) => return self.fault(fault, console),
            Event::Dropped(dropped) if dropped.what == DroppedWhat::Log => {
                let Dropped { worker, count, .. } = dropped;
                console.lines(format!("{worker}: ({count} lines were lost)\n").as_bytes());
            }
            Event::Pool(changed) => self.pool(changed, console),
            Event::Deck(_) if self.channel == ChannelKind::Stdio && self.in_flight > 0 => {
                self.is_silent = self.ebb.is_silent();
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
            | Event::Deck(_) => {}
            Event::Down => self.count.close(),
        }
        None
    }

    fn passed(&mut self, messages: &Messages, console: &mut Console) {
        if self.channel == ChannelKind::Stdio
            && let Some(worker) = self.count.passed(messages)
        {
            let line = format!(
                "forkdeck: {worker} answers more often than it is asked: results may belong to other jobs\n"
            );
            console.lines(line.as_bytes());
        }
    }

    fn pool(&mut self, changed: &PoolChanged, console: &mut Console) {
        let more = changed.jobs.in_flight > self.in_flight;
        self.in_flight = changed.jobs.in_flight;
        if more || !self.ebb.has_begun() {
            self.ebb.given();
        }
        if self.channel == ChannelKind::Fork && self.count.stale(changed.jobs.stale) {
            let line = format!(
                "forkdeck: workers of {} answer more often than they are asked: results may belong to other jobs\n",
                changed.pool
            );
            console.lines(line.as_bytes());
        }
    }

    fn fault(&mut self, fault: &FrameFault, console: &mut Console) -> Option<Hopeless> {
        self.count.fault(&fault.worker);
        match fault.kind {
            // The worker's log says it, with the stack.
            FaultKind::Uncaught => return None,
            FaultKind::Mismatch if self.channel == ChannelKind::Fork => {
                let hint = fault
                    .hint
                    .as_deref()
                    .unwrap_or("its messages cannot be read");
                return Some(Hopeless {
                    message: format!("{} speaks another serialization: {hint}", fault.worker),
                    help: "--serialization says how messages are written",
                });
            }
            _ => {}
        }
        if let Some((count, bytes)) = self.faults.get_mut(&fault.worker) {
            *count += 1;
            *bytes += fault.bytes;
            return None;
        }
        self.faults.insert(fault.worker.clone(), (0, 0));
        console.lines(fault_line(fault).as_bytes());
        None
    }

    fn exited(&mut self, exited: &Exited) -> Option<Hopeless> {
        self.gone
            .push(self.count.exited(exited, self.ebb.has_begun()));
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

/// What is said when no reply comes, with the worker and the input line that it has not answered, where they are known.
pub(super) fn silent(worker: Option<&WorkerId>, line: Option<u64>) -> String {
    let who = match (worker, line) {
        (Some(worker), Some(line)) => format!("{worker} has not answered input line {line} for"),
        (Some(worker), None) => format!("{worker} has not answered for"),
        (None, _) => "no reply for".to_owned(),
    };
    format!("forkdeck: {who} 5 s; {SILENT}\n")
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
