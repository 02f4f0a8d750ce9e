//! What happens to a worker by itself: deadlines, stalls, a channel that closes, a process held by a signal.

use crate::model::{Event, Fact, Now, OnDisconnect, StalledFor, State};
use crate::supervisor::Effect;
use crate::supervisor::phase::{DISCONNECT_AFTER, Phase, STALL_TOLD_EVERY, Why};
use crate::supervisor::worker::Worker;

impl Worker {
    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match &self.phase {
            Phase::Backoff { until } if *until <= now.mono => self.return_from_backoff(now),
            Phase::Stopping(_) => self.climb_on(now, effects),
            Phase::Running(running) => {
                let gone = running
                    .closed_at
                    .is_some_and(|at| at + DISCONNECT_AFTER <= now.mono);
                if gone && self.spec.on_disconnect == OnDisconnect::Stop {
                    self.climb(now, Why::Disconnected, effects);
                } else {
                    self.tell_stall(now, effects);
                }
            }
            Phase::Stopped
            | Phase::Starting { .. }
            | Phase::Backoff { .. }
            | Phase::Failed
            | Phase::Finished => {}
        }
    }

    fn tell_stall(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let is_stalled = self.state(now.mono) == State::Stalled;
        let Phase::Running(running) = &mut self.phase else {
            return;
        };
        let Some(since) = running.quiet_since.filter(|_| is_stalled) else {
            return;
        };
        let due = running.stall_told.map(|told| told + STALL_TOLD_EVERY);
        if due.is_some_and(|due| due > now.mono) {
            return;
        }
        running.stall_told = Some(now.mono);
        let stalled = StalledFor {
            worker: self.id.clone(),
            stalled: now.mono - since,
            unread_bytes: self.unread_bytes,
        };
        self.tell_state(now, effects);
        effects.push(Effect::Publish(Event::Stalled(stalled)));
    }

    pub(crate) fn close_channel(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.change_liveness(effects, |liveness| {
            liveness.channel = Fact::Closed;
        });
        if let Phase::Running(running) = &mut self.phase {
            running.closed_at.get_or_insert(now.mono);
            running.quiet_since = None;
        }
    }

    pub(crate) fn suspend(&mut self, now: Now, is_suspended: bool) {
        if let Some(life) = self.phase.life_mut() {
            life.is_suspended = is_suspended;
        }
        if let Phase::Running(running) = &mut self.phase
            && running.quiet_since.is_some()
        {
            // It could not have read meanwhile.
            running.quiet_since = Some(now.mono);
            running.stall_told = None;
        }
    }
}
