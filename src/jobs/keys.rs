//! Idempotency keys of one pool: which job a key stands for: as long as the job is open, and for a day at least.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::jobs::moment::Moment;
use crate::model::JobId;

/// For how long a key stands for its job.
pub(super) const WINDOW: Duration = Duration::from_hours(24);

/// How many keys are known at the most, but for those of open jobs, which the queue bounds; the oldest are forgotten.
const MOST: usize = 100_000;

/// The keys of one pool.
#[derive(Debug, Default)]
pub(super) struct Keys {
    jobs: HashMap<Arc<str>, Holder>,
    /// Those of jobs that came to their end, by their time.
    closed: BTreeMap<(Moment, JobId), Arc<str>>,
}

/// What a key stands for.
#[derive(Clone, Copy, Debug)]
struct Holder {
    job: JobId,
    until: Moment,
    /// Whether the job waits or runs.
    is_open: bool,
}

impl Keys {
    /// Which job a key stands for.
    pub(super) fn job(&self, key: &str, at: Moment) -> Option<JobId> {
        let holder = self.jobs.get(key)?;
        (holder.is_open || holder.until > at).then_some(holder.job)
    }

    /// An open job takes a key; true if it was still noted as another one's, whose time is over.
    pub(super) fn take(&mut self, key: Arc<str>, job: JobId, until: Moment) -> bool {
        let holder = Holder {
            job,
            until,
            is_open: true,
        };
        let before = self.jobs.insert(key, holder);
        if let Some(before) = before {
            self.closed.remove(&(before.until, before.job));
        }
        before.is_some()
    }

    /// A job came to its end: its key may be forgotten in its time.
    pub(super) fn close(&mut self, key: &Arc<str>, job: JobId) {
        if let Some(holder) = self.jobs.get_mut(key).filter(|holder| holder.job == job) {
            holder.is_open = false;
            self.closed.insert((holder.until, job), Arc::clone(key));
        }
    }

    /// A job goes on: its key, if it has it still, is not to be forgotten.
    pub(super) fn reopen(&mut self, key: &str, job: JobId) {
        if let Some(holder) = self.jobs.get_mut(key).filter(|holder| holder.job == job) {
            holder.is_open = true;
            self.closed.remove(&(holder.until, job));
        }
    }

    /// Frees a job's key before its time; false if it is another one's by now.
    pub(super) fn free(&mut self, key: &str, job: JobId) -> bool {
        let holder = self.jobs.get(key).copied();
        let Some(holder) = holder.filter(|holder| holder.job == job) else {
            return false;
        };
        self.jobs.remove(key);
        self.closed.remove(&(holder.until, job));
        true
    }

    /// Frees the oldest key of those that ended if its time is over or there are too many.
    pub(super) fn expire(&mut self, at: Moment) -> Option<Arc<str>> {
        let ((until, _), _) = self.closed.first_key_value()?;
        if *until > at && self.jobs.len() <= MOST {
            return None;
        }
        let (_, key) = self.closed.pop_first()?;
        self.jobs.remove(&key);
        Some(key)
    }

    /// How many keys are open. For the oracle.
    pub(super) fn open(&self) -> usize {
        self.jobs.len() - self.closed.len()
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

    /// Keys of jobs that ended.
    fn ended(keys: &mut Keys, numbers: std::ops::Range<usize>) {
        for n in numbers {
            let key: Arc<str> = n.to_string().into();
            let id = JobId::new(WallTime(i64::try_from(n).unwrap()), [0; 10]);
            keys.take(key.clone(), id, at(100));
            keys.close(&key, id);
        }
    }

    #[test]
    fn a_key_that_was_freed_and_taken_again_lives_its_own_time() {
        let mut keys = Keys::default();
        keys.take("k".into(), job(1), at(10));
        assert!(!keys.free("k", job(2)));
        assert!(keys.free("k", job(1)));
        keys.take("k".into(), job(2), at(20));
        keys.close(&"k".into(), job(2));

        assert_eq!(keys.expire(at(15)), None);
        assert_eq!(keys.job("k", at(15)), Some(job(2)));
        assert_eq!(keys.expire(at(20)).as_deref(), Some("k"));
        assert_eq!(keys.job("k", at(15)), None);
    }

    #[test]
    fn a_key_whose_time_is_over_is_taken_by_another_job_and_noted_once() {
        let mut keys = Keys::default();
        keys.take("k".into(), job(1), at(10));
        keys.close(&"k".into(), job(1));

        assert!(keys.take("k".into(), job(2), at(30)));
        keys.close(&"k".into(), job(2));

        assert_eq!(keys.expire(at(20)), None);
        assert_eq!(keys.expire(at(30)).as_deref(), Some("k"));
        assert_eq!(keys.expire(at(30)), None);
    }

    #[test]
    fn the_oldest_of_too_many_is_forgotten() {
        let mut keys = Keys::default();
        ended(&mut keys, 0..MOST + 1);

        assert_eq!(keys.expire(at(1)).as_deref(), Some("0"));
        assert_eq!(keys.expire(at(1)), None);
    }

    #[test]
    fn the_key_of_an_open_job_is_forgotten_neither_for_its_age_nor_for_their_number() {
        let mut keys = Keys::default();
        keys.take("open".into(), job(1), at(10));
        ended(&mut keys, 0..MOST);

        assert_eq!(keys.expire(at(20)).as_deref(), Some("0"));
        assert_eq!(keys.expire(at(20)), None);
        assert_eq!(keys.job("open", at(20)), Some(job(1)));

        keys.close(&"open".into(), job(1));
        keys.reopen("open", job(1));
        assert_eq!(keys.expire(at(20)), None);
        keys.close(&"open".into(), job(1));
        assert_eq!(keys.expire(at(20)).as_deref(), Some("open"));
    }

    #[test]
    fn keys_that_were_freed_count_no_more() {
        let mut keys = Keys::default();
        keys.take("k".into(), job(1), at(10));
        keys.close(&"k".into(), job(1));
        for n in 0..=MOST {
            let id = JobId::new(WallTime(i64::try_from(n).unwrap()), [1; 10]);
            keys.take("again".into(), id, at(100));
            keys.close(&"again".into(), id);
            keys.free("again", id);
        }

        assert_eq!(keys.expire(at(1)), None);
        assert_eq!(keys.job("k", at(1)), Some(job(1)));
    }
}
