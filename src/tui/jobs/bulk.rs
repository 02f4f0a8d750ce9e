//! What a key means to do with all jobs that are shown, told before it is done.

use crate::model::{Command, JobCommand, JobFilter, JobState, JobView};
use crate::tui::figures::{count, plural};
use crate::tui::jobs::list::Jobs;
use crate::tui::jobs::sum;
use crate::tui::overlay::Question;
use crate::tui::screen::Screen;

/// Asks whether all dead jobs that are shown are to be tried again; those in another state where that one is chosen.
pub(crate) fn try_again(screen: &Screen) -> Result<Question, String> {
    let state = match screen.jobs.narrowed.state {
        None => JobState::Dead,
        Some(state) => state,
    };
    if !can_try_again(state) {
        return Err(format!("A {state} job cannot be tried again"));
    }
    let (filter, what) = meant(screen, Some(state), |job| job.state == state)
        .ok_or(format!("No {state} job is shown"))?;
    Ok(Question {
        title: "Try again".to_owned(),
        text: format!("Try {what} again?"),
        agree: "tries them again",
        command: Command::Jobs(JobCommand::Retry(filter)),
    })
}

/// Asks whether all jobs that are shown are to be forgotten; those that run never are.
pub(crate) fn drop_all(screen: &Screen) -> Result<Question, String> {
    let state = screen.jobs.narrowed.state;
    if state == Some(JobState::Running) {
        return Err("A running job cannot be dropped · c cancels one".to_owned());
    }
    let (filter, what) = meant(screen, state, |job| job.state != JobState::Running)
        .ok_or("No job that can be dropped is shown".to_owned())?;
    Ok(Question {
        title: "Drop".to_owned(),
        text: format!("Forget {what} for good?"),
        agree: "drops them",
        command: Command::Jobs(JobCommand::Drop(filter)),
    })
}

/// Whether a job in this state can be tried again.
pub(crate) fn can_try_again(state: JobState) -> bool {
    matches!(
        state,
        JobState::Dead | JobState::Cancelled | JobState::Scheduled
    )
}

/// The jobs that are meant, and what they are in words: those that are shown; where the list is cut off and no text narrows
/// it, all in that state.
fn meant(
    screen: &Screen,
    state: Option<JobState>,
    is_meant: impl Fn(&JobView) -> bool,
) -> Option<(JobFilter, String)> {
    let jobs = &screen.jobs;
    if let Some(state) = state
        && jobs.is_cut()
        && jobs.narrowed.text.is_empty()
    {
        return Some(all(screen, state));
    }
    let meant: Vec<&JobView> = jobs.shown().filter(|job| is_meant(job)).collect();
    if meant.is_empty() {
        return None;
    }
    let filter = JobFilter {
        ids: meant.iter().map(|job| job.job).collect(),
        ..JobFilter::default()
    };
    Some((filter, by_state(&meant)))
}

fn all(screen: &Screen, state: JobState) -> (JobFilter, String) {
    let Jobs { narrowed, .. } = &screen.jobs;
    let filter = JobFilter {
        state: Some(state),
        ..narrowed.filter()
    };
    let pools = sum::pools(&screen.board, narrowed.pool.as_ref());
    let whose = match &narrowed.pool {
        Some(pool) => format!(" of {pool}"),
        None => String::new(),
    };
    let what = if state == JobState::Dead {
        let dead = sum::of_pools(&pools).dead;
        format!("{} dead jobs{whose}", count(dead))
    } else {
        let shown = screen.jobs.count() as u64;
        format!("all {state} jobs{whose}, {} or more,", count(shown))
    };
    (filter, what)
}

/// `3 jobs`, and how many are in which state where they differ.
fn by_state(jobs: &[&JobView]) -> String {
    let counts: Vec<(JobState, usize)> = JobState::ALL
        .into_iter()
        .map(|state| (state, jobs.iter().filter(|job| job.state == state).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    if let [(state, count)] = counts.as_slice() {
        return plural(*count, &format!("{state} job"));
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    format!("{} ({})", plural(jobs.len(), "job"), parts.join(", "))
}
