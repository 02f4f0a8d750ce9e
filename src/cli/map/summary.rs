//! The line that says at the end how it went. Called by `flow`.

use std::time::Duration;

use crate::cli::map::tally::Tally;
use crate::cli::map::watch::Watch;
use crate::tui::figures::{count, latency, percent, plural, rate};

/// `forkdeck: 1,000 jobs in 4.2s (238/s), 3 failed, 12 retries, run p50 3.1ms p99 9.0ms, 2 workers busy 97%, CPU 92%`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a rate for people"
)]
pub(super) fn line(tally: &Tally, watch: &Watch, elapsed: Duration) -> String {
    let jobs = tally.done + tally.failed;
    let seconds = elapsed.as_secs_f64();
    let a_second = if seconds > 0.0 {
        (jobs as f64 / seconds) as f32
    } else {
        0.0
    };
    let plural = |number: u64, one| plural(usize::try_from(number).unwrap_or(usize::MAX), one);
    let mut parts = vec![
        format!(
            "{} in {seconds:.1}s ({}/s)",
            plural(jobs, "job"),
            rate(a_second)
        ),
        format!("{} failed", count(tally.failed)),
    ];
    if tally.left > 0 {
        parts.push(format!("{} not done", count(tally.left)));
    }
    parts.push(match tally.retries {
        1 => "1 retry".to_owned(),
        retries => format!("{} retries", count(retries)),
    });
    if let Some((p50, p99)) = tally.runs() {
        // In ASCII, as all of it.
        let ascii = |run| latency(run).replace('µ', "u");
        parts.push(format!("run p50 {} p99 {}", ascii(p50), ascii(p99)));
    }
    let workers = watch.workers();
    let busy = percent(tally.utilisation(workers, elapsed));
    parts.push(format!(
        "{} busy {busy}",
        plural(u64::from(workers), "worker")
    ));
    if let Some(cpu) = watch.cpu() {
        parts.push(format!("CPU {}", percent(cpu)));
    }
    format!("forkdeck: {}\n", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::map::count::Pairing;
    use crate::cli::map::ledger::tests::view;
    use crate::model::{ChannelKind, MonoTime};

    #[test]
    fn a_summary_says_all_there_is_to_say() {
        let mut tally = Tally::default();
        for at in 1..=10 {
            let mut view = view("1");
            view.run = Some(Duration::from_millis(100));
            let at = MonoTime::ZERO + Duration::from_millis(100) * at;
            tally.account(at, &view, 1);
        }
        tally.done = 1000;
        tally.failed = 1;
        tally.retries = 1;

        let line = line(
            &tally,
            &Watch::new(1, ChannelKind::Fork, Pairing::Id),
            Duration::from_secs(2),
        );

        assert_eq!(
            line,
            "forkdeck: 1,001 jobs in 2.0s (500/s), 1 failed, 1 retry, run p50 100ms p99 100ms, 1 worker busy 50%\n"
        );
        tally.left = 7;
        assert!(
            super::line(
                &tally,
                &Watch::new(1, ChannelKind::Fork, Pairing::Id),
                Duration::ZERO
            )
            .contains("1 failed, 7 not done, 1 retry")
        );
    }
}
