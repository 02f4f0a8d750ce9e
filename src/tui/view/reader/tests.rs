//! What is drawn of the logs view, at the sizes that are promised.

use insta::assert_snapshot;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use crate::model::{Dropped, DroppedWhat, Event, State, Stream};
use crate::tui::fixture::{Fixture, worker};
use crate::tui::theme::Theme;
use crate::tui::view::render;

/// Two pools that log in every way that there is.
fn busy() -> Fixture {
    let mut fixture = Fixture::new(&[("resize", 2), ("mail", 1)]);
    let [one, two, mail] = [worker("resize", 1), worker("resize", 2), worker("mail", 1)];
    for id in [&one, &two, &mail] {
        fixture.state(id, State::Ready);
    }
    for (id, stream, text) in [
        (&one, Stream::Stdout, "reading cat.jpg"),
        (&two, Stream::Stdout, "[warn] large image, 41 Mpx"),
        (&one, Stream::Stdout, "\u{1b}[32mwrote\u{1b}[0m 18233 bytes"),
        (
            &mail,
            Stream::Stdout,
            "{\"level\":30,\"time\":1769860831000,\"pid\":7,\"msg\":\"to\",\"to\":[\"ann\"]}",
        ),
        (&two, Stream::Stderr, "TypeError: x is not a function"),
        (&two, Stream::Stderr, "    at resize (resize.js:17:3)"),
    ] {
        fixture.log(id, stream, text.as_bytes());
    }
    fixture.exit(&two);
    fixture.state(&two, State::Backoff);
    fixture.log(
        &mail,
        Stream::Stdout,
        b"2026-01-31T12:00:31Z DEBUG smtp: quit",
    );
    fixture.event(Event::Dropped(Dropped {
        worker: one.clone(),
        what: DroppedWhat::Log,
        count: 12_034,
    }));
    fixture.log(&one, Stream::Stdout, "日本語テキスト 👩‍🚀 done".as_bytes());
    fixture.log(
        &one,
        Stream::Stdout,
        "rtl שלום \u{202e}gpj.exe \u{1b}[2J".as_bytes(),
    );
    fixture.press("3a-");
    fixture.log(
        &one,
        Stream::Stdout,
        "reading dog.jpg".repeat(12).as_bytes(),
    );
    fixture.log(&one, Stream::Stdout, b"last");
    fixture
}

#[test]
fn the_logs_of_a_deck_at_120_by_40() {
    assert_snapshot!(busy().draw(120, 40));
}

#[test]
fn the_logs_of_a_deck_at_80_by_24() {
    assert_snapshot!(busy().draw(80, 24));
}

#[test]
fn the_logs_of_a_deck_at_40_by_12() {
    assert_snapshot!(busy().draw(40, 12));
}

#[test]
fn the_logs_of_a_pool_at_40_by_12() {
    let mut fixture = busy();
    fixture.press("]");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn wrapped_lines_stay_together_at_80_by_24() {
    let mut fixture = busy();
    fixture.press("W");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_search_in_filtered_lines_at_80_by_24() {
    let mut fixture = busy();
    fixture.press("!json\n&e\n/re");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_json_line_whole_at_80_by_24() {
    let mut fixture = busy();
    fixture.press("/\"level\n\n");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn an_empty_view_says_what_it_waits_for() {
    let text = |mut fixture: Fixture, keys: &str| {
        fixture.press(keys);
        fixture.draw(80, 10)
    };
    let one = || Fixture::new(&[("resize", 1)]);
    // Boxed: a fixture is large.
    let cases: [(Box<Fixture>, &str, &str); 5] = [
        (Box::new(Fixture::new(&[])), "3", "This deck has no workers"),
        (Box::new(one()), "3a", "No worker has printed anything yet"),
        (
            Box::new(one()),
            "3",
            "resize/1 printed nothing and does not run · s starts it",
        ),
        (
            Box::new(busy()),
            "3/x\u{1b}&nope\n",
            "None of 11 lines is let through · Esc",
        ),
        (
            Box::new(Fixture::new(&[("resize", 2)])),
            "3",
            "No worker of resize has printed anything yet",
        ),
    ];
    for (fixture, keys, said) in cases {
        let text = text(*fixture, keys);
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_long_name_keeps_its_number() {
    let long = "a-very-long-name-of-a-pool-that-does-not-fit-anywhere";
    let mut fixture = Fixture::new(&[(long, 12), ("b", 1)]);
    fixture.log(&worker(long, 12), Stream::Stdout, b"a line");
    fixture.press("3a");
    for size in [120, 80, 40] {
        let text = fixture.draw(size, 12);
        assert!(text.contains("…/12") && text.contains("a line"), "{text}");
    }
}

#[test]
fn what_was_found_is_lit() {
    let mut fixture = busy();
    fixture.press("/mpx\n");
    let area = Rect::new(0, 0, 100, 30);
    let mut buffer = Buffer::empty(area);
    render(&mut fixture.screen, area, &mut buffer);

    let lit: String = buffer
        .content()
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
        .map(Cell::symbol)
        .collect();
    assert_eq!(lit, "Mpx");
}

#[test]
fn no_size_and_no_mode_breaks_the_view() {
    let mut fixture = busy();
    for keys in [
        "", "W", "T", "T", "T", "g", "jjj", "W", "→", "k", "\u{1b}", "&a",
    ] {
        fixture.press(keys);
        for (width, height) in [(20, 5), (21, 6), (33, 7), (60, 16), (200, 60), (40, 12)] {
            fixture.draw(width, height);
        }
    }
}

#[test]
fn without_colour_no_cell_has_one() {
    let mut fixture = busy();
    fixture.screen.theme = Theme::new(false);
    let area = Rect::new(0, 0, 100, 30);
    let mut buffer = Buffer::empty(area);
    render(&mut fixture.screen, area, &mut buffer);

    let is_plain = |cell: &Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
    assert!(buffer.content().iter().all(is_plain));
}
