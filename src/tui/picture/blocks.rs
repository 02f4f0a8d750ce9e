//! Signs that are drawn as shapes, since fonts differ in how they join them: blocks, shades, braille, lines.

use std::fmt::Write;

/// The size of a cell.
pub(crate) const CELL: (u16, u16) = (8, 17);

/// A rectangle within a cell, in sixty-fourths of its width and of its height: left, top, right, bottom.
type Part = (u16, u16, u16, u16);

const FULL: u16 = 64;
const HALF: u16 = 32;

/// How opaque a sign is that covers its whole cell, in percent; the others are opaque.
pub(crate) fn shade(sign: char) -> Option<u8> {
    match sign {
        '░' => Some(28),
        '▒' => Some(52),
        '▓' => Some(76),
        _ => None,
    }
}

/// Whether a sign is one of the blocks or dots.
pub(crate) fn is_block(sign: char) -> bool {
    matches!(sign, '\u{2580}'..='\u{259f}' | '\u{2801}'..='\u{28ff}')
}

/// The outline of `count` equal blocks side by side, as SVG path data from cell `x` of a row.
pub(crate) fn outline(sign: char, x: u16, count: u16, path: &mut String) {
    let spans = parts(sign)
        .iter()
        .all(|(left, _, right, _)| (*left, *right) == (0, FULL));
    let (times, wide) = if spans { (1, count) } else { (count, 1) };
    for time in 0..times {
        for (left, top, right, bottom) in parts(sign) {
            let from = f32::from(x + time) * f32::from(CELL.0) + part(left, CELL.0);
            let width = part(right - left, CELL.0)
                + f32::from(wide - 1) * f32::from(CELL.0) * f32::from(u8::from(spans));
            let (y, height) = (part(top, CELL.1), part(bottom - top, CELL.1));
            // Writing to a string cannot fail.
            let _ = write!(path, "M{from} {y}h{width}v{height}h-{width}z");
        }
    }
}

fn part(of: u16, size: u16) -> f32 {
    f32::from(of) * f32::from(size) / f32::from(FULL)
}

/// What a block covers.
fn parts(sign: char) -> Vec<Part> {
    let code = u32::from(sign);
    let eighth = |from: u32| u16::try_from(code - from).unwrap_or(0) * 8;
    match sign {
        '▀' => vec![(0, 0, FULL, HALF)],
        '▁'..='█' => vec![(0, FULL - eighth(0x2580), FULL, FULL)],
        '▉'..='▏' => vec![(0, 0, FULL - eighth(0x2588), FULL)],
        '▐' => vec![(HALF, 0, FULL, FULL)],
        '░'..='▓' => vec![(0, 0, FULL, FULL)],
        '▔' => vec![(0, 0, FULL, 8)],
        '▕' => vec![(56, 0, FULL, FULL)],
        '▖'..='▟' => quarters(code),
        '\u{2801}'..='\u{28ff}' => dots(code - 0x2800),
        _ => Vec::new(),
    }
}

fn quarters(code: u32) -> Vec<Part> {
    /// Upper left, upper right, lower left, lower right, of each sign from U+2596 on.
    const COVERED: [u8; 10] = [
        0b0010, 0b0001, 0b1000, 0b1011, 0b1001, 0b1110, 0b1101, 0b0100, 0b0110, 0b0111,
    ];
    let place = usize::try_from(code - 0x2596).unwrap_or(0);
    let covered = COVERED.get(place).copied().unwrap_or(0);
    let all = [
        (0b1000, (0, 0, HALF, HALF)),
        (0b0100, (HALF, 0, FULL, HALF)),
        (0b0010, (0, HALF, HALF, FULL)),
        (0b0001, (HALF, HALF, FULL, FULL)),
    ];
    all.into_iter()
        .filter(|(bit, _)| covered & bit != 0)
        .map(|(_, part)| part)
        .collect()
}

fn dots(bits: u32) -> Vec<Part> {
    /// Column and row of each bit.
    const PLACES: [(u16, u16); 8] = [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
        (0, 3),
        (1, 3),
    ];
    let places = PLACES.iter().enumerate();
    places
        .filter(|(bit, _)| bits & (1 << bit) != 0)
        .map(|(_, (column, row))| {
            let (x, y) = (column * HALF + 8, row * 16 + 4);
            (x, y, x + 16, y + 8)
        })
        .collect()
}

/// The strokes of a line sign from cell `x` of a row, as SVG path data; false for other signs.
pub(crate) fn strokes(sign: char, x: u16, path: &mut String) -> bool {
    let (width, height) = (f32::from(CELL.0), f32::from(CELL.1));
    let (left, right) = (f32::from(x) * width, f32::from(x + 1) * width);
    let (middle, centre) = (left + width / 2.0, height / 2.0);
    let across = format!("M{left} {centre}H{right}");
    let down = format!("M{middle} 0V{height}");
    let bend = width / 2.0;
    let text = match sign {
        '─' | '—' => across,
        '│' => down,
        '├' => format!("{down}M{middle} {centre}H{right}"),
        '┤' => format!("{down}M{middle} {centre}H{left}"),
        '┬' => format!("{across}M{middle} {centre}V{height}"),
        '┴' => format!("{across}M{middle} {centre}V0"),
        '┼' => format!("{across}{down}"),
        '╭' => format!(
            "M{right} {centre}Q{middle} {centre} {middle} {}V{height}",
            centre + bend
        ),
        '╮' => format!(
            "M{left} {centre}Q{middle} {centre} {middle} {}V{height}",
            centre + bend
        ),
        '╰' => format!(
            "M{right} {centre}Q{middle} {centre} {middle} {}V0",
            centre - bend
        ),
        '╯' => format!(
            "M{left} {centre}Q{middle} {centre} {middle} {}V0",
            centre - bend
        ),
        _ => return false,
    };
    path.push_str(&text);
    true
}
