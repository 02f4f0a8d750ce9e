//! The screen for terminals that show no more than ASCII: each cell's sign becomes one that looks alike.
//!
//! Works on what is drawn, so that no view has to know. Called by `terminal`.

use std::ffi::OsString;

use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::tui::theme::{Rgb, luminance};

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
            let sign = match (c, cell.fg) {
                ('▀' | '▄', Color::Rgb(red, green, blue)) => shade([red, green, blue]),
                _ => sign(c),
            };
            cell.set_char(sign);
        }
    }
}

/// What stands for which characters: borders and arrows, the states, which all differ, and the blocks of histories.
const SIGNS: [(char, &str); 28] = [
    ('-', "─—–·▃╌┄▔"),
    ('|', "│├┤┃╎▏▐▎▍▕"),
    ('+', "╭╮╰╯▅┌┐└┘┬┴┼✚┏┓┗┛"),
    ('>', "▌▸→▶›»⟶"),
    ('<', "←◀‹«◂⟵"),
    ('v', "▾▼↓⌄≤"),
    ('^', "↑▴▲⌃␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡"),
    ('*', "●▆★•"),
    ('o', "○◯◦"),
    ('.', "◌▂░⋯∙"),
    ('#', "■█▓▋▊▉▖▟"),
    ('=', "‖▄⏸═━↔⇄⇆"),
    ('~', "⌁…≈∼"),
    ('%', "◑▇"),
    ('@', "◐◒"),
    ('x', "✖×✗✕"),
    ('r', "↻⟳"),
    ('u', "µ"),
    ('_', "▁⎵"),
    ('/', "◇╱"),
    ('\\', "╲"),
    (':', "▒⋮┆┊"),
    ('"', "▀“”"),
    ('\'', "‘’′"),
    ('e', "⏎↵"),
    ('!', "⚠"),
    ('V', "✔✓"),
    ('&', "◆"),
];

/// The sign that stands for a character.
fn sign(c: char) -> char {
    if let Some(dots) = u32::from(c).checked_sub(0x2800).filter(|dots| *dots < 256) {
        return braille(dots);
    }
    let found = SIGNS.iter().find(|(_, meant)| meant.contains(c));
    found.map_or('?', |(sign, _)| *sign)
}

/// The more dots a braille cell has, the darker its sign.
fn braille(dots: u32) -> char {
    match dots.count_ones() {
        0 => ' ',
        1 | 2 => '.',
        3 | 4 => ':',
        5 | 6 => '+',
        _ => '#',
    }
}

/// A sign as dark as a colour: of pictures in half blocks something is left.
fn shade(color: Rgb) -> char {
    match luminance(color) {
        bright if bright > 0.6 => '#',
        bright if bright > 0.3 => '*',
        bright if bright > 0.12 => '+',
        bright if bright > 0.03 => '-',
        bright if bright > 0.005 => '.',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::Path;

    use ratatui::buffer::Cell;
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

    /// Letters and pictures that come from outside or stand in tests only have no sign.
    fn is_drawn(c: char) -> bool {
        !c.is_alphanumeric() && !('\u{80}'..='\u{bf}').contains(&c) && u32::from(c) < 0x1_0000
    }

    fn unsigned(path: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                unsigned(&path, found);
            }
            let is_test = name.contains("test") || name == "fixture.rs";
            if is_test || path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for c in code
                .flat_map(str::chars)
                .filter(|c| !c.is_ascii() && is_drawn(*c))
            {
                if sign(c) == '?' {
                    found.push(format!("{c} in {name}"));
                }
            }
        }
    }

    #[test]
    fn every_sign_that_a_view_draws_has_one_in_ascii() {
        let mut found = Vec::new();
        unsigned(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui"),
            &mut found,
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn what_went_well_looks_neither_like_a_border_nor_like_a_failure() {
        for good in ['↔', '✔', '✓', '◆'] {
            for other in ['✖', '×', '╭', '┼', '├', '↓', '▾'] {
                assert_ne!(sign(good), sign(other), "{good} {other}");
            }
            assert!(!sign(good).eq_ignore_ascii_case(&sign('✖')), "{good}");
        }
    }

    #[test]
    fn a_character_has_one_sign_only() {
        let mut seen = HashSet::new();
        for c in SIGNS.iter().flat_map(|(_, meant)| meant.chars()) {
            assert!(seen.insert(c), "{c} twice");
        }
        let marks: HashSet<char> = "▁▂▃▄▅▆▇█".chars().map(sign).collect();
        assert_eq!(marks.len(), 8);
    }

    #[test]
    fn pictures_of_dots_and_half_blocks_keep_their_shape() {
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "⣿⠁▀▀", ratatui::style::Style::new());
        buffer[(2, 0)].fg = Color::Rgb(255, 255, 255);
        buffer[(3, 0)].fg = Color::Rgb(0, 0, 0);

        reduce(&mut buffer);

        let shown: String = buffer.content.iter().map(Cell::symbol).collect();
        assert_eq!(shown, "#.# ");
    }
}
