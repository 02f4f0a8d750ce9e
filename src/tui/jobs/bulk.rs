//! What a key means to do with all jobs that the filter in force names, listed or not. The deck counts them first; then the
//! question is put, with their number.

use crate::model::{Command, JobCommand, JobFilter, JobState, PoolName};
use crate::tui::action::Action;
use crate::tui::figures::count;
use crate::tui::hint::hint;
use crate::tui::overlay::Question;
use crate::tui::screen::Screen;

/// What is to be done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bulk {
    /// Try them again.
    TryAgain,
    /// Forget them.
    Drop,
}

impl Bulk {
    /// The states that are meant where none is chosen.
    fn states(self) -> &'static [JobState] {
        match self {
            Self::TryAgain => &[JobState::Dead, JobState::Cancelled],
            Self::Drop => &[JobState::Done, JobState::Dead, JobState::Cancelled],
        }
    }

    /// The jobs that are meant, or why none can be.
    pub(crate) fn filter(self, screen: &Screen) -> Result<JobFilter, String> {
        let narrowed = &screen.jobs.narrowed;
        let states = match narrowed.state {
            None => self.states().to_vec(),
            Some(JobState::Running) if self == Self::Drop => {
                let cancels = hint(screen, Action::Cancel, "cancels one");
                return Err(format!("A running job cannot be dropped{cancels}"));
            }
            Some(state) if self == Self::TryAgain && !can_try_again(state) => {
                return Err(format!("A {state} job cannot be tried again"));
            }
            Some(state) => vec![state],
        };
        Ok(JobFilter {
            states,
            ..narrowed.filter()
        })
    }

    /// The question, once the deck has counted them; what is said instead where there is none.
    pub(crate) fn question(self, filter: JobFilter, jobs: u64) -> Result<Question, String> {
        if jobs == 0 {
            return Err(format!("There is no {}", named(&filter, 1)));
        }
        let what = format!("{} {}", count(jobs), named(&filter, jobs));
        Ok(match self {
            Self::TryAgain => Question {
                title: "Try again".to_owned(),
                text: format!("Try {what} again?"),
                agree: "tries them again",
                command: Command::Jobs(JobCommand::Retry(filter)),
            },
            Self::Drop => Question {
                title: "Drop".to_owned(),
                text: format!("Forget {what} for good?"),
                agree: "drops them",
                command: Command::Jobs(JobCommand::Drop(filter)),
            },
        })
    }
}

/// Whether a job in this state can be tried again.
pub(crate) fn can_try_again(state: JobState) -> bool {
    matches!(
        state,
        JobState::Dead | JobState::Cancelled | JobState::Scheduled
    )
}

/// `dead and cancelled jobs of resize with "cat"`.
fn named(filter: &JobFilter, jobs: u64) -> String {
    let (and, noun) = match jobs {
        1 => ("or", "job"),
        _ => ("and", "jobs"),
    };
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let states = match states.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} {and} {last}", first.join(", ")),
        None => String::new(),
    };
    let whose = filter.pool.as_ref().map_or("all pools", PoolName::as_str);
    let mut text = format!("{states} {noun} of {whose}");
    if let Some(sought) = &filter.text {
        text.extend([" with \"", sought, "\""]);
    }
    text
}
