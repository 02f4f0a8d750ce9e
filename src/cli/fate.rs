//! When a headless deck is over by itself: every worker finished or failed.
//!
//! Folds nothing but states; the lines on standard output have a subscription of their own.

use std::collections::HashMap;

use crate::cli::deck::start_all;
use crate::deck::{Deck, Update};
use crate::model::{Command, Event, PoolChanged, State, WorkerId};

/// What a deck's end means for the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was ended in order, or every worker finished.
    Fine,
    /// Every worker came to an end by itself, and this one failed.
    Failed(WorkerId),
}

/// Starts the workers, waits until all came to an end by themselves, then takes the deck down. Returns when the deck is
/// gone.
pub(super) async fn fate(deck: &Deck) -> Fate {
    let mut states = States::default();
    let Some(mut updates) = deck.subscribe().await else {
        return Fate::Fine;
    };
    start_all(deck).await;
    while let Some(update) = updates.next().await {
        states.fold(update);
        if let Some(fate) = states.verdict() {
            let _ = deck.command(Command::Down).await;
            deck.ended().await;
            return fate;
        }
    }
    Fate::Fine
}

#[derive(Debug, Default)]
struct States(HashMap<WorkerId, State>);

impl States {
    fn fold(&mut self, update: Update) {
        match update {
            Update::Snapshot(board) => {
                let states = board
                    .workers()
                    .map(|worker| (worker.id.clone(), worker.state));
                self.0 = states.collect();
            }
            Update::Events(events) => {
                for stamped in events.iter() {
                    self.apply(&stamped.event);
                }
            }
            // A snapshot follows.
            Update::Lagged(_) => {}
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::State(changed) => {
                self.0.insert(changed.worker.clone(), changed.state);
            }
            Event::Pool(PoolChanged {
                pool, instances, ..
            }) => {
                self.0
                    .retain(|worker, _| worker.pool != *pool || worker.number <= *instances);
            }
            // Nothing else says whether a worker is over.
            _ => {}
        }
    }

    /// What became of the workers, once nothing more will happen by itself.
    fn verdict(&self) -> Option<Fate> {
        let is_over = |state: &State| matches!(state, State::Finished | State::Failed);
        if self.0.is_empty() || !self.0.values().all(is_over) {
            return None;
        }
        let failed = self.0.iter().filter(|(_, state)| **state == State::Failed);
        let first = failed.map(|(worker, _)| worker).min();
        Some(first.map_or(Fate::Fine, |worker| Fate::Failed(worker.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PoolName;

    fn states(states: &[State]) -> States {
        let pool = PoolName::new("a").unwrap();
        let numbered = (1..).zip(states);
        States(
            numbered
                .map(|(number, state)| (WorkerId::new(pool.clone(), number), *state))
                .collect(),
        )
    }

    #[test]
    fn a_deck_is_over_when_every_worker_is() {
        assert_eq!(states(&[]).verdict(), None);
        assert_eq!(states(&[State::Finished, State::Ready]).verdict(), None);
        assert_eq!(states(&[State::Failed, State::Backoff]).verdict(), None);
        assert_eq!(states(&[State::Stopped]).verdict(), None);
        assert_eq!(
            states(&[State::Finished, State::Finished]).verdict(),
            Some(Fate::Fine)
        );
        let failed = WorkerId::new(PoolName::new("a").unwrap(), 2);
        assert_eq!(
            states(&[State::Finished, State::Failed, State::Failed]).verdict(),
            Some(Fate::Failed(failed))
        );
    }

    #[test]
    fn a_removed_worker_no_longer_counts() {
        let mut states = states(&[State::Finished, State::Ready]);
        states.apply(&Event::Pool(PoolChanged::sized(
            PoolName::new("a").unwrap(),
            1,
        )));
        assert_eq!(states.verdict(), Some(Fate::Fine));
    }
}
