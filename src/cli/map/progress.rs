//! The one line that says how a map goes: a bar where the end is known, counts, rate, and what time is left.
//!
//! Owns its text, in ASCII, and the recent rate. Draws nothing; called by `flow` ten times a second.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::MonoTime;
use crate::tui::figures::{count, rate, span};

/// How far back the rate looks.
const RECENT: Duration = Duration::from_secs(10);

/// How wide the bar is.
const BAR: usize = 20;

/// How a map goes at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Going {
    /// Jobs with a result.
    pub(super) done: u64,
    /// Jobs that failed.
    pub(super) failed: u64,
    /// Jobs that workers have.
    pub(super) in_flight: u64,
    /// Bytes of the input that came to their end.
    pub(super) bytes: u64,
    /// Bytes of the whole input, where it is a file.
    pub(super) size: Option<u64>,
    /// Whether it ends before its input does.
    pub(super) is_ending: bool,
}

/// What was seen lately.
#[derive(Debug, Default)]
pub(super) struct Meter {
    seen: VecDeque<(MonoTime, u64, u64)>,
}

impl Meter {
    /// Takes the counts of a moment and makes the line, at most `columns` wide.
    pub(super) fn line(&mut self, now: MonoTime, going: &Going, columns: usize) -> String {
        let ended = going.done + going.failed;
        self.seen.push_back((now, ended, going.bytes));
        while self.seen.len() > 2 && self.seen.get(1).is_some_and(|at| now - at.0 >= RECENT) {
            self.seen.pop_front();
        }
        let (jobs, bytes) = self.rates();
        let mut parts = vec![format!("{} done", count(going.done))];
        if going.failed > 0 {
            parts.push(format!("{} failed", count(going.failed)));
        }
        parts.push(format!("{}/s", rate(jobs)));
        if let Some(size) = going.size.filter(|size| *size > 0) {
            parts.insert(0, bar(share(going.bytes, size)));
            if let Some(left) = left(size.saturating_sub(going.bytes), bytes) {
                parts.push(format!("{} left", span(left)));
            }
        }
        parts.push(format!("{} in flight", count(going.in_flight)));
        parts.push(span(now.since_start()));
        if going.is_ending {
            parts.push("ending".to_owned());
        }
        fitting(&parts, columns.saturating_sub(1))
    }

    /// Jobs and bytes a second, lately.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a rate for people"
    )]
    fn rates(&self) -> (f32, f64) {
        let (Some(first), Some(last)) = (self.seen.front(), self.seen.back()) else {
            return (0.0, 0.0);
        };
        let seconds = (last.0 - first.0).as_secs_f64();
        if seconds <= 0.0 {
            return (0.0, 0.0);
        }
        let a_second = |count: u64| count as f64 / seconds;
        (
            a_second(last.1 - first.1) as f32,
            a_second(last.2 - first.2),
        )
    }
}

/// As many parts as fit, the first ones first.
fn fitting(parts: &[String], columns: usize) -> String {
    let mut line = String::new();
    for part in parts {
        let gap = if line.is_empty() { "" } else { "  " };
        if line.len() + gap.len() + part.len() > columns {
            break;
        }
        line.push_str(gap);
        line.push_str(part);
    }
    line
}

/// In hundredths, never above 100.
fn share(part: u64, whole: u64) -> usize {
    let hundredths = u128::from(part) * 100 / u128::from(whole.max(1));
    usize::try_from(hundredths).unwrap_or(100).min(100)
}

fn bar(hundredths: usize) -> String {
    let full = hundredths * BAR / 100;
    format!(
        "[{}{}] {hundredths:3}%",
        "#".repeat(full),
        ".".repeat(BAR - full)
    )
}

#[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
fn left(bytes: u64, a_second: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(bytes as f64 / a_second).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MonoTime {
        MonoTime::ZERO + Duration::from_millis(ms)
    }

    #[test]
    fn a_file_has_a_bar_and_a_time_that_is_left() {
        let mut meter = Meter::default();
        let mut going = Going {
            size: Some(10_000),
            ..Going::default()
        };
        assert_eq!(
            meter.line(at(0), &going, 120),
            "[....................]   0%  0 done  0/s  0 in flight  0s"
        );
        going.done = 1_234;
        going.failed = 2;
        going.bytes = 2_500;
        going.in_flight = 8;
        assert_eq!(
            meter.line(at(2000), &going, 120),
            "[#####...............]  25%  1,234 done  2 failed  618/s  6s left  8 in flight  2s"
        );
    }

    #[test]
    fn a_pipe_has_no_bar_and_says_when_it_ends_early() {
        let mut meter = Meter::default();
        let mut going = Going {
            done: 5,
            ..Going::default()
        };
        assert_eq!(
            meter.line(at(0), &going, 80),
            "5 done  0/s  0 in flight  0s"
        );
        going.is_ending = true;
        assert_eq!(
            meter.line(at(61_000), &going, 80),
            "5 done  0/s  0 in flight  1m01  ending"
        );
    }

    #[test]
    fn no_line_is_as_wide_as_its_terminal() {
        let going = Going {
            done: 1 << 40,
            failed: 1 << 30,
            in_flight: 1 << 20,
            bytes: 5,
            size: Some(10),
            is_ending: true,
        };
        for columns in 0..120 {
            let line = Meter::default().line(at(5), &going, columns);
            assert!(
                line.len() < columns.max(1) && line.is_ascii(),
                "{columns}: {line}"
            );
        }
    }

    #[test]
    fn the_rate_forgets_what_is_long_ago() {
        let mut meter = Meter::default();
        let mut last = String::new();
        for second in 0..100 {
            let going = Going {
                done: if second < 50 {
                    second * 1000
                } else {
                    50_000 + second
                },
                ..Going::default()
            };
            last = meter.line(at(second * 1000), &going, 80);
        }
        assert!(last.contains("  1.0/s  "), "{last}");
        assert!(meter.seen.len() < 15);
    }
}
