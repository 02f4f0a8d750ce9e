//! What keys do in the jobs view and with a job that is shown whole.

use crossterm::event::KeyEvent;

use crate::model::{Command, JobCommand, JobFilter, JobState, JobView, PoolName};
use crate::tui::action::{Action, Context};
use crate::tui::composer::LONGEST;
use crate::tui::filter::Filter;
use crate::tui::filtering;
use crate::tui::hint::{hint, key};
use crate::tui::jobs::bulk::{Bulk, can_try_again};
use crate::tui::jobs::copy;
use crate::tui::jobs::list::short;
use crate::tui::jobs::opened::Opened;
use crate::tui::jobs::sum::had_jobs;
use crate::tui::json::{self, Token};
use crate::tui::overlay::Question;
use crate::tui::place::{self, Place};
use crate::tui::rows::Row;
use crate::tui::screen::{Overlay, Screen};
use crate::tui::target::Target;
use crate::tui::update::Request;

/// Does what a key asked for; none where it is nothing of the jobs view's own.
pub(crate) fn act(screen: &mut Screen, action: Action) -> Option<Vec<Request>> {
    screen.jobs.bulk = None;
    match action {
        action if works_on_one(action) => {
            let job = screen.jobs.selected().cloned();
            return Some(with(screen, job, action));
        }
        Action::TryAllAgain => return Some(count(screen, Bulk::TryAgain)),
        Action::DropAll => return Some(count(screen, Bulk::Drop)),
        Action::SaveJobs => return Some(copy::save(screen)),
        Action::New => write(screen),
        Action::Pause => return Some(pause(screen)),
        Action::NextState => screen.jobs.turn_state(false),
        Action::PreviousState => screen.jobs.turn_state(true),
        Action::NextPool => screen.jobs.turn_pool(&screen.board, false),
        Action::PreviousPool => screen.jobs.turn_pool(&screen.board, true),
        Action::Open if screen.jobs.is_open() => open_job(screen),
        Action::Whole if screen.jobs.is_open() => whole(screen),
        Action::Filter if screen.jobs.is_open() => filtering::begin(screen),
        Action::Back if screen.jobs.is_open() => back(screen),
        // The others are the deck's, or the same everywhere.
        _ => return None,
    }
    Some(Vec::new())
}

/// What a key does with the job that is shown whole, if it is one that works on a job.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) -> Option<Vec<Request>> {
    let Some(Overlay::Job { opened, .. }) = screen.overlays.last() else {
        return None;
    };
    let action = screen.keymap.find(key, Context::Jobs)?;
    if !works_on_one(action) {
        return None;
    }
    let job = opened.job.clone();
    if opened.gone.is_some() && !works_when_gone(action) {
        let text = format!("The deck has forgotten job {}", short(job.job));
        let writes = hint(screen, Action::Edit, "writes a new one from it");
        screen.say(format!("{text}{writes}"), false);
        return Some(Vec::new());
    }
    Some(with(screen, Some(job), action))
}

/// Whether an action works on a job that is shown whole.
pub(crate) fn works_on_one(action: Action) -> bool {
    matches!(
        action,
        Action::TryAgain
            | Action::Cancel
            | Action::Drop
            | Action::Edit
            | Action::CopyPayload
            | Action::CopyResult
    )
}

/// Whether an action also works on a job that the deck has forgotten.
pub(crate) fn works_when_gone(action: Action) -> bool {
    matches!(
        action,
        Action::Edit | Action::CopyPayload | Action::CopyResult
    )
}

/// Whether a key does something now: those for one job depend on its state.
pub(crate) fn works_now(action: Action, job: Option<&JobView>) -> bool {
    match action {
        Action::TryAgain => job.is_some_and(|job| can_try_again(job.state)),
        Action::Cancel => job.is_some_and(|job| !job.state.is_final() && !job.cancelling),
        Action::Drop => job.is_some_and(|job| job.state != JobState::Running),
        Action::Edit | Action::CopyPayload => job.is_some(),
        Action::CopyResult => job.is_some_and(|job| job.result.is_some()),
        _ => true,
    }
}

/// Enters the view.
pub(crate) fn open_view(screen: &mut Screen) {
    let pool = screen.selected.as_ref().map(|row| row.pool().clone());
    let pools = &screen.board.pools;
    let has_jobs = |pool: &PoolName| pools.get(pool).is_some_and(|pool| had_jobs(&pool.jobs));
    // Where only others have jobs, those are what is looked for.
    let is_meant = |pool: &PoolName| has_jobs(pool) || !pools.keys().any(has_jobs);
    let pool = pool.filter(|pool| !screen.shows_all && is_meant(pool));
    screen.jobs.open(pool);
}

/// Takes away what narrows the view, one after the other; then the view itself.
fn back(screen: &mut Screen) {
    if !screen.jobs.narrowed.text.is_empty() {
        screen.jobs.narrowed.text = Filter::default();
    } else if screen.is_zoomed {
        screen.is_zoomed = false;
    } else {
        place::go(screen, Place::Deck);
    }
}

/// Leaves the view, the pool selected whose jobs were shown.
pub(crate) fn close_view(screen: &mut Screen) {
    let pool = screen.jobs.narrowed.pool.clone();
    screen.jobs.close();
    if let Some(pool) = pool
        && screen
            .selected
            .as_ref()
            .is_none_or(|row| *row.pool() != pool)
    {
        screen.selected = Some(Row::Pool(pool));
        screen.settle();
    }
}

fn whole(screen: &mut Screen) {
    let pool = match screen.jobs.narrowed.pool {
        Some(_) => None,
        None => screen.jobs.pool(&screen.board),
    };
    screen.jobs.show_pool(pool);
}

/// Shows the selected job whole.
pub(crate) fn open_job(screen: &mut Screen) {
    if let Some(job) = screen.jobs.selected() {
        let opened = Box::new(Opened::new(job.clone()));
        screen.overlays.push(Overlay::Job { opened, top: 0 });
    }
}

fn with(screen: &mut Screen, job: Option<JobView>, action: Action) -> Vec<Request> {
    let Some(job) = job else {
        screen.say("No job is selected", false);
        return Vec::new();
    };
    match action {
        Action::TryAgain => try_again(screen, &job),
        Action::Cancel => cancel(screen, &job),
        Action::Drop => forget(screen, &job),
        Action::CopyPayload | Action::CopyResult => copy::copy(screen, &job, action),
        _ => {
            edit(screen, &job);
            Vec::new()
        }
    }
}

fn issue(command: JobCommand) -> Vec<Request> {
    vec![Request::Issue(Command::Jobs(command))]
}

fn try_again(screen: &mut Screen, job: &JobView) -> Vec<Request> {
    if can_try_again(job.state) {
        return issue(JobCommand::Retry(JobFilter::one(job.job)));
    }
    let writes = hint(screen, Action::Edit, "writes a new one from it");
    let text = format!("Job {} is {}{writes}", short(job.job), job.state);
    screen.say(text, false);
    Vec::new()
}

/// Takes a job back; asks first where its worker is stopped for it.
fn cancel(screen: &mut Screen, job: &JobView) -> Vec<Request> {
    let name = short(job.job);
    if job.state.is_final() {
        screen.say(format!("Job {name} is {} already", job.state), false);
        return Vec::new();
    }
    let command = JobCommand::Cancel(JobFilter::one(job.job));
    if job.state != JobState::Running {
        return issue(command);
    }
    let worker = job.worker.as_ref();
    let worker = worker.map_or_else(|| "its worker".to_owned(), ToString::to_string);
    screen.overlays.push(Overlay::Sure(Box::new(Question {
        title: "Cancel".to_owned(),
        text: format!("Take job {name} back? {worker} is stopped for it."),
        agree: "cancels it",
        command: Command::Jobs(command),
    })));
    Vec::new()
}

/// Forgets a job; asks first where it is not yet done with.
fn forget(screen: &mut Screen, job: &JobView) -> Vec<Request> {
    let name = short(job.job);
    let command = JobCommand::Drop(JobFilter::one(job.job));
    match job.state {
        JobState::Running => {
            let cancels = hint(screen, Action::Cancel, "cancels it");
            screen.say(format!("Job {name} runs{cancels}"), false);
            Vec::new()
        }
        JobState::Done | JobState::Cancelled => issue(command),
        JobState::Dead | JobState::Ready | JobState::Scheduled | JobState::Failed => {
            screen.overlays.push(Overlay::Sure(Box::new(Question {
                title: "Drop".to_owned(),
                text: format!("Forget the {} job {name} for good?", job.state),
                agree: "drops it",
                command: Command::Jobs(command),
            })));
            Vec::new()
        }
    }
}

/// Has the jobs counted that are meant; the question comes with their number.
fn count(screen: &mut Screen, bulk: Bulk) -> Vec<Request> {
    match bulk.filter(screen) {
        Ok(filter) => {
            screen.jobs.bulk = Some((bulk, filter.clone()));
            issue(JobCommand::Count(filter))
        }
        Err(text) => {
            screen.say(text, false);
            Vec::new()
        }
    }
}

/// Puts a job's payload into the composer, to be submitted anew.
fn edit(screen: &mut Screen, job: &JobView) {
    let payload = job.payload.as_str();
    let mut text = json::pretty(payload, json::LINES).join("\n");
    if text.lines().count() > json::LINES {
        let tokens = json::tokens(payload).filter(|(token, _)| *token != Token::Space);
        text = tokens.map(|(_, piece)| piece).collect();
    }
    if text.len() > LONGEST {
        let text = format!("The payload of job {} is too long to edit", short(job.job));
        screen.say(text, true);
        return;
    }
    screen.overlays.clear();
    screen.composer.edit(Target::Job(job.pool.clone()), &text);
}

fn write(screen: &mut Screen) {
    let first = || screen.board.pools.keys().next().cloned();
    if let Some(pool) = screen.jobs.pool(&screen.board).or_else(first) {
        screen.composer.open(Target::Job(pool));
    }
}

fn pause(screen: &mut Screen) -> Vec<Request> {
    let Some(pool) = screen.jobs.pool(&screen.board) else {
        let keys = [Action::PreviousPool, Action::NextPool];
        let keys = keys.into_iter().filter_map(|action| key(screen, action));
        let keys = keys.collect::<Vec<_>>().join(" or ");
        let with = if keys.is_empty() { "" } else { " with " };
        screen.say(format!("Choose a pool{with}{keys} first"), false);
        return Vec::new();
    };
    let is_paused = |pool| screen.board.pools.get(pool).map(|pool| pool.jobs.paused);
    let paused = !is_paused(&pool).unwrap_or(false);
    issue(JobCommand::Pause { pool, paused })
}
