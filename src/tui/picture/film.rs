//! Screens one after the other as one SVG picture that moves: each piece of a row is drawn once for each thing it ever
//! showed, and shown while it was so.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use ratatui::buffer::Buffer;

use crate::tui::picture::paint::Paint;
use crate::tui::picture::row::row;
use crate::tui::picture::svg::{head, place};

/// The least time between two pictures.
const PACE: Duration = Duration::from_millis(150);

/// How many columns a piece has: fewer make more pieces, more draw anew what did not change.
const PIECE: u16 = 10;

/// The longest film, in pictures.
const LONGEST: usize = 3000;

/// What was on the screen, and when.
#[derive(Debug)]
pub(crate) struct Film {
    paint: Paint,
    size: (u16, u16),
    /// For each piece of each row what it showed, and from which picture on.
    pieces: Vec<Vec<(usize, String)>>,
    /// When each picture came, from the first.
    times: Vec<Duration>,
}

impl Film {
    /// A film of a screen of so many columns and rows.
    pub(crate) fn new(size: (u16, u16), paint: Paint) -> Self {
        Self {
            paint,
            size,
            pieces: vec![Vec::new(); places(size).count()],
            times: Vec::new(),
        }
    }

    /// Takes a picture, unless the last one is too young.
    pub(crate) fn take(&mut self, at: Duration, buffer: &Buffer) {
        let is_young = self.times.last().is_some_and(|last| at < *last + PACE);
        if is_young || self.times.len() >= LONGEST {
            return;
        }
        let picture = self.times.len();
        self.times.push(at);
        for ((x, y), versions) in places(self.size).zip(&mut self.pieces) {
            let drawn = row(buffer, y, x..x + PIECE, &self.paint);
            if versions.last().is_none_or(|(_, last)| *last != drawn) {
                versions.push((picture, drawn));
            }
        }
    }

    /// The film as SVG that runs for ever, `end` being when the last picture ends.
    pub(crate) fn finish(&self, end: Duration) -> String {
        let start = self.times.first().copied().unwrap_or_default();
        let long = end.saturating_sub(start).max(PACE);
        let percent = |picture: usize| {
            let at = self.times.get(picture).copied().unwrap_or(end);
            100.0 * at.saturating_sub(start).as_secs_f32() / long.as_secs_f32()
        };
        let mut rules = String::new();
        let mut classes: HashMap<(usize, usize), usize> = HashMap::new();
        let mut body = String::new();
        for ((_, y), versions) in places(self.size).zip(&self.pieces) {
            let ends = versions.iter().skip(1).map(|(from, _)| *from);
            let ends = ends.chain([self.times.len()]);
            for ((from, drawn), to) in versions.iter().zip(ends) {
                if (*from, to) == (0, self.times.len()) {
                    place(y, "", drawn, &mut body);
                    continue;
                }
                let known = classes.len();
                let class = *classes.entry((*from, to)).or_insert(known);
                if class == known {
                    shown_from(class, percent(*from), percent(to), &mut rules);
                }
                place(y, &format!(" class=\"r a{class}\""), drawn, &mut body);
            }
        }
        let all = format!(
            ".r{{visibility:hidden;animation:{:.2}s step-end infinite}}{rules}",
            long.as_secs_f32()
        );
        let mut out = head(self.size, &self.paint, &all);
        out.push_str(&body);
        out.push_str("</svg>\n");
        out
    }
}

/// Where the pieces of a screen begin, row by row.
fn places((columns, rows): (u16, u16)) -> impl Iterator<Item = (u16, u16)> {
    let starts = usize::from(PIECE);
    (0..rows).flat_map(move |y| (0..columns).step_by(starts).map(move |x| (x, y)))
}

/// The rule of what is shown from one part of the film to another.
fn shown_from(class: usize, from: f32, to: f32, rules: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(rules, "@keyframes k{class}{{");
    if from > 0.0 {
        let _ = write!(rules, "0%{{visibility:hidden}}");
    }
    let _ = write!(rules, "{from:.2}%{{visibility:visible}}");
    if to < 100.0 {
        let _ = write!(rules, "{to:.2}%{{visibility:hidden}}");
    }
    let _ = write!(rules, "}}.a{class}{{animation-name:k{class}}}");
}
