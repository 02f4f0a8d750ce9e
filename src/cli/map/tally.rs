//! What came of the jobs, in numbers.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::model::{JobView, MonoTime};

/// The longest run that is told apart from longer ones, in microseconds: a day.
const LONGEST_RUN: u64 = 24 * 3600 * 1_000_000;

/// Counts since the start.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Jobs with a result.
    pub(super) done: u64,
    /// Jobs that failed for good, lines that are no job included.
    pub(super) failed: u64,
    /// Jobs that were read and have not been done.
    pub(super) left: u64,
    /// Attempts after the first.
    pub(super) retries: u64,
    /// Bytes of the lines that came to their end.
    pub(super) bytes: u64,
    runs: Option<Histogram<u32>>,
    /// Of each worker by its number.
    workers: Vec<Work>,
}

/// What a worker did.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// Up to when it is accounted for.
    until: MonoTime,
    /// How long it had a job.
    busy: Duration,
    /// The first input line that its process answered.
    first: Option<u64>,
}

impl Tally {
    /// Takes what a job of an input line says of its attempts, as its end is heard of.
    pub(super) fn account(&mut self, now: MonoTime, view: &JobView, line: u64) {
        self.retries += u64::from(view.attempts.saturating_sub(1));
        let Some(run) = view.run else { return };
        let micros = u64::try_from(run.as_micros()).unwrap_or(u64::MAX);
        if self.runs.is_none() {
            self.runs = Histogram::new_with_bounds(1, LONGEST_RUN, 2).ok();
        }
        if let Some(runs) = &mut self.runs {
            runs.saturating_record(micros.max(1));
        }
        let Some(worker) = &view.worker else { return };
        let number = worker.number as usize;
        if self.workers.len() <= number {
            self.workers.resize(number + 1, Work::default());
        }
        if let Some(work) = self.workers.get_mut(number) {
            // With several jobs at once, the time since the last end is counted once.
            work.busy += run.min(now - work.until);
            work.until = now;
            work.first = Some(work.first.map_or(line, |first| first.min(line)));
        }
    }

    /// The first input line that one of the workers of these numbers answered.
    pub(super) fn first_line(&self, is_meant: impl Fn(u32) -> bool) -> Option<u64> {
        let workers = (0..).zip(&self.workers);
        let meant = workers.filter(|(number, _)| is_meant(*number));
        meant.filter_map(|(_, work)| work.first).min()
    }

    /// The worker's process is another one from now on.
    pub(super) fn renew(&mut self, number: u32) {
        if let Some(work) = self.workers.get_mut(number as usize) {
            work.first = None;
        }
    }

    /// How long half and 99 in 100 of the jobs ran at the most.
    pub(super) fn runs(&self) -> Option<(Duration, Duration)> {
        let runs = self.runs.as_ref()?;
        let at = |quantile| Duration::from_micros(runs.value_at_quantile(quantile));
        Some((at(0.5), at(0.99)))
    }

    /// The share of a time in which so many workers had a job, in percent.
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    pub(super) fn utilisation(&self, workers: u32, elapsed: Duration) -> f32 {
        let busy: Duration = self.workers.iter().map(|work| work.busy).sum();
        let whole = elapsed.as_secs_f64() * f64::from(workers);
        if whole <= 0.0 {
            return 0.0;
        }
        (busy.as_secs_f64() / whole * 100.0).min(100.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::map::ledger::tests::view;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_workers_time_is_counted_once_however_many_jobs_it_had() {
        let mut tally = Tally::default();
        for (at, run) in [(100, 100), (110, 100), (200, 50)] {
            let mut view = view("1");
            view.run = Some(ms(run));
            tally.account(MonoTime::ZERO + ms(at), &view, 1);
        }

        // 0 to 110 and 150 to 200, of two workers' 400 ms.
        assert!((tally.utilisation(2, ms(200)) - 40.0).abs() < 0.1);
        assert!((tally.utilisation(1, Duration::ZERO)).abs() < 0.1);
        let (p50, p99) = tally.runs().unwrap();
        assert!(p50 >= ms(99) && p99 >= p50 && p99 < ms(102));
    }
}
