//! What the board says of pools and routes: at first, and their figures when they changed.

use crate::deck::driver::Driver;
use crate::model::{
    Board, DeckSpec, Event, Now, PoolChanged, PoolName, PoolSpec, RouteCounted, RouteView,
};

impl Driver {
    /// Tells the figures of each pool and route of which one changed since they were told last.
    pub(crate) fn tell_figures(&mut self, now: Now) {
        let pools: Vec<PoolName> = self.pools.keys().cloned().collect();
        for pool in pools {
            let jobs = self.desk.jobs.figures(&pool, now);
            let Some(shown) = self.journal.pool(&pool) else {
                continue;
            };
            if shown.jobs == jobs {
                continue;
            }
            let instances = u32::try_from(shown.workers.len()).unwrap_or(u32::MAX);
            let changed = PoolChanged {
                pool,
                instances,
                jobs: Box::new(jobs),
            };
            self.journal.publish(now, Event::Pool(changed));
        }
        let counts: Vec<(u64, u64)> = self.machine.routes().collect();
        for (route, (count, refused)) in counts.into_iter().enumerate() {
            let Some(shown) = self.journal.route(route) else {
                continue;
            };
            if (shown.count, shown.refused) != (count, refused) {
                let counted = RouteCounted {
                    route,
                    from: shown.from.clone(),
                    to: shown.to.clone(),
                    count,
                    refused,
                };
                self.journal.publish(now, Event::Route(counted));
            }
        }
    }
}

/// The board of a deck that has not started yet.
pub(crate) fn new_board(spec: &DeckSpec) -> Board {
    let mut board = Board::new(spec.name.clone(), std::process::id());
    for pool in &spec.pools {
        board.add_pool(pool.name.clone(), pool.runtime, command_line(pool));
        if let Some(view) = board.pools.get_mut(&pool.name) {
            view.serialization = pool.serialization;
            view.room = Some(pool.jobs.queue);
        }
    }
    board.routes = spec.routes.iter().map(RouteView::new).collect();
    board
}

/// A pool's command line, for people.
pub(crate) fn command_line(pool: &PoolSpec) -> String {
    let words = std::iter::once(&pool.program).chain(&pool.args);
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
