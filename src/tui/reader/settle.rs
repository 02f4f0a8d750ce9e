//! What happens before each frame, when the view is left, and until when it can wait.

use std::time::Duration;

use crate::model::MonoTime;
use crate::tui::place::Place;
use crate::tui::reader::{find, scroll, write};
use crate::tui::screen::Screen;

/// How long after a step of a search the next one follows.
const STEP: Duration = Duration::from_millis(16);

/// Brings the list up to date. Costs nothing while another view is shown.
pub(crate) fn settle(screen: &mut Screen) {
    if screen.place != Place::Logs {
        return;
    }
    let scope = screen.scope();
    if screen.reader.scope.as_ref() != Some(&scope) {
        scroll::reset(&mut screen.reader);
        screen.reader.scope = Some(scope);
    }
    find::advance(screen);
    scroll::freeze(screen);
}

/// When a search goes on that has not looked at all lines.
pub(crate) fn due_at(screen: &Screen) -> Option<MonoTime> {
    let is_searching = screen.reader.sieve.is_searching() || screen.reader.found.is_searching();
    (screen.place == Place::Logs && is_searching).then(|| screen.now.mono + STEP)
}

/// Notes where the person leaves, to show it when they come back.
pub(crate) fn close_view(screen: &mut Screen) {
    write::leave(screen);
    if screen.reader.hold.is_none() {
        let latest = screen.board.latest();
        screen.reader.leave(latest, screen.now.wall);
    }
}
