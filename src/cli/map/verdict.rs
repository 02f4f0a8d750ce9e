//! Why a map ends, and with which exit code. Called by `flow`.

use std::io;

use crate::cli::diagnose::{Code, Failure, failed};
use crate::cli::map::ledger::Ledger;
use crate::cli::map::loss;
use crate::cli::map::watch::Hopeless;

/// Why a map ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Every job came to its end.
    Done,
    /// The first job failed that was to be the last.
    FailFast,
    /// A signal came.
    Interrupted,
    /// Nobody reads the results.
    Unread,
    /// Its workers never answer.
    Hopeless(Hopeless),
}

/// The exit code of a map that ended so, and what is said of it.
pub(super) fn verdict(
    ending: &Ending,
    broken: Option<&io::Error>,
    lost_count: Option<&str>,
    ledger: &Ledger,
) -> Result<(), Failure> {
    let tally = &ledger.tally;
    match (ending, broken) {
        (Ending::Unread, _) => Ok(()),
        (Ending::Hopeless(Hopeless { message, help }), _) => {
            Err(Failure::new(Code::Failed, message).help(help))
        }
        (Ending::Interrupted, _) => {
            let message = match tally.left {
                0 => "interrupted".to_owned(),
                jobs => format!("interrupted: {}", left(jobs)),
            };
            Err(Failure::new(Code::Interrupted, message))
        }
        (_, Some(error)) => Err(failed("cannot read standard input", error)),
        (_, None) if let Some(lost_count) = lost_count => {
            Err(Failure::new(Code::Failed, lost_count).help(loss::HELP))
        }
        // Each failure was told on a line of its own.
        (_, None) if tally.failed > 0 => Err(Failure {
            code: Code::Failed,
            text: String::new(),
        }),
        // The deck ended by itself; who ended it says why.
        (_, None) if tally.left > 0 && *ending == Ending::Done => {
            Err(Failure::new(Code::Failed, left(tally.left)))
        }
        (Ending::Done | Ending::FailFast, None) => Ok(()),
    }
}

fn left(jobs: u64) -> String {
    match jobs {
        1 => "1 job that was read is not done".to_owned(),
        jobs => format!("{jobs} jobs that were read are not done"),
    }
}
