//! What a row of a message's tree is called in a JSON pointer.

use crate::tui::inspector::tree::Label;

/// What a row is called in a JSON pointer, its slash included; none of the whole message.
pub(super) fn token(text: &str, label: &Label) -> Option<String> {
    match label {
        Label::Root => None,
        Label::Item(index) => Some(format!("/{index}")),
        Label::Key(key) => {
            let json = text.get(key.clone())?;
            let name = serde_json::from_str::<String>(json).ok();
            let name = name.as_deref().unwrap_or(json.trim_matches('"'));
            Some(format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        }
    }
}
