//! The end of a map: the last lines, how it went, and its exit code.
//!
//! Owns how long slow readers are waited for. Called by `flow`, once the deck is gone.

use std::io;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::cli::deck::Signals;
use crate::cli::diagnose::{Code, Failure, failed};
use crate::cli::map::flow::{Flow, Streams};
use crate::cli::map::ledger::{Ledger, Lines};
use crate::cli::map::loss;
use crate::cli::map::plan::{Plan, Report};
use crate::cli::map::summary;
use crate::cli::map::verdict::{Ending, verdict};
use crate::cli::map::watch::Watch;

/// How long the last lines may take to a slow reader of standard error, and after SIGTERM or SIGHUP the last results.
const LAST_LINES: Duration = Duration::from_secs(5);

impl Flow {
    /// Prints what is left, and says how it went.
    pub(super) async fn finish(mut self, mut signals: Signals) -> Result<(), Failure> {
        let mut lines = Lines::default();
        self.ledger.give_up(self.pending.len(), &mut lines);
        self.print(&mut lines);
        let now = self.clock.now().mono;
        let (ending, at) = self.ending.unwrap_or((Ending::Done, now));
        let Streams {
            out,
            mut console,
            style,
            ..
        } = self.streams;
        console.show(None);
        console.lines(self.watch.more_faults().as_bytes());
        let wants_summary = match self.plan.report {
            Report::Terminal => style.is_terminal,
            Report::Summary => true,
            Report::Quiet => false,
        };
        if wants_summary {
            let summary = summary::line(&self.ledger.tally, &self.watch, at.since_start());
            console.lines(summary.as_bytes());
        }
        console.settle();
        let writing = async {
            let written = out.finish().await;
            // Without a reader of errors there is nobody to tell.
            let _ = timeout(LAST_LINES, console.pen.finish()).await;
            written
        };
        // Without a bound this waits for a slow reader as long as it takes.
        let left = self.urge.left(now).map(|left| left + LAST_LINES);
        let written = tokio::select! {
            written = writing => Some(written),
            _ = signals.any() => None,
            () = sleep(left.unwrap_or_default()), if left.is_some() => None,
        };
        match written {
            None => {
                let message = "interrupted before all results were written";
                return Err(Failure::new(Code::Interrupted, message));
            }
            Some(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(failed("cannot write to standard output", &error));
            }
            Some(Err(_)) if ending != Ending::Interrupted => return Ok(()),
            Some(_) => {}
        }
        let lost_count = lost_count(&self.watch, &self.plan, &self.ledger);
        verdict(
            &ending,
            self.broken.as_ref(),
            lost_count.as_deref(),
            &self.ledger,
        )
    }
}

/// What is said where workers lost count of their jobs.
fn lost_count(watch: &Watch, plan: &Plan, ledger: &Ledger) -> Option<String> {
    let count = &watch.count;
    let is_meant = |number| {
        let mut losses = count.losses().peekable();
        losses.peek().is_none() || losses.any(|(worker, _)| worker.number == number)
    };
    let first = ledger.tally.first_line(is_meant);
    loss::sentence(count, &plan.pool, plan.workers, first)
}
