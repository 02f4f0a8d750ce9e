//! Who draws: every worker of the deck and its state, as the deck's events tell. Called by `painter`.

use std::collections::HashMap;

use crate::model::{PoolName, State, WorkerId};

/// Every worker.
#[derive(Debug, Default)]
pub(super) struct Crew {
    states: HashMap<WorkerId, State>,
}

impl Crew {
    /// These are all.
    pub(super) fn renew(&mut self, workers: impl Iterator<Item = (WorkerId, State)>) {
        self.states = workers.collect();
    }

    /// A worker's state is another one.
    pub(super) fn note(&mut self, worker: WorkerId, state: State) {
        self.states.insert(worker, state);
    }

    /// A pool has so many instances; those beyond are gone.
    pub(super) fn resize(&mut self, pool: &PoolName, instances: u32) {
        self.states
            .retain(|worker, _| worker.pool != *pool || worker.number <= instances);
    }

    /// How many workers of a pool live.
    pub(super) fn live(&self, pool: &PoolName) -> usize {
        self.of(pool).filter(|state| state.is_live()).count()
    }

    /// Whether a pool has a worker that draws, or will by itself: none that was stopped, gave up or finished does.
    pub(super) fn draws(&self, pool: &PoolName) -> bool {
        self.of(pool).any(|state| !state.is_over())
    }

    fn of(&self, pool: &PoolName) -> impl Iterator<Item = State> {
        let members = self.states.iter();
        let members = members.filter(move |(worker, _)| worker.pool == *pool);
        members.map(|(_, state)| *state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(number: u32) -> WorkerId {
        let pool = PoolName::new("rust").unwrap();
        WorkerId { pool, number }
    }

    fn crew(states: &[State]) -> (Crew, PoolName) {
        let mut crew = Crew::default();
        let states = (1..).zip(states);
        crew.renew(states.map(|(number, state)| (worker(number), *state)));
        (crew, worker(1).pool)
    }

    #[test]
    fn a_pool_whose_workers_were_all_stopped_draws_no_more() {
        let (mut crew, pool) = crew(&[State::Stopped, State::Ready]);
        assert!(crew.draws(&pool));
        crew.note(worker(2), State::Stopping);
        assert!(crew.draws(&pool), "it finishes its tile");
        crew.note(worker(2), State::Failed);
        assert!(!crew.draws(&pool));
        crew.note(worker(1), State::Starting);
        assert!(crew.draws(&pool), "it was started again");
    }

    #[test]
    fn a_worker_that_waits_for_its_restart_keeps_its_pool_drawing() {
        let (mut crew, pool) = crew(&[State::Backoff, State::Ready]);
        assert_eq!(crew.live(&pool), 1);
        crew.resize(&pool, 1);
        assert_eq!(crew.live(&pool), 0);
        assert!(crew.draws(&pool));
        crew.resize(&pool, 0);
        assert!(!crew.draws(&pool));
    }
}
