//! When the deck is asked for jobs, and which of them are shown.

use std::time::Duration;

use crate::model::{Command, JobCommand, JobFigures, JobFilter, JobState, Refusal, RefusalKind};
use crate::tui::fixture::{Fixture, at, pool};
use crate::tui::jobs::fixture::{figures, id, job, list, one_of_each, resize, view};
use crate::tui::jobs::{Asked, due_at};
use crate::tui::rows::Row;
use crate::tui::tests::issued;
use crate::tui::update::Msg;

fn shown(fixture: &Fixture) -> Vec<JobState> {
    fixture.screen.jobs.shown().map(|job| job.state).collect()
}

#[test]
fn the_view_asks_for_the_selected_pools_jobs_when_it_opens() {
    let mut fixture = Fixture::with_jobs();
    assert_eq!(issued(fixture.press("4")), [resize(None)]);
    let mut whole = Fixture::with_jobs();
    assert_eq!(issued(whole.press("a4")), [list(None, None)]);
}

#[test]
fn it_asks_again_half_a_second_after_a_job_changed_and_one_question_at_a_time() {
    let mut fixture = Fixture::with_jobs();
    let start = fixture.screen.now;
    let later = |millis| {
        let mut now = start;
        now.mono = now.mono + Duration::from_millis(millis);
        Msg::Tick(now)
    };
    let with = |changes| JobFigures {
        changes,
        ..figures()
    };
    let running = || vec![job(1, JobState::Running, "1")];
    fixture.press("4");
    fixture.figures(with(1));
    assert_eq!(fixture.send(later(60)), [], "one question waits");
    assert_eq!(fixture.told(running()), []);
    assert_eq!(issued(fixture.send(later(500))), [resize(None)]);
    fixture.told(running());
    assert_eq!(fixture.send(later(5_000)), [], "no job changed");
    fixture.send(later(5_001));
    fixture.figures(with(2));
    fixture.told(running());

    fixture.figures(with(3));

    assert_eq!(
        due_at(&fixture.screen),
        Some(start.mono + Duration::from_millis(5_501))
    );
    assert_eq!(fixture.send(later(5_400)), []);
    assert_eq!(issued(fixture.send(later(5_501))), [resize(None)]);
}

#[test]
fn a_pool_without_jobs_opens_those_of_all_where_another_has_some() {
    let mut fixture = Fixture::with_jobs();
    fixture.screen.selected = Some(Row::Pool(pool("fetch")));
    assert_eq!(issued(fixture.press("4")), [list(None, None)]);
    fixture.told(one_of_each());
    fixture.press("]");
    fixture.press("\u{1b}");
    let row = fixture.screen.selected.as_ref();
    assert_eq!(row.map(|row| row.pool().clone()), Some(pool("resize")));
}

/// A tick so many milliseconds after the fixture's time.
fn later(fixture: &Fixture, millis: i64) -> Msg {
    let mut now = fixture.screen.now;
    now.mono = now.mono + Duration::from_millis(millis.unsigned_abs());
    now.wall.0 += millis;
    Msg::Tick(now)
}

#[test]
fn a_scheduled_job_that_becomes_ready_is_asked_for_once_though_no_figure_tells() {
    let mut fixture = view();
    let due = later(&fixture, 3_200);
    let tick = later(&fixture, 3_199);
    assert_eq!(fixture.send(tick), []);
    assert_eq!(issued(fixture.send(due)), [resize(None)]);
    fixture.told(one_of_each());
    assert_eq!(due_at(&fixture.screen), None, "it is said to wait still");
}

#[test]
fn a_deck_that_takes_long_to_answer_is_asked_less_often() {
    let mut fixture = Fixture::with_jobs();
    fixture.press("4");
    let start = fixture.screen.now.mono;
    let slow = later(&fixture, 300);
    fixture.send(slow);
    fixture.told(one_of_each());
    fixture.figures(JobFigures {
        changes: 9_999,
        ..figures()
    });
    let due = start + Duration::from_millis(2_400);
    assert_eq!(due_at(&fixture.screen), Some(due));
}

#[test]
fn a_closed_view_asks_for_nothing_and_forgets_its_jobs() {
    let mut fixture = view();
    assert_eq!(fixture.press("\u{1b}"), []);
    assert!(!fixture.screen.jobs.is_open());
    let changed = fixture.figures(JobFigures {
        changes: 9,
        ..figures()
    });
    assert_eq!(changed, []);
    assert_eq!(fixture.send(Msg::Tick(at(1_000))), []);
    assert_eq!(fixture.told(one_of_each()), []);
    assert_eq!(fixture.screen.jobs.count(), 0);
    assert_eq!(issued(fixture.press("4")), [resize(None)]);
}

#[test]
fn a_lost_answer_is_asked_for_anew() {
    let mut fixture = Fixture::with_jobs();
    fixture.press("4");
    assert_eq!(issued(fixture.send(Msg::Tick(at(1_000)))), [resize(None)]);
}

#[test]
fn a_refused_list_is_told_where_it_would_be() {
    let mut fixture = Fixture::with_jobs();
    fixture.press("4");
    let refusal = Refusal::new(RefusalKind::ShuttingDown, "the deck is going down");
    fixture.send(Msg::Answered(Asked::List, Err(refusal)));
    assert!(fixture.screen.toasts.is_empty());
    assert!(fixture.draw(80, 24).contains("the deck is going down"));
}

#[test]
fn states_are_gone_through_and_asked_for() {
    let mut fixture = view();
    assert_eq!(
        issued(fixture.press("→")),
        [resize(Some(JobState::Running))]
    );
    assert_eq!(shown(&fixture), [JobState::Running], "at once");
    fixture.told(Vec::new());
    assert_eq!(issued(fixture.press("←")), [resize(None)]);
    fixture.told(one_of_each());
    assert_eq!(
        issued(fixture.press("h")),
        [resize(Some(JobState::Cancelled))]
    );
}

#[test]
fn a_change_while_a_question_waits_is_asked_for_after_its_answer() {
    let mut fixture = view();
    assert_eq!(
        issued(fixture.press("→→")),
        [resize(Some(JobState::Running))]
    );
    assert_eq!(
        issued(fixture.told(Vec::new())),
        [resize(Some(JobState::Ready))]
    );
}

#[test]
fn pools_are_gone_through_and_all_of_them_shown() {
    let mut fixture = view();
    assert_eq!(
        issued(fixture.press("]")),
        [list(Some(pool("fetch")), None)]
    );
    fixture.told(Vec::new());
    assert_eq!(issued(fixture.press("[")), [resize(None)]);
    fixture.told(one_of_each());
    assert_eq!(issued(fixture.press("a")), [list(None, None)]);
    fixture.told(one_of_each());
    assert_eq!(issued(fixture.press("a")), [resize(None)]);
}

#[test]
fn a_text_is_searched_by_the_deck_in_all_its_jobs() {
    let mut fixture = view();
    let cat = |text: &str| {
        let filter = JobFilter {
            pool: Some(pool("resize")),
            text: Some(text.into()),
            ..JobFilter::default()
        };
        let limit = 500;
        Command::Jobs(JobCommand::List { filter, limit })
    };
    assert_eq!(fixture.press("/"), []);
    assert_eq!(issued(fixture.press("c")), [cat("c")]);
    assert_eq!(fixture.press("at\n"), [], "one question at a time");
    let found = vec![job(4, JobState::Dead, "\"cat\"")];
    assert_eq!(issued(fixture.told(found.clone())), [cat("cat")]);
    fixture.told(found);
    assert_eq!(shown(&fixture), [JobState::Dead]);
    assert_eq!(issued(fixture.press("\u{1b}")), [resize(None)]);
    assert!(fixture.screen.jobs.is_open());
}

#[test]
fn a_text_is_searched_less_often_where_it_takes_long() {
    let mut fixture = view();
    fixture.press("/c");
    let slow = later(&fixture, 100);
    let asked = fixture.screen.now.mono;
    fixture.send(slow);
    fixture.press("at");
    assert_eq!(fixture.told(Vec::new()), []);
    let due = asked + Duration::from_millis(800);
    assert_eq!(due_at(&fixture.screen), Some(due));
}

#[test]
fn the_selection_stays_on_its_job_while_the_list_moves() {
    let mut fixture = view();
    fixture.press("↓↓");
    let mut jobs = one_of_each();
    jobs.insert(0, job(9, JobState::Running, "9"));
    fixture.told(jobs);
    assert_eq!(fixture.screen.jobs.selected().unwrap().job, id(3));
    assert_eq!(fixture.screen.jobs.at(), 3);
    fixture.told(one_of_each()[..2].to_vec());
    assert_eq!(fixture.screen.jobs.selected().unwrap().job, id(2));
}
