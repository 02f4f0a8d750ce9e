//! What is said of jobs that no worker takes, and of other things with the keys in force.

use crate::model::{Command, JobFigures, JobState, Outcome, Refusal, RefusalKind, State};
use crate::tui::action::Action;
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::jobs::Asked;
use crate::tui::jobs::fixture::{figures, id, job};
use crate::tui::keymap::{Keymap, parse};
use crate::tui::tests::issued;
use crate::tui::update::{Msg, refused};

/// The jobs view on one ready job of `resize`, whose workers are all in this state.
fn ready(state: State) -> Fixture {
    let mut fixture = Fixture::jobs_view(vec![job(1, JobState::Ready, "1")]);
    for number in 1..=4 {
        fixture.state(&worker("resize", number), state);
    }
    fixture
}

fn taken(fixture: &mut Fixture) -> String {
    let asked = Asked::Submit(pool("resize"));
    fixture.send(Msg::Answered(asked, Ok(Outcome::Submitted(id(1)))));
    fixture.screen.toasts.last().unwrap().text.clone()
}

#[test]
fn a_job_of_a_pool_without_workers_says_that_none_runs_and_which_keys_start_one() {
    for state in [State::Failed, State::Stopped, State::Finished] {
        let mut fixture = ready(state);
        for (width, height) in [(120, 40), (80, 24)] {
            let drawn = fixture.draw(width, height);
            assert!(drawn.contains("no worker of resize runs · 1 s starts one"));
        }
        let text = taken(&mut fixture);
        assert_eq!(
            text,
            "resize has taken job 01010101 · no worker of resize runs · 1 s starts one"
        );

        fixture.press("\n");
        let drawn = fixture.draw(120, 40);
        assert!(drawn.contains("waits: no worker of resize runs · Esc 1 s starts one"));
        fixture.press("\u{1b}1");
        assert!(taken(&mut fixture).ends_with("no worker of resize runs · s starts one"));
    }
}

#[test]
fn a_job_waits_for_a_worker_that_starts_or_is_busy() {
    let mut fixture = ready(State::Backoff);
    assert!(taken(&mut fixture).ends_with("· no worker of resize is ready yet"));
    fixture.press("\n");
    assert!(
        fixture
            .draw(120, 40)
            .contains("waits: no worker of resize is ready yet")
    );

    fixture.state(&worker("resize", 2), State::Ready);
    assert!(fixture.draw(120, 40).contains("waits for a free worker"));
    fixture.figures(JobFigures {
        paused: true,
        ..figures()
    });
    let drawn = fixture.draw(120, 40);
    assert!(drawn.contains("waits: resize is paused · P goes on"));
}

#[test]
fn the_composer_says_why_its_job_waits() {
    let mut fixture = ready(State::Stopped);
    fixture.press("n[1]\n");
    let told = "submitted to resize · no worker of resize runs";
    assert!(fixture.draw(120, 40).contains(told));
}

#[test]
fn a_restart_is_said_however_it_is_asked_for() {
    let mut fixture = Fixture::busy();
    let asked = issued(fixture.press("r"));
    assert!(matches!(asked.as_slice(), [Command::Restart { .. }]));
    assert_eq!(fixture.screen.toasts[0].text, "Restarting resize/1");
    fixture.press(":restart fetch/*\n");
    let last = fixture.screen.toasts.last().unwrap();
    assert_eq!(last.text, "Restarting all of fetch/*");
}

#[test]
fn hints_name_the_keys_in_force() {
    let keys = |action, key| (action, parse(key).into_iter().collect());
    let keymap = Keymap::with(&[
        keys(Action::New, "F6"),
        keys(Action::StopStart, "F7"),
        keys(Action::Kill, "F8"),
    ]);
    let mut fixture = Fixture::busy();
    fixture.screen.keymap = keymap;
    fixture.press("G-");
    let text = fixture.screen.toasts.last().unwrap().text.clone();
    assert_eq!(text, "mail has one worker · F7 stops it");
    fixture.press("4");
    fixture.told(Vec::new());
    assert!(
        fixture
            .draw(120, 40)
            .contains("No jobs yet · F6 writes one")
    );

    fixture.press("1q\n");
    let drawn = fixture.draw(120, 40);
    assert!(drawn.contains("F8 ends the chosen one now"));
    assert!(drawn.contains("F8 end the chosen one now"));
    assert_eq!(issued(fixture.press("K")), []);
    let kill = crossterm::event::KeyEvent::new(
        crossterm::event::KeyCode::F(8),
        crossterm::event::KeyModifiers::NONE,
    );
    let killed = issued(fixture.send(Msg::Key(kill)));
    assert!(matches!(killed.as_slice(), [Command::Kill { .. }]));
}

#[test]
fn a_refusal_keeps_a_pools_name_and_tells_which_key_starts_a_worker() {
    let mut fixture = Fixture::new(&[("echo", 0), ("resize", 1)]);
    let refusal = |address: &str, text: &str| {
        Refusal::new(RefusalKind::NotRunning, text)
            .at(&address)
            .hint("make the pool larger with scale")
    };
    let said = |fixture: &Fixture, refusal| refused(&fixture.screen, &refusal);
    let empty = refusal("echo", "echo has no workers");
    assert_eq!(
        said(&fixture, empty.clone()),
        "echo has no workers · + starts one"
    );
    assert_eq!(
        said(&fixture, refusal("resize", "resize is busy")),
        "resize is busy · make the pool larger with scale"
    );
    assert!(said(&fixture, refusal("x", "there is no x")).starts_with("There is"));
    fixture.screen.keymap = Keymap::with(&[(Action::Grow, Vec::new())]);
    let told = "echo has no workers · make the pool larger with scale";
    assert_eq!(said(&fixture, empty), told);
}
