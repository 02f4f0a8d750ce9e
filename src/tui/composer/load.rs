//! A load: one text sent many times at a rate, as messages or as jobs.
//!
//! Keeps an absolute schedule: what is late is made up for, in bursts that are bounded. What is under way is bounded too, so
//! that workers that are slower than the rate set the pace. Decides when and how many; `volley` sends. Called by `write`
//! and `update`.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::model::{MonoTime, Refusal};
use crate::tui::target::Target;

/// How many are sent at once.
const BURST: u64 = 256;

/// How far apart bursts are: so the loop has time for all else.
const PAUSE: Duration = Duration::from_millis(1);

/// How many are under way at most.
pub(crate) const UNDER_WAY: u64 = 1024;

/// How long an answer is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// After how long without any answer to a message none is expected any more.
const SILENCE: Duration = Duration::from_secs(5);

/// The most times, and the most a second.
const MOST: u64 = 1_000_000_000;

/// What the keys of the load's line work on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// How many times.
    #[default]
    Times,
    /// How many a second.
    Rate,
    /// As messages or as jobs.
    Form,
    /// The text itself.
    Text,
}

/// What a load is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// How many times.
    pub(crate) times: u64,
    /// How many a second; 0 is as fast as it goes.
    pub(crate) rate: u64,
    /// What the keys work on.
    pub(crate) part: Part,
    /// Whether nothing was typed there yet: then a digit begins a new number.
    pub(crate) is_untouched: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            times: 1000,
            rate: 100,
            part: Part::Times,
            is_untouched: true,
        }
    }
}

impl Plan {
    /// Goes to the next part, or to the one before.
    pub(crate) fn turn(&mut self, is_back: bool) {
        use Part::{Form, Rate, Text, Times};
        self.is_untouched = true;
        self.part = match (self.part, is_back) {
            (Times, false) | (Form, true) => Rate,
            (Rate, false) | (Text, true) => Form,
            (Form, false) | (Times, true) => Text,
            (Text, false) | (Rate, true) => Times,
        };
    }

    fn number(&mut self) -> Option<&mut u64> {
        match self.part {
            Part::Times => Some(&mut self.times),
            Part::Rate => Some(&mut self.rate),
            Part::Form | Part::Text => None,
        }
    }

    /// Writes a digit after the number; the first one takes the place of what was there.
    pub(crate) fn digit(&mut self, digit: u64) {
        let is_first = std::mem::take(&mut self.is_untouched);
        if let Some(number) = self.number() {
            let before = if is_first { 0 } else { *number };
            *number = (before * 10 + digit).min(MOST);
        }
    }

    /// Takes the last digit away.
    pub(crate) fn shorten(&mut self) {
        self.is_untouched = false;
        if let Some(number) = self.number() {
            *number /= 10;
        }
    }
}

/// A load that runs, or ran.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Tells its answers from those of an earlier one.
    pub(crate) number: u64,
    /// Where it goes.
    pub(crate) target: Target,
    /// What is sent.
    pub(crate) text: String,
    /// How many are to be sent.
    pub(crate) times: u64,
    rate: u64,
    started: MonoTime,
    burst: Option<MonoTime>,
    ended: Option<MonoTime>,
    is_stopped: bool,
    gave_up: bool,
    /// How many were sent.
    pub(crate) sent: u64,
    /// How many have no answer yet.
    pub(crate) under_way: u64,
    /// How many were answered.
    pub(crate) answered: u64,
    /// How many were refused, or failed as a job.
    pub(crate) refused: u64,
    /// Why the last one was.
    pub(crate) refusal: Option<String>,
    latencies: Option<Histogram<u64>>,
}

/// What became of one message of a load.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    /// It was answered after that long.
    Answered(Duration),
    /// It was taken, and nobody answered or was to.
    Silent,
    /// It was refused, or the job failed.
    Refused(String),
}

impl Ended {
    /// Of a refusal.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self::Refused(refusal.message)
    }
}

impl Run {
    /// A load that begins now.
    pub(crate) fn new(
        number: u64,
        target: Target,
        text: String,
        plan: Plan,
        now: MonoTime,
    ) -> Self {
        Self {
            number,
            target,
            text,
            times: plan.times,
            rate: plan.rate,
            started: now,
            burst: None,
            ended: None,
            is_stopped: false,
            gave_up: false,
            sent: 0,
            under_way: 0,
            answered: 0,
            refused: 0,
            refusal: None,
            latencies: Histogram::new_with_bounds(1, 3_600_000_000, 3).ok(),
        }
    }

    /// Whether it still sends or waits for answers.
    pub(crate) fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether a key ended it.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Ends it; what is under way is still counted.
    pub(crate) fn stop(&mut self, now: MonoTime) {
        if self.is_running() {
            self.is_stopped = true;
            self.ended = Some(now);
        }
    }

    /// Whether answers are waited for: not from workers that gave none so far.
    pub(crate) fn expects_answers(&self) -> bool {
        !self.gave_up
    }

    /// Waits no longer for workers that never answer.
    fn give_up(&mut self, now: MonoTime) {
        let is_silent = self.answered == 0 && now.since(self.started) >= SILENCE;
        if is_silent && !self.gave_up && matches!(self.target, Target::Message(_)) {
            self.gave_up = true;
            self.under_way = 0;
            self.settle(now);
        }
    }

    fn settle(&mut self, now: MonoTime) {
        if self.sent >= self.times && self.under_way == 0 && self.is_running() {
            self.ended = Some(now);
        }
    }

    /// When the next ones are to be sent; none while nothing may be.
    pub(crate) fn due_at(&self) -> Option<MonoTime> {
        if !self.is_running() || self.sent >= self.times {
            return None;
        }
        if self.under_way >= UNDER_WAY {
            // Jobs are answered by the deck at last; nothing gives them up.
            let is_message = matches!(self.target, Target::Message(_));
            let is_silent = is_message && self.answered == 0 && !self.gave_up;
            return is_silent.then(|| self.started + SILENCE);
        }
        let due = match self.rate {
            0 => self.started,
            rate => self.started + spread(self.sent, rate),
        };
        Some(self.burst.map_or(due, |burst| due.max(burst + PAUSE)))
    }

    /// Takes how many are to be sent now, as under way.
    pub(crate) fn take(&mut self, now: MonoTime) -> u64 {
        self.give_up(now);
        if self.due_at().is_none_or(|due| due > now) {
            return 0;
        }
        let due = match self.rate {
            0 => self.times,
            rate => {
                let passed = now.since(self.started).as_micros();
                let due = passed * u128::from(rate) / 1_000_000 + 1;
                u64::try_from(due).unwrap_or(u64::MAX)
            }
        };
        let room = UNDER_WAY.saturating_sub(self.under_way);
        let due = due.min(self.times).saturating_sub(self.sent);
        let count = due.min(room).min(BURST);
        self.burst = Some(now);
        self.sent += count;
        self.under_way += count;
        count
    }

    /// Takes what became of one.
    pub(crate) fn end(&mut self, ended: Ended, now: MonoTime) {
        self.under_way = self.under_way.saturating_sub(1);
        match ended {
            Ended::Answered(latency) => {
                self.answered += 1;
                let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
                if let Some(latencies) = &mut self.latencies {
                    latencies.saturating_record(micros.max(1));
                }
            }
            Ended::Silent => {}
            Ended::Refused(why) => {
                self.refused += 1;
                self.refusal = Some(why);
            }
        }
        self.settle(now);
    }

    /// The latency that this share of the answers kept to; none without an answer.
    pub(crate) fn latency(&self, percent: f64) -> Option<Duration> {
        let latencies = self.latencies.as_ref().filter(|all| !all.is_empty())?;
        Some(Duration::from_micros(
            latencies.value_at_percentile(percent),
        ))
    }

    /// How many a second were sent so far.
    pub(crate) fn pace(&self, now: MonoTime) -> u64 {
        let passed = self.ended.unwrap_or(now).since(self.started).as_millis();
        let pace = u128::from(self.sent) * 1000 / passed.max(1);
        u64::try_from(pace).unwrap_or(u64::MAX)
    }
}

/// How long after the first one this one is due.
fn spread(place: u64, rate: u64) -> Duration {
    let micros = u128::from(place) * 1_000_000 / u128::from(rate);
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
