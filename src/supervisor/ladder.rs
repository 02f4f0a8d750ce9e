//! How a process is ended: the stop message where there is one, else the signal; then SIGKILL to the whole tree.

use std::time::Duration;

use crate::model::{Now, Signal};
use crate::supervisor::phase::{Phase, Step, Stopping, Why};
use crate::supervisor::worker::Worker;
use crate::supervisor::{Effect, SignalScope};

/// How long a process that SIGKILL did not end is left before it is sent again.
const LEAST_REPEAT: Duration = Duration::from_secs(1);

impl Worker {
    /// Sends the process up the ladder; one that is on it already goes on.
    pub(crate) fn climb(&mut self, now: Now, why: Why, effects: &mut Vec<Effect>) {
        let Phase::Running(running) = &self.phase else {
            return;
        };
        let is_open = self.is_open();
        let grace = self.spec.stop.grace;
        let message = self.spec.stop.message.clone().filter(|_| is_open);
        let (step, step_at) = match message {
            Some(_) => (Step::Signal, now.mono + grace / 2),
            None => (Step::Kill, now.mono + grace),
        };
        self.phase = Phase::Stopping(Stopping {
            life: running.life,
            why,
            since: now.mono,
            step,
            step_at,
            kills: 0,
        });
        match message {
            Some(message) => self.interject(message, effects),
            None => self.send_stop_signal(effects),
        }
    }

    /// Ends the process and all its descendants at once.
    pub(crate) fn kill(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let Some(life) = self.phase.life().copied() else {
            return;
        };
        if let Phase::Running(_) = self.phase {
            self.phase = Phase::Stopping(Stopping {
                life,
                why: Why::Killed,
                since: now.mono,
                step: Step::Kill,
                step_at: now.mono,
                kills: 0,
            });
        }
        self.send_kill(now, effects);
    }

    /// Climbs the next rung when it is due.
    pub(crate) fn climb_on(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let grace = self.spec.stop.grace;
        let Phase::Stopping(stopping) = &mut self.phase else {
            return;
        };
        if stopping.step_at > now.mono {
            return;
        }
        match stopping.step {
            Step::Signal => {
                stopping.step = Step::Kill;
                stopping.step_at = (stopping.since + grace).max(now.mono);
                self.send_stop_signal(effects);
            }
            Step::Kill => self.send_kill(now, effects),
        }
    }

    fn send_stop_signal(&self, effects: &mut Vec<Effect>) {
        // A suspended process would not act on the signal before it goes on.
        for signal in [self.spec.stop.signal, Signal::CONT] {
            effects.push(self.signal(signal, SignalScope::Group));
        }
    }

    fn send_kill(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let repeat = self.spec.stop.grace.max(LEAST_REPEAT);
        let Phase::Stopping(stopping) = &mut self.phase else {
            return;
        };
        stopping.kills += 1;
        stopping.step = Step::Kill;
        stopping.step_at = now.mono + repeat;
        if stopping.kills > 1 && stopping.since + repeat <= now.mono {
            self.reason = Some("SIGKILL does not end it: the system holds it".to_owned());
        }
        effects.push(self.signal(Signal::KILL, SignalScope::Tree));
    }

    /// A signal to the newest process.
    pub(crate) fn signal(&self, signal: Signal, scope: SignalScope) -> Effect {
        Effect::Signal {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            signal,
            scope,
        }
    }
}
