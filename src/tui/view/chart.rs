//! A number over time as an area of dots: two samples a cell, four dots a row. Called by what shows one thing whole.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::model::History;
use crate::tui::sanitize::Painter;
use crate::tui::view::spark;

/// The dots of a cell, from the lowest: of its left column and of its right one (Unicode, block Braille Patterns).
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// Draws the newest samples over `cells` by `rows` cells, `top` being as high as they go.
pub(crate) fn area(
    history: &History,
    (cells, rows): (usize, usize),
    top: f32,
    style: impl Fn(f32) -> Style,
) -> Vec<Line<'static>> {
    let samples = spark::newest(history, cells * 2);
    let heights: Vec<usize> = samples
        .iter()
        .map(|sample| height(*sample, top, rows * 4))
        .collect();
    let lines = (0..rows).rev().map(|row| {
        let mut painter = Painter::new(cells);
        for (pair, known) in heights.chunks(2).zip(samples.chunks(2)) {
            let most = known
                .iter()
                .flatten()
                .fold(0.0_f32, |most, one| most.max(*one));
            let text = cell(pair, row).to_string();
            painter.text(&text, style(most));
        }
        painter.finish()
    });
    lines.collect()
}

/// The most that a history has, and nothing less than `least`.
pub(crate) fn most(history: &History, least: f32) -> f32 {
    history.iter().flatten().fold(least, f32::max)
}

/// How many dots high a sample is; what is there at all has one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share between 0 and 1 becomes a few dots"
)]
fn height(sample: Option<f32>, top: f32, dots: usize) -> usize {
    sample.map_or(0, |sample| {
        let share = (sample / top.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
        ((share * dots as f32).round() as usize).max(1)
    })
}

/// One cell of a row, counted from the lowest.
fn cell(heights: &[usize], row: usize) -> char {
    let mut dots = 0;
    for (height, column) in heights.iter().zip(DOTS) {
        let filled = height.saturating_sub(row * 4).min(4);
        dots |= column.iter().take(filled).fold(0, |all, dot| all | dot);
    }
    if dots == 0 {
        return ' ';
    }
    char::from_u32(0x2800 + dots).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_on_the_floor_and_end_at_the_right() {
        let mut history = History::default();
        for sample in [None, Some(0.0), Some(50.0), Some(100.0)] {
            history.push(sample);
        }
        let lines = area(&history, (3, 2), 100.0, |_| Style::new());
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["  ⢸", " ⢀⣿"]);
        assert!((most(&history, 0.0) - 100.0).abs() < f32::EPSILON);
        assert!((most(&history, 200.0) - 200.0).abs() < f32::EPSILON);
    }
}
