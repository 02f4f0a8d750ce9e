//! What is told while a flood drops lines around a held page.

use crossterm::event::KeyCode;

use crate::model::Stream;
use crate::tui::fixture::{Fixture, worker};
use crate::tui::reader::tests::drawn;
use crate::tui::update::{Msg, Request};

/// Two workers that wrote a line in turn, fifteen each; the page is held at the first.
fn held() -> Fixture {
    let mut fixture = Fixture::new(&[("a", 2)]);
    for line in 1..=15 {
        for number in [1, 2] {
            let text = format!("{number}:{line}.");
            fixture.log(&worker("a", number), Stream::Stdout, text.as_bytes());
        }
    }
    fixture.press("3a");
    drawn(&mut fixture);
    fixture.press("g");
    drawn(&mut fixture);
    fixture
}

/// Drops all but the newest lines of the first worker.
fn flood(fixture: &mut Fixture) {
    let long = "x".repeat(60_000);
    for _ in 0..80 {
        fixture.log(&worker("a", 1), Stream::Stdout, long.as_bytes());
    }
}

fn gone(fixture: &Fixture) -> u64 {
    let board = &fixture.screen.board;
    board.worker(&worker("a", 1)).unwrap().logs.gone()
}

/// The rows that show a line or a hole, oldest first.
fn rows(fixture: &mut Fixture) -> Vec<String> {
    let text = drawn(fixture);
    let told = |line: &str| {
        let words = line.split_whitespace();
        let mut words = words.filter(|word| word.contains(':') && word.ends_with('.'));
        let hole = line.split_once('…').filter(|_| line.contains(" gone "));
        let hole = hole.map(|(_, rest)| rest.trim_matches(['│', ' ']).to_owned());
        words.next().map(str::to_owned).or(hole)
    };
    text.lines().filter_map(told).collect()
}

#[test]
fn a_hole_is_told_where_it_begins() {
    let mut fixture = held();
    let page = rows(&mut fixture);
    assert_eq!(page.last().unwrap(), "2:4.", "{page:?}");
    flood(&mut fixture);
    assert_eq!(rows(&mut fixture), page, "what is looked at stays");

    fixture.press("\u{4}");
    for _ in 0..4 {
        fixture.press("jjj");
        drawn(&mut fixture);
    }
    let lost = gone(&fixture);
    let shown = rows(&mut fixture);
    let at = shown
        .iter()
        .position(|row| row.contains("lines are gone · a/1"));
    let at = at.unwrap_or_else(|| panic!("{shown:?}"));
    assert!(lost > 15 && shown[at + 1].starts_with("2:"), "{shown:?}");
    assert!(!shown[at + 1..].iter().any(|row| row.starts_with("1:")));
}

#[test]
fn a_hole_stays_when_the_flood_goes_on() {
    let mut fixture = held();
    flood(&mut fixture);
    drawn(&mut fixture);
    for _ in 0..12 {
        fixture.press("j");
        drawn(&mut fixture);
    }
    let before = rows(&mut fixture);
    let hole = |rows: &[String]| rows.iter().position(|row| row.contains("are gone"));
    assert!(hole(&before).is_some(), "{before:?}");
    flood(&mut fixture);
    let after = rows(&mut fixture);
    assert_eq!(hole(&before), hole(&after));
    assert_ne!(before, after, "it grows");
    fixture.press("f");
    drawn(&mut fixture);
    assert!(fixture.screen.reader.frozen.is_empty());
}

#[test]
fn all_lines_are_accounted_for_in_a_saved_file() {
    let mut fixture = held();
    drawn(&mut fixture);
    // No frame is drawn between the flood and the key.
    flood(&mut fixture);
    fixture.screen.toasts.clear();
    let requests = fixture.press("w");
    let Some(Request::Save { text, .. }) = requests.first() else {
        panic!("{requests:?}");
    };
    let told: Vec<&str> = text.lines().filter(|line| line.contains("gone")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let number = |text: &str| -> u64 {
        let digits = text.split("… ").nth(1).unwrap().split(' ').next().unwrap();
        digits.parse().unwrap()
    };
    let kept = text
        .lines()
        .filter(|line| line.contains("a/1 stdout"))
        .count();
    assert_eq!(number(told[0]) + kept as u64, 15 + 80, "{told:?}");
    let toast = &fixture.screen.toasts[0].text;
    assert!(
        toast.starts_with(&format!("{} lines are missing", number(told[0]))),
        "{toast}"
    );
}

#[test]
fn writing_that_is_taken_back_leaves_the_held_page() {
    // Escape, a text and Escape, nothing to take away, a text taken away, Enter with nothing, what is no filter.
    let ways = ["\u{1b}", "1:2\u{1b}", "\u{8}", "1\u{8}\u{8}", "\n", "/[/\n"];
    for (begin, way) in ways
        .into_iter()
        .flat_map(|way| [("/", way), ("&", way), ("!", way)])
    {
        let mut fixture = held();
        flood(&mut fixture);
        let page = rows(&mut fixture);
        fixture.press(begin);
        drawn(&mut fixture);
        for key in way.chars() {
            if key == '\u{8}' {
                fixture.send(Msg::Key(KeyCode::Backspace.into()));
            } else {
                fixture.press(key.encode_utf8(&mut [0; 4]));
            }
            flood(&mut fixture);
            drawn(&mut fixture);
        }
        assert_eq!(rows(&mut fixture), page, "{begin} {way:?}");
    }
}

#[test]
fn a_search_looks_through_what_is_held_and_leaves_the_page() {
    let mut fixture = held();
    flood(&mut fixture);
    let page = rows(&mut fixture);
    fixture.press("/1:3.");
    flood(&mut fixture);
    assert_eq!(rows(&mut fixture), page);
    fixture.press("\n");
    flood(&mut fixture);
    let text = drawn(&mut fixture);
    let chosen = text.lines().find(|line| line.contains('▌'));
    assert!(chosen.is_some_and(|line| line.contains("1:3.")), "{text}");
    assert!(text.contains("1 of 1"), "{text}");
    fixture.press("\u{1b}");
    assert_eq!(rows(&mut fixture), page, "the search is taken away");

    fixture.press("/1:\n");
    drawn(&mut fixture);
    assert!(fixture.screen.reader.found.hits().len() >= 4);
    fixture.press("f");
    drawn(&mut fixture);
    drawn(&mut fixture);
    assert_eq!(fixture.screen.reader.found.hits().len(), 0);
}
