//! What keys do while a worker or a pool is shown whole, and what the deck is asked then.

use std::time::Duration;

use crate::model::{Address, Command, Outcome, Refusal, RefusalKind};
use crate::tui::action::Action;
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::jobs::Asked;
use crate::tui::keymap::{Keymap, parse};
use crate::tui::rows::Row;
use crate::tui::screen::Overlay;
use crate::tui::target::Target;
use crate::tui::tests::{driven, issued};
use crate::tui::update::Msg;
use crate::tui::worker::Whole;
use crate::tui::worker::fixture::detail;

fn wait(fixture: &mut Fixture, time: Duration) -> Vec<Command> {
    let mut now = fixture.screen.now;
    now.mono = now.mono + time;
    issued(fixture.send(Msg::Tick(now)))
}

#[test]
fn a_worker_is_asked_about_once_a_second_while_it_is_shown() {
    let mut fixture = Fixture::busy();
    let id = worker("resize", 1);
    let asks = [Command::Inspect(id.clone())];

    let requests = fixture.press("\n");
    assert_eq!(issued(requests.clone()), asks);
    assert_eq!(
        wait(&mut fixture, Duration::from_secs(2)),
        [],
        "one at a time"
    );
    assert_eq!(issued(fixture.tell(&requests)), asks, "long due");
    assert_eq!(issued(fixture.tell(&requests)), []);
    assert_eq!(wait(&mut fixture, Duration::from_millis(900)), []);
    assert_eq!(wait(&mut fixture, Duration::from_millis(100)), asks);
    assert_eq!(
        wait(&mut fixture, Duration::from_secs(10)),
        asks,
        "a lost answer"
    );

    fixture.press("\u{1b}");
    assert_eq!(wait(&mut fixture, Duration::from_mins(1)), []);
}

#[test]
fn a_pool_is_asked_about_once() {
    let mut fixture = Fixture::busy();
    fixture.press("g");
    let requests = fixture.press("\n");
    assert_eq!(
        issued(requests.clone()),
        [Command::InspectPool(pool("resize"))]
    );
    fixture.tell(&requests);
    assert_eq!(wait(&mut fixture, Duration::from_mins(1)), []);
    assert!(fixture.screen.inspected.pool(&pool("resize")).is_some());
}

#[test]
fn an_answer_about_another_worker_changes_nothing() {
    let mut fixture = Fixture::busy();
    fixture.press("\n");
    let other = worker("resize", 2);
    let told = Ok(Outcome::Worker(Box::new(detail(&other))));
    fixture.send(Msg::Answered(
        Asked::Whole(Whole::Worker(other.clone())),
        told,
    ));
    assert!(fixture.screen.inspected.worker(&other).is_none());
}

#[test]
fn a_refusal_is_told_on_the_sheet_and_not_in_a_toast() {
    let mut fixture = Fixture::busy();
    fixture.press("\n");
    let asked = Asked::Whole(Whole::Worker(worker("resize", 1)));
    let refusal = Refusal::new(RefusalKind::NoSuchWorker, "there is no worker resize/1");
    fixture.send(Msg::Answered(asked, Err(refusal)));
    assert!(fixture.screen.toasts.is_empty());
    assert!(
        fixture
            .draw(120, 40)
            .contains("there is no worker resize/1")
    );
}

#[test]
fn keys_drive_the_worker_that_is_shown() {
    let mut fixture = Fixture::busy();
    fixture.press("\n]");
    let id = worker("resize", 2);
    let to = Address::Worker(id.clone());
    let is_shown = |fixture: &Fixture| matches!(fixture.screen.overlays.last(), Some(Overlay::Worker { id: shown, .. }) if *shown == id);
    assert!(is_shown(&fixture));

    driven(&mut fixture, &to);
    assert!(is_shown(&fixture));
    fixture.press("m");
    assert!(fixture.screen.overlays.is_empty());
    assert_eq!(fixture.screen.composer.target(), Some(&Target::Message(to)));
}

#[test]
fn brackets_go_round_through_all_workers() {
    let mut fixture = Fixture::busy();
    fixture.press("\n[");
    assert_eq!(
        fixture.screen.selected,
        Some(Row::Worker(worker("mail", 1)))
    );
    fixture.press("]");
    assert_eq!(
        fixture.screen.selected,
        Some(Row::Worker(worker("resize", 1)))
    );
    assert_eq!(fixture.screen.overlays.len(), 1);
}

#[test]
fn brackets_go_through_pools_where_a_pool_is_shown() {
    let mut fixture = Fixture::busy();
    fixture.press("g\n]");
    let is_fetch =
        |overlay: &Overlay| matches!(overlay, Overlay::Pool { name, .. } if *name == pool("fetch"));
    assert!(fixture.screen.overlays.last().is_some_and(is_fetch));
    fixture.press("K");
    assert_eq!(
        fixture.screen.overlays.last(),
        Some(&Overlay::KillPool(pool("fetch")))
    );
    fixture.press("\u{1b}");
    assert!(fixture.screen.overlays.last().is_some_and(is_fetch));
}

#[test]
fn a_key_that_the_config_gives_to_restart_is_not_the_sheets_own() {
    let mut fixture = Fixture::busy();
    let wanted = parse("]").into_iter().collect();
    fixture.screen.keymap = Keymap::with(&[(Action::Restart, wanted)]);
    fixture.press("\n");
    let to = Address::Worker(worker("resize", 1));
    assert_eq!(
        issued(fixture.press("]")),
        [Command::Restart { to, rolling: false }]
    );
}
