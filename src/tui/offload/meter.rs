//! Numbers of the off-load view: how fast tiles come, how many times faster than one worker, and how late things are.
//!
//! Owns no clock: time is an argument. Called by `picture` and `state`.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::{History, MonoTime};

/// Over how long a time, of that in which there was work, speed is measured.
const WINDOW: Duration = Duration::from_secs(3);

/// A shorter time says nothing yet.
const LEAST: Duration = Duration::from_millis(400);

/// A window shorter than this says too little to be shown: a tile counts only once it has come.
const SURE: Duration = Duration::from_millis(1500);

/// A beat that comes later than this, as after a suspension, counts no more than this.
const LONGEST_BEAT: Duration = Duration::from_secs(1);

/// How fast tiles come.
///
/// The **speed-up** is the CPU time that all tiles of the last seconds took, divided by these seconds: a single worker has one
/// second of CPU time in a second at the most, so `3.8` means that it would have needed 3.8 seconds for what came in one.
/// CPU time is measured by each worker for each of its tiles, so other programs that take their share of the cores make the
/// number smaller, never larger. Where two workers share a core by hyper-threading, each second of CPU time does less, and the
/// number flatters; it does so by what the kernel itself calls the time of a CPU. Time without work, between two pictures, does
/// not count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    /// Time with work so far.
    busy: Duration,
    at: Option<MonoTime>,
    /// When each of the newest tiles came, in time with work, and its CPU time.
    recent: VecDeque<(Duration, Duration)>,
    /// When the window began, in time with work.
    since: Duration,
    total: Total,
}

/// All that was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Tiles.
    pub tiles: u64,
    /// Their CPU time.
    pub cpu: Duration,
    /// Time with work.
    pub busy: Duration,
}

impl Total {
    /// How many times as fast as one worker it went; none before there is anything to divide by.
    pub fn speed_up(&self) -> Option<f64> {
        (self.busy >= LEAST).then(|| self.cpu.as_secs_f64() / self.busy.as_secs_f64())
    }

    /// Tiles a second.
    #[expect(clippy::cast_precision_loss, reason = "a rate, to be read")]
    pub fn rate(&self) -> Option<f64> {
        (self.busy >= LEAST).then(|| self.tiles as f64 / self.busy.as_secs_f64())
    }
}

impl Meter {
    /// Time goes on, with work to do or without.
    pub(crate) fn beat(&mut self, now: MonoTime, has_work: bool) {
        let before = self.at.replace(now).unwrap_or(now);
        if !has_work {
            return;
        }
        self.busy += now.since(before).min(LONGEST_BEAT);
        self.total.busy = self.busy;
        let from = self.busy.saturating_sub(WINDOW);
        while self.recent.front().is_some_and(|(at, _)| *at < from) {
            self.recent.pop_front();
        }
    }

    /// A tile came that took so much CPU time.
    pub(crate) fn note(&mut self, cpu: Duration) {
        self.recent.push_back((self.busy, cpu));
        self.total.tiles += 1;
        self.total.cpu += cpu;
    }

    /// Measures anew from now on; what was done in all is kept.
    pub(crate) fn restart(&mut self) {
        self.recent.clear();
        self.since = self.busy;
    }

    /// Over the window: tiles, and their CPU time, a second.
    fn window(&self) -> Option<(f64, f64)> {
        let long = self.busy.saturating_sub(self.since).min(WINDOW);
        if long < SURE || self.recent.is_empty() {
            return None;
        }
        let cpu: Duration = self.recent.iter().map(|(_, cpu)| *cpu).sum();
        let count = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        let seconds = long.as_secs_f64();
        Some((f64::from(count) / seconds, cpu.as_secs_f64() / seconds))
    }

    /// Tiles a second.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.window().map(|(tiles, _)| tiles)
    }

    /// How many times as fast as one worker it goes.
    pub(crate) fn speed_up(&self) -> Option<f64> {
        self.window().map(|(_, cpu)| cpu)
    }

    /// All that was done.
    pub(crate) fn total(&self) -> Total {
        self.total
    }
}

/// How long one sample of a delay gathers.
const BUCKET: Duration = Duration::from_millis(200);

/// How many samples the number on the screen is the worst of.
const SHOWN: usize = 4;

/// How late something is, over time: of each fifth of a second the worst, in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delay {
    history: History,
    since: MonoTime,
    worst: Option<Duration>,
}

impl Delay {
    /// It was so late.
    pub(crate) fn note(&mut self, now: MonoTime, late: Duration) {
        if now.since(self.since) >= BUCKET {
            let worst = self.worst.take();
            if worst.is_some() {
                self.history
                    .push(worst.map(|worst| worst.as_secs_f32() * 1e3));
            }
            self.since = now;
        }
        self.worst = self.worst.max(Some(late));
    }

    /// The worst of the last second, in milliseconds.
    pub(crate) fn now(&self) -> Option<f32> {
        let newest = self.history.iter().rev().take(SHOWN).flatten();
        let open = self.worst.map(|worst| worst.as_secs_f32() * 1e3);
        newest.chain(open).reduce(f32::max)
    }

    /// The samples.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> MonoTime {
        MonoTime::from_start(Duration::from_millis(millis))
    }

    /// Beats every 10 ms; a tile of `cpu` ms comes every `every` ms.
    fn run(meter: &mut Meter, millis: std::ops::Range<u64>, every: u64, cpu: u64) {
        for now in millis.step_by(10) {
            meter.beat(at(now), true);
            if now % every == 0 {
                meter.note(Duration::from_millis(cpu));
            }
        }
    }

    #[test]
    fn four_workers_with_a_core_each_are_four_times_one() {
        let mut meter = Meter::default();
        assert_eq!(meter.speed_up(), None);

        // Each worker has a tile done after 80 ms of its core: all together one every 20 ms.
        run(&mut meter, 0..5000, 20, 80);

        let speed_up = meter.speed_up().unwrap();
        assert!((speed_up - 4.0).abs() < 0.1, "{speed_up}");
        assert!((meter.rate().unwrap() - 50.0).abs() < 1.0);
    }

    #[test]
    fn workers_that_share_a_core_are_no_faster_than_one() {
        let mut meter = Meter::default();
        run(&mut meter, 0..5000, 80, 80);
        let speed_up = meter.speed_up().unwrap();
        assert!((speed_up - 1.0).abs() < 0.1, "{speed_up}");
    }

    #[test]
    fn a_pause_between_pictures_does_not_count() {
        let mut meter = Meter::default();
        run(&mut meter, 0..2000, 20, 40);
        for now in (2000..9000).step_by(10) {
            meter.beat(at(now), false);
        }
        run(&mut meter, 9000..10_000, 20, 40);

        assert!((meter.speed_up().unwrap() - 2.0).abs() < 0.1);
        assert_eq!(meter.total().tiles, 150);
        assert!((meter.total().speed_up().unwrap() - 2.0).abs() < 0.1);
    }

    #[test]
    fn after_a_restart_only_what_follows_counts() {
        let mut meter = Meter::default();
        run(&mut meter, 0..3000, 20, 80);
        meter.restart();
        assert_eq!(meter.speed_up(), None);
        run(&mut meter, 3000..5000, 80, 80);
        assert!((meter.speed_up().unwrap() - 1.0).abs() < 0.15);
    }

    #[test]
    fn a_delay_shows_the_worst_of_the_last_second() {
        let mut delay = Delay::default();
        for now in 0..200 {
            let late = if now == 100 { 90 } else { 1 };
            delay.note(at(now * 20), Duration::from_millis(late));
            if now == 110 {
                assert_eq!(delay.now(), Some(90.0));
            }
        }
        assert_eq!(delay.now(), Some(1.0));
        let worst = delay.history().iter().flatten().reduce(f32::max);
        assert_eq!(worst, Some(90.0));
    }
}
