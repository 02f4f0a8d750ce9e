//! What is wrong with a JSON text, in plain words instead of the parser's. Called by `judge`.

/// How much of a word is shown, in characters.
const SHOWN: usize = 16;

/// What the parser found at this byte of a line: where that begins, and what is wrong. A reason that is not known stays.
pub(super) fn words(reason: &str, line: &str, at: usize) -> (usize, String) {
    let said = match reason {
        "expected ident" | "expected value" => return value(line, at),
        "key must be a string" => return key(line, at),
        "trailing comma" => "nothing comes after the comma",
        "trailing characters" => "the value ends before this: one message is one value",
        "expected `:`" => "a colon is missing after the key",
        "expected `,` or `}`" => "a comma or } is missing before this",
        "expected `,` or `]`" => "a comma or ] is missing before this",
        "EOF while parsing a list" => "the list is not closed: ] is missing",
        "EOF while parsing an object" => "the object is not closed: } is missing",
        "EOF while parsing a string" => "the text is not closed: \" is missing",
        "EOF while parsing a value" => "a value is missing",
        "invalid number" => "no JSON number: put it in quotes",
        "number out of range" => "the number is too large",
        "invalid escape" => "no such escape: write \\\\ for a backslash",
        "invalid unicode code point"
        | "unexpected end of hex escape"
        | "lone leading surrogate in hex escape" => "this \\u escape is no character",
        "recursion limit exceeded" => "it nests too deep",
        reason if reason.starts_with("control character") => {
            "write \\n for a line break in a text, \\t for a tab"
        }
        reason => reason,
    };
    (at, said.to_owned())
}

/// Something stands where a value belongs.
fn value(line: &str, at: usize) -> (usize, String) {
    let (at, word) = word(line, at);
    let said = match line.get(at..).and_then(|rest| rest.chars().next()) {
        _ if !word.is_empty() => {
            format!("{word} is no JSON: put it in quotes, or write true, false, null or a number")
        }
        Some('}' | ']') if follows_comma(line, at) => "nothing comes after the comma".to_owned(),
        None | Some('}' | ']' | ',') => "a value is missing".to_owned(),
        Some('\'') => "JSON takes \" for quotes, not '".to_owned(),
        Some(c) => format!("no value begins with {c}"),
    };
    (at, said)
}

/// Something stands where a key belongs.
fn key(line: &str, at: usize) -> (usize, String) {
    let (at, word) = word(line, at);
    let said = match line.get(at..).and_then(|rest| rest.chars().next()) {
        _ if !word.is_empty() => format!("a key stands in quotes: \"{word}\""),
        Some('\'') => "JSON takes \" for quotes, not '".to_owned(),
        Some('}') if follows_comma(line, at) => "nothing comes after the comma".to_owned(),
        _ => "a key in quotes is missing".to_owned(),
    };
    (at, said)
}

fn follows_comma(line: &str, at: usize) -> bool {
    let before = line.get(..at).unwrap_or_default();
    before.trim_end().ends_with(',')
}

/// The word that a place is in: where it begins, and its beginning.
fn word(line: &str, at: usize) -> (usize, String) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let before = line.get(..at).unwrap_or_default();
    let begin = before.trim_end_matches(is_part).len();
    let rest = line.get(begin..).unwrap_or_default();
    let whole = rest.chars().take_while(|c| is_part(*c));
    let word: String = whole.clone().take(SHOWN).collect();
    let cut = if whole.count() > SHOWN { "…" } else { "" };
    if word.is_empty() {
        return (at, word);
    }
    (begin, word + cut)
}

#[cfg(test)]
mod tests {
    use crate::tui::composer::{Verdict, judge};

    #[test]
    fn mistakes_are_told_in_plain_words_where_they_are() {
        for (text, wanted) in [
            (
                r#"{"a": nope}"#,
                "7: nope is no JSON: put it in quotes, or write true, false, null or a number",
            ),
            (
                "[é, True]",
                "2: é is no JSON: put it in quotes, or write true, false, null or a number",
            ),
            (
                "[1, True]",
                "5: True is no JSON: put it in quotes, or write true, false, null or a number",
            ),
            (r#"{"a": 'b'}"#, "7: JSON takes \" for quotes, not '"),
            ("[1,]", "4: nothing comes after the comma"),
            (r#"{"a":1,}"#, "8: nothing comes after the comma"),
            ("[,1]", "2: a value is missing"),
            (r#"{"a":}"#, "6: a value is missing"),
            (r#"{"a":"#, "6: a value is missing"),
            ("{a:1}", "2: a key stands in quotes: \"a\""),
            ("{'a':1}", "2: JSON takes \" for quotes, not '"),
            (r#"{"a" 1}"#, "6: a colon is missing after the key"),
            (r#"{"a":1 "b":2}"#, "8: a comma or } is missing before this"),
            ("[1 2]", "4: a comma or ] is missing before this"),
            ("[1", "3: the list is not closed: ] is missing"),
            (r#"{"a":1"#, "7: the object is not closed: } is missing"),
            (r#"{"a"#, "4: the text is not closed: \" is missing"),
            ("[01]", "3: no JSON number: put it in quotes"),
            ("[\"\\x\"]", "4: no such escape: write \\\\ for a backslash"),
            (
                "[1] x",
                "5: the value ends before this: one message is one value",
            ),
        ] {
            let Verdict::Invalid(1, column, reason) = judge(text) else {
                panic!("{text} is fine: {:?}", judge(text));
            };
            assert_eq!(format!("{column}: {reason}"), wanted, "{text}");
        }
    }
}
