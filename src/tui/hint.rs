//! Which key helps, as a text names it: with the key in force, and not at all where the action has none. Called wherever
//! something is said.

use crate::tui::action::Action;
use crate::tui::screen::Screen;

/// The end of a text: ` · P goes on`.
pub(crate) fn hint(screen: &Screen, action: Action, what: &str) -> String {
    key(screen, action).map_or_else(String::new, |key| format!(" · {key} {what}"))
}

/// The same for an action of another view, the way there included: ` · 1 s starts one`.
pub(crate) fn then(screen: &Screen, place: Action, action: Action, what: &str) -> String {
    let keys = (key(screen, place), key(screen, action));
    let (Some(place), Some(key)) = keys else {
        return String::new();
    };
    let closes = if screen.overlays.is_empty() {
        ""
    } else {
        "Esc "
    };
    format!(" · {closes}{place} {key} {what}")
}

/// The key to name for an action; none where it has none.
pub(crate) fn key(screen: &Screen, action: Action) -> Option<String> {
    screen.keymap.key_of(action).map(|key| key.to_string())
}

/// The keys of some actions, those without one left out: `m r s K`.
pub(crate) fn keys(screen: &Screen, actions: &[Action]) -> String {
    let keys = actions.iter().filter_map(|action| key(screen, *action));
    keys.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::Chord;
    use crate::tui::fixture::Fixture;
    use crate::tui::keymap::{Keymap, parse};

    fn bound(action: Action, keys: &[&str]) -> Fixture {
        let keys: Vec<Chord> = keys.iter().filter_map(|key| parse(key)).collect();
        let mut fixture = Fixture::new(&[("resize", 1)]);
        fixture.screen.keymap = Keymap::with(&[(action, keys)]);
        fixture
    }

    #[test]
    fn a_hint_names_the_key_in_force() {
        let fixture = bound(Action::Pause, &["F7"]);
        assert_eq!(
            hint(&fixture.screen, Action::Pause, "goes on"),
            " · F7 goes on"
        );
        let actions = [Action::Message, Action::Pause];
        assert_eq!(keys(&fixture.screen, &actions), "m F7");
    }

    #[test]
    fn the_way_to_another_view_is_a_part_of_the_hint() {
        let mut fixture = bound(Action::StopStart, &["F7"]);
        let said = |fixture: &Fixture| {
            then(
                &fixture.screen,
                Action::Deck,
                Action::StopStart,
                "starts one",
            )
        };
        assert_eq!(said(&fixture), " · 1 F7 starts one");
        fixture.press("?");
        assert_eq!(said(&fixture), " · Esc 1 F7 starts one");
    }

    #[test]
    fn without_a_key_there_is_no_hint() {
        let fixture = bound(Action::Pause, &[]);
        assert_eq!(hint(&fixture.screen, Action::Pause, "goes on"), "");
        assert_eq!(keys(&fixture.screen, &[Action::Pause]), "");
    }
}
