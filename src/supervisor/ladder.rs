//! The stop ladder: stop message, signal, SIGKILL, with one grace.
//!
//! Owns the steps by which a living process is ended, and when each is due. What follows its end is decided in
//! `restart`. Once SIGKILL has gone out and the process is still there, it goes out again each grace (at least each
//! second) and the state says that the worker cannot be killed; nothing else waits for it.

use std::time::Duration;

use crate::model::{MonoTime, Signal, StopSpec};
use crate::supervisor::life::Life;
use crate::supervisor::mailbox::Sort;
use crate::supervisor::turn::Turn;
use crate::supervisor::worker::{Phase, Stopping, Worker};
use crate::supervisor::{Effect, SignalScope};

/// Why a process is being ended, which decides what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// A client asked; the intent alone decides what follows.
    Stop,
    /// A client asked to kill it; it is started again unless its policy is never.
    Kill,
    /// It closed its channel; its restart policy decides what follows.
    Disconnected,
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
            Step::Message => self.began + stop.grace / 2,
            Step::Signal => self.began + stop.grace,
            Step::Kill { again, .. } => again,
        }
    }

    /// When SIGKILL is due, unless it was sent.
    pub(super) fn kill_due(&self, stop: &StopSpec) -> Option<MonoTime> {
        match self.step {
            Step::Message | Step::Signal => Some(self.began + stop.grace),
            Step::Kill { .. } => None,
        }
    }

    /// Who had SIGKILL sent, if it was.
    pub(super) fn killed_by(&self) -> Option<KilledBy> {
        match self.step {
            Step::Message | Step::Signal => None,
            Step::Kill { by, .. } => Some(by),
        }
    }

    /// Whether the stop signal was sent.
    pub(super) fn has_signalled(&self) -> bool {
        self.signalled
    }

    /// Whether SIGKILL was sent and did not help for a whole grace.
    pub(super) fn is_defied(&self) -> bool {
        matches!(self.step, Step::Kill { times, .. } if times > 1)
    }

    fn kill(&mut self, by: KilledBy, now: MonoTime, grace: Duration) {
        let (by, times) = match self.step {
            Step::Kill { by, times, .. } => (by, times.saturating_add(1)),
            Step::Message | Step::Signal => (by, 1),
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

    /// Takes the first step of the ladder with `life`.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>, life: Life, aim: Aim) {
        let ladder = Ladder {
            began: turn.mono(),
            step: Step::Message,
            signalled: false,
        };
        let channel = life.channel;
        self.phase = Phase::Stopping(Stopping { life, aim, ladder });
        let message = self.policy.stop.message.clone();
        match message.filter(|_| channel.is_open() && aim != Aim::Kill) {
            Some(message) => self.write_past(turn, message, 1, Sort::Stop),
            None if aim == Aim::Kill => self.kill_tree(turn, KilledBy::Command),
            None => self.signal_stop(turn),
        }
    }

    /// Takes the next step.
    pub(super) fn climb_on(&mut self, turn: &mut Turn<'_>) {
        let Phase::Stopping(stopping) = &self.phase else {
            return;
        };
        match stopping.ladder.step {
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
                if stopping.aim == Aim::Disconnected {
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
