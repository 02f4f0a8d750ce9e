//! Makes a worker's output fit for a terminal: colours stay, everything else that a terminal would obey goes.
//!
//! Never used where the output is no terminal. Called for each line of a headless deck, and by `map`.

use crate::model::{control_picture, turns_direction};

/// Ends every colour and style.
const RESET: &str = "\x1b[0m";

/// Writes a line with its escape sequences taken out, but for SGR (colours and styles) where `keeps_colour`. Other control
/// characters, and those that turn the direction of text, are shown as pictures or as U+FFFD. A line that sets a style
/// ends with a reset.
pub(crate) fn sanitise(line: &str, keeps_colour: bool, out: &mut String) {
    let mut rest = line.strip_suffix('\r').unwrap_or(line);
    let mut has_style = false;
    while let Some(c) = rest.chars().next() {
        if matches!(c, '\x1b' | '\u{9b}') {
            let (sequence, after) = rest.split_at(sequence_length(rest));
            if keeps_colour && is_style(sequence) {
                out.push_str(sequence);
                has_style = true;
            }
            rest = after;
            continue;
        }
        out.push(shown(c));
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    if has_style {
        out.push_str(RESET);
    }
}

/// What a character is shown as.
fn shown(c: char) -> char {
    match c {
        '\t' => '\t',
        // C1 controls, and what breaks lines.
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        c if turns_direction(c) => '\u{fffd}',
        // Everything else is text, or has a picture.
        _ => control_picture(c).unwrap_or(c),
    }
}

/// How long the escape sequence is with which `text` begins, in bytes; one that does not end takes all (ECMA-48, 5.3 to
/// 5.6).
fn sequence_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    if !text.starts_with('\u{9b}') {
        match chars.next() {
            // CSI, as the one character U+009B is.
            Some((_, '[')) => {}
            // OSC, DCS, SOS, PM and APC take a string that ends with BEL or ST.
            Some((_, ']' | 'P' | 'X' | '^' | '_')) => return string_length(text),
            // Intermediate characters and a last one.
            Some((at, ' '..='/')) => return at + final_after(text, at),
            Some((at, c)) => return at + if c.is_control() { 0 } else { c.len_utf8() },
            None => return text.len(),
        }
    }
    chars
        .find(|(_, c)| !matches!(c, ' '..='?'))
        .map_or(text.len(), |(at, c)| {
            at + usize::from(matches!(c, '@'..='~'))
        })
}

/// How many bytes after `at` a sequence of intermediate characters ends.
fn final_after(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.char_indices()
        .find(|(_, c)| !matches!(c, ' '..='/'))
        .map_or(rest.len(), |(at, c)| {
            at + if c.is_control() { 0 } else { c.len_utf8() }
        })
}

/// How long a control string is with its terminator, BEL or ST. Looks no further than that, so that a line of many is
/// still read once.
fn string_length(text: &str) -> usize {
    let mut follows_escape = false;
    for (at, c) in text.char_indices().skip(2) {
        match c {
            '\x07' | '\u{9c}' => return at + c.len_utf8(),
            '\\' if follows_escape => return at + 1,
            _ => follows_escape = c == '\x1b',
        }
    }
    text.len()
}

/// Whether a sequence only sets colours and styles.
fn is_style(sequence: &str) -> bool {
    sequence
        .strip_prefix("\x1b[")
        .and_then(|rest| rest.strip_suffix('m'))
        .is_some_and(|parameters| {
            parameters
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ';' | ':'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(line: &str) -> String {
        let mut out = String::new();
        sanitise(line, true, &mut out);
        out
    }

    #[test]
    fn colours_stay_and_end_with_the_line() {
        assert_eq!(clean("\x1b[31mred"), "\x1b[31mred\x1b[0m");
        assert_eq!(
            clean("\x1b[38;2;1;2;3mx\x1b[m"),
            "\x1b[38;2;1;2;3mx\x1b[m\x1b[0m"
        );
        let mut plain = String::new();
        sanitise("\x1b[31mred", false, &mut plain);
        assert_eq!(plain, "red");
    }

    #[test]
    fn nothing_else_reaches_the_terminal() {
        for (line, expected) in [
            ("a\x1b[2Jb", "ab"),
            ("a\x1b]0;title\x07b", "ab"),
            ("a\x1b]52;c;AAAA\x1b\\b", "ab"),
            ("a\x1b]0;no end", "a"),
            ("a\x1bPq#0\x1b\\b", "ab"),
            ("a\x1b[?1049hb\x1b[?1000h", "ab"),
            ("a\x1b(0b", "ab"),
            ("a\x1bcb", "ab"),
            ("a\x1b[>4;2mb", "ab"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{9d}b", "a\u{fffd}b"),
            ("a\x07\x08b", "a\u{2407}\u{2408}b"),
            ("50%\r100%\r", "50%\u{240d}100%"),
            ("tab\tü ok", "tab\tü ok"),
            ("a\u{202e}b", "a\u{fffd}b"),
            ("a\u{61c}\u{206f}b\u{2028}", "a\u{fffd}\u{fffd}b\u{fffd}"),
            ("a\x1b", "a"),
            ("a\x1b[3\x1b[2Jb", "ab"),
        ] {
            assert_eq!(clean(line), expected, "{line:?}");
        }
    }

    #[test]
    fn a_line_of_many_strings_is_read_once() {
        // Each looked for three ends in all of the rest: 4 GB of looking for this line.
        let line = "\x1b]\x07".repeat((64 << 10) / 3) + "end";
        assert_eq!(clean(&line), "end");
    }

    proptest! {
        #[test]
        fn whatever_a_worker_prints_only_styles_are_left(line in "(\\PC|[\u{1b}\\[\\]m;0-9Pc\u{7}\u{9b}\\\\])*") {
            let mut out = String::new();
            sanitise(&line, false, &mut out);
            prop_assert!(!out.chars().any(|c| c.is_control() && c != '\t'), "{out:?}");
        }
    }
}
