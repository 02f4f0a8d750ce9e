//! What lines of the palette mean, what is offered, and how it looks.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;

use super::*;
use crate::model::{Address, Command, JobCommand, Signal};
use crate::tui::action::Context;
use crate::tui::bindings::actions;
use crate::tui::fixture::{Fixture, pool, worker};
use crate::tui::place::Place;
use crate::tui::rows::Row;
use crate::tui::screen::Overlay;
use crate::tui::tests::issued;
use crate::tui::update::Msg;

fn done(line: &str) -> Vec<Command> {
    let mut fixture = Fixture::busy();
    issued(fixture.press(&format!(":{line}\n")))
}

fn fault(line: &str) -> String {
    let fixture = Fixture::busy();
    match read(&fixture.screen, line) {
        Err(Fault::Wrong(text) | Fault::Unfinished(text)) => text,
        Ok(meaning) => panic!("{line}: {meaning:?}"),
    }
}

#[test]
fn orders_reach_the_workers_that_are_named() {
    let resize = || Address::Worker(worker("resize", 2));
    let to = resize();
    assert_eq!(
        done("restart resize/2"),
        [Command::Restart { to, rolling: false }]
    );
    let to = Address::All;
    assert_eq!(done("stop *"), [Command::Stop { to }]);
    let to = Address::PoolAll(pool("fetch"));
    assert_eq!(done("start fetch/*"), [Command::Start { to }]);
    let (to, signal) = (resize(), Signal::from_name("USR1").unwrap());
    assert_eq!(
        done("signal resize/2 sigusr1"),
        [Command::Signal { to, signal }]
    );
    let to = resize();
    assert_eq!(done("disconnect resize/2"), [Command::Disconnect { to }]);
    let (pool, instances) = (pool("resize"), 8);
    assert_eq!(done("scale resize 8"), [Command::Scale { pool, instances }]);
}

#[test]
fn without_a_name_the_selection_is_meant() {
    let to = Address::Worker(worker("resize", 1));
    assert_eq!(done("restart "), [Command::Restart { to, rolling: false }]);
    let (pool, paused) = (pool("resize"), true);
    let pause = Command::Jobs(JobCommand::Pause { pool, paused });
    assert_eq!(done("pause "), [pause]);
}

#[test]
fn a_restart_may_be_rolling() {
    let rolling = |to| [Command::Restart { to, rolling: true }];
    let resize = Address::Pool(pool("resize"));
    assert_eq!(done("restart resize rolling"), rolling(resize));
    assert_eq!(done("restart * rolling"), rolling(Address::All));
    let selected = Address::Worker(worker("resize", 1));
    assert_eq!(done("restart rolling"), rolling(selected));
    let text = fault("restart resize slowly");
    assert_eq!(text, "only rolling may stand there, not slowly");
}

#[test]
fn messages_and_jobs_are_written_in_one_line() {
    let sent = done("send resize {\"x\": [1, 2]}");
    assert!(
        matches!(sent.as_slice(), [Command::Send { to, message, .. }]
            if *to == Address::Pool(pool("resize")) && message.as_str() == "{\"x\":[1,2]}"),
        "{sent:?}"
    );
    let submitted = done("submit fetch \"a b\"");
    assert!(
        matches!(submitted.as_slice(), [Command::Jobs(JobCommand::Submit(job))]
            if job.pool == pool("fetch") && job.payload.as_str() == "\"a b\""),
        "{submitted:?}"
    );
}

#[test]
fn killing_several_asks_first() {
    let mut fixture = Fixture::busy();
    assert_eq!(fixture.press(":kill *\n"), []);
    assert!(
        fixture
            .draw(80, 24)
            .contains("End all 7 workers of the deck at once?")
    );
    let to = Address::All;
    assert_eq!(issued(fixture.press("\n")), [Command::Kill { to }]);
    let to = Address::Worker(worker("mail", 1));
    assert_eq!(done("kill mail/1"), [Command::Kill { to }]);
}

#[test]
fn what_is_wrong_is_said_with_the_nearest_word() {
    let pairs = [
        (
            "restrat",
            "There is no command restrat · did you mean restart?",
        ),
        (
            "restart resiez/2",
            "The deck has no resiez/2 · did you mean resize/2?",
        ),
        (
            "restart resize/9",
            "The deck has no resize/9 · did you mean resize/1 … resize/4 or resize/*?",
        ),
        (
            "restart mail/2",
            "The deck has no mail/2 · did you mean mail/1?",
        ),
        (
            "scale fetsh 2",
            "The deck has no pool fetsh · did you mean fetch?",
        ),
        (
            "scale fetch many",
            "many is no number of workers from 0 to 4000",
        ),
        (
            "signal fetch SIGURS1",
            "There is no signal SIGURS1 · did you mean SIGUSR1?",
        ),
        ("zoom in", "zoom takes nothing after it"),
        ("down now", "down takes no more than this: down"),
        ("goto *", "Name one worker or one pool"),
        ("say gc", "The config names no messages: [[messages]] does"),
    ];
    for (line, wanted) in pairs {
        assert_eq!(fault(line), wanted);
    }
    assert!(fault("scale fetch").starts_with("scale POOL NUMBER"));
    assert!(fault("send fetch {\"a\":}").contains("not JSON at character 6"));
}

#[test]
fn a_few_letters_find_an_action_and_enter_does_it() {
    let mut fixture = Fixture::busy();
    fixture.press(":zoo\n");
    assert!(fixture.screen.is_zoomed && fixture.screen.overlays.is_empty());
    fixture.press(":lgs\n");
    assert_eq!(fixture.screen.place, Place::Logs);
}

#[test]
fn an_order_found_by_a_few_letters_is_completed_not_done() {
    let mut fixture = Fixture::busy();
    assert_eq!(fixture.press(":kil\n"), []);
    let Some(Overlay::Palette(palette)) = fixture.screen.overlays.last() else {
        panic!("the palette is closed");
    };
    assert_eq!(palette.field.text(), "kill ");
}

#[test]
fn tab_completes_names_addresses_and_signals() {
    let mut fixture = Fixture::busy();
    let requests = fixture.press(":sig\tresi\u{2f}3\tUSR2\t\n");
    let (to, signal) = (
        Address::Worker(worker("resize", 3)),
        Signal::from_name("USR2"),
    );
    let signal = signal.unwrap();
    assert_eq!(issued(requests), [Command::Signal { to, signal }]);
}

#[test]
fn an_arrow_and_enter_do_what_is_chosen() {
    let mut fixture = Fixture::busy();
    let requests = fixture.press(":restart fetch↓↓\n");
    let to = Address::Worker(worker("fetch", 1));
    assert_eq!(issued(requests), [Command::Restart { to, rolling: false }]);
}

#[test]
fn goto_selects_a_worker_of_a_folded_pool() {
    let mut fixture = Fixture::busy();
    fixture.press("←:goto resize/4\n");
    let selected = fixture.screen.selected.clone();
    assert_eq!(selected, Some(Row::Worker(worker("resize", 4))));
}

#[test]
fn an_action_of_another_place_says_where_it_works() {
    let mut fixture = Fixture::busy();
    fixture.press(":try-again\n");
    let toasts = &fixture.screen.toasts;
    assert_eq!(toasts[0].text, "try-again works here: Jobs view");
}

#[test]
fn earlier_lines_come_back() {
    let mut fixture = Fixture::busy();
    fixture.press(":restart fetch/1\n:scale fetch 3\n:sta");
    let line = |fixture: &Fixture| match fixture.screen.overlays.last() {
        Some(Overlay::Palette(palette)) => palette.field.text().to_owned(),
        other => panic!("{other:?}"),
    };
    let mut seen = Vec::new();
    for key in ["↑", "↑", "↑", "↓", "↓"] {
        fixture.press(key);
        seen.push(line(&fixture));
    }
    let (scale, restart) = ("scale fetch 3", "restart fetch/1");
    assert_eq!(seen, [scale, restart, restart, scale, "sta"]);
}

#[test]
fn every_action_has_a_line_of_its_own_name() {
    let fixture = Fixture::busy();
    for binding in actions() {
        let id = binding.action.id();
        assert!(read(&fixture.screen, &id).is_ok(), "{id}");
        let found = offers(&fixture.screen, &id);
        let is_first = |offer: &Offer| offer.line.trim_end() == id;
        let is_hidden = ["palette", "off-load"].contains(&id.as_str());
        assert!(is_hidden || found.first().is_some_and(is_first), "{id}");
    }
    assert_eq!(fixture.screen.context(), Context::Workers);
}

#[test]
fn pasted_text_goes_into_the_line() {
    let mut fixture = Fixture::busy();
    fixture.send(Msg::Key(KeyEvent::new(
        KeyCode::Char('p'),
        KeyModifiers::CONTROL,
    )));
    fixture.send(Msg::Paste("send resize {\n\"x\": 1}".into()));
    let sent = issued(fixture.press("\n"));
    assert!(
        matches!(sent.as_slice(), [Command::Send { message, .. }] if message.as_str() == "{\"x\":1}")
    );
}

#[test]
fn the_palette_at_120_by_40() {
    let mut fixture = Fixture::busy();
    fixture.press(":re");
    assert_snapshot!(fixture.draw(120, 40));
}

#[test]
fn the_palette_with_a_mistake_at_80_by_24() {
    let mut fixture = Fixture::busy();
    fixture.press(":restart resiez/2");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn the_palette_with_addresses_at_40_by_12() {
    let mut fixture = Fixture::busy();
    fixture.press(":restart ↓↓");
    assert_snapshot!(fixture.draw(40, 12));
}
