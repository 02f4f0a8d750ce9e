//! One worker: its intent, its phase, and what survives its processes.
//!
//! Owns the data and the small steps between phases; the ladder, restarts, traffic and looks at a living process have
//! files of their own. Called by `machine`, which alone knows of other workers.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{Incarnation, MonoTime, PoolSpec, Ready, Signal, State, StateChanged, WorkerId};
use crate::supervisor::duty::Duty;
use crate::supervisor::ladder::{Aim, Ladder};
use crate::supervisor::life::Life;
use crate::supervisor::mailbox::{Letter, Mailbox, Sort};
use crate::supervisor::pairing::Pairing;
use crate::supervisor::restart::Restarts;
use crate::supervisor::spawns::Booking;
use crate::supervisor::turn::{Slot, Turn};
use crate::supervisor::waits::{Asker, Owed};
use crate::supervisor::watch::Facts;
use crate::supervisor::{Effect, SignalScope};

/// A worker.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) id: WorkerId,
    pub(super) slot: Slot,
    pub(super) policy: Arc<PoolSpec>,
    /// The intent: whether a process is to be there.
    pub(super) wanted: bool,
    /// Whether it goes when its process is gone: its pool was made smaller.
    pub(super) leaving: bool,
    pub(super) incarnation: Incarnation,
    pub(super) phase: Phase,
    pub(super) restarts: Restarts,
    /// How often it was started again.
    pub(super) started_again: u32,
    pub(super) mailbox: Mailbox,
    pub(super) pairing: Pairing,
    pub(super) duty: Duty,
    /// Written messages that a client waits for a reply to, oldest first; bounded by `waits::PER_WORKER`.
    pub(super) owed: VecDeque<Owed>,
    pub(super) facts: Facts,
    pub(super) seq: u64,
    pub(super) sent: u64,
    pub(super) received: u64,
    /// What was published last.
    pub(super) shown: Option<StateChanged>,
    /// The deadline that the machine knows of.
    pub(super) armed: Option<MonoTime>,
    /// What the machine's count of spawns knows of.
    pub(super) booked: Booking,
}

/// What becomes of a worker's process, apart from the intent.
#[derive(Debug)]
pub(super) enum Phase {
    /// None is there.
    Stopped { reason: Option<Arc<str>> },
    /// One is to be made; `asked` once the order went out.
    Starting { asked: bool },
    /// One lives.
    Running(Life),
    /// One was told to end.
    Stopping(Stopping),
    /// The next one is made at that time.
    Backoff { until: MonoTime, reason: Arc<str> },
    /// Given up.
    Failed { reason: Arc<str> },
    /// Ended cleanly, not to be started again.
    Finished { reason: Arc<str> },
}

/// A process that was told to end.
#[derive(Debug)]
pub(super) struct Stopping {
    pub(super) life: Life,
    pub(super) aim: Aim,
    pub(super) ladder: Ladder,
}

impl Worker {
    /// A worker that was never started; numbers of an earlier one in the same place go on.
    pub(super) fn new(
        policy: Arc<PoolSpec>,
        slot: Slot,
        incarnation: Incarnation,
        seq: u64,
    ) -> Self {
        let number = u32::try_from(slot.worker + 1).unwrap_or(u32::MAX);
        Self {
            id: WorkerId::new(policy.name.clone(), number),
            slot,
            policy,
            wanted: false,
            leaving: false,
            incarnation,
            phase: Phase::Stopped { reason: None },
            restarts: Restarts::default(),
            started_again: 0,
            mailbox: Mailbox::default(),
            pairing: Pairing::default(),
            duty: Duty::default(),
            owed: VecDeque::new(),
            facts: Facts::default(),
            seq,
            sent: 0,
            received: 0,
            shown: None,
            armed: None,
            booked: Booking::None,
        }
    }

    /// The living process.
    pub(super) fn life(&self) -> Option<&Life> {
        match &self.phase {
            Phase::Running(life) | Phase::Stopping(Stopping { life, .. }) => Some(life),
            _ => None, // Every other phase is without a process.
        }
    }

    /// The living process.
    pub(super) fn life_mut(&mut self) -> Option<&mut Life> {
        match &mut self.phase {
            Phase::Running(life) | Phase::Stopping(Stopping { life, .. }) => Some(life),
            _ => None, // Every other phase is without a process.
        }
    }

    /// Whether nothing happens to it by itself any more.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.phase,
            Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Finished { .. }
        )
    }

    /// Wants a process. One that is there stays, one that is on its way out is followed by another; a wait for a
    /// restart is cut short, its budget kept.
    pub(super) fn start(&mut self) {
        match &mut self.phase {
            Phase::Running(_) | Phase::Starting { .. } => self.wanted = true,
            Phase::Stopping(stopping) => {
                self.wanted = true;
                stopping.aim_to_stop();
            }
            Phase::Backoff { .. } => self.begin(true),
            Phase::Stopped { .. } | Phase::Failed { .. } | Phase::Finished { .. } => {
                self.restarts.clear();
                self.begin(false);
            }
        }
    }

    /// Wants no process.
    pub(super) fn stop(&mut self, turn: &mut Turn<'_>) {
        self.wanted = false;
        match &mut self.phase {
            // The process that is being made is taken down as soon as it is there.
            Phase::Starting { asked: true } => {}
            Phase::Running(_) => self.climb(turn, Aim::Stop),
            Phase::Stopping(stopping) => stopping.aim_to_stop(),
            Phase::Starting { asked: false }
            | Phase::Backoff { .. }
            | Phase::Stopped { .. }
            | Phase::Failed { .. }
            | Phase::Finished { .. } => self.retire(turn, Phase::Stopped { reason: None }),
        }
    }

    /// Stop, then start, with a fresh budget.
    pub(super) fn restart(&mut self, turn: &mut Turn<'_>) {
        // Without a change of the intent between: its process is to know that another one follows.
        self.climb(turn, Aim::Stop);
        self.restarts.clear();
        self.start();
    }

    /// Sends a client's signal; whether there was a process to send it to.
    pub(super) fn signal_by_hand(&mut self, turn: &mut Turn<'_>, signal: Signal) -> bool {
        let Some(life) = self.life_mut() else {
            return false;
        };
        life.note_signal(signal);
        self.signal(turn, signal, SignalScope::Group);
        true
    }

    /// Gets in line for a process.
    pub(super) fn begin(&mut self, again: bool) {
        self.wanted = true;
        self.started_again += u32::from(again);
        self.phase = Phase::Starting { asked: false };
    }

    /// Its turn has come: asks for a process.
    pub(super) fn ask(&mut self, turn: &mut Turn<'_>) {
        self.incarnation = self.incarnation.next();
        self.phase = Phase::Starting { asked: true };
        turn.push(Effect::Spawn {
            worker: self.id.clone(),
            incarnation: self.incarnation,
        });
    }

    /// The process that was asked for is there.
    pub(super) fn spawned(&mut self, turn: &mut Turn<'_>, pid: u32) {
        if !matches!(self.phase, Phase::Starting { asked: true }) {
            return;
        }
        let life = Life::new(pid, turn.mono(), &self.policy);
        self.facts.begin(self.incarnation, self.policy.channel);
        self.tell_liveness(turn);
        if self.wanted {
            self.phase = Phase::Running(life);
            self.pump(turn);
        } else {
            self.end(turn, life, Aim::Stop);
        }
    }

    /// The process of a running worker, to become another phase's.
    pub(super) fn take_running(&mut self) -> Option<Life> {
        match std::mem::replace(&mut self.phase, Phase::Stopped { reason: None }) {
            Phase::Running(life) => Some(life),
            // Not running: put back.
            other => {
                self.phase = other;
                None
            }
        }
    }

    /// Whoever waits for a reply to a letter that is dropped waits no more.
    pub(super) fn forsake(&self, turn: &mut Turn<'_>, letter: &Letter) {
        if let Sort::Mail {
            asker: Some(Asker::Wait(key)),
            ..
        } = letter.sort
        {
            turn.forsaken.push((key, self.slot));
        }
    }

    /// Whoever waits for a reply to what was written waits no more: none can come.
    pub(super) fn forsake_owed(&mut self, turn: &mut Turn<'_>) {
        for owed in self.owed.drain(..) {
            if let Asker::Wait(key) = owed.asker {
                turn.forsaken.push((key, self.slot));
            }
        }
    }

    /// When something is to be decided next.
    pub(super) fn deadline(&self) -> Option<MonoTime> {
        if self.is_over() {
            return None;
        }
        let own = match &self.phase {
            Phase::Running(life) => {
                let own = earliest(life.channel.due(), life.stall_due(self.policy.stall_after));
                let own = earliest(own, life.readiness.due());
                earliest(own, self.duty.due())
            }
            Phase::Stopping(stopping) => Some(stopping.ladder.due(&self.policy.stop)),
            Phase::Backoff { until, .. } => Some(*until),
            _ => None, // Waits for a report, or for nothing.
        };
        earliest(own, self.restarts.due(self.policy.restart.intensity))
    }

    /// Decides everything that is due.
    pub(super) fn tick(&mut self, turn: &mut Turn<'_>) {
        let now = turn.mono();
        while self.deadline().is_some_and(|due| due <= now) {
            self.restarts.prune(now, self.policy.restart.intensity);
            match &self.phase {
                Phase::Running(_) => {
                    self.note_time(now);
                    self.watch(turn);
                }
                Phase::Stopping(stopping) if stopping.ladder.due(&self.policy.stop) <= now => {
                    self.climb_on(turn);
                }
                Phase::Backoff { until, .. } if *until <= now => self.begin(true),
                _ => {} // Only the budget was due.
            }
        }
        self.attend(turn);
    }

    /// What clients are to see.
    pub(super) fn view(&self) -> StateChanged {
        let (state, reason, until) = self.visible();
        StateChanged {
            worker: self.id.clone(),
            state,
            pid: self.life().map(|life| life.pid),
            incarnation: self.incarnation,
            restarts: self.started_again,
            runtime: self.policy.runtime,
            reason,
            until,
            budget: (
                self.restarts.counted(),
                self.policy.restart.intensity.restarts,
            ),
        }
    }

    fn reason_to_stop<'a>(&self, stopping: &'a Stopping) -> Option<&'a str> {
        match &stopping.aim {
            _ if stopping.ladder.is_defied() => Some("cannot be killed"),
            _ if stopping.ladder.is_draining() => Some("finishes its jobs"),
            Aim::Disconnected => Some("it closed its channel"),
            Aim::Unready => Some("it did not get ready in time"),
            Aim::Relieve(reason) => Some(reason),
            Aim::Stop | Aim::Kill if self.wanted => Some("is to be started again"),
            Aim::Stop | Aim::Kill => None,
        }
    }

    fn visible(&self) -> (State, Option<String>, Option<MonoTime>) {
        match &self.phase {
            Phase::Stopped { reason } => {
                (State::Stopped, reason.as_deref().map(str::to_owned), None)
            }
            Phase::Starting { .. } if !self.wanted => (
                State::Starting,
                Some("stops as soon as it has started".into()),
                None,
            ),
            Phase::Starting { .. } => (State::Starting, None, None),
            Phase::Running(life) => {
                let waits = match (life.state(), self.policy.ready) {
                    (State::Starting, _) if !life.channel.is_open() => {
                        Some("its channel is closed")
                    }
                    (State::Starting, Ready::Message) => Some("waits for its first message"),
                    (State::Starting, _) => Some("waits until it listens"),
                    _ => None, // Has a reason of its own, or none.
                };
                let closed = match life.state() {
                    State::Disconnected if life.channel.is_closed_by_us() => {
                        Some("disconnected by us")
                    }
                    State::Disconnected => Some("it closed its channel"),
                    _ => None, // Says everything by itself.
                };
                let reason = waits.or(closed).map(str::to_owned);
                (life.state(), reason, life.readiness.due())
            }
            Phase::Stopping(stopping) => {
                let reason = self.reason_to_stop(stopping);
                let until = stopping.ladder.kill_due(&self.policy.stop);
                (State::Stopping, reason.map(str::to_owned), until)
            }
            Phase::Backoff { until, reason } => {
                (State::Backoff, Some(reason.as_ref().into()), Some(*until))
            }
            Phase::Failed { reason } => (State::Failed, Some(reason.as_ref().into()), None),
            Phase::Finished { reason } => (State::Finished, Some(reason.as_ref().into()), None),
        }
    }
}

impl Stopping {
    /// A client asked: the intent alone decides what follows. What cost the process its life stays told.
    fn aim_to_stop(&mut self) {
        if !matches!(self.aim, Aim::Relieve(_)) {
            self.aim = Aim::Stop;
        }
    }
}

/// The earlier of two moments.
pub(super) fn earliest(a: Option<MonoTime>, b: Option<MonoTime>) -> Option<MonoTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
