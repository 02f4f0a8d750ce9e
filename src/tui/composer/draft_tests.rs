//! Which draft is there when something is written.

use crate::model::State;
use crate::tui::fixture::{Fixture, worker};

/// Opens the composer for a message of resize/1.
const MESSAGE: &str = "\u{1b}1m";
/// Opens it for a job of its pool.
const JOB: &str = "\u{1b}4n";

fn text_after(fixture: &mut Fixture, keys: &str) -> String {
    fixture.press(keys);
    assert!(fixture.screen.composer.is_open());
    let text = fixture.screen.composer.text();
    fixture.press("\u{1b}");
    text
}

#[test]
fn a_new_job_begins_without_what_a_load_has_sent() {
    let mut fixture = Fixture::busy();
    fixture.press("m[1]");
    fixture.control('l');
    // As jobs; any key stops it, then the plan and the composer are left.
    fixture.press("\t\t \nx\u{1b}");
    assert_eq!(fixture.screen.composer.text(), "[1]");
    fixture.press("\u{1b}");

    assert_eq!(text_after(&mut fixture, JOB), "");
    assert_eq!(text_after(&mut fixture, MESSAGE), "");
}

#[test]
fn a_message_that_was_to_be_a_load_of_jobs_stays_a_message() {
    let mut fixture = Fixture::busy();
    fixture.press(JOB);
    fixture.press("[2]");
    fixture.press(MESSAGE);
    fixture.press("[1]");
    fixture.control('l');
    fixture.press("\t\t \u{1b}\u{1b}");

    assert_eq!(text_after(&mut fixture, JOB), "[2]");
    assert_eq!(text_after(&mut fixture, MESSAGE), "[1]");
}

#[test]
fn a_load_of_jobs_says_that_nobody_works_on_them() {
    let mut fixture = Fixture::busy();
    for number in 1..=4 {
        fixture.state(&worker("resize", number), State::Stopped);
    }
    fixture.press("m[1]");
    fixture.control('l');
    fixture.press("\t\t \n");

    let text = fixture.draw(120, 40);

    assert!(
        text.contains("no worker of resize runs · s starts one"),
        "{text}"
    );
}
