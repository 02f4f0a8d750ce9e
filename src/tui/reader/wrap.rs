//! Styled lines cut to rows, moved sideways, and with finds lit up. Only harmless lines come here.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

/// Gathers characters of one row.
#[derive(Debug, Default)]
struct Row {
    spans: Vec<Span<'static>>,
    used: usize,
}

impl Row {
    fn push(&mut self, c: char, style: Style) {
        self.used += c.width().unwrap_or(0);
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(c),
            _ => self.spans.push(Span::styled(c.to_string(), style)),
        }
    }
}

fn characters(line: &Line<'static>) -> impl Iterator<Item = (char, Style)> {
    let spans = line.spans.iter();
    spans.flat_map(|span| span.content.chars().map(|c| (c, span.style)))
}

/// Cuts a line into at least one and at most `most` rows of at most `wide` cells, between words where they are not too
/// long; what is left over ends in `…`.
pub(crate) fn cut(line: &Line<'static>, wide: usize, most: usize) -> Vec<Line<'static>> {
    let all: Vec<(char, Style)> = characters(line)
        .filter(|(c, _)| c.width().unwrap_or(0) <= wide)
        .collect();
    let mut rest = all.as_slice();
    let mut rows = Vec::new();
    loop {
        let (mut here, after) = rest.split_at(fitting(rest, wide));
        let is_last = rows.len() + 1 >= most;
        if !after.is_empty() && !is_last {
            here = here.get(..between_words(here, after)).unwrap_or(here);
        }
        let mut row = Row::default();
        for (c, style) in here {
            row.push(*c, *style);
        }
        if is_last && !after.is_empty() {
            end(&mut row, wide);
        }
        rows.push(Line::from(row.spans));
        rest = rest.get(here.len()..).unwrap_or_default();
        if is_last || rest.is_empty() {
            return rows;
        }
    }
}

/// How many characters fit into a row.
fn fitting(characters: &[(char, Style)], wide: usize) -> usize {
    let mut used = 0;
    let mut fits = |(c, _): &(char, Style)| {
        used += c.width().unwrap_or(0);
        used <= wide
    };
    characters.iter().take_while(|each| fits(each)).count()
}

/// How many of a row's characters stay in it so that the next row begins with a word; all of them, where the word would
/// leave more than half of the row empty.
fn between_words(here: &[(char, Style)], after: &[(char, Style)]) -> usize {
    let is_blank = |each: &(char, Style)| each.0 == ' ';
    if after.first().is_some_and(is_blank) {
        return here.len();
    }
    let blank = here.iter().rposition(is_blank).map(|at| at + 1);
    blank
        .filter(|at| *at > here.len() / 2)
        .unwrap_or(here.len())
}

/// Puts `…` in the last cell of a row.
fn end(row: &mut Row, wide: usize) {
    while row.used >= wide.max(1) {
        let Some(last) = row.spans.last_mut() else {
            return;
        };
        match last.content.to_mut().pop() {
            Some(c) => row.used -= c.width().unwrap_or(0),
            None => drop(row.spans.pop()),
        }
    }
    if wide > 0 {
        let style = row.spans.last().map(|span| span.style).unwrap_or_default();
        row.push('…', style);
    }
}

/// A line without its first cells; of a wide character that is cut in two a blank is left.
pub(crate) fn aside(line: Line<'static>, cells: usize) -> Line<'static> {
    if cells == 0 {
        return line;
    }
    let mut row = Row::default();
    let mut at = 0;
    for (c, style) in characters(&line) {
        let wide = c.width().unwrap_or(0);
        if at >= cells && (wide > 0 || row.used > 0) {
            row.push(c, style);
        } else if at + wide > cells {
            row.push(' ', style);
        }
        at += wide;
    }
    Line::from(row.spans)
}

/// Lights up ranges of a line's text, which are in order.
pub(crate) fn light(line: Line<'static>, ranges: &[Range<usize>], light: Style) -> Line<'static> {
    if ranges.is_empty() {
        return line;
    }
    let mut row = Row::default();
    let mut at = 0;
    for (c, style) in characters(&line) {
        let is_lit = ranges.iter().any(|range| range.contains(&at));
        row.push(c, if is_lit { style.patch(light) } else { style });
        at += c.len_utf8();
    }
    Line::from(row.spans)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Modifier;

    use super::*;
    use crate::tui::sanitize::{Painter, width};

    fn painted(text: &str) -> Line<'static> {
        let mut painter = Painter::new(10_000);
        painter.output(text.as_bytes(), Style::new(), true);
        painter.finish()
    }

    fn rows(text: &str, wide: usize, most: usize) -> Vec<String> {
        let rows = cut(&painted(text), wide, most);
        rows.iter().map(Line::to_string).collect()
    }

    #[test]
    fn rows_are_as_wide_as_they_may_be_and_no_wide_character_breaks() {
        assert_eq!(rows("abcdef", 3, 9), ["abc", "def"]);
        assert_eq!(rows("a日本語", 4, 9), ["a日", "本語"]);
        assert_eq!(rows("", 4, 9), [""]);
        assert_eq!(rows("abcdefghi", 3, 2), ["abc", "de…"]);
        assert_eq!(rows("日本", 1, 9), [""]);
        assert_eq!(rows("one two three", 8, 9), ["one two ", "three"]);
        assert_eq!(rows("a longword", 6, 9), ["a long", "word"]);
    }

    #[test]
    fn a_line_moves_sideways_by_cells() {
        let moved = |text: &str, cells| aside(painted(text), cells).to_string();
        assert_eq!(moved("abcdef", 2), "cdef");
        assert_eq!(moved("日本語", 3), " 語");
        assert_eq!(moved("abc", 9), "");
    }

    #[test]
    fn finds_are_lit_and_the_rest_keeps_its_style() {
        let light_style = Style::new().add_modifier(Modifier::REVERSED);
        let ranges = std::slice::from_ref(&(1..2));
        let line = light(painted("a\x1b[31mbc\x1b[0md"), ranges, light_style);
        let lit: Vec<_> = line
            .spans
            .iter()
            .filter(|span| span.style.add_modifier.contains(Modifier::REVERSED))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!((line.to_string().as_str(), lit), ("abcd", vec!["b"]));
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_nothing_is_lost(
            text in "[a-z日本語👩\u{301}\u{200d}\t\u{1b}\u{202e}]{0,80}",
            wide in 2_usize..20,
            aside_by in 0_usize..30,
        ) {
            let line = painted(&text);
            let rows = cut(&line, wide, 1_000);
            let joined: String = rows.iter().map(Line::to_string).collect();
            prop_assert_eq!(joined, line.to_string());
            for row in &rows {
                prop_assert!(width(&row.to_string()) <= wide);
            }
            for row in cut(&line, wide, 2) {
                prop_assert!(width(&row.to_string()) <= wide);
            }
            let whole = width(&line.to_string());
            let moved = width(&aside(line, aside_by).to_string());
            prop_assert_eq!(moved, whole.saturating_sub(aside_by));
        }
    }
}
