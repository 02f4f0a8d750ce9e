//! What keys do in the jobs view, by value, and when the deck is asked for jobs.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::{
    Command, JobCommand, JobFigures, JobFilter, JobState, JobView, Outcome, PoolName, Refusal,
    RefusalKind, Submission,
};
use crate::tui::fixture::{Fixture, at, pool};
use crate::tui::jobs::fixture::{figures, id, job, one_of_each};
use crate::tui::jobs::{Asked, due_at};
use crate::tui::screen::Overlay;
use crate::tui::target::Target;
use crate::tui::tests::issued;
use crate::tui::update::{Msg, Request};
use crate::wire::Message;

fn list(pool: Option<PoolName>, state: Option<JobState>) -> Command {
    Command::Jobs(JobCommand::List {
        filter: JobFilter {
            ids: Vec::new(),
            pool,
            state,
        },
        limit: 500,
    })
}

fn resize(state: Option<JobState>) -> Command {
    list(Some(pool("resize")), state)
}

fn one(command: impl Fn(JobFilter) -> JobCommand, number: u8) -> Command {
    Command::Jobs(command(JobFilter::one(id(number))))
}

/// The view on one job in each state: running, ready, scheduled, dead, done, cancelled are 1 to 6.
fn view() -> Fixture {
    Fixture::jobs_view(one_of_each())
}

fn select(fixture: &mut Fixture, number: u8) {
    fixture.press("g");
    for _ in 1..number {
        fixture.press("↓");
    }
    assert_eq!(
        fixture.screen.jobs.selected().map(|job| job.job),
        Some(id(number))
    );
}

fn toast(fixture: &Fixture) -> &str {
    fixture.screen.toasts.last().map_or("", |toast| &toast.text)
}

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
fn it_asks_again_half_a_second_after_figures_changed_and_one_question_at_a_time() {
    let mut fixture = Fixture::with_jobs();
    let start = fixture.screen.now;
    let later = |millis| {
        let mut now = start;
        now.mono = now.mono + Duration::from_millis(millis);
        Msg::Tick(now)
    };
    let with = |done| JobFigures { done, ..figures() };
    fixture.press("4");
    fixture.figures(with(1));
    assert_eq!(fixture.send(later(600)), [], "one question waits");
    let answered = fixture.told(one_of_each());
    assert_eq!(issued(answered), [resize(None)]);
    fixture.told(one_of_each());
    assert_eq!(fixture.send(later(5_000)), [], "no figure changed");
    fixture.send(later(5_001));
    fixture.figures(with(2));
    fixture.told(one_of_each());

    fixture.figures(with(3));

    assert_eq!(
        due_at(&fixture.screen),
        Some(start.mono + Duration::from_millis(5_501))
    );
    assert_eq!(fixture.send(later(5_400)), []);
    assert_eq!(issued(fixture.send(later(5_501))), [resize(None)]);
}

#[test]
fn a_closed_view_asks_for_nothing_and_forgets_its_jobs() {
    let mut fixture = view();
    assert_eq!(fixture.press("\u{1b}"), []);
    assert!(!fixture.screen.jobs.is_open());
    let changed = fixture.figures(JobFigures {
        done: 9,
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
fn a_text_narrows_the_list_by_id_payload_error_and_worker() {
    let mut fixture = view();
    for (text, states) in [
        ("SIGSEGV", vec![JobState::Dead]),
        ("ready.jpg", vec![JobState::Ready]),
        (
            "resize/2",
            vec![JobState::Running, JobState::Dead, JobState::Done],
        ),
        ("05050505", vec![JobState::Done]),
        ("nowhere", vec![]),
    ] {
        fixture.press(&format!("/{text}\n"));
        assert_eq!(shown(&fixture), states, "{text}");
        fixture.press("\u{1b}");
        assert!(fixture.screen.jobs.is_open());
    }
    assert_eq!(shown(&fixture).len(), 6);
}

#[test]
fn the_selection_stays_on_its_job_while_the_list_moves() {
    let mut fixture = view();
    select(&mut fixture, 3);
    let mut jobs = one_of_each();
    jobs.insert(0, job(9, JobState::Running, "9"));
    fixture.told(jobs);
    assert_eq!(fixture.screen.jobs.selected().unwrap().job, id(3));
    assert_eq!(fixture.screen.jobs.at(), 3);
    fixture.told(one_of_each()[..2].to_vec());
    assert_eq!(fixture.screen.jobs.selected().unwrap().job, id(2));
}

#[test]
fn keys_and_the_mouse_move_through_the_jobs() {
    let jobs = (0..100).map(|number| job(number, JobState::Ready, "0"));
    let mut fixture = Fixture::jobs_view(jobs.collect());
    fixture.draw(80, 24);
    let page = KeyEvent::new(KeyCode::PageDown, KeyModifiers::NONE);
    fixture.send(Msg::Key(page));
    let height = usize::from(fixture.screen.view.jobs.height);
    assert_eq!(fixture.screen.jobs.at(), height - 1);
    fixture.press("G");
    assert_eq!(fixture.screen.jobs.at(), 99);
    fixture.draw(80, 24);
    let mouse = |kind| {
        Msg::Mouse(MouseEvent {
            kind,
            column: 10,
            row: 10,
            modifiers: KeyModifiers::NONE,
        })
    };
    fixture.send(mouse(MouseEventKind::ScrollUp));
    assert_eq!(fixture.screen.jobs.at(), 96);
    fixture.send(mouse(MouseEventKind::Down(MouseButton::Left)));
    let place = 10 - usize::from(fixture.screen.view.jobs.y);
    assert_eq!(fixture.screen.jobs.at(), 100 - height + place);
    fixture.press("g");
    assert_eq!(fixture.screen.jobs.at(), 0);
}

#[test]
fn a_job_that_ended_badly_is_tried_again_and_a_done_one_is_not() {
    let mut fixture = view();
    for number in [3, 4, 6] {
        select(&mut fixture, number);
        assert_eq!(issued(fixture.press("t")), [one(JobCommand::Retry, number)]);
    }
    select(&mut fixture, 5);
    assert_eq!(fixture.press("t"), []);
    assert!(toast(&fixture).ends_with("is done · e writes a new one from it"));
}

#[test]
fn a_waiting_job_is_cancelled_at_once_and_a_running_one_after_a_question() {
    let mut fixture = view();
    select(&mut fixture, 2);
    assert_eq!(issued(fixture.press("c")), [one(JobCommand::Cancel, 2)]);
    select(&mut fixture, 1);
    assert_eq!(fixture.press("c"), []);
    assert!(fixture.draw(80, 24).contains("resize/2 is stopped for it"));
    assert_eq!(fixture.press("\u{1b}"), []);
    assert_eq!(issued(fixture.press("c\n")), [one(JobCommand::Cancel, 1)]);
    select(&mut fixture, 4);
    assert_eq!(fixture.press("c"), []);
}

#[test]
fn dropping_asks_unless_the_job_is_done_with_and_never_takes_one_that_runs() {
    let mut fixture = view();
    select(&mut fixture, 1);
    assert_eq!(fixture.press("d"), []);
    assert!(fixture.screen.overlays.is_empty());
    select(&mut fixture, 4);
    assert_eq!(fixture.press("d"), []);
    assert!(matches!(
        fixture.screen.overlays.last(),
        Some(Overlay::Sure(_))
    ));
    assert_eq!(issued(fixture.press("\n")), [one(JobCommand::Drop, 4)]);
    select(&mut fixture, 5);
    let delete = KeyEvent::new(KeyCode::Delete, KeyModifiers::NONE);
    let dropped = fixture.send(Msg::Key(delete));
    assert_eq!(issued(dropped), [one(JobCommand::Drop, 5)]);
}

fn ids(command: impl Fn(JobFilter) -> JobCommand, numbers: &[u8]) -> Command {
    Command::Jobs(command(JobFilter {
        ids: numbers.iter().map(|number| id(*number)).collect(),
        ..JobFilter::default()
    }))
}

#[test]
fn all_that_are_shown_are_tried_again_or_dropped_after_a_question_with_their_count() {
    let mut fixture = view();
    fixture.press("T");
    assert!(fixture.draw(80, 24).contains("Try 1 dead job again?"));
    assert_eq!(issued(fixture.press("\n")), [ids(JobCommand::Retry, &[4])]);
    fixture.press("D");
    assert!(
        fixture.draw(120, 24).contains(
            "Forget 5 jobs (1 ready, 1 scheduled, 1 dead, 1 done, 1 cancelled) for good?"
        )
    );
    assert_eq!(
        issued(fixture.press("\n")),
        [ids(JobCommand::Drop, &[2, 3, 4, 5, 6])]
    );
    fixture.press("/jpg\",\"w\":5\n");
    assert_eq!(issued(fixture.press("D\n")), [ids(JobCommand::Drop, &[5])]);
    assert_eq!(fixture.press("T"), []);
    assert_eq!(toast(&fixture), "No dead job is shown");
}

#[test]
fn what_the_list_has_no_room_for_is_meant_too() {
    let dead = (0..=255).cycle().take(500);
    let jobs: Vec<JobView> = dead
        .map(|number| job(number, JobState::Dead, "0"))
        .collect();
    let mut fixture = Fixture::jobs_view(jobs);
    let changed = JobFigures {
        dead: 1_204,
        ..figures()
    };
    fixture.figures(changed);
    fixture.press("T");
    assert!(
        fixture
            .draw(80, 24)
            .contains("Try 1,204 dead jobs of resize again?")
    );
    let filter = JobFilter {
        ids: Vec::new(),
        pool: Some(pool("resize")),
        state: Some(JobState::Dead),
    };
    let retry = Command::Jobs(JobCommand::Retry(filter));
    assert_eq!(issued(fixture.press("\n")), [retry]);
}

#[test]
fn a_pool_is_paused_and_goes_on() {
    let mut fixture = view();
    let pause = |paused| {
        Command::Jobs(JobCommand::Pause {
            pool: pool("resize"),
            paused,
        })
    };
    assert_eq!(issued(fixture.press("P")), [pause(true)]);
    let asked = || Asked::Pause(pool("resize"));
    let answer = Ok(Outcome::Paused { paused: true });
    fixture.send(Msg::Answered(asked(), answer));
    assert!(toast(&fixture).starts_with("resize is paused"));
    fixture.told(one_of_each());
    fixture.figures(JobFigures {
        paused: true,
        ..figures()
    });
    assert_eq!(issued(fixture.press("P")), [pause(false)]);
}

#[test]
fn a_written_job_is_submitted_to_the_pool() {
    let mut fixture = view();
    fixture.press("n");
    assert_eq!(
        fixture.screen.composer.target(),
        Some(&Target::Job(pool("resize")))
    );

    let requests = fixture.press("{\"a\":1}\n");

    let message = Message::parse("{\"a\":1}").unwrap();
    let submit = |name| {
        let submission = Submission::new(pool(name), message.clone());
        Request::Issue(Command::Jobs(JobCommand::Submit(submission)))
    };
    assert_eq!(
        requests,
        [submit("resize"), Request::Remember("{\"a\":1}".into())]
    );
    let elsewhere = fixture.press("\t{\"a\":1}\n");
    assert_eq!(elsewhere.first(), Some(&submit("fetch")));
    assert!(fixture.screen.composer.is_open());
}

#[test]
fn a_job_is_edited_and_submitted_anew_without_touching_the_draft() {
    let mut fixture = view();
    fixture.press("n[7\u{1b}");
    select(&mut fixture, 4);
    fixture.press("e");
    assert!(fixture.screen.composer.text().contains("dead.jpg"));

    let requests = issued(fixture.press("\n"));

    let [Command::Jobs(JobCommand::Submit(submission))] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let payload = submission.payload.value().unwrap();
    assert_eq!(payload["path"], "dead.jpg");
    assert!(!fixture.screen.composer.is_open());
    assert_eq!(fixture.screen.composer.text(), "[7");
}

#[test]
fn what_became_of_commands_is_said_and_the_list_asked_for() {
    let mut fixture = view();
    let jobs = |states: &[JobState]| {
        let jobs = states.iter().map(|state| job(1, *state, "1")).collect();
        Ok(Outcome::Jobs(jobs))
    };
    let full = Refusal {
        retry_after: Some(Duration::from_millis(2_500)),
        ..Refusal::new(RefusalKind::QueueFull, "the queue of resize is full")
    };
    let submit = Asked::Submit(pool("resize"));
    let dead = JobState::Dead;
    for (asked, answer, text) in [
        (Asked::Retry, jobs(&[dead]), "Job 01010101 is tried again"),
        (Asked::Drop, jobs(&[dead, dead]), "2 jobs are forgotten"),
        (Asked::Cancel, jobs(&[]), "No job was in a state for that"),
        (
            submit.clone(),
            Ok(Outcome::Submitted(id(1))),
            "resize has taken job 01010101",
        ),
        (
            submit,
            Err(full),
            "The queue of resize is full · try again in 2.5s",
        ),
    ] {
        let requests = fixture.send(Msg::Answered(asked, answer));
        assert_eq!(issued(requests), [resize(None)], "{text}");
        assert_eq!(toast(&fixture), text);
        fixture.told(one_of_each());
    }
}

#[test]
fn a_job_shown_whole_is_kept_up_to_date_and_can_be_acted_on() {
    let mut fixture = view();
    fixture.press("\n");
    let start = fixture.screen.now.mono;
    let mut now = fixture.screen.now;
    now.mono = start + Duration::from_secs(1);
    fixture.figures(JobFigures {
        done: 9_999,
        ..figures()
    });
    let look = Command::Jobs(JobCommand::Look(id(1)));
    assert_eq!(issued(fixture.send(Msg::Tick(now))), [look]);

    let done = job(1, JobState::Done, "{\"a\":1}");
    let answer = Ok(Outcome::Job(Box::new(done)));
    fixture.send(Msg::Answered(Asked::Look(id(1)), answer));

    let text = fixture.draw(80, 24);
    assert!(text.contains("✔ done") && text.contains("result"), "{text}");
    assert_eq!(issued(fixture.press("d")), [one(JobCommand::Drop, 1)]);
    assert_eq!(issued(fixture.press("\u{1b}")), [resize(None)]);
    assert!(fixture.screen.jobs.is_open() && fixture.screen.overlays.is_empty());
}

#[test]
fn a_job_that_is_forgotten_while_it_is_shown_says_so() {
    let mut fixture = view();
    fixture.press("\n");
    let refusal = Refusal::new(RefusalKind::NoSuchJob, "no job 01010101");
    fixture.send(Msg::Answered(Asked::Look(id(1)), Err(refusal)));
    assert!(fixture.draw(80, 24).contains("The deck has forgotten it"));
    assert!(fixture.screen.toasts.is_empty());
}

#[test]
fn keys_of_the_deck_do_nothing_in_the_jobs_view() {
    let mut fixture = view();
    assert_eq!(fixture.press("rsKmbB"), []);
    assert!(!fixture.screen.composer.is_open());
    let scale = Command::Scale {
        pool: pool("resize"),
        instances: 5,
    };
    assert_eq!(issued(fixture.press("+")), [scale]);
}

#[test]
fn quitting_asks_while_jobs_wait() {
    let mut fixture = Fixture::new(&[("resize", 4)]);
    fixture.figures(figures());
    assert_eq!(fixture.press("q"), []);
    assert!(fixture.draw(80, 24).contains("4 jobs in flight, 48 wait."));
    assert_eq!(issued(fixture.press("\n")), [Command::Down]);
}
