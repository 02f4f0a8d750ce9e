//! A worker as clients show it, with its bounded histories.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::event::{
    Dropped, DroppedWhat, Event, Exited, FrameFault, LivenessChanged, Messages, Sampled,
    StateChanged,
};
use crate::model::history::History;
use crate::model::note::{Moment, Note, Noted};
use crate::model::ring::{Ring, Weigh};
use crate::model::{
    Direction, Envelope, Exit, Incarnation, Liveness, LogLine, MonoTime, Runtime, State, Stream,
    WorkerId,
};

/// How many latencies a worker's percentiles are taken from.
const LATENCIES: usize = 512;

/// A worker with its bounded histories.
#[derive(Clone, Debug)]
pub struct WorkerView {
    /// The worker.
    pub id: WorkerId,
    /// What it is doing.
    pub state: State,
    /// Why, in a few words.
    pub reason: Option<String>,
    /// Since when it does it.
    pub since: MonoTime,
    /// When the state ends by itself.
    pub until: Option<MonoTime>,
    /// Its process.
    pub pid: Option<u32>,
    /// Which of its processes that is.
    pub incarnation: Incarnation,
    /// When that process started.
    pub started: Option<MonoTime>,
    /// How often it was started again.
    pub restarts: u32,
    /// Restarts that count against the intensity, of how many.
    pub budget: (u32, u32),
    /// What executes it, where known.
    pub runtime: Option<Runtime>,
    /// Its ends.
    pub liveness: Liveness,
    /// A descendant that holds an end open after its exit.
    pub held_by: Option<u32>,
    /// The newest sample.
    pub sampled: Sampled,
    /// For how long it has been stalled.
    pub stalled: Option<Duration>,
    /// Messages given to it so far.
    pub sent: u64,
    /// Messages from it so far.
    pub received: u64,
    /// Frames of it that were no messages.
    pub frame_errors: u64,
    /// Lines it wrote.
    pub log_lines: u64,
    /// Lines it wrote to standard error.
    pub stderr_lines: u64,
    /// Lines that no bounded buffer could keep.
    pub dropped_lines: u64,
    /// Messages that were lost.
    pub dropped_messages: u64,
    /// How its last process ended.
    pub last_exit: Option<Exit>,
    /// CPU over time, in percent of one core.
    pub cpu: History,
    /// Resident memory over time, in bytes.
    pub memory: History,
    /// Unread bytes over time.
    pub unread: History,
    /// Messages waiting over time.
    pub mailbox: History,
    /// Messages a second, both directions, over time.
    pub rate: History,
    /// Jobs a second, done and failed ones, over time.
    pub job_rate: History,
    /// Reply latency over time: the newest one at each sample, in milliseconds.
    pub latency: History,
    /// What passed on its channel.
    pub traffic: Ring<Traffic>,
    /// What it printed.
    pub logs: Ring<LogLine>,
    /// How its processes ended.
    pub exits: Ring<Exited>,
    /// What happened between its lines.
    pub notes: Ring<Note>,
    latencies: VecDeque<Duration>,
    counted: Option<(u64, u64, MonoTime)>,
}

/// What passed on a channel: a message, or something that was none.
#[derive(Clone, Debug, PartialEq)]
pub enum Traffic {
    /// A message.
    Message(Envelope),
    /// Something that was no message.
    Fault(FrameFault),
}

impl Traffic {
    /// Its place among everything the deck saw.
    pub fn order(&self) -> u64 {
        match self {
            Self::Message(envelope) => envelope.order,
            Self::Fault(fault) => fault.order,
        }
    }
}

impl Weigh for Traffic {
    fn weight(&self) -> usize {
        match self {
            Self::Message(envelope) => envelope.weight(),
            Self::Fault(fault) => size_of::<FrameFault>() + fault.head.len(),
        }
    }
}

impl WorkerView {
    /// What the messages of a worker, and what its logs, may weigh at the most, in bytes.
    pub(crate) const MOST_BYTES: usize = 4 << 20;

    pub(crate) fn new(id: WorkerId, runtime: Option<Runtime>) -> Self {
        let sampled = Sampled {
            worker: id.clone(),
            cpu_percent: None,
            memory_bytes: None,
            mailbox: 0,
            unread_bytes: 0,
            in_flight: 0,
            sent: 0,
            received: 0,
            jobs: Box::default(),
        };
        Self {
            id,
            state: State::Stopped,
            reason: None,
            since: MonoTime::ZERO,
            until: None,
            pid: None,
            incarnation: Incarnation::default(),
            started: None,
            restarts: 0,
            budget: (0, 0),
            runtime,
            liveness: Liveness::default(),
            held_by: None,
            sampled,
            stalled: None,
            sent: 0,
            received: 0,
            frame_errors: 0,
            log_lines: 0,
            stderr_lines: 0,
            dropped_lines: 0,
            dropped_messages: 0,
            last_exit: None,
            cpu: History::default(),
            memory: History::default(),
            unread: History::default(),
            mailbox: History::default(),
            rate: History::default(),
            job_rate: History::default(),
            latency: History::default(),
            traffic: Ring::new(10_000, Self::MOST_BYTES),
            logs: Ring::new(50_000, Self::MOST_BYTES),
            exits: Ring::new(100, 64 << 10),
            notes: Ring::new(200, 64 << 10),
            latencies: VecDeque::new(),
            counted: None,
        }
    }

    /// How long its process has lived.
    pub fn uptime(&self, now: MonoTime) -> Option<Duration> {
        self.started.map(|started| now - started)
    }

    /// The share `percent` of recent replies came at least as fast as this; none without a reply.
    pub fn latency_percentile(&self, percent: u8) -> Option<Duration> {
        let mut latencies: Vec<Duration> = self.latencies.iter().copied().collect();
        let last = latencies.len().checked_sub(1)?;
        let place = (last * usize::from(percent.min(100))).div_ceil(100);
        let (_, found, _) = latencies.select_nth_unstable(place);
        Some(*found)
    }

    /// The latencies of recent replies, oldest first.
    pub fn latencies(&self) -> impl DoubleEndedIterator<Item = Duration> + '_ {
        self.latencies.iter().copied()
    }

    /// The newest reply's latency.
    pub fn last_latency(&self) -> Option<Duration> {
        self.latencies.back().copied()
    }

    pub(crate) fn apply(&mut self, mono: MonoTime, moment: Moment, event: &Event) {
        match event {
            Event::State(changed) => self.change_state(mono, moment, changed),
            Event::Exit(exited) => {
                self.last_exit = Some(exited.exit);
                self.pid = None;
                self.started = None;
                self.exits.push(exited.clone());
                self.notes.push(moment.note(Noted::Ended {
                    pid: exited.pid,
                    cause: exited.cause.clone(),
                    planned: exited.planned,
                    uptime: exited.uptime,
                }));
            }
            Event::Messages(messages) => self.take_messages(messages),
            Event::FrameError(fault) => {
                self.frame_errors += 1;
                self.traffic.push(Traffic::Fault(fault.clone()));
            }
            Event::Logs(logs) => {
                for line in logs.lines.iter() {
                    self.log_lines += 1;
                    self.stderr_lines += u64::from(line.stream == Stream::Stderr);
                    self.logs.push(line.clone());
                }
            }
            Event::Dropped(dropped) => self.count_dropped(moment, dropped),
            Event::Liveness(LivenessChanged {
                liveness, held_by, ..
            }) => {
                self.liveness = *liveness;
                self.held_by = *held_by;
            }
            Event::Stalled(stalled) => {
                self.stalled = Some(stalled.stalled);
                self.sampled.unread_bytes = stalled.unread_bytes;
            }
            Event::Sample(sampled) => self.take_sample(sampled),
            Event::Pool(_)
            | Event::Rolling(_)
            | Event::Jobs(_)
            | Event::Route(_)
            | Event::Deck(_)
            | Event::Down => {}
        }
    }

    fn change_state(&mut self, mono: MonoTime, moment: Moment, changed: &StateChanged) {
        if self.state != changed.state || self.incarnation != changed.incarnation {
            self.since = mono;
        }
        if changed.incarnation != self.incarnation {
            self.sampled.cpu_percent = None;
            self.sampled.memory_bytes = None;
            self.held_by = None;
        }
        match changed.pid {
            None => self.started = None,
            Some(pid) if self.pid != changed.pid || self.incarnation != changed.incarnation => {
                self.started = Some(mono);
                self.notes.push(moment.note(Noted::Started { pid }));
            }
            Some(_) => {}
        }
        if changed.state != State::Stalled {
            self.stalled = None;
        }
        self.state = changed.state;
        self.pid = changed.pid;
        self.incarnation = changed.incarnation;
        self.restarts = changed.restarts;
        self.runtime = changed.runtime;
        self.reason.clone_from(&changed.reason);
        self.until = changed.until;
        self.budget = changed.budget;
    }

    fn take_messages(&mut self, messages: &Messages) {
        for envelope in messages
            .envelopes
            .iter()
            .filter(|envelope| !envelope.internal)
        {
            match envelope.direction {
                Direction::In => self.received += 1,
                Direction::Out => self.sent += 1,
            }
            if let Some(latency) = envelope.latency {
                if self.latencies.len() >= LATENCIES {
                    self.latencies.pop_front();
                }
                self.latencies.push_back(latency);
            }
            self.traffic.push(Traffic::Message(envelope.clone()));
        }
    }

    fn count_dropped(&mut self, moment: Moment, dropped: &Dropped) {
        match dropped.what {
            DroppedWhat::Log => {
                self.dropped_lines += dropped.count;
                self.note_dropped(moment, dropped.count);
            }
            DroppedWhat::Message => self.dropped_messages += dropped.count,
            DroppedWhat::Body => {}
        }
    }

    /// Notes lines that were let go, in one note for all that stand at one place.
    fn note_dropped(&mut self, moment: Moment, count: u64) {
        if let Some(Note {
            after,
            what: Noted::Dropped(so_far),
            ..
        }) = self.notes.last_mut()
            && *after == moment.after
        {
            *so_far += count;
        } else {
            self.notes.push(moment.note(Noted::Dropped(count)));
        }
    }

    fn take_sample(&mut self, sampled: &Sampled) {
        self.sent = sampled.sent;
        self.received = sampled.received;
        self.sampled = sampled.clone();
    }

    /// Adds the numbers in force to the histories: called once for each sample of the deck itself.
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers to be drawn, not to be added up"
    )]
    pub(crate) fn beat(&mut self, mono: MonoTime) {
        let (passed, jobs) = (self.sent + self.received, &self.sampled.jobs);
        let ended = jobs.done + jobs.failed;
        let now = (passed, ended, mono);
        let (before, ended_before, at) = self.counted.replace(now).unwrap_or(now);
        let seconds = (mono - at).as_secs_f32();
        let rate = |more: u64| Some(more as f32 / seconds).filter(|_| seconds > 0.0);
        self.rate.push(rate(passed.saturating_sub(before)));
        self.job_rate.push(rate(ended.saturating_sub(ended_before)));
        self.cpu.push(self.sampled.cpu_percent);
        self.memory
            .push(self.sampled.memory_bytes.map(|bytes| bytes as f32));
        self.unread.push(Some(self.sampled.unread_bytes as f32));
        self.mailbox.push(Some(self.sampled.mailbox as f32));
        let latency = self.last_latency();
        self.latency
            .push(latency.map(|latency| latency.as_secs_f32() * 1000.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PoolName;

    #[test]
    fn percentiles_are_taken_from_the_recent_replies() {
        let mut worker = WorkerView::new(WorkerId::new(PoolName::new("a").unwrap(), 1), None);
        assert_eq!(worker.latency_percentile(50), None);
        worker.latencies = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(
            worker.latency_percentile(50),
            Some(Duration::from_millis(51))
        );
        assert_eq!(
            worker.latency_percentile(99),
            Some(Duration::from_millis(100))
        );
        assert_eq!(
            worker.latency_percentile(100),
            Some(Duration::from_millis(100))
        );
        assert_eq!(worker.latency_percentile(0), Some(Duration::from_millis(1)));
    }
}
