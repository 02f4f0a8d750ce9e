//! The tiles that are jobs now: given to the deck, their ends not yet heard.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use crate::deck::Pending;
use crate::model::{JobId, Outcome, PoolName, Refusal};
use crate::tui::Tile;

/// A tile under way.
#[derive(Debug)]
pub(super) struct Going {
    /// The tile.
    pub(super) tile: Tile,
    /// Whose workers are to draw it.
    pub(super) pool: PoolName,
    /// The job.
    pub(super) job: JobId,
    /// Whether it was to be taken back already.
    pub(super) is_unwanted: bool,
    /// Its end.
    pub(super) finished: Pending,
}

/// All tiles under way. They are few: two for each worker, and those that are unwanted.
#[derive(Debug, Default)]
pub(super) struct Flight {
    going: Vec<Going>,
}

impl Flight {
    /// Adds one.
    pub(super) fn add(&mut self, going: Going) {
        self.going.push(going);
    }

    /// How many a pool has that are wanted.
    pub(super) fn of(&self, pool: &PoolName) -> usize {
        let counts = |going: &&Going| going.pool == *pool && !going.is_unwanted;
        self.going.iter().filter(counts).count()
    }

    /// The tile that a job is.
    pub(super) fn tile(&self, job: JobId) -> Option<Tile> {
        let found = self.going.iter().find(|going| going.job == job);
        found.map(|going| going.tile)
    }

    /// Whether a tile is under way, for a picture that still wants it.
    pub(super) fn has(&self, tile: &Tile) -> bool {
        self.going
            .iter()
            .any(|going| going.tile == *tile && !going.is_unwanted)
    }

    /// Marks those that are not wanted any more, and names their jobs.
    pub(super) fn unwant(&mut self, is_wanted: impl Fn(&Going) -> bool) -> Vec<JobId> {
        let mut jobs = Vec::new();
        for going in &mut self.going {
            if !going.is_unwanted && !is_wanted(going) {
                going.is_unwanted = true;
                jobs.push(going.job);
            }
        }
        jobs
    }

    /// The jobs that are not wanted any more and still under way.
    pub(super) fn unwanted(&self) -> Vec<JobId> {
        let unwanted = self.going.iter().filter(|going| going.is_unwanted);
        unwanted.map(|going| going.job).collect()
    }

    /// The next one that comes to its end; waits for ever where none is under way. Cancel safe: what waits is kept here.
    pub(super) async fn next(&mut self) -> (Tile, Result<Outcome, Refusal>) {
        poll_fn(|context| {
            for place in 0..self.going.len() {
                let Some(going) = self.going.get_mut(place) else {
                    break;
                };
                if let Poll::Ready(end) = Pin::new(&mut going.finished).poll(context) {
                    let going = self.going.remove(place);
                    return Poll::Ready((going.tile, end));
                }
            }
            Poll::Pending
        })
        .await
    }
}
