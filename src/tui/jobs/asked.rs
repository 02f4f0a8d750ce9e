//! What an answer answers, and what is said about it.

use crate::model::{
    Command, JobCommand, JobFilter, JobId, JobState, JobView, Outcome, PoolName, Refusal,
    RefusalKind,
};
use crate::tui::action::Action;
use crate::tui::figures::{plural, wait};
use crate::tui::hint::hint;
use crate::tui::jobs::bulk::Bulk;
use crate::tui::jobs::held::held_up;
use crate::tui::jobs::list::short;
use crate::tui::screen::{Overlay, Screen};
use crate::tui::worker::{self, Whole};

/// What was asked, as far as its answer has to be told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Which jobs there are.
    List,
    /// What became of one.
    Look(JobId),
    /// How many jobs a filter names.
    Count(JobFilter),
    /// To try jobs again.
    Retry,
    /// To forget jobs.
    Drop,
    /// To take jobs back.
    Cancel,
    /// To take a job.
    Submit(PoolName),
    /// To pause a pool, or to go on with it.
    Pause(PoolName),
    /// What a worker or a pool is like.
    Whole(Whole),
    /// Anything that is not about jobs.
    Other,
}

impl Asked {
    /// What a command asks.
    pub(crate) fn of(command: &Command) -> Self {
        let command = match command {
            Command::Jobs(command) => command,
            Command::Inspect(id) => return Self::Whole(Whole::Worker(id.clone())),
            Command::InspectPool(name) => return Self::Whole(Whole::Pool(name.clone())),
            // What is left is about workers, and its answers say all.
            _ => return Self::Other,
        };
        match command {
            JobCommand::List { .. } => Self::List,
            JobCommand::Count(filter) => Self::Count(filter.clone()),
            JobCommand::Look(job) => Self::Look(*job),
            JobCommand::Retry(_) => Self::Retry,
            JobCommand::Drop(_) => Self::Drop,
            JobCommand::Cancel(_) => Self::Cancel,
            JobCommand::Submit(submission) => Self::Submit(submission.pool.clone()),
            JobCommand::Pause { pool, .. } => Self::Pause(pool.clone()),
        }
    }
}

/// Takes what became of a question or a command about jobs; true where it was one and all is said.
pub(crate) fn answered(
    screen: &mut Screen,
    asked: &Asked,
    answer: &mut Result<Outcome, Refusal>,
) -> bool {
    match asked {
        Asked::Other => return false,
        Asked::Whole(whole) => {
            worker::answered(screen, whole, answer);
            return true;
        }
        Asked::List => {
            screen.jobs.refresh.answered(screen.now.mono);
            if screen.jobs.is_open() {
                listed(screen, answer);
            }
            return true;
        }
        Asked::Look(job) => {
            screen.jobs.refresh.answered(screen.now.mono);
            looked(screen, *job, answer);
            return true;
        }
        Asked::Count(filter) => return counted(screen, filter, answer),
        Asked::Retry | Asked::Drop | Asked::Cancel | Asked::Submit(_) | Asked::Pause(_) => {}
    }
    screen.jobs.refresh.want();
    match answer {
        Ok(outcome) => {
            let text = said(screen, asked, outcome);
            screen.say(text, false);
            true
        }
        Err(_) => false,
    }
}

/// Puts the question that waited for the number, unless something else came up meanwhile; true unless it was refused.
fn counted(screen: &mut Screen, filter: &JobFilter, answer: &Result<Outcome, Refusal>) -> bool {
    let is_free = screen.overlays.is_empty() && !screen.composer.is_open();
    let waits = |(_, meant): &mut (Bulk, JobFilter)| meant == filter && is_free;
    let Some((bulk, meant)) = screen.jobs.bulk.take_if(waits) else {
        return true;
    };
    match answer {
        Ok(Outcome::Counted(jobs)) => match bulk.question(meant, *jobs) {
            Ok(question) => screen.overlays.push(Overlay::Sure(Box::new(question))),
            Err(text) => screen.say(text, false),
        },
        // Never the answer to this.
        Ok(_) => {}
        Err(_) => return false,
    }
    true
}

fn listed(screen: &mut Screen, answer: &mut Result<Outcome, Refusal>) {
    match answer {
        Ok(Outcome::Jobs(list)) => {
            screen.jobs.take(std::mem::take(list), screen.now);
            screen.jobs.refresh.listed(None);
        }
        // Never the answer to this.
        Ok(_) => {}
        Err(refusal) => screen.jobs.refresh.listed(Some(refusal.message.clone())),
    }
}

fn looked(screen: &mut Screen, job: JobId, answer: &Result<Outcome, Refusal>) {
    if let Ok(Outcome::Job(view)) = answer {
        screen.jobs.take_one(view);
    }
    for overlay in &mut screen.overlays {
        let Overlay::Job { opened, .. } = overlay else {
            continue;
        };
        match answer {
            Ok(Outcome::Job(view)) if opened.job.job == view.job => {
                opened.renew((**view).clone());
            }
            Err(refusal) if opened.job.job == job && refusal.kind == RefusalKind::NoSuchJob => {
                opened.gone = Some(screen.now.wall);
            }
            // Of another job, or no answer: what is shown stays.
            _ => {}
        }
    }
}

fn said(screen: &Screen, asked: &Asked, outcome: &Outcome) -> String {
    match (asked, outcome) {
        (Asked::Pause(pool), Outcome::Paused { paused: true }) => {
            let goes_on = hint(screen, Action::Pause, "goes on");
            format!("{pool} is paused: what runs ends, nothing new begins{goes_on}")
        }
        (Asked::Pause(pool), Outcome::Paused { .. }) => format!("{pool} goes on"),
        (Asked::Submit(pool), Outcome::Submitted(job)) => {
            let why = held_up(screen, pool);
            let why = why.map_or_else(String::new, |why| format!(" · {why}"));
            format!("{pool} has taken job {}{why}", short(*job))
        }
        (_, Outcome::Jobs(jobs)) => changed(asked, jobs),
        // A deck that answers something else has done what was asked all the same.
        _ => "Done".to_owned(),
    }
}

fn changed(asked: &Asked, jobs: &[JobView]) -> String {
    let runs_on = jobs.iter().any(|job| job.state == JobState::Running);
    let what = match asked {
        Asked::Retry => "tried again",
        Asked::Drop => "forgotten",
        Asked::Cancel if runs_on => "being cancelled: the worker is stopped for it",
        _ => "cancelled",
    };
    match jobs {
        [] => "No job was in a state for that".to_owned(),
        [job] => format!("Job {} is {what}", short(job.job)),
        jobs => format!("{} are {what}", plural(jobs.len(), "job")),
    }
}

/// When trying again may help, as the end of a sentence.
pub(crate) fn retry_hint(refusal: &Refusal) -> Option<String> {
    let after = refusal.retry_after?;
    Some(format!("try again in {}", wait(after)))
}
