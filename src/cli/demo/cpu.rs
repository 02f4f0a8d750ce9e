//! CPU time, and how much this machine can compute in it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::tui::Tile;

/// How long the machine is measured, in CPU time.
const LONG: Duration = Duration::from_millis(8);

/// The CPU time that the calling thread has taken so far: what others take beside it does not count.
pub(in crate::cli) fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanos)
}

/// How many iterations of a tile this machine computes in `cpu` of one core's time.
pub(super) fn work_in(cpu: Duration) -> u64 {
    // Around nought, where every point takes all iterations.
    let tile = Tile {
        x: 0,
        y: 0,
        step: 1,
        width: 8,
        height: 8,
        iterations: 1000,
        budget: 1,
    };
    let start = thread_cpu();
    let mut iterations = 0;
    loop {
        iterations += tile.draw().iterations;
        let taken = thread_cpu().saturating_sub(start);
        if taken >= LONG {
            let work = u128::from(iterations) * cpu.as_micros() / taken.as_micros().max(1);
            return u64::try_from(work).unwrap_or(u64::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_time_is_more_work() {
        let little = work_in(Duration::from_millis(10));
        let much = work_in(Duration::from_millis(100));

        assert!(little > 1000, "{little}");
        assert!(much > little * 3, "{little} {much}");
    }
}
