//! What is seen of a worker's process and its ends: liveness, suspension, stalls, the end of its channel.
//!
//! A fact is told at once as `liveness`. The state `disconnected` follows 50 ms after the channel's end, if the
//! process still lives: at a normal end the channel closes an instant before the process is reaped. Jobs in flight are
//! told as lost by then, so that a crash costs them as what it is.

use crate::model::{
    ChannelKind, Event, Fact, Incarnation, Liveness, LivenessChanged, Loss, OnDisconnect, Ready,
    StalledFor, Stream,
};
use crate::supervisor::Effect;
use crate::supervisor::ladder::Aim;
use crate::supervisor::life::{Channel, Readiness};
use crate::supervisor::turn::Turn;
use crate::supervisor::worker::{Phase, Worker};

/// The four facts of the newest process that ever lived. They stay true of it after its end, until the next one lives.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// Of which process.
    pub(super) incarnation: Incarnation,
    /// The facts.
    pub(super) liveness: Liveness,
}

impl Facts {
    /// A new process lives, all its ends open.
    pub(super) fn begin(&mut self, incarnation: Incarnation, kind: ChannelKind) {
        self.incarnation = incarnation;
        self.liveness = Liveness {
            process: Fact::Open,
            channel: match kind {
                ChannelKind::Fork | ChannelKind::Stdio => Fact::Open,
                ChannelKind::None => Fact::Closed,
            },
            stdout: Fact::Open,
            stderr: Fact::Open,
        };
    }

    /// It ended; its other ends may be held open by others.
    pub(super) fn end(&mut self) {
        self.liveness.process = Fact::Closed;
    }
}

impl Worker {
    /// Tells the facts.
    pub(super) fn tell_liveness(&self, turn: &mut Turn<'_>) {
        turn.publish(Event::Liveness(LivenessChanged {
            worker: self.id.clone(),
            incarnation: self.facts.incarnation,
            liveness: self.facts.liveness,
            held_by: None,
        }));
    }

    /// An output reached its end.
    pub(super) fn output_closed(&mut self, turn: &mut Turn<'_>, stream: Stream) {
        let fact = match stream {
            Stream::Stdout => &mut self.facts.liveness.stdout,
            Stream::Stderr => &mut self.facts.liveness.stderr,
        };
        if std::mem::take(fact).is_open() {
            self.tell_liveness(turn);
        }
    }

    /// The channel reached its end.
    pub(super) fn channel_closed(&mut self, turn: &mut Turn<'_>) {
        if !std::mem::take(&mut self.facts.liveness.channel).is_open() {
            return;
        }
        if self.policy.channel == ChannelKind::Stdio {
            // They are one.
            self.facts.liveness.stdout = Fact::Closed;
        }
        self.tell_liveness(turn);
        // What was written is read or lost by now, and no reply can come.
        self.forsake_owed(turn);
        let at = turn.mono();
        let is_running = matches!(self.phase, Phase::Running(_));
        if is_running {
            self.give_back(turn);
        } else {
            self.lose(turn, Loss::Stopped);
        }
        let Some(life) = self.life_mut() else {
            return;
        };
        let ours = life.channel.is_closed_by_us();
        life.channel = if is_running {
            Channel::Ended { at, ours }
        } else {
            Channel::Closed { ours }
        };
        life.stall.look(at, 0, false);
        self.end_drain(turn);
    }

    /// Closes the deck's half of the channel; whether there was one to close. Mail that was not given out stays for
    /// the next process.
    pub(super) fn disconnect(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some(life) = self.life_mut().filter(|life| life.channel.is_open()) else {
            return false;
        };
        life.channel = Channel::Half;
        self.give_back(turn);
        turn.push(Effect::CloseChannel {
            worker: self.id.clone(),
            incarnation: self.incarnation,
        });
        true
    }

    /// A look at what the process has left unread.
    pub(super) fn unread(&mut self, turn: &mut Turn<'_>, bytes: u64, progressed: bool) {
        if bytes == 0 {
            self.mailbox.all_read();
        }
        let now = turn.mono();
        if let Some(life) = self.life_mut() {
            life.stall.look(now, bytes, progressed);
        }
    }

    /// A signal suspended the process, or let it go on.
    pub(super) fn suspended(&mut self, turn: &mut Turn<'_>, suspended: bool) {
        let now = turn.mono();
        if let Some(life) = self.life_mut() {
            life.suspended = suspended;
            life.stall.excuse(now);
        }
    }

    /// A message came: the first one of a process may be what makes it ready; whether this one did.
    pub(super) fn hear_first(&mut self, turn: &mut Turn<'_>) -> bool {
        self.policy.ready == Ready::Message && self.get_ready(turn)
    }

    /// A cluster worker listens: one that is to is ready, and is given what waited.
    pub(super) fn listens(&mut self, turn: &mut Turn<'_>) {
        if self.policy.ready == Ready::Listening && self.get_ready(turn) {
            self.pump(turn);
        }
    }

    /// The process is ready from now on; whether it was not before.
    fn get_ready(&mut self, turn: &mut Turn<'_>) -> bool {
        let now = turn.mono();
        let Phase::Running(life) = &mut self.phase else {
            return false; // One that is being taken down is not waited for any more.
        };
        if life.is_ready() {
            return false;
        }
        life.readiness = Readiness::Since(now);
        turn.touched.push(self.slot);
        true
    }

    /// Decides what is due of a running process.
    pub(super) fn watch(&mut self, turn: &mut Turn<'_>) {
        let now = turn.mono();
        let after = self.policy.stall_after;
        let Phase::Running(life) = &mut self.phase else {
            return;
        };
        if life.stall_due(after).is_some_and(|due| due <= now) {
            let stalled = life.stall.tell(now);
            turn.publish(Event::Stalled(StalledFor {
                worker: self.id.clone(),
                stalled,
                unread_bytes: life.stall.bytes,
            }));
        }
        let is_late = life.readiness.due().is_some_and(|due| due <= now);
        if let Channel::Ended { ours, .. } = life.channel
            && life.channel.due().is_some_and(|due| due <= now)
        {
            life.channel = Channel::Closed { ours };
            self.lose(turn, Loss::Disconnected);
            if self.policy.on_disconnect == OnDisconnect::Stop {
                self.climb(turn, Aim::Disconnected);
            }
        }
        if is_late {
            self.climb(turn, Aim::Unready);
        }
    }
}
