//! The stop ladder: stop message, signal, SIGKILL, with one grace. Before it, where a client asks and jobs are in
//! flight, a drain: the worker has until their answers, or `drain`. A second `stop` or `down` cuts that short, and so
//! do `kill`, which never drains, and a job that costs the process its life.
//!
//! A filter is told to stop by the end of its input, with which it also gives what it kept back; the signal follows as
//! it follows a message. Of one that was given nothing, nothing can come: it gets the signal at once.
//!
//! Owns the steps by which a living process is ended, and when each is due. What follows its end is decided in
//! `restart`. Once SIGKILL has gone out and the process is still there, it goes out again each grace (at least each
//! second) and the state says that the worker cannot be killed; nothing else waits for it.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{Api, ChannelKind, MonoTime, Signal, StopSpec};
use crate::supervisor::life::Life;
use crate::supervisor::mailbox::Sort;
use crate::supervisor::turn::Turn;
use crate::supervisor::worker::{Phase, Stopping, Worker};
use crate::supervisor::{Effect, SignalScope};

/// Why a process is being ended, which decides what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// A client asked; the intent alone decides what follows.
    Stop,
    /// A client asked to kill it; it is started again unless its policy is never.
    Kill,
    /// It closed its channel; its restart policy decides what follows.
    Disconnected,
    /// It did not get ready in time, which is a crash; its restart policy decides what follows.
    Unready,
    /// A job cost it its life, for this reason; it is started again.
    Relieve(Arc<str>),
}

/// Who had SIGKILL sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KilledBy {
    /// The grace ran out.
    Grace,
    /// A client's `kill`.
    Command,
}

/// How far the ladder is climbed.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Nothing: the jobs in flight are waited for.
    Drain,
    /// The stop message was given out.
    Message,
    /// The signal was sent.
    Signal,
    /// SIGKILL was sent to the whole tree.
    Kill {
        by: KilledBy,
        times: u32,
        again: MonoTime,
    },
}

/// A ladder that is being climbed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ladder {
    began: MonoTime,
    step: Step,
    signalled: bool,
}

impl Ladder {
    /// When the next step is due.
    pub(super) fn due(&self, stop: &StopSpec) -> MonoTime {
        match self.step {
            Step::Drain => self.began + stop.drain,
            Step::Message => self.began + stop.grace / 2,
            Step::Signal => self.began + stop.grace,
            Step::Kill { again, .. } => again,
        }
    }

    /// When SIGKILL is due, unless it was sent.
    pub(super) fn kill_due(&self, stop: &StopSpec) -> Option<MonoTime> {
        match self.step {
            Step::Drain => Some(self.began + stop.drain + stop.grace),
            Step::Message | Step::Signal => Some(self.began + stop.grace),
            Step::Kill { .. } => None,
        }
    }

    /// Who had SIGKILL sent, if it was.
    pub(super) fn killed_by(&self) -> Option<KilledBy> {
        match self.step {
            Step::Drain | Step::Message | Step::Signal => None,
            Step::Kill { by, .. } => Some(by),
        }
    }

    /// Whether the stop signal was sent.
    pub(super) fn has_signalled(&self) -> bool {
        self.signalled
    }

    /// Whether jobs in flight are waited for.
    pub(super) fn is_draining(&self) -> bool {
        matches!(self.step, Step::Drain)
    }

    /// Whether SIGKILL was sent and did not help for a whole grace.
    pub(super) fn is_defied(&self) -> bool {
        matches!(self.step, Step::Kill { times, .. } if times > 1)
    }

    fn kill(&mut self, by: KilledBy, now: MonoTime, grace: Duration) {
        let (by, times) = match self.step {
            Step::Kill { by, times, .. } => (by, times.saturating_add(1)),
            Step::Drain | Step::Message | Step::Signal => (by, 1),
        };
        self.step = Step::Kill {
            by,
            times,
            again: now + grace.max(Duration::from_secs(1)),
        };
    }
}

impl Worker {
    /// Takes the first step of the ladder with a running process. Without one nothing happens.
    pub(super) fn climb(&mut self, turn: &mut Turn<'_>, aim: Aim) {
        let Some(life) = self.take_running() else {
            return;
        };
        self.end(turn, life, aim);
    }

    /// Takes the first step of the ladder with `life`, or begins its drain.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>, life: Life, aim: Aim) {
        self.give_back(turn);
        let is_busy = self.duty.leases.in_flight() > 0 && life.channel.is_readable();
        let drains = is_busy && aim == Aim::Stop && !self.policy.stop.drain.is_zero();
        let ladder = Ladder {
            began: turn.mono(),
            step: Step::Drain,
            signalled: false,
        };
        self.phase = Phase::Stopping(Stopping { life, aim, ladder });
        if drains {
            // What a filter keeps back may be the answers that are waited for.
            self.end_input(turn);
        } else {
            self.climb_first(turn);
        }
    }

    fn climb_first(&mut self, turn: &mut Turn<'_>) {
        let Phase::Stopping(stopping) = &mut self.phase else {
            return;
        };
        stopping.ladder.began = turn.mono();
        stopping.ladder.step = Step::Message;
        if stopping.aim == Aim::Kill {
            self.kill_tree(turn, KilledBy::Command);
        } else if !self.ask_to_end(turn) {
            self.signal_stop(turn);
        }
    }

    /// Asks the process over its channel to end, in every way that its pool knows; whether there was one, so that the
    /// signal waits for half of the grace.
    fn ask_to_end(&mut self, turn: &mut Turn<'_>) -> bool {
        let is_open = self.life().is_some_and(|life| life.channel.is_open());
        let message = self.policy.stop.message.clone().filter(|_| is_open);
        let has_message = message.is_some();
        if let Some(message) = message {
            self.write_past(turn, message, Sort::Stop);
        }
        let is_told = is_open && self.policy.api == Api::Cluster;
        if is_told {
            turn.push(Effect::Leave {
                worker: self.id.clone(),
                incarnation: self.incarnation,
                returns: self.wanted && !self.leaving,
            });
        }
        self.end_input(turn) || has_message || is_told
    }

    /// Tells a filter that is to stop that no more comes; whether it is one that may have something to say to that.
    fn end_input(&mut self, turn: &mut Turn<'_>) -> bool {
        let Phase::Stopping(Stopping { life, aim, .. }) = &self.phase else {
            return false;
        };
        let is_asked = *aim == Aim::Stop && self.policy.channel == ChannelKind::Stdio;
        if !is_asked || !life.was_given || !life.channel.is_readable() {
            return false;
        }
        self.disconnect(turn);
        true
    }

    fn is_draining(&self) -> bool {
        matches!(&self.phase, Phase::Stopping(stopping) if stopping.ladder.is_draining())
    }

    /// Ends a drain when its last job is answered.
    pub(super) fn end_drain(&mut self, turn: &mut Turn<'_>) {
        if self.duty.leases.in_flight() == 0 {
            self.hasten(turn);
        }
    }

    /// Ends a drain, if there is one.
    pub(super) fn hasten(&mut self, turn: &mut Turn<'_>) {
        if self.is_draining() {
            self.climb_first(turn);
            turn.touched.push(self.slot);
        }
    }

    /// A client asks to stop it; asked again, it has no time left for its jobs.
    pub(super) fn stop_or_hasten(&mut self, turn: &mut Turn<'_>) {
        let was_wanted = self.wanted;
        self.stop(turn);
        if !was_wanted {
            self.hasten(turn);
        }
    }

    /// A job costs the process its life; it is followed by another.
    pub(super) fn relieve(&mut self, turn: &mut Turn<'_>, reason: Arc<str>) {
        self.hasten(turn);
        self.climb(turn, Aim::Relieve(reason));
    }

    /// Takes the next step.
    pub(super) fn climb_on(&mut self, turn: &mut Turn<'_>) {
        let Phase::Stopping(stopping) = &self.phase else {
            return;
        };
        match stopping.ladder.step {
            Step::Drain => self.climb_first(turn),
            Step::Message => self.signal_stop(turn),
            Step::Signal => self.kill_tree(turn, KilledBy::Grace),
            Step::Kill { by, .. } => self.kill_tree(turn, by),
        }
    }

    /// SIGKILL to the whole tree of a process that lives; running ones are started again by their policy.
    pub(super) fn kill(&mut self, turn: &mut Turn<'_>) {
        match &mut self.phase {
            Phase::Running(_) => self.climb(turn, Aim::Kill),
            Phase::Stopping(stopping) => {
                if matches!(stopping.aim, Aim::Disconnected | Aim::Unready) {
                    stopping.aim = Aim::Kill;
                }
                self.kill_tree(turn, KilledBy::Command);
            }
            // No process is there.
            _ => {}
        }
    }

    fn signal_stop(&mut self, turn: &mut Turn<'_>) {
        let Phase::Stopping(stopping) = &mut self.phase else {
            return;
        };
        stopping.ladder.step = Step::Signal;
        stopping.ladder.signalled = true;
        let signal = self.policy.stop.signal;
        self.signal(turn, signal, SignalScope::Group);
        self.signal(turn, Signal::CONT, SignalScope::Group);
    }

    fn kill_tree(&mut self, turn: &mut Turn<'_>, by: KilledBy) {
        let grace = self.policy.stop.grace;
        let Phase::Stopping(stopping) = &mut self.phase else {
            return;
        };
        stopping.ladder.kill(by, turn.mono(), grace);
        self.signal(turn, Signal::KILL, SignalScope::Tree);
    }

    /// Sends a signal to the newest process.
    pub(super) fn signal(&self, turn: &mut Turn<'_>, signal: Signal, scope: SignalScope) {
        turn.push(Effect::Signal {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            signal,
            scope,
        });
    }
}
