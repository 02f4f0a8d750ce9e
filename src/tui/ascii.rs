//! The screen for terminals that show no more than ASCII: each cell's sign becomes one that looks alike.
//!
//! Works on what is drawn, so that no view has to know. Called by `terminal`.

use std::ffi::OsString;

use ratatui::buffer::Buffer;

/// Whether the locale says that the terminal takes UTF-8. One that says nothing, as in most containers, says nothing
/// against it.
pub(crate) fn is_utf8(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| variable(name))
        .find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Replaces what is not ASCII.
pub(crate) fn reduce(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if let Some(c) = cell.symbol().chars().next()
            && !cell.symbol().is_ascii()
        {
            cell.set_char(sign(c));
        }
    }
}

/// What stands for which characters: borders and arrows, the states, which all differ, and the blocks of histories.
const SIGNS: [(char, &str); 20] = [
    ('-', "─—·▃"),
    ('|', "│├"),
    ('+', "╭╮╰╯✔◆▅"),
    ('>', "▌▸→"),
    ('<', "←"),
    ('v', "▾▼↓"),
    ('^', "↑▲␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡"),
    ('*', "●▆"),
    ('o', "○"),
    ('.', "◌▂"),
    ('#', "■█"),
    ('=', "‖▄"),
    ('~', "⌁…"),
    ('%', "◑▇"),
    ('@', "◐"),
    ('x', "✖×"),
    ('r', "↻"),
    ('u', "µ"),
    ('_', "▁"),
    ('/', "◇"),
];

/// The sign that stands for a character.
fn sign(c: char) -> char {
    let found = SIGNS.iter().find(|(_, meant)| meant.contains(c));
    found.map_or('?', |(sign, _)| *sign)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ratatui::layout::Rect;

    use super::*;
    use crate::model::{JobState, State};
    use crate::tui::fixture::Fixture;
    use crate::tui::jobs::fixture::one_of_each;
    use crate::tui::theme::{job_mark, mark};
    use crate::tui::view::render;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let locale = |pairs: &'static [(&str, &str)]| {
            is_utf8(move |name| {
                let found = pairs.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| value.into())
            })
        };
        assert!(locale(&[("LANG", "de_DE.UTF-8")]));
        assert!(locale(&[
            ("LC_ALL", ""),
            ("LC_CTYPE", "C.utf8"),
            ("LANG", "C")
        ]));
        assert!(locale(&[]));
        assert!(!locale(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(!locale(&[("LANG", "de_DE.ISO-8859-1")]));
    }

    #[test]
    fn no_cell_is_beyond_ascii_and_states_still_differ() {
        for mut fixture in [Fixture::busy(), Fixture::jobs_view(one_of_each())] {
            let area = Rect::new(0, 0, 120, 40);
            let mut buffer = Buffer::empty(area);
            render(&mut fixture.screen, area, &mut buffer);
            let before = buffer.clone();

            reduce(&mut buffer);

            for (was, is) in before.content.iter().zip(&buffer.content) {
                assert!(is.symbol().is_ascii());
                assert!(is.symbol() != "?" || was == is, "{was:?}");
            }
        }
        let marks: HashSet<char> = State::ALL
            .iter()
            .filter_map(|state| mark(*state).chars().next())
            .map(sign)
            .collect();
        assert_eq!(marks.len(), State::ALL.len());
        let marks: HashSet<char> = JobState::ALL
            .iter()
            .filter_map(|state| job_mark(*state).chars().next())
            .map(sign)
            .collect();
        assert_eq!(marks.len(), JobState::ALL.len());
    }
}
