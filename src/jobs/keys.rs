//! Idempotency keys of one pool: which job a key stands for, for a day.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::jobs::moment::Moment;
use crate::model::JobId;

/// For how long a key stands for its job.
pub(super) const WINDOW: Duration = Duration::from_hours(24);

/// How many keys are known at the most; the oldest are forgotten.
const MOST: usize = 100_000;

/// The keys of one pool.
#[derive(Debug, Default)]
pub(super) struct Keys {
    jobs: HashMap<Arc<str>, (JobId, Moment)>,
    /// Oldest first. A key that was freed before its time is still in here.
    line: VecDeque<(Moment, Arc<str>, JobId)>,
}

impl Keys {
    /// Which job a key stands for.
    pub(super) fn job(&self, key: &str, at: Moment) -> Option<JobId> {
        let (job, until) = self.jobs.get(key)?;
        (*until > at).then_some(*job)
    }

    /// A job takes a key; true if it was still noted as another one's, whose time is over.
    pub(super) fn take(&mut self, key: Arc<str>, job: JobId, until: Moment) -> bool {
        self.line.push_back((until, key.clone(), job));
        self.jobs.insert(key, (job, until)).is_some()
    }

    /// Frees a job's key before its time; false if it is another one's by now.
    pub(super) fn free(&mut self, key: &str, job: JobId) -> bool {
        let is_its = self.jobs.get(key).is_some_and(|(its, _)| *its == job);
        if is_its {
            self.jobs.remove(key);
        }
        is_its
    }

    /// Frees the oldest key if its time is over or there are too many.
    pub(super) fn expire(&mut self, at: Moment) -> Option<Arc<str>> {
        loop {
            let (until, ..) = self.line.front()?;
            if *until > at && self.line.len() <= MOST {
                return None;
            }
            let (_, key, job) = self.line.pop_front()?;
            if self.free(&key, job) {
                return Some(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WallTime;

    fn job(n: u8) -> JobId {
        JobId::new(WallTime(1), [n; 10])
    }

    fn at(secs: u64) -> Moment {
        Moment::default() + Duration::from_secs(secs)
    }

    #[test]
    fn a_key_that_was_freed_and_taken_again_lives_its_own_time() {
        let mut keys = Keys::default();
        keys.take("k".into(), job(1), at(10));
        assert!(!keys.free("k", job(2)));
        assert!(keys.free("k", job(1)));
        keys.take("k".into(), job(2), at(20));

        assert_eq!(keys.expire(at(15)), None);
        assert_eq!(keys.job("k", at(15)), Some(job(2)));
        assert_eq!(keys.expire(at(20)).as_deref(), Some("k"));
        assert_eq!(keys.job("k", at(15)), None);
    }

    #[test]
    fn the_oldest_of_too_many_is_forgotten() {
        let mut keys = Keys::default();
        for n in 0..=MOST {
            keys.take(n.to_string().into(), job(1), at(100));
        }
        assert_eq!(keys.expire(at(1)).as_deref(), Some("0"));
        assert_eq!(keys.expire(at(1)), None);
    }
}
