//! A screen as text and as a picture.

use std::fmt::Write;

use ratatui::buffer::Buffer;

use crate::tui::picture::blocks::CELL;
use crate::tui::picture::paint::Paint;
use crate::tui::picture::row::row;
use crate::tui::sanitize::width;

/// The room around the screen.
const MARGIN: u16 = 12;

/// The screen as text, a line for each row.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while let Some(cell) = buffer.cell((x, y)).filter(|_| x < buffer.area.width) {
            line.push_str(cell.symbol());
            x += u16::try_from(width(cell.symbol())).unwrap_or(1).max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The screen as an SVG picture.
pub(crate) fn still(buffer: &Buffer, paint: &Paint) -> String {
    let mut out = head((buffer.area.width, buffer.area.height), paint, "");
    for y in 0..buffer.area.height {
        place(
            y,
            "",
            &row(buffer, y, 0..buffer.area.width, paint),
            &mut out,
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Puts a row's elements at their place, in a group with these attributes.
pub(crate) fn place(y: u16, attributes: &str, row: &str, out: &mut String) {
    if !row.is_empty() {
        let top = y * CELL.1;
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<g{attributes} transform=\"translate(0 {top})\">{row}</g>"
        );
    }
}

/// The beginning of a picture of so many columns and rows, with further style rules.
pub(crate) fn head((columns, rows): (u16, u16), paint: &Paint, rules: &str) -> String {
    let (wide, high) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{MARGIN} -{MARGIN} {wide} {high}\" \
         width=\"{wide}\" height=\"{high}\" font-size=\"13.3\" xml:space=\"preserve\" \
         font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\">\n\
         <style>.l{{fill:none}}text{{white-space:pre}}{rules}</style>\n\
         <rect x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"{wide}\" height=\"{high}\" rx=\"8\" fill=\"#{:06x}\"/>\n",
        paint.background
    )
}
