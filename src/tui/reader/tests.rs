//! What keys do in the logs view, by value: searching, filtering, copying.

use crate::model::{Dropped, DroppedWhat, Event, State, Stream, WorkerId};
use crate::tui::action::Action;
use crate::tui::fixture::{Fixture, worker};
use crate::tui::keymap::{Keymap, parse};
use crate::tui::reader::{Stamps, due_at};
use crate::tui::screen::Overlay;
use crate::tui::update::{Msg, Request};

/// The logs view of one worker that wrote these lines.
pub(super) fn view(lines: &[&str]) -> Fixture {
    let mut fixture = Fixture::new(&[("resize", 1)]);
    let id = worker("resize", 1);
    fixture.state(&id, State::Ready);
    for text in lines {
        fixture.log(&id, Stream::Stdout, text.as_bytes());
    }
    fixture.press("3");
    fixture.draw(100, 12);
    fixture
}

/// The logs view of one worker that wrote `line 1` and so on.
pub(super) fn counting(lines: usize) -> Fixture {
    let lines: Vec<String> = (1..=lines).map(|line| format!("line {line}.")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    view(&lines)
}

pub(super) fn drawn(fixture: &mut Fixture) -> String {
    fixture.draw(100, 12)
}

/// The text of the chosen row.
pub(super) fn chosen(fixture: &mut Fixture) -> String {
    let text = drawn(fixture);
    let row = text.lines().find(|line| line.contains('▌'));
    row.unwrap_or_default()
        .trim_matches(['│', '▌', ' '])
        .to_owned()
}

pub(super) fn more(fixture: &mut Fixture, from: usize, to: usize) {
    for line in from..=to {
        let text = format!("line {line}.");
        fixture.log(&worker("resize", 1), Stream::Stdout, text.as_bytes());
    }
}

#[test]
fn a_search_lights_and_counts_and_goes_around() {
    let mut fixture = counting(40);
    fixture.press("/e 1\n");
    assert!(chosen(&mut fixture).contains("line 19."));
    assert!(
        drawn(&mut fixture).contains("/ e 1 11 of 11"),
        "{}",
        drawn(&mut fixture)
    );
    fixture.press("N");
    assert!(chosen(&mut fixture).contains("line 18."));
    assert!(drawn(&mut fixture).contains("10 of 11"));
    fixture.press("nn");
    assert!(chosen(&mut fixture).contains("line 1."));
    assert!(drawn(&mut fixture).contains("from the oldest again"));
    fixture.press("N");
    assert!(chosen(&mut fixture).contains("line 19."));
}

#[test]
fn a_search_in_vain_says_so() {
    let mut fixture = counting(3);
    fixture.press("/nope\n");
    assert!(drawn(&mut fixture).contains("No line contains nope"));
    let mut fixture = counting(3);
    fixture.press("n");
    assert!(drawn(&mut fixture).contains("Nothing is searched for · / searches"));
}

#[test]
fn a_search_taken_back_leaves_the_one_before() {
    let mut fixture = counting(40);
    fixture.press("/e 1\n/e 2");
    assert_eq!(fixture.screen.reader.search.text(), "e 2");
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.reader.search.text(), "e 1");
    fixture.press("/\n");
    assert_eq!(fixture.screen.reader.search.text(), "e 1");
    assert!(
        chosen(&mut fixture).contains("line 18."),
        "{}",
        drawn(&mut fixture)
    );
}

#[test]
fn filters_stack_and_are_taken_away_one_after_the_other() {
    let mut fixture = view(&["INFO ok x", "WARN ok x", "WARN b x", "ERROR ok y", "ok"]);
    fixture.press("&ok\n!y\nv");
    let narrowed = fixture.screen.reader.narrowed.clone();
    assert_eq!((narrowed.with.text(), narrowed.without.text()), ("ok", "y"));
    assert!(drawn(&mut fixture).contains("None of 5 lines is let through"));
    fixture.press("v");
    let text = drawn(&mut fixture);
    assert!(
        text.contains("WARN ok x") && !text.contains("WARN b") && !text.contains("ERROR ok"),
        "{text}"
    );
    assert!(text.contains("& ok · ! y · ▲ WARN and worse"), "{text}");
    fixture.press("/x\n\u{1b}");
    assert!(fixture.screen.reader.search.is_empty());
    fixture.press("\u{1b}");
    assert!(drawn(&mut fixture).contains("ERROR ok y"));
    fixture.press("\u{1b}");
    assert!(drawn(&mut fixture).contains("WARN b x"));
    fixture.press("\u{1b}");
    assert!(fixture.screen.reader.narrowed.is_open());
    assert!(drawn(&mut fixture).contains("INFO ok x"));
}

#[test]
fn the_level_goes_from_errors_to_all() {
    let mut fixture = view(&["TRACE a", "DEBUG b", "INFO c", "WARN d", "ERROR e", "f"]);
    for shown in ["e", "de", "cde", "bcde", "abcdef"] {
        fixture.press("v");
        let text = drawn(&mut fixture);
        let there: String = "abcdef"
            .chars()
            .filter(|c| text.contains(&format!(" {c}     ")))
            .collect();
        assert_eq!(there, shown, "{text}");
    }
}

#[test]
fn pasted_text_goes_into_what_is_written_and_nowhere_else() {
    let mut fixture = counting(3);
    fixture.send(Msg::Paste("2\n".into()));
    assert!(fixture.screen.reader.narrowed.is_open());
    fixture.press("&");
    fixture.send(Msg::Paste("2\n".into()));
    assert_eq!(fixture.screen.reader.narrowed.with.text(), "2");
    assert!(fixture.screen.reader.writing.is_some());
}

#[test]
fn what_was_dropped_and_what_ended_stands_between_the_lines() {
    let mut fixture = counting(1);
    let id = worker("resize", 1);
    fixture.event(Event::Dropped(Dropped {
        worker: id.clone(),
        what: DroppedWhat::Log,
        count: 12_034,
    }));
    more(&mut fixture, 2, 2);
    fixture.exit(&id);
    more(&mut fixture, 3, 3);
    let text = drawn(&mut fixture);
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}\n{text}"));
    assert!(at("resize/1 started · pid 41823") < at("line 1."));
    assert!(at("line 1.") < at("… 12,034 lines dropped"));
    assert!(at("… 12,034 lines dropped") < at("line 2."));
    assert!(at("line 2.") < at("resize/1 ended: killed by SIGKILL, not by us after 3.2s"));
    assert!(text.contains("3 lines · 12,034 dropped"), "{text}");

    fixture.press("&line\n");
    let text = drawn(&mut fixture);
    assert!(
        text.contains("12,034 lines dropped") && !text.contains("ended"),
        "{text}"
    );
    fixture.press("\u{1b}v");
    let text = drawn(&mut fixture);
    assert!(
        text.contains("ended") && !text.contains("started"),
        "{text}"
    );
}

#[test]
fn the_chosen_line_is_copied_and_all_are_written_without_colours() {
    let mut fixture = view(&["a \u{1b}[31mred\u{1b}[0m one", "b"]);
    fixture.log(&worker("resize", 1), Stream::Stderr, b"oops");
    drawn(&mut fixture);
    fixture.press("kk");
    let copied = fixture.press("y");
    let wanted = Request::Copy {
        text: "a red one".to_owned(),
        what: "line of resize/1".to_owned(),
    };
    assert_eq!(copied, [wanted]);

    let saved = fixture.press("w");
    let [Request::Save { what, ending, text }] = saved.as_slice() else {
        panic!("{saved:?}");
    };
    assert_eq!((*what, *ending), ("logs", "log"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(
        lines[0].ends_with("resize/1 deck -- resize/1 started · pid 41823"),
        "{text}"
    );
    assert_eq!(
        lines[1],
        "2026-01-31T12:00:31.017Z resize/1 stdout a red one"
    );
    assert!(lines[3].ends_with("resize/1 stderr oops"));

    fixture.press("&oops\n");
    let saved = fixture.press("w");
    assert!(matches!(saved.as_slice(), [Request::Save { text, .. }] if text.lines().count() == 1));
}

#[test]
fn a_json_line_is_spread_out() {
    let mut fixture = view(&["{\"level\":30,\"msg\":\"hi\"}"]);
    fixture.press("\n");
    let Some(Overlay::Text { lines, .. }) = fixture.screen.overlays.last() else {
        panic!("{:?}", fixture.screen.overlays);
    };
    assert_eq!(lines.len(), 4);
}

#[test]
fn json_lines_are_shown_by_their_message_or_as_they_were_written() {
    let mut fixture = view(&["{\"level\":30,\"msg\":\"hi\",\"ms\":7}"]);
    assert!(drawn(&mut fixture).contains("{\"level\":30,"));
    fixture.press("J");
    let text = drawn(&mut fixture);
    assert!(text.contains("● hi  ms=7"), "{text}");
}

#[test]
fn times_are_shown_in_four_ways() {
    let mut fixture = view(&["a line"]);
    for (stamps, shown) in [
        (Stamps::Time, "▌12:04:31.017 "),
        (Stamps::Date, "▌2026-01-3"),
        (Stamps::SinceStart, "▌+0:03:12.017"),
        (Stamps::Off, "▌   a line"),
    ] {
        assert_eq!(fixture.screen.reader.stamps, stamps);
        let text = drawn(&mut fixture);
        assert!(text.contains(shown), "{stamps:?}\n{text}");
        fixture.press("T");
    }
}

/// Many workers that wrote many lines.
fn many() -> Fixture {
    let mut fixture = Fixture::new(&[("many", 20)]);
    let ids: Vec<WorkerId> = (1..=20).map(|number| worker("many", number)).collect();
    for line in 0..30_000 {
        let id = &ids[line % ids.len()];
        let text = if line == 5 { "needle" } else { "hay" };
        fixture.log(id, Stream::Stdout, text.as_bytes());
    }
    fixture.press("3a");
    fixture
}

#[test]
fn a_far_search_goes_on_frame_by_frame() {
    let mut fixture = many();
    fixture.press("&needle");
    let text = drawn(&mut fixture);
    assert!(text.contains("searching…"), "{text}");
    assert!(due_at(&fixture.screen).is_some());
    for _ in 0..4 {
        drawn(&mut fixture);
    }
    let text = drawn(&mut fixture);
    assert!(text.contains("1 of 30,000 lines"), "{text}");
    assert!(due_at(&fixture.screen).is_none());
}

#[test]
fn what_is_said_names_the_keys_in_force() {
    let mut fixture = counting(40);
    let wanted = |key: &str| parse(key).into_iter().collect();
    fixture.screen.keymap = Keymap::with(&[
        (Action::FollowLines, wanted("F6")),
        (Action::Filter, wanted("F7")),
        (Action::LinesWith, Vec::new()),
    ]);
    fixture.press("g");
    let text = drawn(&mut fixture);
    assert!(text.contains("held · F6 follows"), "{text}");
    assert!(text.contains("F7 search · ! without"), "{text}");
    fixture.press("n");
    let text = drawn(&mut fixture);
    assert!(
        text.contains("Nothing is searched for · F7 searches"),
        "{text}"
    );
}

#[test]
fn a_line_is_shown_whole_in_the_same_way_from_the_deck() {
    let mut fixture = Fixture::new(&[("resize", 1)]);
    let text = b"\x1b[31m[x] got {\"a\":1}\x1b[0m";
    fixture.log(&worker("resize", 1), Stream::Stdout, text);
    fixture.press("\t\t\n");
    let Some(Overlay::Text { lines, .. }) = fixture.screen.overlays.last() else {
        panic!("no text is shown");
    };
    assert_eq!(**lines, ["[x] got", "{", "  \"a\": 1", "}"]);
}
