//! What follows the end of a process: started again at once, after a wait, or not.
//!
//! Owns restart intensity and backoff of one worker, and the decisions at an exit and at a spawn that failed. After
//! an end that was asked for, one SIGKILL to the tree sweeps up what the process left behind: its leader is gone, so
//! no grace is owed.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{
    Dropped, DroppedWhat, Event, Exit, Exited, Intensity, Loss, MonoTime, RestartSpec, RestartWhen,
    Signal,
};
use crate::supervisor::cause;
use crate::supervisor::ladder::{Aim, KilledBy, Ladder};
use crate::supervisor::life::Life;
use crate::supervisor::turn::Turn;
use crate::supervisor::worker::{Phase, Stopping, Worker};
use crate::supervisor::{SignalScope, SpawnFault};

/// The restarts of one worker that still count.
#[derive(Debug, Default)]
pub(super) struct Restarts {
    /// When each restart within the window was decided, oldest first; never more than the intensity allows.
    window: VecDeque<MonoTime>,
    /// Restarts since the last healthy life.
    streak: u32,
}

impl Restarts {
    /// How many count against the intensity.
    pub(super) fn counted(&self) -> u32 {
        u32::try_from(self.window.len()).unwrap_or(u32::MAX)
    }

    /// Forgets what no longer counts.
    pub(super) fn prune(&mut self, now: MonoTime, intensity: Intensity) {
        while let Some(&oldest) = self.window.front()
            && oldest + intensity.within <= now
        {
            self.window.pop_front();
        }
    }

    /// Forgets what no longer counts, unless the worker is at rest: its last count then stays to be seen.
    pub(super) fn prune_unless(&mut self, rests: bool, now: MonoTime, intensity: Intensity) {
        if !rests {
            self.prune(now, intensity);
        }
    }

    /// When the oldest one no longer counts.
    pub(super) fn due(&self, intensity: Intensity) -> Option<MonoTime> {
        self.window.front().map(|oldest| *oldest + intensity.within)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// A healthy life ended: the backoff starts anew.
    fn recover(&mut self) {
        self.streak = 0;
    }

    /// Counts one restart; until when it has to wait, or none when that is one too many.
    fn count(&mut self, now: MonoTime, spec: &RestartSpec) -> Option<MonoTime> {
        self.prune(now, spec.intensity);
        if self.counted() >= spec.intensity.restarts {
            return None;
        }
        self.window.push_back(now);
        let wait = spec.backoff.delay(self.streak);
        self.streak = self.streak.saturating_add(1);
        Some(now + wait)
    }
}

/// How a process ended and who wanted it.
struct End {
    life: Life,
    asked: Option<(Aim, Ladder)>,
}

impl Worker {
    /// The newest process ended with `unread` bytes that it never read.
    pub(super) fn exited(&mut self, turn: &mut Turn<'_>, exit: Exit, unread: u64) {
        let Some(end) = self.take_end() else {
            if matches!(self.phase, Phase::Starting { asked: true }) {
                let reason = format!("{exit} before it was seen to start");
                self.spawn_failed(
                    turn,
                    SpawnFault {
                        permanent: false,
                        reason,
                    },
                );
            }
            return;
        };
        let unread = self.mailbox.rewind(unread);
        self.tell_dropped(turn, unread.mail);
        if let Some(lease) = unread.newest_job {
            self.duty.leases.spare_from(lease);
        }
        self.pairing.clear();
        self.forsake_owed(turn);
        self.facts.end();
        self.tell_liveness(turn);

        let cause = self.tell_exit(turn, exit, &end);
        self.tell_loss(turn, exit, &end, &cause);
        if end.asked.is_some() {
            self.signal(turn, Signal::KILL, SignalScope::Tree);
        }
        let ready = end.life.readiness.since();
        if ready.is_some_and(|since| turn.mono() - since >= self.policy.restart.healthy) {
            self.restarts.recover();
        }
        match end.asked {
            Some((Aim::Stop | Aim::Relieve(_), _)) if self.wanted => self.begin(true),
            Some((Aim::Kill, _))
                if self.wanted && self.policy.restart.when != RestartWhen::Never =>
            {
                self.begin(true);
            }
            Some((Aim::Kill, _)) if self.wanted => self.retire(
                turn,
                Phase::Stopped {
                    reason: Some(cause),
                },
            ),
            Some((Aim::Disconnected, _)) if self.wanted => self.fall(turn, exit.is_clean(), cause),
            Some((Aim::Unready, _)) if self.wanted => self.fall(turn, false, cause),
            Some(_) => self.retire(turn, Phase::Stopped { reason: None }),
            None => self.fall(turn, exit.is_clean(), cause),
        }
    }

    /// The process that was asked for could not be made.
    pub(super) fn spawn_failed(&mut self, turn: &mut Turn<'_>, fault: SpawnFault) {
        let reason = Arc::from(fault.reason);
        if !self.wanted {
            self.retire(turn, Phase::Stopped { reason: None });
        } else if fault.permanent {
            self.retire(turn, Phase::Failed { reason });
        } else {
            self.try_again(turn, reason);
        }
    }

    /// Nobody asked for this end: the policy decides.
    fn fall(&mut self, turn: &mut Turn<'_>, is_clean: bool, cause: Arc<str>) {
        match (self.policy.restart.when, is_clean) {
            (RestartWhen::Always, _) | (RestartWhen::OnFailure, false) => {
                self.try_again(turn, cause);
            }
            (RestartWhen::OnFailure | RestartWhen::Never, true) => {
                self.retire(turn, Phase::Finished { reason: cause });
            }
            (RestartWhen::Never, false) => self.retire(turn, Phase::Failed { reason: cause }),
        }
    }

    fn try_again(&mut self, turn: &mut Turn<'_>, reason: Arc<str>) {
        let spec = &self.policy.restart;
        if let Some(until) = self.restarts.count(turn.mono(), spec) {
            self.phase = Phase::Backoff { until, reason };
            return;
        }
        let Intensity { restarts, within } = spec.intensity;
        let plural = if restarts == 1 { "" } else { "s" };
        let reason = format!(
            "{restarts} restart{plural} within {}, then {reason}",
            cause::span(within)
        );
        self.retire(
            turn,
            Phase::Failed {
                reason: Arc::from(reason),
            },
        );
    }

    /// Comes to rest: nothing happens to the worker by itself any more, and what its mailbox held is dropped, counted.
    pub(super) fn retire(&mut self, turn: &mut Turn<'_>, phase: Phase) {
        if matches!(phase, Phase::Stopped { .. }) {
            self.restarts.clear();
        }
        self.phase = phase;
        self.wanted = false;
        let letters = self.mailbox.clear();
        self.tell_dropped(turn, letters.len() as u64);
        for letter in letters {
            self.forsake(turn, &letter);
        }
    }

    /// Tells that messages were lost.
    pub(super) fn tell_dropped(&self, turn: &mut Turn<'_>, count: u64) {
        if count > 0 {
            turn.publish(Event::Dropped(Dropped {
                worker: self.id.clone(),
                what: DroppedWhat::Message,
                count,
            }));
        }
    }

    fn tell_loss(&mut self, turn: &mut Turn<'_>, exit: Exit, end: &End, cause: &Arc<str>) {
        let loss = match end.asked {
            Some(_) => Loss::Stopped,
            None => Loss::Died {
                exit,
                cause: Arc::clone(cause),
            },
        };
        self.lose(turn, loss);
    }

    fn take_end(&mut self) -> Option<End> {
        match std::mem::replace(&mut self.phase, Phase::Stopped { reason: None }) {
            Phase::Running(life) => Some(End { life, asked: None }),
            Phase::Stopping(Stopping { life, aim, ladder }) => Some(End {
                life,
                asked: Some((aim, ladder)),
            }),
            // No process is there to end.
            other => {
                self.phase = other;
                None
            }
        }
    }

    fn tell_exit(&self, turn: &mut Turn<'_>, exit: Exit, end: &End) -> Arc<str> {
        let stop = &self.policy.stop;
        let uptime = turn.mono() - end.life.since;
        let cause: Arc<str> = Arc::from(match &end.asked {
            None => cause::unasked(exit, &end.life, uptime),
            Some((Aim::Unready, _)) => cause::unready(self.policy.ready_timeout),
            Some((aim, ladder)) => cause::asked(exit, aim, ladder, stop.signal, stop.grace),
        });
        let by_sigkill = matches!(exit, Exit::Signal { signal, .. } if signal == Signal::KILL);
        let killed_by = end
            .asked
            .as_ref()
            .and_then(|(_, ladder)| ladder.killed_by());
        turn.publish(Event::Exit(Exited {
            now: turn.now,
            worker: self.id.clone(),
            incarnation: self.incarnation,
            pid: end.life.pid,
            exit,
            planned: matches!(
                end.asked,
                Some((Aim::Stop | Aim::Kill | Aim::Relieve(_), _))
            ),
            escalated: by_sigkill && killed_by == Some(KilledBy::Grace),
            cause: Arc::clone(&cause),
            uptime,
        }));
        cause
    }
}
