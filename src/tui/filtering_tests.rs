//! The filter line in every view: cleared at once, taken back, and honest about what is in force.

use crate::tui::fixture::Fixture;
use crate::tui::inspector::Focus;
use crate::tui::place::Place;

/// The views with a filter line, each by the keys that go there.
const PLACES: [&str; 5] = ["1", "1\t", "1\t\t", "2", "4"];

fn typed(fixture: &mut Fixture) -> String {
    fixture.screen.refilter().text().to_owned()
}

#[test]
fn the_line_is_cleared_at_once() {
    for place in PLACES {
        let mut fixture = Fixture::busy();
        fixture.press(place);
        fixture.press("/resize\n/x");
        assert_eq!(typed(&mut fixture), "resizex", "{place:?}");
        fixture.control('u');
        assert_eq!(typed(&mut fixture), "", "{place:?}");
        assert!(fixture.screen.is_filtering);
        fixture.press("ok\n");
        assert_eq!(typed(&mut fixture), "ok", "{place:?}");
    }
}

#[test]
fn escape_brings_back_what_was_in_force() {
    for place in PLACES {
        let mut fixture = Fixture::busy();
        fixture.press(place);
        fixture.press("/resize\n/");
        fixture.control('u');
        fixture.press("fetch\u{1b}");
        assert_eq!(typed(&mut fixture), "resize", "{place:?}");
        assert_eq!(fixture.screen.refilter().in_force(), "resize");
        assert!(!fixture.screen.is_filtering);
    }
    let mut fixture = Fixture::busy();
    fixture.press("2/ok\n/ && \n/\u{1b}");
    assert_eq!(typed(&mut fixture), "ok", "what was no filter is gone");
}

#[test]
fn what_is_wrong_and_what_is_still_in_force_is_said_in_words() {
    for place in ["1", "1\t", "1\t\t", "2"] {
        let mut fixture = Fixture::busy();
        fixture.press(place);
        fixture.press("z/ok\n/ && ");
        for (end, still) in [("", "ok &"), ("\n", "ok")] {
            fixture.press(end);
            let text = fixture.draw(120, 40);
            let wanted = format!("✖ && stands between two filters · still: {still} ");
            assert!(text.contains(&wanted), "{place:?} {text}");
        }
        fixture.press("/");
        fixture.control('u');
        fixture.press("\n//[/\n");
        let text = fixture.draw(120, 40);
        assert!(text.contains("· still: no filter"), "{place:?} {text}");
    }
    let mut fixture = Fixture::busy();
    fixture.press("3&ok\n& && \n");
    let text = fixture.draw(120, 40);
    let wanted = "& ok &&  · ✖ && stands between two filters · still: ok";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn a_pattern_is_not_shown_with_two_slashes_in_front() {
    for place in PLACES {
        let mut fixture = Fixture::busy();
        fixture.press(place);
        for keys in ["z//re/", "\n"] {
            fixture.press(keys);
            let text = fixture.draw(120, 40);
            let name = if place == "4" { "contains" } else { "filter" };
            let wanted = format!("{name}: /re/");
            assert!(text.contains(&wanted), "{place:?} {text}");
            assert!(!text.contains("//re/"), "{place:?} {text}");
        }
    }
}

#[test]
fn escape_goes_one_level_at_a_time_in_messages() {
    let mut fixture = Fixture::busy();
    fixture.press("2/ok\n");
    fixture.draw(120, 40);
    fixture.press("S\n");
    assert_eq!(fixture.screen.inspector.focus, Focus::Detail);
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.inspector.focus, Focus::List);
    assert_eq!(typed(&mut fixture), "ok");
    fixture.press("\u{1b}");
    assert_eq!(typed(&mut fixture), "");
    assert!(fixture.screen.inspector.slowest().is_some());
    fixture.press("\u{1b}");
    assert!(fixture.screen.inspector.slowest().is_none());
    assert_eq!(fixture.screen.place, Place::Messages);
    fixture.press("\u{1b}");
    assert_eq!(fixture.screen.place, Place::Deck);
}

#[test]
fn the_frame_tells_how_many_workers_are_listed() {
    let mut fixture = Fixture::busy();
    assert!(fixture.draw(120, 40).contains(" 7 workers"));
    fixture.press("/resize/3\n");
    let text = fixture.draw(120, 40);
    assert!(text.contains(" 1 of 7 workers"), "{text}");
}

#[test]
fn a_search_that_is_none_goes_nowhere() {
    let mut fixture = Fixture::busy();
    fixture.press("3/[/");
    fixture.screen.toasts.clear();
    fixture.press("\u{1b}//[/\n");
    let text = fixture.draw(120, 40);
    assert!(text.contains("· still: no search"), "{text}");
    assert!(fixture.screen.reader.hold.is_none());
    fixture.press("n");
    assert!(fixture.draw(120, 40).contains("Nothing is searched for"));
}

#[test]
fn what_is_still_in_force_is_said_in_a_narrow_pane() {
    for (place, columns) in [
        ("1\tz", 50),
        ("1\t\tz", 50),
        ("1\t", 120),
        ("2", 50),
        ("2", 80),
    ] {
        let mut fixture = Fixture::busy();
        fixture.press(place);
        fixture.press("/ok\n/ && ");
        for (keys, still) in [("", "ok &"), ("\n", "ok")] {
            fixture.press(keys);
            let text = fixture.draw(columns, 30);
            let wanted = format!("· still: {still}");
            assert!(
                text.contains('✖') && text.contains(&wanted),
                "{place:?} {text}"
            );
        }
    }
}

#[test]
fn jobs_are_looked_through_for_a_text_and_the_screen_says_so() {
    let mut fixture = Fixture::busy();
    fixture.press("4//re/");
    let text = fixture.draw(80, 24);
    assert!(
        text.contains("contains: /re/▌ · as it is, no pattern"),
        "{text}"
    );
    fixture.press("\n");
    let text = fixture.draw(80, 24);
    assert!(text.contains(" contains: /re/ "), "{text}");
}

#[test]
fn keys_that_need_a_worker_say_that_none_is_selected() {
    for key in ["m", "b", "r", "s", "K", "+", "-", "R", "\n"] {
        let mut fixture = Fixture::busy();
        fixture.press("1/qqq\n");
        fixture.draw(120, 40);
        assert_eq!(fixture.press(key), [], "{key:?}");
        let text = fixture.draw(120, 40);
        let wanted = "No worker is selected · / changes the filter";
        assert!(text.contains(wanted), "{key:?} {text}");
        fixture.press("2");
        fixture.screen.toasts.clear();
        fixture.press("r");
        let toasts = &fixture.screen.toasts;
        assert_eq!(toasts.len(), 1, "/ is another filter there");
        assert_eq!(toasts[0].text, "No worker is selected");
    }
}
