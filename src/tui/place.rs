//! Which view is on the screen, and going from one to another. Called by `update`, `act` and the views.

use crate::tui::action::Action;
use crate::tui::filtering;
use crate::tui::screen::Screen;
use crate::tui::{inspector, jobs, offload, reader};

/// The views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// Workers, messages and logs at a glance.
    #[default]
    Deck,
    /// The message inspector.
    Messages,
    /// The logs.
    Logs,
    /// The jobs.
    Jobs,
    /// The off-loaded picture.
    OffLoad,
}

impl Place {
    /// Each with its name in the config.
    pub const ALL: [(&'static str, Self); 5] = [
        ("deck", Self::Deck),
        ("messages", Self::Messages),
        ("logs", Self::Logs),
        ("jobs", Self::Jobs),
        ("off-load", Self::OffLoad),
    ];

    /// The view that an action goes to, if it is one that goes to a view.
    pub(crate) fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Deck => Self::Deck,
            Action::Messages => Self::Messages,
            Action::Logs => Self::Logs,
            Action::Jobs => Self::Jobs,
            Action::OffLoad => Self::OffLoad,
            _ => return None,
        })
    }
}

/// Whether a key has something to do on this deck.
pub(crate) fn is_offered(screen: &Screen, action: Action) -> bool {
    match screen.place {
        _ if action == Action::OffLoad => offload::is_offered(screen),
        Place::OffLoad => offload::works_here(action),
        _ => true,
    }
}

/// Shows a view.
pub(crate) fn go(screen: &mut Screen, place: Place) {
    if place == screen.place || (place == Place::OffLoad && !offload::is_offered(screen)) {
        return;
    }
    filtering::keep(screen);
    if screen.place == Place::Jobs {
        jobs::close_view(screen);
    }
    if screen.place == Place::Logs {
        reader::close_view(screen);
    }
    screen.place = place;
    match place {
        Place::Jobs => jobs::open_view(screen),
        Place::Messages => inspector::enter(screen),
        Place::Deck | Place::Logs | Place::OffLoad => {}
    }
}
