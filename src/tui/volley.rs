//! The messages of a load that are under way: as many as `load` lets, each a task of this loop. Called by `app`.

use tokio::task::JoinSet;

use crate::deck::Deck;
use crate::model::{Command, JobState, Outcome, Submission};
use crate::tui::composer::{Ended, PATIENCE};
use crate::tui::target::Target;
use crate::wire::Message;

/// How many ends are taken at once.
const BATCH: usize = 512;

/// One message of a load.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shot {
    /// The load that it belongs to.
    pub(crate) load: u64,
    /// Where it goes.
    pub(crate) target: Target,
    /// What is sent.
    pub(crate) message: Message,
    /// Whether an answer is waited for.
    pub(crate) waits: bool,
}

/// What is under way.
#[derive(Debug, Default)]
pub(crate) struct Volley {
    tasks: JoinSet<(u64, Ended)>,
}

impl Volley {
    /// Sends; in the order of these calls.
    pub(crate) fn send(&mut self, deck: &Deck, shots: Vec<Shot>) {
        for shot in shots {
            let deck = deck.clone();
            self.tasks
                .spawn(async move { (shot.load, fire(&deck, shot).await) });
        }
    }

    /// What ended so far; never waits.
    pub(crate) fn ended(&mut self) -> Vec<(u64, Ended)> {
        let mut ended = Vec::new();
        while ended.len() < BATCH
            && let Some(one) = self.tasks.try_join_next()
        {
            ended.extend(one.ok());
        }
        ended
    }

    /// Waits for the next ends; for ever where nothing is under way.
    ///
    /// Cancel safe: what is not taken stays.
    pub(crate) async fn next(&mut self) -> Vec<(u64, Ended)> {
        let Some(first) = self.tasks.join_next().await else {
            return std::future::pending().await;
        };
        let mut ended: Vec<_> = first.ok().into_iter().collect();
        ended.extend(self.ended());
        ended
    }
}

async fn fire(deck: &Deck, shot: Shot) -> Ended {
    let outcome = match (shot.target, shot.waits) {
        (Target::Message(to), true) => {
            let (message, wait) = (shot.message, Some(PATIENCE));
            deck.command(Command::Send { to, message, wait }).await
        }
        (target @ Target::Message(_), false) => deck.command(target.command(shot.message)).await,
        (Target::Job(pool), _) => {
            let submitted = deck.submit(Submission::new(pool, shot.message), true).await;
            match (submitted.accepted.await, submitted.finished) {
                (Ok(_), Some(finished)) => finished.await,
                (accepted, _) => accepted,
            }
        }
    };
    match outcome {
        Err(refusal) => Ended::refused(refusal),
        Ok(Outcome::Sent { replies, .. }) => {
            let slowest = replies.iter().map(|reply| reply.latency).max();
            slowest.map_or(Ended::Silent, Ended::Answered)
        }
        Ok(Outcome::Job(job)) if job.state == JobState::Done => {
            Ended::Answered(job.wait.unwrap_or_default() + job.run.unwrap_or_default())
        }
        Ok(Outcome::Job(job)) => {
            let why = job.error.as_deref().unwrap_or(job.state.as_str());
            Ended::Refused(why.to_owned())
        }
        Ok(_) => Ended::Silent,
    }
}
