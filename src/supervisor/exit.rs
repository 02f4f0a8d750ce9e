//! What follows a process's end: its cause told, its mail kept or dropped, and the policy's decision.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    Dropped, DroppedWhat, Event, Exit, Exited, Fact, Now, RestartWhen, Signal, State,
};
use crate::supervisor::phase::{Life, Phase, Why};
use crate::supervisor::worker::Worker;
use crate::supervisor::{Effect, SignalScope, SpawnFault, Ticket};

/// How a process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Death {
    life: Life,
    exit: Exit,
    why: Option<Why>,
    is_escalated: bool,
}

impl Worker {
    /// The process ended. Returns who waited for its replies and cannot get any.
    pub(crate) fn end(
        &mut self,
        now: Now,
        exit: Exit,
        unread_bytes: u64,
        effects: &mut Vec<Effect>,
    ) -> Vec<Ticket> {
        let (life, stopping) = match &self.phase {
            Phase::Running(running) => (running.life, None),
            Phase::Stopping(stopping) => (stopping.life, Some(stopping.clone())),
            Phase::Stopped
            | Phase::Starting { .. }
            | Phase::Backoff { .. }
            | Phase::Failed
            | Phase::Finished => return Vec::new(),
        };
        let is_escalated = stopping
            .as_ref()
            .is_some_and(|s| s.kills > 0 && s.why != Why::Killed);
        let why = stopping.as_ref().map(|stopping| stopping.why);
        let death = Death {
            life,
            exit,
            why,
            is_escalated,
        };
        let cause = self.cause(now, death);
        self.tell_end(now, death, &cause, unread_bytes, effects);
        if why.is_some() {
            // What the worker left behind goes with it.
            effects.push(self.signal(Signal::KILL, SignalScope::Tree));
        }
        self.mailbox.take_back();
        self.pairing.clear();
        self.unread_bytes = 0;
        let mut bereft: Vec<Ticket> = self.awaiting.drain(..).map(|(ticket, _)| ticket).collect();
        bereft.extend(self.follow(now, death, cause, effects));
        bereft
    }

    fn tell_end(
        &mut self,
        now: Now,
        death: Death,
        cause: &str,
        unread_bytes: u64,
        effects: &mut Vec<Effect>,
    ) {
        let lost = self.mailbox.count_unread(unread_bytes);
        self.tell_dropped(lost, effects);
        self.change_liveness(effects, |liveness| liveness.process = Fact::Closed);
        effects.push(Effect::Publish(Event::Exit(Exited {
            now,
            worker: self.id.clone(),
            incarnation: self.incarnation,
            pid: death.life.pid,
            exit: death.exit,
            planned: death.why.is_some(),
            escalated: death.is_escalated,
            cause: Arc::from(cause),
            uptime: now.mono - death.life.started,
        })));
    }

    fn tell_dropped(&self, count: u64, effects: &mut Vec<Effect>) {
        if count > 0 {
            effects.push(Effect::Publish(Event::Dropped(Dropped {
                worker: self.id.clone(),
                what: DroppedWhat::Message,
                count,
            })));
        }
    }

    /// Decides what comes after an end.
    fn follow(
        &mut self,
        now: Now,
        death: Death,
        cause: String,
        effects: &mut Vec<Effect>,
    ) -> Vec<Ticket> {
        let may_return = match death.why {
            Some(Why::Asked) => true,
            Some(Why::Killed) => self.spec.restart.when != RestartWhen::Never,
            Some(Why::Disconnected) | None => {
                return self.crash(now, death, cause, effects);
            }
        };
        if self.wanted && may_return {
            self.restarts += 1;
            self.begin();
            return Vec::new();
        }
        self.rest(Phase::Stopped, None, effects)
    }

    /// The policy decides about an end that nobody asked for.
    fn crash(
        &mut self,
        now: Now,
        death: Death,
        cause: String,
        effects: &mut Vec<Effect>,
    ) -> Vec<Ticket> {
        let is_clean = death.exit.is_clean();
        let returns = match self.spec.restart.when {
            RestartWhen::Always => true,
            RestartWhen::OnFailure => !is_clean,
            RestartWhen::Never => false,
        };
        if !self.wanted {
            return self.rest(Phase::Stopped, None, effects);
        }
        if !returns {
            let phase = if is_clean {
                Phase::Finished
            } else {
                Phase::Failed
            };
            return self.rest(phase, Some(cause), effects);
        }
        if now.mono - death.life.started >= self.spec.restart.healthy {
            self.streak = 0;
        }
        self.back_off(now, cause, effects)
    }

    /// The process could not be made.
    pub(crate) fn fail_to_start(
        &mut self,
        now: Now,
        fault: SpawnFault,
        effects: &mut Vec<Effect>,
    ) -> Vec<Ticket> {
        if !self.wanted {
            return self.rest(Phase::Stopped, None, effects);
        }
        if fault.permanent || self.spec.restart.when == RestartWhen::Never {
            return self.rest(Phase::Failed, Some(fault.reason), effects);
        }
        self.back_off(now, fault.reason, effects)
    }

    /// Waits to start again, or gives up where that happened too often of late.
    fn back_off(&mut self, now: Now, cause: String, effects: &mut Vec<Effect>) -> Vec<Ticket> {
        let intensity = self.spec.restart.intensity;
        while self
            .restarted
            .front()
            .is_some_and(|at| now.mono - *at >= intensity.within)
        {
            self.restarted.pop_front();
        }
        if self.restarted.len() >= intensity.restarts as usize {
            let within = spell(intensity.within);
            let count = intensity.restarts;
            let reason = format!("gave up after {count} restarts within {within}: {cause}");
            return self.rest(Phase::Failed, Some(reason), effects);
        }
        let until = now.mono + self.spec.restart.backoff.delay(self.streak);
        self.streak = self.streak.saturating_add(1);
        self.phase = Phase::Backoff { until };
        self.reason = Some(cause);
        Vec::new()
    }

    /// Backoff is over: the policy starts the worker again.
    pub(crate) fn return_from_backoff(&mut self, now: Now) {
        self.restarted.push_back(now.mono);
        self.restarts += 1;
        self.begin();
    }

    /// Comes to rest: nothing will happen by itself, and mail is dropped and counted.
    pub(crate) fn rest(
        &mut self,
        phase: Phase,
        reason: Option<String>,
        effects: &mut Vec<Effect>,
    ) -> Vec<Ticket> {
        self.phase = phase;
        self.reason = reason;
        self.wanted = false;
        let (bereft, count) = self.drop_mail();
        self.tell_dropped(count, effects);
        bereft
    }

    /// The cause of an end in a sentence fragment, told apart by who brought it about.
    fn cause(&self, now: Now, death: Death) -> String {
        let grace = spell(self.spec.stop.grace);
        let ours = self.signalled;
        match (death.exit, death.why) {
            (
                Exit::Signal {
                    signal: Signal::KILL,
                    ..
                },
                Some(_),
            ) if death.is_escalated => {
                format!("did not end within its grace of {grace}: killed by SIGKILL")
            }
            (Exit::Signal { signal, .. }, Some(_)) => format!("killed by {signal}, as asked"),
            (Exit::Code(code), Some(_)) => format!("exit {code}, as asked"),
            (Exit::Signal { signal, core }, None) => {
                let core = if core { " (core dumped)" } else { "" };
                if ours == Some(signal) {
                    format!("killed by {signal}{core}, sent by us")
                } else if is_fault(signal) {
                    format!("crashed by {signal}{core}")
                } else {
                    format!("killed by {signal}{core}, not by us")
                }
            }
            (Exit::Code(code), None) => {
                format!("exit {code} after {}", spell(now.mono - death.life.started))
            }
        }
    }
}

/// Whether a process brings the signal upon itself by a fault.
fn is_fault(signal: Signal) -> bool {
    let faults = [
        "SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS",
    ];
    faults
        .iter()
        .any(|name| Signal::from_name(name) == Some(signal))
}

/// A duration for people: `850 ms`, `3.2 s`, `5 s`, `2 min 5 s`.
pub(crate) fn spell(duration: Duration) -> String {
    let ms = duration.as_millis();
    let seconds = duration.as_secs();
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 if ms % 1000 < 50 => format!("{seconds} s"),
        1000..60_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ if seconds < 3600 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ if seconds < 3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Whether a worker in this state can still come to take messages by itself.
pub(crate) fn takes_mail(state: State) -> bool {
    !state.is_over() && state != State::Disconnected
}
