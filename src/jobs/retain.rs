//! What is forgotten: finished jobs beyond what a pool keeps, and keys that are over.

use std::time::Duration;

use crate::jobs::Record;
use crate::jobs::job::Ending;
use crate::jobs::machine::Jobs;
use crate::jobs::shelf::Surplus;
use crate::jobs::turn::Turn;
use crate::model::JobId;

/// So many are forgotten in one step; the rest in the next ones.
const SLICE: usize = 256;

/// So long a job may be kept beyond its time, so that they go by the second and not one by one.
const SLACK: Duration = Duration::from_secs(1);

impl Jobs {
    /// Forgets what a pool keeps no longer.
    pub(super) fn retain(&mut self, turn: &mut Turn<'_>, place: usize) {
        let mut left = SLICE;
        while left > 0
            && let Some(surplus) = self.surplus(turn, place)
        {
            if let Some(pool) = self.pools.get_mut(place) {
                pool.forgotten += u64::from(!surplus.is_old);
            }
            self.forget(turn, surplus.job);
            left -= 1;
        }
        let log = &mut self.log;
        let Some(pool) = self.pools.get_mut(place) else {
            return;
        };
        let oldest = pool.ended.oldest();
        pool.forgets_at = match left {
            0 => Some(turn.at),
            _ => oldest.map(|ended| ended + pool.spec.keep.time + SLACK),
        };
        for _ in 0..left {
            let Some(key) = pool.keys.expire(turn.at) else {
                return;
            };
            let name = &pool.name;
            log.keep(turn, || Record::ForgetKey {
                pool: name.clone(),
                key,
            });
        }
    }

    /// Forgets a job that no worker has.
    pub(super) fn forget(&mut self, turn: &mut Turn<'_>, id: JobId) {
        if let Some(found) = self.find(id)
            && found.pool.take_out(found.job)
        {
            self.book.remove(&id);
            self.log.keep(turn, || Record::Remove(id));
        }
    }

    /// Frees a job's key before its time.
    pub(super) fn free_key(&mut self, turn: &mut Turn<'_>, id: JobId) {
        let Some(found) = self.find(id) else {
            return;
        };
        if let Some(key) = found.job.key().cloned()
            && found.pool.keys.free(&key, id)
        {
            let pool = found.pool.name.clone();
            found.log.keep(turn, || Record::ForgetKey { pool, key });
        }
    }

    fn surplus(&self, turn: &Turn<'_>, place: usize) -> Option<Surplus> {
        let pool = self.pools.get(place).filter(|pool| pool.is_configured)?;
        let keep = pool.spec.keep;
        let ended = pool
            .shelf(Ending::Done)
            .surplus(keep, Some(keep.time), turn.at);
        ended.or_else(|| pool.shelf(Ending::Dead).surplus(keep, None, turn.at))
    }
}
