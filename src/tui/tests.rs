//! What keys do, by value; and that nothing can break the screen.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::{
    Address, Command, Direction, Event, Outcome, PoolChanged, Refusal, RefusalKind, State, Stream,
};
use crate::tui::fixture::{Fixture, at, pool, worker};
use crate::tui::jobs::Asked;
use crate::tui::rows::Row;
use crate::tui::screen::{Overlay, Pane};
use crate::tui::target::Target;
use crate::tui::update::{Msg, Request};

pub(crate) fn issued(requests: Vec<Request>) -> Vec<Command> {
    let commands = requests.into_iter().filter_map(|request| match request {
        Request::Issue(command) => Some(command),
        Request::Send {
            target, message, ..
        } => Some(target.command(message)),
        _ => None,
    });
    commands.collect()
}

/// Presses the keys that drive a live worker, which must be this one.
pub(crate) fn driven(fixture: &mut Fixture, to: &Address) {
    let to = || to.clone();
    let restart = Command::Restart {
        to: to(),
        rolling: false,
    };
    assert_eq!(issued(fixture.press("r")), [restart]);
    assert_eq!(issued(fixture.press("s")), [Command::Stop { to: to() }]);
    assert_eq!(issued(fixture.press("K")), [Command::Kill { to: to() }]);
}

#[test]
fn a_typed_message_goes_to_the_selected_worker() {
    let mut fixture = Fixture::busy();

    let requests = fixture.press("m{\"hello\":\"world\"}\n");

    let [
        Request::Send {
            target: Target::Message(to),
            message,
            ..
        },
        Request::Remember(text),
    ] = requests.as_slice()
    else {
        panic!("{requests:?}");
    };
    assert_eq!(*to, Address::Worker(worker("resize", 1)));
    assert_eq!(message.as_str(), text);
    assert!(fixture.screen.composer.is_open());
}

#[test]
fn a_broadcast_goes_to_the_pool_and_a_capital_one_to_all() {
    let mut fixture = Fixture::busy();
    fixture.press("b");
    assert_eq!(
        fixture.screen.composer.target(),
        Some(&Target::Message(Address::PoolAll(pool("resize"))))
    );
    fixture.press("\u{1b}B");
    assert_eq!(
        fixture.screen.composer.target(),
        Some(&Target::Message(Address::All))
    );
}

#[test]
fn keys_drive_the_selected_worker() {
    let mut fixture = Fixture::busy();
    let to = Address::Worker(worker("resize", 1));
    driven(&mut fixture, &to);
    fixture.state(&worker("resize", 1), State::Stopped);
    assert_eq!(issued(fixture.press("s")), [Command::Start { to }]);
}

#[test]
fn killing_a_pool_asks_first() {
    let mut fixture = Fixture::busy();
    fixture.press("g");
    assert_eq!(fixture.press("K"), []);
    let to = Address::PoolAll(pool("resize"));
    assert_eq!(issued(fixture.press("\n")), [Command::Kill { to }]);
    assert!(fixture.screen.overlays.is_empty());
}

#[test]
fn scaling_counts_up_before_the_deck_answers() {
    let mut fixture = Fixture::busy();
    let scale = |instances| Command::Scale {
        pool: pool("resize"),
        instances,
    };
    assert_eq!(issued(fixture.press("++-")), [scale(5), scale(6), scale(5)]);
}

#[test]
fn scaling_goes_on_from_what_is_wanted_while_workers_leave() {
    let mut fixture = Fixture::busy();
    let scale = |instances| Command::Scale {
        pool: pool("resize"),
        instances,
    };
    let size = |instances| {
        let pool = pool("resize");
        Event::Pool(PoolChanged::sized(pool, instances))
    };
    assert_eq!(issued(fixture.press("--")), [scale(3), scale(2)]);
    fixture.event(size(3));

    assert_eq!(issued(fixture.press("-")), [scale(1)]);

    for instances in [3, 2, 1] {
        fixture.send(Msg::Answered(
            Asked::Other,
            Ok(Outcome::Scaled { instances }),
        ));
    }
    fixture.event(size(1));
    assert_eq!(issued(fixture.press("+")), [scale(2)]);
}

#[test]
fn the_workers_have_a_filter_of_their_own() {
    let mut fixture = Fixture::busy();
    assert!(issued(fixture.press("/restart")).is_empty());
    assert_eq!(fixture.screen.focus, Pane::Workers);
    assert_eq!(fixture.screen.table.filter.text(), "restart");
}

#[test]
fn quitting_asks_only_while_something_is_in_flight() {
    let mut idle = Fixture::new(&[("a", 1)]);
    assert_eq!(issued(idle.press("q")), [Command::Down]);
    let mut busy = Fixture::busy();
    assert_eq!(busy.press("q"), []);
    assert_eq!(busy.press("\u{1b}"), []);
    assert!(busy.screen.overlays.is_empty());
    assert_eq!(issued(busy.press("q\n")), [Command::Down]);
}

#[test]
fn a_second_interrupt_ends_everything() {
    let mut fixture = Fixture::busy();
    fixture.press("m");
    assert_eq!(fixture.control('c'), []);
    assert_eq!(fixture.control('c'), [Request::EndNow]);
}

#[test]
fn while_stopping_a_worker_can_be_ended() {
    let mut fixture = Fixture::busy();
    fixture.press("q\n");
    let to = Address::Worker(worker("resize", 2));
    assert_eq!(issued(fixture.press("↓K")), [Command::Kill { to }]);
}

#[test]
fn a_deck_that_somebody_else_takes_down_shows_who_is_alive() {
    let mut fixture = Fixture::busy();
    fixture.press("m");
    fixture.event(Event::Down);
    assert!(!fixture.screen.composer.is_open());
    assert!(fixture.draw(80, 24).contains("Stopping for"));
    let to = Address::Worker(worker("resize", 1));
    assert_eq!(issued(fixture.press("K")), [Command::Kill { to }]);
}

#[test]
fn pasted_text_never_acts() {
    let mut fixture = Fixture::busy();
    assert_eq!(fixture.send(Msg::Paste("qKr\x03".into())), []);
    assert!(fixture.screen.overlays.is_empty() && !fixture.screen.composer.is_open());
    fixture.press("m");
    fixture.send(Msg::Paste("{\"a\":\n1}".into()));
    assert_eq!(fixture.screen.composer.text(), "{\"a\":\n1}");
}

#[test]
fn a_refusal_is_said_with_its_hint() {
    let mut fixture = Fixture::busy();
    let refusal =
        Refusal::new(RefusalKind::NotRunning, "mail/1 does not run").hint("press s to start it");
    fixture.send(Msg::Answered(Asked::Other, Err(refusal)));
    assert_eq!(
        fixture.screen.toasts[0].text,
        "mail/1 does not run · press s to start it"
    );
    fixture.send(Msg::Tick(at(1_000)));
    assert!(fixture.screen.toasts.is_empty());
}

#[test]
fn a_pool_folds_and_takes_the_selection() {
    let mut fixture = Fixture::busy();
    fixture.press("←");
    assert_eq!(fixture.screen.selected, Some(Row::Pool(pool("resize"))));
    fixture.press("↓");
    assert_eq!(fixture.screen.selected, Some(Row::Pool(pool("fetch"))));
}

#[test]
fn a_list_stays_where_it_is_held_while_lines_come() {
    let mut fixture = Fixture::busy();
    let id = worker("resize", 1);
    for number in 0..100 {
        fixture.log(&id, Stream::Stdout, format!("line {number}").as_bytes());
    }
    fixture.press("\t\t");
    fixture.draw(80, 24);
    fixture.press("↑↑");
    let before = fixture.draw(80, 24);
    assert!(before.contains("held"));
    fixture.log(&id, Stream::Stdout, b"newer");
    assert!(!fixture.draw(80, 24).contains("newer"));
    fixture.press("f");
    assert!(fixture.draw(80, 24).contains("newer"));
    fixture.press("g");
    assert!(fixture.draw(80, 24).contains("reading cat.jpg"));
    fixture.press("G");
    assert!(fixture.draw(80, 24).contains("newer"));
}

#[test]
fn lines_of_several_workers_stand_in_the_order_in_which_they_came() {
    let mut fixture = Fixture::new(&[("a", 3)]);
    for number in [2, 1, 3, 1, 2] {
        fixture.log(
            &worker("a", number),
            Stream::Stdout,
            format!("from {number}").as_bytes(),
        );
    }
    fixture.press("\t\t");
    let text = fixture.draw(120, 24);
    let seen: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split("from ").nth(1))
        .collect();
    let numbers: String = seen.iter().filter_map(|rest| rest.chars().next()).collect();
    assert_eq!(numbers, "21312");
}

#[test]
fn the_mouse_selects_and_scrolls() {
    let mut fixture = Fixture::busy();
    fixture.draw(80, 24);
    let mouse = |kind, row| MouseEvent {
        kind,
        column: 10,
        row,
        modifiers: KeyModifiers::NONE,
    };
    fixture.send(Msg::Mouse(mouse(
        MouseEventKind::Down(MouseButton::Left),
        5,
    )));
    assert_eq!(
        fixture.screen.selected,
        Some(Row::Worker(worker("resize", 2)))
    );
    fixture.send(Msg::Mouse(mouse(MouseEventKind::ScrollDown, 5)));
    assert_eq!(
        fixture.screen.selected,
        Some(Row::Worker(worker("resize", 3)))
    );
    fixture.send(Msg::Mouse(mouse(
        MouseEventKind::Down(MouseButton::Left),
        18,
    )));
    assert_eq!(fixture.screen.focus, Pane::Messages);
}

#[test]
fn a_message_opens_indented() {
    let mut fixture = Fixture::busy();
    fixture.message(
        &worker("resize", 1),
        Direction::In,
        "{\"deep\":{\"er\":1}}",
        None,
    );
    fixture.press("\t\n");
    assert!(matches!(
        fixture.screen.overlays.last(),
        Some(Overlay::Text { .. })
    ));
    assert!(fixture.draw(80, 24).contains("    \"er\": 1"));
    let text = "{\n  \"deep\": {\n    \"er\": 1\n  }\n}".to_owned();
    let what = "message from resize/1".to_owned();
    assert_eq!(fixture.press("y"), [Request::Copy { text, what }]);
}

#[test]
fn rows_are_sorted_and_the_selection_stays_on_its_worker() {
    let mut fixture = Fixture::new(&[("a", 3), ("b", 1)]);
    for (number, cpu) in [(1, 10.0), (2, 90.0), (3, 40.0)] {
        let id = worker("a", number);
        fixture.state(&id, State::Ready);
        fixture.load(&id, &[cpu]);
    }
    fixture.state(&worker("b", 1), State::Ready);
    fixture.load(&worker("b", 1), &[300.0]);
    fixture.press("↓");
    let selected = Some(Row::Worker(worker("a", 1)));
    assert_eq!(fixture.screen.selected, selected);

    fixture.press("c");

    assert_eq!(fixture.screen.selected, selected);
    let text = fixture.draw(100, 24);
    assert!(text.contains("Workers by cpu") && text.contains("cpu(c)▼"));
    let place = |name: &str| text.find(name).unwrap();
    assert!(place("b/1") < place("a/2") && place("a/2") < place("a/3"));
    assert!(place("a/3") < place("╰ a/1"));
    fixture.press("↑");
    assert_eq!(fixture.screen.selected, Some(Row::Worker(worker("a", 3))));
    fixture.press("c");
    assert_eq!(fixture.screen.selected_index(), 3);
}

#[test]
fn tab_in_the_composer_goes_through_the_targets() {
    let mut fixture = Fixture::new(&[("a", 2), ("b", 1)]);
    fixture.press("m");
    let mut seen = Vec::new();
    for _ in 0..6 {
        fixture.press("\t");
        seen.extend(fixture.screen.composer.target().map(ToString::to_string));
    }
    assert_eq!(seen, ["a/*", "a/1", "a/2", "b/1", "*", "a"]);
}

#[test]
fn a_filter_narrows_a_pane_until_escape() {
    let mut fixture = Fixture::busy();
    fixture.press("\t\t/CAT");
    fixture.send(Msg::Paste("x".into()));
    assert!(fixture.draw(120, 40).contains("Nothing contains that"));
    fixture.press("\u{1b}/reading d");
    let text = fixture.draw(120, 40);
    assert!(text.contains("reading dog") && !text.contains("reading cat"));
    assert!(text.contains("filter: reading d▌") && text.contains("cat.jpg"));
    assert_eq!(fixture.press("\nq"), []);
    fixture.press("\u{1b}");
    assert!(fixture.draw(120, 40).contains(" filter: reading d "));
    fixture.press("\u{1b}");
    assert!(fixture.draw(120, 40).contains("reading cat"));
}
