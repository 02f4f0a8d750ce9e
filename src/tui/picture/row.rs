//! One row of cells as SVG, wherever it stands.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::tui::picture::blocks::{CELL, is_block, outline, shade, strokes};
use crate::tui::picture::paint::{Ink, Paint};
use crate::tui::sanitize::width;

/// The line on which letters stand.
const BASE: u16 = 13;

/// What a row is made of, from back to front: backgrounds by their colour, shapes by colour and how opaque they are,
/// strokes by colour, text.
#[derive(Debug, Default)]
struct Parts {
    behind: BTreeMap<u32, String>,
    shapes: BTreeMap<(u32, u8), String>,
    strokes: BTreeMap<u32, String>,
    text: String,
}

/// The elements of some columns of a row; the same text for what looks the same. Empty where nothing is to be drawn.
pub(crate) fn row(buffer: &Buffer, y: u16, columns: Range<u16>, paint: &Paint) -> String {
    let mut parts = Parts::default();
    let end = columns.end.min(buffer.area.width);
    let mut x = columns.start;
    while x < end {
        x += run(buffer, (x, y), end, paint, &mut parts);
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    for (color, path) in &parts.behind {
        let _ = write!(out, "<path fill=\"#{color:06x}\" d=\"{path}\"/>");
    }
    for ((color, opacity), path) in &parts.shapes {
        let _ = write!(out, "<path fill=\"#{color:06x}\"");
        if *opacity < 100 {
            let _ = write!(out, " fill-opacity=\".{opacity:02}\"");
        }
        let _ = write!(out, " d=\"{path}\"/>");
    }
    for (color, path) in &parts.strokes {
        let _ = write!(
            out,
            "<path class=\"l\" stroke=\"#{color:06x}\" d=\"{path}\"/>"
        );
    }
    out.push_str(&parts.text);
    out
}

/// Draws the cells from `x` on that look alike, up to `end`; how many they are.
fn run(buffer: &Buffer, (x, y): (u16, u16), end: u16, paint: &Paint, parts: &mut Parts) -> u16 {
    let Some(first) = buffer.cell((x, y)) else {
        return 1;
    };
    let ink = paint.ink(first.style());
    let sign = first.symbol().chars().next().unwrap_or(' ');
    let kind = Kind::of(first.symbol());
    let mut text = String::new();
    let mut at = x;
    while let Some(cell) = buffer.cell((at, y)).filter(|_| at < end) {
        let symbol = cell.symbol();
        let is_alike = match kind {
            Kind::Shape | Kind::Line => symbol == first.symbol(),
            Kind::Text => Kind::of(symbol) == Kind::Text,
        };
        if !is_alike || paint.ink(cell.style()) != ink {
            break;
        }
        text.push_str(symbol);
        at += u16::try_from(width(symbol)).unwrap_or(1).max(1);
    }
    let cells = (at - x).max(1);
    if let Some(back) = ink.back {
        let path = parts.behind.entry(back).or_default();
        outline('█', x, cells, path);
    }
    match kind {
        Kind::Shape => {
            let opacity = shade(sign).unwrap_or(100);
            let path = parts.shapes.entry((ink.fore, opacity)).or_default();
            outline(sign, x, cells, path);
        }
        Kind::Line => {
            let path = parts.strokes.entry(ink.fore).or_default();
            for cell in 0..cells {
                strokes(sign, x + cell, path);
            }
        }
        Kind::Text => write_text(&text, x, cells, ink, &mut parts.text),
    }
    cells
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shape,
    Line,
    Text,
}

impl Kind {
    fn of(symbol: &str) -> Self {
        let mut signs = symbol.chars();
        match (signs.next(), signs.next()) {
            (Some(sign), None) if is_block(sign) => Self::Shape,
            (Some(sign), None) if strokes(sign, 0, &mut String::new()) => Self::Line,
            _ => Self::Text,
        }
    }
}

fn write_text(text: &str, x: u16, cells: u16, ink: Ink, out: &mut String) {
    let kept = text.trim_end();
    let start = kept.len() - kept.trim_start().len();
    let kept = kept.trim_start();
    if kept.is_empty() {
        return;
    }
    let lead = text.get(..start).map_or(0, width);
    let trail = usize::from(cells).saturating_sub(lead + width(kept));
    let long = (usize::from(cells) - lead - trail) * usize::from(CELL.0);
    let from = (usize::from(x) + lead) * usize::from(CELL.0);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<text x=\"{from}\" y=\"{BASE}\" fill=\"#{:06x}\" textLength=\"{long}\"",
        ink.fore
    );
    for (manner, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\".6\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        if ink.manner.contains(manner) {
            out.push_str(attribute);
        }
    }
    out.push('>');
    for c in kept.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Not allowed in XML; the screen shows symbols for them anyway.
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out.push_str("</text>");
}
