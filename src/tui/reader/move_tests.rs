//! What keys and the mouse do in the logs view, by value: moving, holding, leaving.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::Stream;
use crate::tui::fixture::{Fixture, worker};
use crate::tui::place::Place;
use crate::tui::reader::tests::{chosen, counting, drawn, more, view};
use crate::tui::rows::Scope;
use crate::tui::update::Msg;

#[test]
fn the_newest_line_is_followed_until_one_scrolls() {
    let mut fixture = counting(50);
    assert!(drawn(&mut fixture).contains("line 50.") && chosen(&mut fixture).contains("line 50."));

    fixture.press("↑");
    more(&mut fixture, 51, 60);
    let text = drawn(&mut fixture);
    assert!(
        text.contains("line 50.") && !text.contains("line 60."),
        "{text}"
    );
    assert!(text.contains("held · 10 new · f follows"), "{text}");
    assert!(chosen(&mut fixture).contains("line 49."));

    fixture.press("f");
    let text = drawn(&mut fixture);
    assert!(
        text.contains("line 60.") && text.contains("following"),
        "{text}"
    );
}

#[test]
fn the_newest_line_reached_by_going_down_is_followed_again() {
    let mut fixture = counting(50);
    fixture.press("kk");
    drawn(&mut fixture);
    fixture.press("j");
    assert!(fixture.screen.reader.hold.is_some());
    fixture.press("j");
    assert!(fixture.screen.reader.hold.is_none());
    fixture.press("g");
    assert!(chosen(&mut fixture).contains("resize/1 started"));
    fixture.press("G");
    assert!(fixture.screen.reader.hold.is_none());
}

#[test]
fn pages_and_ends_are_reached() {
    let mut fixture = counting(50);
    fixture.control('u');
    assert!(
        chosen(&mut fixture).contains("line 43."),
        "{}",
        drawn(&mut fixture)
    );
    fixture.control('u');
    assert!(
        chosen(&mut fixture).contains("line 36."),
        "{}",
        drawn(&mut fixture)
    );
    fixture.control('d');
    assert!(chosen(&mut fixture).contains("line 43."));
}

#[test]
fn a_held_view_stays_when_a_flood_drops_its_lines() {
    let mut fixture = counting(30);
    fixture.press("g");
    let before = drawn(&mut fixture);
    assert!(before.contains("line 1."));
    let id = worker("resize", 1);
    let long = "x".repeat(60_000);
    for _ in 0..80 {
        fixture.log(&id, Stream::Stdout, long.as_bytes());
    }
    let gone = fixture.screen.board.worker(&id).unwrap().logs.gone();
    assert!(gone >= 30, "{gone}");

    let after = drawn(&mut fixture);
    let rows = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("line "));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(rows(&before).len(), 7, "{before}");
    assert_eq!(rows(&before), rows(&after));
    let kept = 30 + 80 - gone;
    assert!(
        after.contains(&format!(" {kept} of 110 lines kept ")),
        "{after}"
    );

    fixture.press("f");
    let text = drawn(&mut fixture);
    assert!(!text.contains("line 1."), "{text}");
    fixture.press("g");
    let text = drawn(&mut fixture);
    assert!(text.contains("older lines are gone · resize/1"), "{text}");
}

#[test]
fn a_mark_stands_at_its_moment() {
    let mut fixture = counting(2);
    fixture.press("-");
    more(&mut fixture, 3, 4);
    let text = drawn(&mut fixture);
    let at = |what: &str| text.find(what).unwrap();
    assert!(
        at("line 2.") < at("── mark") && at("── mark") < at("line 3."),
        "{text}"
    );
}

#[test]
fn the_view_tells_where_one_left() {
    let mut fixture = counting(2);
    assert!(!drawn(&mut fixture).contains("you left here"));
    fixture.press("13");
    assert!(!drawn(&mut fixture).contains("you left here"));
    fixture.press("1");
    more(&mut fixture, 3, 4);
    fixture.press("3");
    let text = drawn(&mut fixture);
    let at = |what: &str| text.find(what).unwrap();
    assert!(at("line 2.") < at("── you left here"), "{text}");
    assert!(at("── you left here") < at("line 3."), "{text}");
}

#[test]
fn brackets_go_through_the_deck_its_pools_and_workers() {
    let mut fixture = Fixture::new(&[("a", 2), ("b", 1)]);
    fixture.press("3a");
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(match fixture.screen.scope() {
            Scope::Deck => "deck".to_owned(),
            Scope::Pool(pool) => pool.to_string(),
            Scope::Worker(id) => id.to_string(),
        });
        fixture.press("]");
    }
    assert_eq!(seen, ["deck", "a", "a/1", "a/2", "b/1", "deck"]);
    fixture.press("[[");
    assert_eq!(fixture.screen.scope(), Scope::Worker(worker("b", 1)));
}

#[test]
fn another_scope_is_followed_from_its_newest_line() {
    let mut fixture = counting(30);
    fixture.press("g");
    drawn(&mut fixture);
    fixture.press("]");
    assert!(fixture.screen.reader.hold.is_none());
    assert_eq!(fixture.screen.scope(), Scope::Deck);
}

#[test]
fn long_lines_move_sideways_or_go_on() {
    let long = format!("begin {} end", "x".repeat(150));
    let mut fixture = view(&[&long, "short"]);
    assert!(!drawn(&mut fixture).contains("xx end"));
    fixture.press("→→→");
    let text = drawn(&mut fixture);
    assert!(text.contains("xx end") && !text.contains("begin"), "{text}");
    assert!(text.contains("from column 121"), "{text}");
    fixture.press("←←←W");
    let text = drawn(&mut fixture);
    assert!(
        text.contains("begin") && text.contains("xx end") && text.contains("short"),
        "{text}"
    );
    fixture.press("→");
    assert_eq!(fixture.screen.reader.column, 0);
}

#[test]
fn the_mouse_chooses_and_scrolls() {
    let mut fixture = counting(50);
    let mouse = |fixture: &mut Fixture, kind, row| {
        fixture.send(Msg::Mouse(MouseEvent {
            kind,
            column: 20,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    };
    mouse(&mut fixture, MouseEventKind::Down(MouseButton::Left), 3);
    assert!(
        chosen(&mut fixture).contains("line 44."),
        "{}",
        drawn(&mut fixture)
    );
    mouse(&mut fixture, MouseEventKind::ScrollUp, 5);
    let text = drawn(&mut fixture);
    assert!(
        text.contains("line 40.") && !text.contains("line 50."),
        "{text}"
    );
    mouse(&mut fixture, MouseEventKind::ScrollDown, 5);
    assert!(fixture.screen.reader.hold.is_none());
}

#[test]
fn errors_are_gone_to_one_after_the_other() {
    let mut fixture = view(&["a", "ERROR one", "b", "TypeError: two", "INFO c"]);
    fixture.press("E");
    assert!(chosen(&mut fixture).contains("TypeError: two"));
    fixture.press("E");
    assert!(chosen(&mut fixture).contains("ERROR one"));
    fixture.press("E");
    assert!(chosen(&mut fixture).contains("ERROR one"));
    assert!(drawn(&mut fixture).contains("None of the older lines"));
    fixture.press("e");
    assert!(chosen(&mut fixture).contains("TypeError: two"));
    fixture.press("!type\ng");
    drawn(&mut fixture);
    fixture.press("ee");
    assert!(chosen(&mut fixture).contains("ERROR one"));
}

#[test]
fn whatever_is_pressed_the_view_is_drawn_in_its_frame() {
    const KEYS: &str = "fnN&!vWTww-][yaeEkjgGhlz/abx1\"日 ";
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut roll = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut fixture = Fixture::new(&[("a", 3), ("画像", 1)]);
    let ids = [worker("a", 1), worker("a", 3), worker("画像", 1)];
    let lines = [
        "ERROR x",
        "日本語\u{301} \u{1b}[31mab\u{1b}[0m",
        "{\"level\":30}",
        "  at b",
    ];
    for _ in 0..3_000 {
        fixture.press("3");
        match roll(6) {
            0 => fixture.log(&ids[roll(3)], Stream::Stdout, lines[roll(4)].as_bytes()),
            1 => fixture.exit(&ids[roll(3)]),
            2 => {
                let code = [
                    KeyCode::Enter,
                    KeyCode::Esc,
                    KeyCode::Backspace,
                    KeyCode::PageUp,
                ];
                let key = KeyEvent::new(code[roll(4)], KeyModifiers::NONE);
                fixture.send(Msg::Key(key));
            }
            3 => {
                let sizes = [(120, 40), (80, 24), (40, 12), (20, 5)];
                let (width, height) = sizes[roll(4)];
                let text = fixture.draw(width, height);
                assert_eq!(text.lines().count(), usize::from(height));
            }
            _ => {
                let keys: Vec<char> = KEYS.chars().collect();
                fixture.press(&keys[roll(keys.len())].to_string());
            }
        }
    }
}

#[test]
fn escape_takes_away_the_level_then_the_zoom_then_the_view() {
    let mut fixture = counting(3);
    fixture.press("vz");
    assert!(fixture.screen.reader.narrowed.least.is_some());
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.reader.narrowed.least, None);
    assert!(fixture.screen.is_zoomed);
    fixture.press("\u{1b}");
    assert!(!fixture.screen.is_zoomed);
    assert_eq!(fixture.screen.place, Place::Logs);
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.place, Place::Deck);
}
