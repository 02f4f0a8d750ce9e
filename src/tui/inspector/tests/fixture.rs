//! The inspector with messages, and what it shows.

use crate::model::{Direction, Traffic, WorkerId};
use crate::tui::fixture::{Fixture, worker};

/// The worker that is selected.
pub(super) fn one() -> WorkerId {
    worker("resize", 1)
}

/// The inspector on a worker with three requests and their replies, and a frame that was no message.
pub(super) fn inspector() -> Fixture {
    let mut fixture = Fixture::busy();
    fixture.message(&one(), Direction::Out, r#"{"path":"eel.jpg"}"#, None);
    fixture.message(&one(), Direction::In, r#"{"ok":false}"#, Some(40));
    fixture.press("2");
    fixture.draw(120, 40);
    fixture
}

/// The text of the chosen message.
pub(super) fn chosen(fixture: &Fixture) -> &str {
    fixture.screen.inspector.opened().unwrap().text()
}

/// The texts of what is listed; of what is no message an empty one.
pub(super) fn listed(fixture: &Fixture) -> Vec<String> {
    let inspector = &fixture.screen.inspector;
    let board = inspector.board(&fixture.screen.board);
    let entries = (0..inspector.len()).map(|place| inspector.entry(place).unwrap());
    entries
        .map(|entry| match inspector.list().resolve(board, entry) {
            Some((_, Traffic::Message(envelope))) => envelope.message.as_str().to_owned(),
            _ => String::new(),
        })
        .collect()
}
