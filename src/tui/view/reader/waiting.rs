//! What an empty list says: what it waits for, or why it waits in vain.

use crate::model::State;
use crate::tui::action::Action;
use crate::tui::figures::count;
use crate::tui::hint::hint;
use crate::tui::reader;
use crate::tui::rows::Scope;
use crate::tui::screen::Screen;

/// The sentence.
pub(super) fn waiting(screen: &Screen, scope: &Scope) -> String {
    let narrowed = &screen.reader.narrowed;
    if !narrowed.is_open() {
        let lines = count(reader::lines(&screen.board, scope));
        return match (screen.reader.sieve.is_searching(), narrowed.least) {
            (true, _) => format!("Looking through {lines} lines…"),
            (false, Some(least)) if narrowed.with.is_empty() && narrowed.without.is_empty() => {
                let name = least.name();
                let shows = hint(screen, Action::LeastLevel, "shows more");
                format!("None of {lines} lines says {name}{shows}")
            }
            (false, _) => {
                let shows = hint(screen, Action::Back, "shows more");
                format!("None of {lines} lines is let through{shows}")
            }
        };
    }
    let starts = hint(screen, Action::StopStart, "starts it");
    match scope {
        Scope::Deck if screen.board.workers().next().is_none() => {
            "This deck has no workers, so nothing is printed".to_owned()
        }
        Scope::Deck => "No worker has printed anything yet".to_owned(),
        Scope::Pool(pool) => format!("No worker of {pool} has printed anything yet"),
        Scope::Worker(id) => match screen.board.worker(id).map(|worker| worker.state) {
            Some(State::Stopped | State::Finished) => {
                format!("{id} printed nothing and does not run{starts}")
            }
            Some(State::Failed) => format!("{id} printed nothing and was given up{starts}"),
            Some(State::Backoff) => format!("{id} printed nothing and is to be started again"),
            _ => format!("{id} has printed nothing yet"),
        },
    }
}
