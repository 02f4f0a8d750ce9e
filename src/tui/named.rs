//! Messages that the config names: sent by `:say NAME` and by keys of their own. Called by `update` and the palette.

use crossterm::event::KeyEvent;

use crate::tui::composer;
use crate::tui::keymap;
use crate::tui::place::Place;
use crate::tui::screen::Screen;
use crate::tui::target::Target;
use crate::tui::update::Request;

/// Sends a named message.
pub(crate) fn say(screen: &mut Screen, name: &str) -> Vec<Request> {
    let Some(message) = screen.named.iter().find(|message| message.name == name) else {
        return Vec::new();
    };
    let (to, json) = (message.to.clone(), message.json.clone());
    composer::send(screen, Target::Message(to), &json)
}

/// Sends the message that has this key, in the deck; none where there is none. What the person's own file gives a key to
/// comes first.
pub(crate) fn press(screen: &mut Screen, key: &KeyEvent) -> Option<Vec<Request>> {
    let is_taken = screen.keymap.find(key, screen.context()).is_some();
    if screen.place != Place::Deck || is_taken {
        return None;
    }
    let chord = keymap::chord(key);
    let found = screen
        .named
        .iter()
        .find(|message| message.key == Some(chord));
    let name = found?.name.clone();
    Some(say(screen, &name))
}
