//! What is drawn, at the sizes that are promised.

use std::time::Duration;

use insta::assert_snapshot;
use ratatui::buffer::Cell;

use crate::model::{
    Address, Command, DeckSampled, Event, Incarnation, RollingChanged, State, StateChanged, Stream,
};
use crate::tui::fixture::{Fixture, worker};
use crate::tui::jobs::fixture::one_of_each;
use crate::tui::tests::issued;
use crate::tui::theme::Theme;
use crate::tui::update::Msg;

#[test]
fn a_working_deck_at_120_by_40() {
    assert_snapshot!(Fixture::busy().draw(120, 40));
}

#[test]
fn a_working_deck_at_80_by_24() {
    assert_snapshot!(Fixture::busy().draw(80, 24));
}

#[test]
fn a_working_deck_at_40_by_12() {
    assert_snapshot!(Fixture::busy().draw(40, 12));
}

#[test]
fn messages_of_the_whole_deck_at_40_by_12() {
    let mut fixture = Fixture::busy();
    fixture.press("a\t");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn the_composer_at_40_by_12() {
    let mut fixture = Fixture::busy();
    fixture.press("m{\"a\":1");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn the_composer_at_80_by_24() {
    let mut fixture = Fixture::busy();
    fixture.press("mhello\n");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_deck_without_workers() {
    assert_snapshot!(Fixture::new(&[]).draw(80, 24));
}

#[test]
fn one_worker_that_just_started() {
    let mut fixture = Fixture::new(&[("process", 1)]);
    fixture.state(&worker("process", 1), State::Ready);
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_hundred_workers_scrolled_to_the_end() {
    let mut fixture = Fixture::new(&[("many", 100)]);
    for number in 1..=100 {
        fixture.state(&worker("many", number), State::Ready);
    }
    fixture.press("G");
    assert_snapshot!(fixture.draw(100, 24));
}

#[test]
fn a_name_too_long_hides_neither_numbers_nor_counts() {
    let long = "a-very-long-name-of-a-pool-that-does-not-fit-anywhere";
    let mut fixture = Fixture::new(&[(long, 3)]);
    fixture.screen.board.deck.name = format!("a deck with {long}");
    fixture.state(&worker(long, 1), State::Ready);
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn long_and_wide_names_keep_their_columns() {
    let long = "a-very-long-name-of-a-pool-that-does-not-fit-anywhere";
    let mut fixture = Fixture::new(&[(long, 1), ("画像処理", 2)]);
    fixture.state(&worker(long, 1), State::Ready);
    fixture.state(&worker("画像処理", 1), State::Ready);
    fixture.log(
        &worker("画像処理", 1),
        Stream::Stdout,
        "日本語 👩‍🚀 ok".as_bytes(),
    );
    fixture.press("↓");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn control_characters_are_shown_as_symbols() {
    let mut fixture = Fixture::new(&[("evil", 1)]);
    let id = worker("evil", 1);
    fixture.state(&id, State::Ready);
    fixture.log(
        &id,
        Stream::Stdout,
        b"\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m",
    );
    fixture.log(&id, Stream::Stdout, b"\x1b]52;c;aGk=\x07 10%\r20%\x08");
    fixture.log(
        &id,
        Stream::Stderr,
        "rtl \u{202e}txt.exe \u{9b}5n".as_bytes(),
    );
    fixture.log(&id, Stream::Stdout, b"bad \xff\xfe utf-8\ttab");
    fixture.message(&id, crate::model::Direction::In, "\"a\u{7f}\u{9b}b\"", None);
    assert_snapshot!(fixture.draw(110, 20));
}

#[test]
fn the_keys_at_80_by_24() {
    let mut fixture = Fixture::busy();
    fixture.press("?");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn the_help_says_what_the_arrows_of_messages_mean() {
    let mut fixture = Fixture::busy();
    fixture.press("?↔");
    let text = fixture.draw(80, 24);
    assert!(text.contains("↔ message with its reply"), "{text}");
}

#[test]
fn the_help_is_searched_at_80_by_24() {
    let mut fixture = Fixture::busy();
    fixture.press("\t?pane");
    assert_snapshot!(fixture.draw(80, 24));
    fixture.press("\u{1b}");
    assert!(
        fixture
            .draw(80, 24)
            .contains("Messages and logs of the deck")
    );
    fixture.press("K");
    assert!(fixture.draw(40, 12).contains("End the worker and"));
    fixture.press("zzz");
    assert!(fixture.draw(120, 40).contains("No key does Kzzz"));
    fixture.press("\u{1b}\u{1b}");
    assert!(fixture.screen.overlays.is_empty());
}

#[test]
fn a_rolling_restart_is_of_the_whole_pool_and_tells_how_it_goes() {
    let mut fixture = Fixture::busy();
    let (pool, resize) = (worker("resize", 1).pool, worker("resize", 2));
    let to = Address::PoolAll(pool.clone());
    assert_eq!(
        issued(fixture.press("R")),
        [Command::Restart { to, rolling: true }]
    );

    let rolling = |worker, restarted, error: Option<&str>| {
        Event::Rolling(RollingChanged {
            pool: pool.clone(),
            worker,
            restarted,
            of: 4,
            error: error.map(Into::into),
        })
    };
    fixture.event(rolling(Some(resize.clone()), 1, None));
    assert!(fixture.draw(100, 30).contains("↻ 2 of 4"));
    assert!(fixture.screen.toasts.is_empty());
    fixture.event(rolling(None, 1, Some("resize/2: exit 1 after 40 ms")));
    assert!(!fixture.draw(100, 30).contains("↻ 2 of 4"));
    assert_eq!(
        fixture.screen.toasts[0].text,
        "Restarting resize stopped after 1 of 4: resize/2: exit 1 after 40 ms"
    );
}

#[test]
fn a_worker_that_is_waited_for_says_how_long_it_has_been_starting() {
    let mut fixture = Fixture::busy();
    let id = worker("resize", 2);
    let since = fixture.screen.now.mono;
    fixture.event(Event::State(StateChanged {
        worker: id,
        state: State::Starting,
        pid: Some(4_711),
        incarnation: Incarnation(2),
        restarts: 1,
        runtime: None,
        reason: Some("waits for its first message".to_owned()),
        until: Some(since + Duration::from_secs(30)),
        budget: (1, 5),
    }));
    let mut now = fixture.screen.now;
    now.mono = since + Duration::from_secs(12);
    fixture.send(Msg::Tick(now));

    let text = fixture.draw(120, 40);
    let row = text.lines().find(|line| line.contains("resize/2")).unwrap();
    assert!(
        row.contains("◌ starting 12s") && row.contains("4711"),
        "{row}"
    );
}

#[test]
fn toasts_hide_nothing() {
    let mut fixture = Fixture::busy();
    for text in [
        "Saved 12 bytes: a.jsonl",
        "resize/3 does not run · press s to start it",
    ] {
        let is_bad = text.contains("not");
        fixture.screen.say(text, is_bad);
    }
    assert_snapshot!(fixture.draw(80, 24));
    fixture.press("m{");
    let text = fixture.draw(40, 12);
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[8].starts_with('╰')
            && lines[9].contains("Saved")
            && lines[10].contains("resize/3 does not run"),
        "{text}"
    );
}

#[test]
fn a_worker_whole() {
    let mut fixture = Fixture::busy();
    fixture.press("G\n");
    assert_snapshot!(fixture.draw(100, 30));
}

#[test]
fn who_is_alive_while_the_deck_stops() {
    let mut fixture = Fixture::busy();
    fixture.press("q\n");
    fixture.state(&worker("resize", 2), State::Stopping);
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_store_that_cannot_be_written_is_told_in_the_header() {
    let mut fixture = Fixture::busy();
    fixture.event(Event::Deck(DeckSampled {
        store_error: Some("no room".into()),
        ..DeckSampled::default()
    }));

    assert!(
        fixture
            .draw(120, 40)
            .contains("✖ the store cannot be written")
    );
    assert!(fixture.draw(80, 24).contains("✖ store"));
}

#[test]
fn a_question_before_quitting() {
    let mut fixture = Fixture::busy();
    fixture.press("q");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_death_stays_on_the_screen_when_the_worker_is_back() {
    let mut fixture = Fixture::busy();
    let id = worker("mail", 1);
    fixture.log(&id, Stream::Stderr, b"TypeError: x is not a function");
    fixture.log(&id, Stream::Stderr, b"    at mail.js:1");
    fixture.state(&id, State::Ready);
    let text = fixture.draw(120, 40);
    assert!(
        text.contains("✖ mail/1 killed by SIGKILL, not by us"),
        "{text}"
    );
}

#[test]
fn a_screen_too_small_says_so() {
    assert!(Fixture::busy().draw(19, 4).contains("needs 20 x 6 cells."));
    for (width, height) in [(0, 0), (1, 1), (20, 5), (500, 200)] {
        Fixture::busy().draw(width, height);
    }
}

#[test]
fn without_colour_no_cell_has_one() {
    for mut fixture in [Fixture::busy(), Fixture::jobs_view(one_of_each())] {
        fixture.screen.theme = Theme::new(false);
        fixture.log(&worker("resize", 1), Stream::Stdout, b"\x1b[31mred");
        let area = ratatui::layout::Rect::new(0, 0, 120, 40);
        let mut buffer = ratatui::buffer::Buffer::empty(area);

        super::render(&mut fixture.screen, area, &mut buffer);

        let plain = ratatui::style::Color::Reset;
        let is_plain = |cell: &Cell| cell.fg == plain && cell.bg == plain;
        assert!(buffer.content().iter().all(is_plain));
    }
}
