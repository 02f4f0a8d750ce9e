//! JSON as people read it: colours on one line, or indented over several. Works on cut off and invalid text too.
//!
//! A lexer only: it never builds a value. Called by the message views.

use crate::tui::figures::count;
use crate::tui::sanitize::Painter;
use crate::tui::theme::Theme;
use crate::wire::Message;

/// How many lines of a text are shown whole.
pub(crate) const LINES: usize = 5_000;

/// How much of a text is looked at, in bytes.
const BYTES: usize = 256 << 10;

/// How much of it is looked at each frame, in bytes.
const HEAD: usize = 4096;

/// What a piece of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A string before a colon.
    Key,
    /// Any other string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// Brackets, commas, colons.
    Mark,
    /// White space.
    Space,
    /// What JSON does not have.
    Other,
}

/// Splits a text into tokens; together they are the text.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = (Token, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (token, length) = next(rest)?;
        let (piece, after) = rest.split_at_checked(length)?;
        rest = after;
        Some((token, piece))
    })
}

fn next(text: &str) -> Option<(Token, usize)> {
    let first = text.chars().next()?;
    let run = |wanted: fn(char) -> bool| text.find(|c| !wanted(c)).unwrap_or(text.len());
    Some(match first {
        '"' => {
            let length = string_length(text);
            let after = text.get(length..).unwrap_or_default();
            let is_key = after.trim_start().starts_with(':');
            (if is_key { Token::Key } else { Token::String }, length)
        }
        '-' | '0'..='9' => (
            Token::Number,
            run(|c| matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')),
        ),
        '{' | '}' | '[' | ']' | ',' | ':' => (Token::Mark, 1),
        ' ' | '\t' | '\n' | '\r' => (Token::Space, run(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))),
        c if c.is_ascii_alphabetic() => {
            let length = run(|c| c.is_ascii_alphabetic());
            let token = match text.get(..length) {
                Some("true" | "false" | "null") => Token::Word,
                _ => Token::Other,
            };
            (token, length)
        }
        c => (Token::Other, c.len_utf8()),
    })
}

fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Paints a JSON text on one line, as far as it fits.
pub(crate) fn paint(painter: &mut Painter, text: &str, theme: Theme) {
    // Of a long text only its beginning can be seen; finding a string's end must not walk megabytes a frame.
    let end = text.floor_char_boundary(text.len().min(HEAD));
    for (token, piece) in tokens(text.get(..end).unwrap_or_default()) {
        if painter.is_full() {
            return;
        }
        painter.text(piece, theme.token(token));
    }
}

/// A JSON text over several lines, as much of it as people look at, and how much is left out.
pub(crate) fn whole(text: &str) -> Vec<String> {
    let end = text.floor_char_boundary(text.len().min(BYTES));
    let mut lines = pretty(text.get(..end).unwrap_or_default(), LINES);
    if end < text.len() {
        lines.push(format!("… {} bytes more", count((text.len() - end) as u64)));
    }
    lines
}

/// The beginning of a message over at most `most` lines, for what is drawn each frame.
pub(crate) fn beginning(message: &Message, most: usize) -> Vec<String> {
    pretty(head(message), most)
}

/// As much of a message as fits on any screen; never looks at the rest, which may be megabytes.
pub(crate) fn head(message: &Message) -> &str {
    let bytes = message.as_bytes();
    let bytes = bytes.get(..HEAD).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(cut) => {
            let whole = bytes.get(..cut.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
    }
}

/// A JSON text over several lines, at most `most` of them.
pub(crate) fn pretty(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut depth = 0_usize;
    let mut before = "";
    for (token, piece) in tokens(text).filter(|(token, _)| *token != Token::Space) {
        if lines.len() >= most {
            lines.push("…".to_owned());
            return lines;
        }
        let closes = token == Token::Mark && matches!(piece, "}" | "]");
        let was_open = matches!(before, "{" | "[");
        depth = if closes {
            depth.saturating_sub(1)
        } else {
            depth
        };
        if (was_open && !closes) || before == "," || (closes && !was_open) {
            lines.push(std::mem::take(&mut line));
            line = "  ".repeat(depth.min(32));
        }
        line.push_str(piece);
        if token == Token::Mark {
            match piece {
                "{" | "[" => depth += 1,
                ":" => line.push(' '),
                _ => {}
            }
        }
        before = if token == Token::Mark { piece } else { "" };
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart_and_lose_nothing() {
        let text = r#"{"a\"b": [1.5e3, "x", true, nope]}"#;
        let all: Vec<_> = tokens(text).collect();
        let joined: String = all.iter().map(|(_, piece)| *piece).collect();
        assert_eq!(joined, text);
        assert_eq!(all[1], (Token::Key, r#""a\"b""#));
        assert!(all.contains(&(Token::Number, "1.5e3")));
        assert!(all.contains(&(Token::String, "\"x\"")));
        assert!(all.contains(&(Token::Word, "true")));
        assert!(all.contains(&(Token::Other, "nope")));
    }

    #[test]
    fn broken_text_is_split_to_its_end() {
        for text in ["\"abc", "{\"a\":", "\"a\\", "日本\"", "-", ""] {
            let joined: String = tokens(text).map(|(_, piece)| piece).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn the_head_of_a_message_ends_with_a_whole_character() {
        let message = |text: String| Message::parse(&text).unwrap();
        let long = message(format!("\"{}\"", "é".repeat(3_000)));
        assert_eq!(head(&long).len(), HEAD - 1);
        assert!(head(&long).ends_with('é'));
        assert_eq!(head(&message("[1]".to_owned())), "[1]");
    }

    #[test]
    fn pretty_text_is_indented() {
        assert_eq!(
            pretty(r#"{"a":[1,{}],"b":"x"}"#, 99),
            [
                "{",
                "  \"a\": [",
                "    1,",
                "    {}",
                "  ],",
                "  \"b\": \"x\"",
                "}"
            ]
        );
        assert_eq!(pretty("[1,2,3]", 2), ["[", "  1,", "…"]);
    }
}
