//! What is drawn, at the sizes that are promised.

use insta::assert_snapshot;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::model::{Direction, State};
use crate::tui::fixture::{Fixture, at, worker};
use crate::tui::theme::Theme;
use crate::tui::update::Msg;
use crate::tui::view::render;

/// The inspector on a worker with requests, replies, and something that was no message.
fn inspector() -> Fixture {
    let mut fixture = Fixture::busy();
    let id = worker("resize", 1);
    let job = r#"{"path":"eel.jpg","sizes":[320,640,{"w":1280,"fit":true}],"note":"a \"b\"\n日本","tags":[]}"#;
    fixture.message(&id, Direction::Out, job, None);
    let reply = r#"{"ok":true,"bytes":7122,"at":null}"#;
    fixture.message(&id, Direction::In, reply, Some(1_204));
    fixture.press("2");
    fixture
}

#[test]
fn messages_at_120_by_40() {
    assert_snapshot!(inspector().draw(120, 40));
}

#[test]
fn messages_at_80_by_24() {
    assert_snapshot!(inspector().draw(80, 24));
}

#[test]
fn messages_at_40_by_12() {
    assert_snapshot!(inspector().draw(40, 12));
}

#[test]
fn a_request_unfolded_at_120_by_40() {
    let mut fixture = inspector();
    fixture.press("p\t");
    assert_snapshot!(fixture.draw(120, 40));
}

#[test]
fn a_request_alone_at_40_by_12() {
    let mut fixture = inspector();
    fixture.press("p\n");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn a_frame_that_was_no_message_at_80_by_24() {
    let mut fixture = inspector();
    fixture.draw(80, 24);
    fixture.press("↑↑");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn bytes_at_80_by_24() {
    let mut fixture = inspector();
    fixture.press("px");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn text_at_40_by_12() {
    let mut fixture = inspector();
    fixture.press("p\nt");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn a_filter_while_it_is_typed_at_120_by_40() {
    let mut fixture = inspector();
    fixture.press("//ok");
    assert_snapshot!(fixture.draw(120, 40));
}

#[test]
fn what_is_no_filter_at_80_by_24() {
    let mut fixture = inspector();
    fixture.press("//ok = ");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn of_a_long_filter_its_end_is_seen_at_40_by_12() {
    let mut fixture = inspector();
    fixture.press("//path = a-name-that-is-long && latency > 2");
    assert_snapshot!(fixture.draw(40, 12));
}

#[test]
fn the_slowest_replies_of_the_whole_deck_at_80_by_24() {
    let mut fixture = inspector();
    fixture.message(&worker("fetch", 2), Direction::Out, "1", None);
    fixture.message(&worker("fetch", 2), Direction::In, "2", Some(900));
    fixture.press("aSS");
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn a_paused_view_at_80_by_24() {
    let mut fixture = inspector();
    fixture.press(" ");
    for _ in 0..1_204 {
        fixture.message(&worker("resize", 1), Direction::In, "1", None);
    }
    assert_snapshot!(fixture.draw(80, 24));
}

#[test]
fn wide_characters_and_controls_keep_their_columns() {
    let mut fixture = Fixture::new(&[("画像処理", 2)]);
    let id = worker("画像処理", 2);
    fixture.state(&id, State::Ready);
    let json = "{\"日本語のキー\":\"👩‍🚀 \u{202e}\u{9b}\u{7f}\",\"e\u{301}\":[\"é\"]}";
    fixture.message(&id, Direction::In, json, None);
    fixture.press("a2");
    assert_snapshot!(fixture.draw(120, 24));
}

#[test]
fn an_empty_list_says_what_it_waits_for() {
    let mut none = Fixture::new(&[]);
    none.press("2");
    assert!(none.draw(80, 24).contains("No messages yet · m writes one"));
    let mut stopped = Fixture::new(&[("a", 1)]);
    stopped.press("2");
    assert!(
        stopped
            .draw(80, 24)
            .contains("a/1 does not run · s starts it")
    );
    let mut slow = inspector();
    slow.press("/zzz\n");
    let text = slow.draw(80, 24);
    assert!(
        text.contains("Nothing passes the filter · Esc shows all"),
        "{text}"
    );
    slow.press("\u{1b}");
    let mut later = at(1_000);
    later.wall.0 += 200_000;
    slow.send(Msg::Tick(later));
    slow.press("S");
    let text = slow.draw(80, 24);
    assert!(text.contains("No reply in the last minute"), "{text}");
}

#[test]
fn a_hundred_workers_and_long_names_are_drawn_at_every_size() {
    let long = "a-very-long-name-of-a-pool-that-does-not-fit-anywhere";
    let mut fixture = Fixture::new(&[(long, 100)]);
    for number in 1..=100 {
        fixture.message(&worker(long, number), Direction::In, "[1]", None);
    }
    fixture.press("a2");
    for (width, height) in [(120, 40), (80, 24), (40, 12), (200, 60)] {
        let text = fixture.draw(width, height);
        assert!(text.contains("[1]"), "{text}");
    }
    fixture.draw(20, 5);
}

fn buffer(fixture: &mut Fixture) -> Buffer {
    let area = Rect::new(0, 0, 120, 40);
    let mut buffer = Buffer::empty(area);
    render(&mut fixture.screen, area, &mut buffer);
    buffer
}

#[test]
fn what_was_no_message_is_red() {
    let mut fixture = inspector();
    let red = fixture.screen.theme.bad().fg;
    let buffer = buffer(&mut fixture);
    let marks = buffer.content().iter().filter(|cell| cell.symbol() == "✖");
    let colors: Vec<Color> = marks.map(|cell| cell.fg).collect();
    assert_eq!(Some(colors), red.map(|red| vec![red]));
}

#[test]
fn without_colour_no_cell_has_one() {
    for keys in ["", "p\tt", "x", "S", " ", "//ok ="] {
        let mut fixture = inspector();
        fixture.screen.theme = Theme::new(false);
        fixture.press(keys);
        let is_plain = |cell: &Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(
            buffer(&mut fixture).content().iter().all(is_plain),
            "{keys}"
        );
    }
}
