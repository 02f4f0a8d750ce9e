//! One worker: its intent, its phase, its mailbox, and what was told of it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{
    Event, Fact, Incarnation, Liveness, LivenessChanged, MonoTime, Now, OnDisconnect, PoolSpec,
    Signal, State, StateChanged, Stream, WorkerId,
};
use crate::supervisor::mailbox::{Mailbox, Origin};
use crate::supervisor::pairing::Pairing;
use crate::supervisor::phase::{DISCONNECT_AFTER, Life, Phase, Running, STALL_TOLD_EVERY};
use crate::supervisor::{Effect, Ticket};
use crate::wire::Message;

/// One worker of a pool.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) id: WorkerId,
    pub(crate) spec: Arc<PoolSpec>,
    /// Whether it is to run.
    pub(crate) wanted: bool,
    pub(crate) phase: Phase,
    pub(crate) incarnation: Incarnation,
    /// Why it is in its phase, in a few words.
    pub(crate) reason: Option<String>,
    /// How often it was started again.
    pub(crate) restarts: u32,
    /// When it was started again by its policy, within the intensity's window.
    pub(crate) restarted: VecDeque<MonoTime>,
    /// How many restarts by policy in a row without a healthy life between.
    pub(crate) streak: u32,
    pub(crate) mailbox: Mailbox,
    pub(crate) pairing: Pairing,
    /// Who waits for a reply to what was written, oldest first.
    pub(crate) awaiting: VecDeque<(Ticket, MonoTime)>,
    pub(crate) liveness: Liveness,
    /// Messages of both directions so far.
    pub(crate) seq: u64,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) unread_bytes: u64,
    /// The last signal that a client had sent to this process.
    pub(crate) signalled: Option<Signal>,
    /// Whether it is removed once it is gone.
    pub(crate) is_leaving: bool,
    told: Option<StateChanged>,
}

impl Worker {
    pub(crate) fn new(id: WorkerId, spec: Arc<PoolSpec>) -> Self {
        Self {
            id,
            mailbox: Mailbox::new(spec.mailbox),
            spec,
            wanted: false,
            phase: Phase::Stopped,
            incarnation: Incarnation::default(),
            reason: None,
            restarts: 0,
            restarted: VecDeque::new(),
            streak: 0,
            pairing: Pairing::default(),
            awaiting: VecDeque::new(),
            liveness: Liveness::default(),
            seq: 0,
            sent: 0,
            received: 0,
            unread_bytes: 0,
            signalled: None,
            is_leaving: false,
            told: None,
        }
    }

    /// The state that clients are shown.
    pub(crate) fn state(&self, now: MonoTime) -> State {
        match &self.phase {
            Phase::Stopped => State::Stopped,
            Phase::Starting { .. } => State::Starting,
            Phase::Running(running) => self.running_state(running, now),
            Phase::Stopping(_) => State::Stopping,
            Phase::Backoff { .. } => State::Backoff,
            Phase::Failed => State::Failed,
            Phase::Finished => State::Finished,
        }
    }

    fn running_state(&self, running: &Running, now: MonoTime) -> State {
        let is_past = |at: Option<MonoTime>| at.is_some_and(|at| at <= now);
        if running.life.is_suspended {
            State::Suspended
        } else if is_past(running.closed_at.map(|at| at + DISCONNECT_AFTER)) {
            State::Disconnected
        } else if is_past(running.stalls_at(self.spec.stall_after)) {
            State::Stalled
        } else {
            State::Ready
        }
    }

    /// Whether its channel takes messages.
    pub(crate) fn is_open(&self) -> bool {
        matches!(&self.phase, Phase::Running(running) if running.closed_at.is_none())
    }

    /// When something is due.
    pub(crate) fn next_deadline(&self, now: MonoTime) -> Option<MonoTime> {
        match &self.phase {
            Phase::Backoff { until } => Some(*until),
            Phase::Stopping(stopping) => Some(stopping.step_at),
            Phase::Running(running) => {
                let closed = running.closed_at.map(|at| at + DISCONNECT_AFTER);
                let acts = self.spec.on_disconnect == OnDisconnect::Stop;
                let closed = closed.filter(|at| *at > now || acts);
                let stall = match running.stall_told {
                    Some(told) => Some(told + STALL_TOLD_EVERY),
                    None => running.stalls_at(self.spec.stall_after),
                };
                let stall =
                    stall.filter(|_| running.quiet_since.is_some() && !running.life.is_suspended);
                [closed, stall].into_iter().flatten().min()
            }
            Phase::Stopped | Phase::Starting { .. } | Phase::Failed | Phase::Finished => None,
        }
    }

    /// Tells the state, if anything in it changed.
    pub(crate) fn tell_state(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let until = match &self.phase {
            Phase::Backoff { until } => Some(*until),
            Phase::Stopping(stopping) => Some(stopping.since + self.spec.stop.grace),
            _ => None, // No other phase ends by itself.
        };
        let intensity = self.spec.restart.intensity;
        let counted = self
            .restarted
            .iter()
            .filter(|at| now.mono - **at < intensity.within);
        let changed = StateChanged {
            worker: self.id.clone(),
            state: self.state(now.mono),
            pid: self.phase.life().map(|life| life.pid),
            incarnation: self.incarnation,
            restarts: self.restarts,
            runtime: self.spec.runtime,
            reason: self.reason.clone(),
            until,
            budget: (
                u32::try_from(counted.count()).unwrap_or(u32::MAX),
                intensity.restarts,
            ),
        };
        if !self
            .told
            .as_ref()
            .is_some_and(|told| is_same(told, &changed))
        {
            self.told = Some(changed.clone());
            effects.push(Effect::Publish(Event::State(changed)));
        }
    }

    /// Changes the facts of the newest process and tells them.
    pub(crate) fn change_liveness(
        &mut self,
        effects: &mut Vec<Effect>,
        change: impl FnOnce(&mut Liveness),
    ) {
        change(&mut self.liveness);
        effects.push(Effect::Publish(Event::Liveness(LivenessChanged {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            liveness: self.liveness,
            held_by: None,
        })));
    }

    /// An output of the newest process reached its end.
    pub(crate) fn close_output(&mut self, stream: Stream, effects: &mut Vec<Effect>) {
        self.change_liveness(effects, |liveness| match stream {
            Stream::Stdout => liveness.stdout = Fact::Closed,
            Stream::Stderr => liveness.stderr = Fact::Closed,
        });
    }

    /// Asks for a process.
    pub(crate) fn begin(&mut self) {
        self.incarnation = self.incarnation.next();
        self.phase = Phase::Starting { is_ordered: false };
        self.reason = None;
        self.signalled = None;
        self.unread_bytes = 0;
    }

    /// Forgets how often it was started again of late.
    pub(crate) fn forgive(&mut self) {
        self.restarted.clear();
        self.streak = 0;
    }

    /// The process exists.
    pub(crate) fn run(&mut self, now: Now, pid: u32, effects: &mut Vec<Effect>) {
        let life = Life {
            pid,
            started: now.mono,
            is_suspended: false,
        };
        self.phase = Phase::Running(Running::new(life));
        let open = Liveness {
            process: Fact::Open,
            channel: Fact::Open,
            stdout: Fact::Open,
            stderr: Fact::Open,
        };
        self.tell_state(now, effects);
        self.change_liveness(effects, |liveness| *liveness = open);
    }

    /// Hands out what the channel may be given now.
    pub(crate) fn hand_out(&mut self, effects: &mut Vec<Effect>) {
        if !self.is_open() {
            return;
        }
        let messages = self.mailbox.hand_out();
        self.write(messages, effects);
    }

    /// Writes a message of the deck's own, before what waits.
    pub(crate) fn interject(&mut self, message: Message, effects: &mut Vec<Effect>) {
        self.mailbox.interject(message);
        let messages = self.mailbox.hand_out_own();
        self.write(messages, effects);
    }

    fn write(&self, messages: Vec<Message>, effects: &mut Vec<Effect>) {
        if messages.is_empty() {
            return;
        }
        effects.push(Effect::Write {
            worker: self.id.clone(),
            incarnation: self.incarnation,
            messages,
        });
    }

    /// Lets go of all mail; returns who waited for replies to it, and how many messages there were.
    pub(crate) fn drop_mail(&mut self) -> (Vec<Ticket>, u64) {
        let mail = self.mailbox.drop_all();
        let waited = mail.iter().filter_map(|mail| match mail.origin {
            Origin::Client(wait) => wait,
            Origin::Deck => None,
        });
        (waited.collect(), mail.len() as u64)
    }
}

/// Whether a client would see no difference; the budget alone, which time refills, is no news.
fn is_same(told: &StateChanged, now: &StateChanged) -> bool {
    told.state == now.state
        && told.pid == now.pid
        && told.incarnation == now.incarnation
        && told.restarts == now.restarts
        && told.reason == now.reason
        && told.until == now.until
}
