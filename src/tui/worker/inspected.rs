//! The worker or the pool that is shown whole: what the deck is asked about it, and what it told.
//!
//! A worker is asked about once a second while it is shown, a pool once. One question at a time.

use std::time::Duration;

use crate::model::{
    Api, Command, MonoTime, Outcome, PoolDetail, PoolName, Refusal, WorkerDetail, WorkerId,
};
use crate::tui::screen::{Overlay, Screen};

/// How often the deck is asked about a worker.
const EVERY: Duration = Duration::from_secs(1);

/// After how long an answer counts as lost.
const LOST: Duration = Duration::from_secs(10);

/// What is shown whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    /// One worker.
    Worker(WorkerId),
    /// A pool.
    Pool(PoolName),
}

impl Whole {
    /// What is shown whole now.
    pub(crate) fn of(screen: &Screen) -> Option<Self> {
        screen
            .overlays
            .iter()
            .rev()
            .find_map(|overlay| match overlay {
                Overlay::Worker { id, .. } => Some(Self::Worker(id.clone())),
                Overlay::Pool { name, .. } => Some(Self::Pool(name.clone())),
                _ => None,
            })
    }
}

/// What the deck told.
#[derive(Debug, Default)]
pub(crate) struct Inspected {
    worker: Option<Box<WorkerDetail>>,
    pool: Option<Box<PoolDetail>>,
    /// Why it did not tell.
    refused: Option<String>,
    /// What was asked about last, and when.
    asked: Option<(Whole, MonoTime)>,
    /// Whether the answer is still to come.
    waits: bool,
}

impl Inspected {
    /// What was told of a worker.
    pub(crate) fn worker(&self, id: &WorkerId) -> Option<&WorkerDetail> {
        self.worker.as_deref().filter(|told| told.worker == *id)
    }

    /// What was told of a pool.
    pub(crate) fn pool(&self, name: &PoolName) -> Option<&PoolDetail> {
        self.pool.as_deref().filter(|told| told.pool == *name)
    }

    /// Why nothing was told.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }
}

/// When the next question is due; never while nothing is shown whole.
pub(crate) fn due_at(screen: &Screen) -> Option<MonoTime> {
    let whole = Whole::of(screen)?;
    let inspected = &screen.inspected;
    match &inspected.asked {
        Some((asked, at)) if *asked == whole => match whole {
            _ if inspected.waits => Some(*at + LOST),
            Whole::Worker(_) => Some(*at + EVERY),
            // What a cluster listens on changes; rules do not.
            Whole::Pool(name) => {
                let told = inspected.pool(&name);
                told.filter(|told| told.api == Api::Cluster)
                    .map(|_| *at + EVERY)
            }
        },
        _ => Some(MonoTime::ZERO),
    }
}

/// The question that is due, which then waits for its answer.
pub(crate) fn ask(screen: &mut Screen) -> Option<Command> {
    let now = screen.now.mono;
    if due_at(screen).is_none_or(|at| at > now) {
        return None;
    }
    let whole = Whole::of(screen)?;
    screen.inspected.asked = Some((whole.clone(), now));
    screen.inspected.waits = true;
    screen.inspected.refused = None;
    Some(match whole {
        Whole::Worker(id) => Command::Inspect(id),
        Whole::Pool(name) => Command::InspectPool(name),
    })
}

/// Takes what the deck told of a worker or a pool.
pub(crate) fn answered(screen: &mut Screen, whole: &Whole, answer: &mut Result<Outcome, Refusal>) {
    let inspected = &mut screen.inspected;
    if inspected
        .asked
        .as_ref()
        .is_none_or(|(asked, _)| asked != whole)
    {
        // Something else is shown by now.
        return;
    }
    inspected.waits = false;
    match std::mem::replace(answer, Ok(Outcome::Down)) {
        Ok(Outcome::Worker(told)) => inspected.worker = Some(told),
        Ok(Outcome::Pool(told)) => inspected.pool = Some(told),
        // Never the answer to this.
        Ok(_) => {}
        Err(refusal) => inspected.refused = Some(refusal.message),
    }
}
