//! What keys do in the jobs view, by value.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::{
    Command, JobCommand, JobFigures, JobFilter, JobState, Outcome, Refusal, RefusalKind,
};
use crate::tui::fixture::{Fixture, pool};
use crate::tui::jobs::Asked;
use crate::tui::jobs::fixture::{figures, id, job, one_of_each, resize, view};
use crate::tui::screen::Overlay;
use crate::tui::target::Target;
use crate::tui::tests::issued;
use crate::tui::update::{Msg, Request};
use crate::wire::Message;

fn one(command: impl Fn(JobFilter) -> JobCommand, number: u8) -> Command {
    Command::Jobs(command(JobFilter::one(id(number))))
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

/// Those of a filter that a key means, and how many the deck says they are.
fn meant(pools: Option<&str>, states: &[JobState], text: Option<&str>) -> JobFilter {
    JobFilter {
        ids: Vec::new(),
        pool: pools.map(pool),
        states: states.to_vec(),
        text: text.map(Into::into),
    }
}

fn counted(fixture: &mut Fixture, filter: &JobFilter, jobs: u64) {
    let asked = Asked::Count(filter.clone());
    fixture.send(Msg::Answered(asked, Ok(Outcome::Counted(jobs))));
}

#[test]
fn all_that_the_filter_names_are_counted_and_meant_whether_listed_or_not() {
    use JobState::{Cancelled, Dead, Done};
    let mut fixture = view();
    let all = meant(Some("resize"), &[Dead, Cancelled], None);
    let count = |filter: &JobFilter| Command::Jobs(JobCommand::Count(filter.clone()));
    assert_eq!(issued(fixture.press("T")), [count(&all)]);
    assert!(fixture.screen.overlays.is_empty(), "not before the number");
    counted(&mut fixture, &all, 1_204);
    let text = fixture.draw(80, 24);
    assert!(text.contains("Try 1,204 dead and cancelled jobs of resize again?"));
    let retry = Command::Jobs(JobCommand::Retry(all));
    assert_eq!(issued(fixture.press("\n")), [retry]);

    fixture.told(one_of_each());
    fixture.press("a/Cat\n");
    let all = meant(None, &[Done, Dead, Cancelled], Some("Cat"));
    assert_eq!(issued(fixture.press("D")), [count(&all)]);
    counted(&mut fixture, &all, 1);
    let text = fixture.draw(120, 24);
    let question = "Forget 1 done, dead or cancelled job of all pools with \"Cat\" for good?";
    assert!(text.contains(question), "{text}");
    let forget = Command::Jobs(JobCommand::Drop(all));
    assert_eq!(issued(fixture.press("\n")), [forget]);
}

#[test]
fn waiting_jobs_are_only_dropped_together_where_their_state_is_chosen() {
    let mut fixture = view();
    fixture.press("→→");
    let ready = meant(Some("resize"), &[JobState::Ready], None);
    fixture.press("D");
    counted(&mut fixture, &ready, 48);
    let text = fixture.draw(80, 24);
    assert!(text.contains("Forget 48 ready jobs of resize for good?"));
    fixture.press("\u{1b}T");
    assert_eq!(toast(&fixture), "A ready job cannot be tried again");
    fixture.press("←D");
    assert!(toast(&fixture).starts_with("A running job cannot be dropped"));
}

#[test]
fn a_number_that_comes_too_late_or_is_none_asks_nothing() {
    let mut fixture = view();
    let dead = meant(Some("resize"), &[JobState::Dead, JobState::Cancelled], None);
    fixture.press("T↓");
    counted(&mut fixture, &dead, 7);
    assert!(fixture.screen.overlays.is_empty());
    fixture.press("T");
    counted(&mut fixture, &dead, 0);
    assert!(fixture.screen.overlays.is_empty());
    assert_eq!(
        toast(&fixture),
        "There is no dead or cancelled job of resize"
    );
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
    let submit = |number, name| Request::Send {
        number,
        target: Target::Job(pool(name)),
        message: message.clone(),
    };
    assert_eq!(
        requests,
        [submit(1, "resize"), Request::Remember("{\"a\":1}".into())]
    );
    let elsewhere = fixture.press("\t{\"a\":1}\n");
    assert_eq!(elsewhere.first(), Some(&submit(2, "fetch")));
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
        changes: 9_999,
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
    let text = fixture.draw(80, 24);
    assert!(text.contains("The deck has forgotten it"), "{text}");
    assert!(fixture.screen.toasts.is_empty());
    let footer = text.lines().last().unwrap();
    assert_eq!(footer.trim(), "↑↓ scroll  Esc close  e edit  y copy");
    let mut later = fixture.screen.now;
    later.wall.0 += 60_000;
    fixture.send(Msg::Tick(later));
    let text = fixture.draw(80, 24);
    assert!(text.contains("running for 1.2s") && text.contains("1m00 ago"));
    assert_eq!(issued(fixture.press("tcd")), []);
    assert!(toast(&fixture).starts_with("The deck has forgotten job 01010101"));
    fixture.press("e");
    assert!(fixture.screen.composer.text().contains("running.jpg"));
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
    let text = fixture.draw(80, 24);
    assert!(text.contains("4 jobs are in flight, 48 wait and are lost."));
    assert!(text.contains("finish what is in flight; what takes longer than drain is lost."));
    fixture.screen.jobs.are_kept = true;
    let text = fixture.draw(80, 24);
    assert!(text.contains("longer than drain is done again"), "{text}");
    assert!(text.contains("48 wait and are kept for the next run."));
    fixture.figures(JobFigures {
        in_flight: 0,
        ..figures()
    });
    let text = fixture.draw(80, 24);
    assert!(text.contains("│ 48 jobs wait and are kept for the next run."));
    assert_eq!(issued(fixture.press("\n")), [Command::Down]);
}

#[test]
fn a_payload_of_many_lines_is_edited_on_one_and_too_long_a_one_not_at_all() {
    let many = format!("[0{}]", ", 1".repeat(6_000));
    let long = format!("\"{}\"", "x".repeat(1 << 20));
    let jobs = vec![
        job(1, JobState::Ready, &many),
        job(2, JobState::Ready, &long),
    ];
    let mut fixture = Fixture::jobs_view(jobs);

    fixture.press("e");

    assert_eq!(fixture.screen.composer.text(), many.replace(' ', ""));
    fixture.press("\u{1b}↓e");
    assert!(!fixture.screen.composer.is_open());
    assert!(toast(&fixture).ends_with("is too long to edit"));
}

#[test]
fn the_view_remembers_its_state_but_not_its_text() {
    let mut fixture = view();
    fixture.press("→/cat\n14");
    let narrowed = &fixture.screen.jobs.narrowed;
    assert_eq!(narrowed.state, Some(JobState::Running));
    assert!(narrowed.text.is_empty());
}
