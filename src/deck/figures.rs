//! The figures of pools, their jobs and their routes, told when they changed.

use crate::deck::driver::Driver;
use crate::model::{Event, Now, PoolChanged, PoolName, RouteCounted};

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
