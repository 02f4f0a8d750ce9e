//! What is said of workers that lost count of their jobs. Called by `watch`, which knows which these are.

use crate::cli::map::count::Count;
use crate::model::PoolName;
use crate::tui::figures::plural;

/// What to do about it.
pub(super) const HELP: &str = "give jobs an id (--id /pointer) that the answer repeats, or have each line answered with exactly one: \
                               jq -c 'try … catch {error: .}', and no `select`";

/// So many workers are named at the most.
const NAMED: usize = 3;

/// How a worker lost count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Loss {
    /// Jobs that it left unanswered as it ended in order.
    pub(super) unanswered: u64,
    /// Answers that came when no job was waiting for one.
    pub(super) surplus: u64,
}

/// Who lost count and how, where any did; `workers` is how many there are. Results may be wrong from input line `first` on.
pub(super) fn sentence(
    count: &Count,
    pool: &PoolName,
    workers: u32,
    first: Option<u64>,
) -> Option<String> {
    let losses = count.losses();
    let mut parts: Vec<String> = losses.map(|(worker, loss)| one(worker, *loss)).collect();
    if parts.is_empty() && count.unasked() > 0 {
        parts.push(unasked(count.unasked(), pool, workers));
    }
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    if more > 0 {
        parts.push(format!("so did {}", plural(more, "other worker")));
    }
    if parts.is_empty() {
        return None;
    }
    let mut sentence = parts.join("; ");
    if let Some(line) = first {
        let doubt = format!(": results from input line {line} on may belong to other jobs");
        sentence.push_str(&doubt);
    }
    Some(sentence)
}

fn one(worker: &impl std::fmt::Display, loss: Loss) -> String {
    let mut said = Vec::new();
    if loss.unanswered > 0 {
        let jobs = plural(
            usize::try_from(loss.unanswered).unwrap_or(usize::MAX),
            "job",
        );
        said.push(format!("ended with {jobs} unanswered"));
    }
    if loss.surplus > 0 {
        said.push(format!(
            "answered {} more than it was asked",
            times(loss.surplus)
        ));
    }
    format!("{worker} {}", said.join(" and "))
}

/// Those that came before the workers were ended.
fn unasked(count: u64, pool: &PoolName, workers: u32) -> String {
    let times = times(count);
    match workers {
        1 => format!("{pool}/1 answered at least {times} more than it was asked"),
        _ => format!("the workers of {pool} answered at least {times} more than they were asked"),
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
