//! A JSON line as people read it: its message first, then what else it holds; its time and level are shown beside it anyway.

use ratatui::style::Style;

use crate::tui::json::{Token, tokens};
use crate::tui::sanitize::Painter;
use crate::tui::theme::Theme;

/// The keys of a message.
const MESSAGE: [&str; 2] = ["msg", "message"];

/// What is shown beside the line, or is the same in all lines of a worker.
const BESIDE: [&str; 14] = [
    "level",
    "severity",
    "lvl",
    "levelname",
    "log.level",
    "@level",
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "date",
    "pid",
    "hostname",
    "v",
];

/// Paints an object that has a message; false where it has none.
pub(crate) fn brief(painter: &mut Painter, text: &str, base: Style, theme: Theme) -> bool {
    let pairs = pairs(text);
    let is_message = |key: &str| MESSAGE.contains(&key);
    let message = pairs.iter().find(|(key, _)| is_message(key));
    let message = message.and_then(|(_, value)| serde_json::from_str::<String>(value).ok());
    let Some(message) = message else {
        return false;
    };
    painter.text(&message, base);
    for (key, value) in pairs {
        if painter.is_full() {
            break;
        }
        if is_message(key) || BESIDE.contains(&key) {
            continue;
        }
        painter.text("  ", base).text(key, theme.dim());
        painter.text("=", theme.dim());
        for (token, piece) in tokens(value) {
            painter.text(piece, theme.token(token));
        }
    }
    true
}

/// The keys of an object with the text of their values, as far as it is whole.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut depth = 0_usize;
    let mut key = None;
    let mut start = None;
    let mut at = 0;
    for (token, piece) in tokens(text) {
        let begin = at;
        at += piece.len();
        let is_outer = depth == 1;
        let is_end = match (token, piece) {
            (Token::Mark, "{" | "[") => {
                depth += 1;
                false
            }
            (Token::Mark, "}" | "]") => {
                depth = depth.saturating_sub(1);
                is_outer
            }
            (Token::Mark, ":") if is_outer && start.is_none() => {
                start = Some(at);
                false
            }
            (Token::Key, name) if is_outer => {
                key = Some(name.trim_matches('"'));
                false
            }
            (Token::Mark, ",") => is_outer,
            // Values, and what is nested.
            _ => false,
        };
        if is_end {
            let value = start.take().and_then(|start| text.get(start..begin));
            pairs.extend(key.take().zip(value.map(str::trim)));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let mut painter = Painter::new(200);
        let theme = Theme::plain();
        brief(&mut painter, text, theme.text(), theme).then(|| painter.finish().to_string())
    }

    #[test]
    fn a_message_comes_first_and_the_rest_behind_it() {
        let text = r#"{"level":30,"time":1,"req":{"id":7,"a":[1,2]},"msg":"a \"b\"","ms":1.5}"#;
        let wanted = r#"a "b"  req={"id":7,"a":[1,2]}  ms=1.5"#;
        assert_eq!(shown(text).as_deref(), Some(wanted));
        assert_eq!(shown(r#"{"message":"x"}"#).as_deref(), Some("x"));
    }

    #[test]
    fn an_object_without_a_message_is_left_as_it_is() {
        for text in [
            r#"{"a":1}"#,
            r#"{"a":{"msg":"x"}}"#,
            r#"{"msg":7}"#,
            "{}",
            "{",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
