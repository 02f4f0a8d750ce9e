//! The picture in cells, two pixels each; tiles edged in the colour of whoever has them.
//!
//! On a terminal without colours cells are shades, and tiles are framed by lines.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::model::MonoTime;
use crate::tui::figures::cells;
use crate::tui::offload::{Hand, Offload, Picture, Spot, Stage, fit, lightness, mix};
use crate::tui::screen::Screen;
use crate::tui::theme::{Depth, Rgb};

/// How long a tile is edged after it came, and how long one is red after its worker died.
const AFTER: Duration = Duration::from_millis(600);
const RED: Duration = Duration::from_millis(2500);

/// The colours of workers, by their place.
const INKS: [Rgb; 12] = [
    [255, 95, 135],
    [80, 250, 123],
    [255, 200, 60],
    [90, 200, 255],
    [200, 120, 255],
    [255, 140, 60],
    [60, 230, 210],
    [255, 120, 220],
    [180, 240, 80],
    [130, 150, 255],
    [255, 170, 150],
    [150, 220, 190],
];

/// The parent's colour, and that of a tile whose worker died.
const PARENT: Rgb = [255, 255, 255];
const LOST: Rgb = [255, 30, 40];

/// Shades from dark to light.
const SHADES: &[char] = &[' ', '░', '▒', '▓', '█'];
const SIGNS: &[char] = &[' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// The colour of whoever computes.
pub(super) fn ink(screen: &Screen, hand: &Hand) -> Rgb {
    let Hand::Worker(id) = hand else {
        return PARENT;
    };
    let pools = &screen.offload.pools;
    let pool = pools.iter().position(|pool| *pool == id.pool).unwrap_or(0);
    let number = usize::try_from(id.number).unwrap_or(1).saturating_sub(1);
    let place = number * pools.len().max(1) + pool;
    INKS.get(place % INKS.len()).copied().unwrap_or(PARENT)
}

/// Draws the picture into the upper left of `area`.
pub(super) fn render(screen: &Screen, picture: &Picture, area: Rect, buffer: &mut Buffer) {
    let now = screen.now.mono;
    let mut canvas = Canvas::new(picture);
    for spot in picture.spots() {
        canvas.veil(spot);
    }
    for spot in picture.spots() {
        canvas.edge(screen, spot, now);
    }
    let (width, height) = picture.size();
    let high = height.div_ceil(2).min(area.height);
    for row in 0..high {
        for column in 0..width.min(area.width) {
            let upper = canvas.pixel((column, row * 2));
            let lower = canvas.pixel((column, row * 2 + 1));
            if let Some(cell) = buffer.cell_mut((area.x + column, area.y + row)) {
                let (c, style) = cell_of(&screen.offload, upper, lower);
                cell.set_char(c).set_style(style);
            }
        }
    }
    let shown = Rect {
        width: width.min(area.width),
        height: high,
        ..area
    };
    for spot in picture.spots() {
        label(screen, picture, spot, shown, buffer);
    }
}

/// A cell's sign and colours.
fn cell_of(offload: &Offload, upper: Rgb, lower: Rgb) -> (char, Style) {
    if offload.depth == Depth::None || offload.is_ascii {
        let both = mix(upper, lower, 128);
        let ramp = if offload.is_ascii { SIGNS } else { SHADES };
        let style = match offload.depth {
            Depth::None => Style::new(),
            depth => Style::new().fg(fit(depth, both)),
        };
        return (shade(lightness(both), ramp), style);
    }
    let (fg, bg) = (fit(offload.depth, upper), fit(offload.depth, lower));
    if fg == bg {
        return (' ', Style::new().bg(bg));
    }
    ('▀', Style::new().fg(fg).bg(bg))
}

/// The sign that is as light; dark ones are told apart more finely, as eyes do.
fn shade(lightness: u8, ramp: &[char]) -> char {
    let root = u32::from(lightness).isqrt() * 16;
    let steps = u32::try_from(ramp.len()).unwrap_or(1);
    let step = usize::try_from(root * steps / 256).unwrap_or(0);
    ramp.get(step.min(ramp.len().saturating_sub(1)))
        .copied()
        .unwrap_or(' ')
}

/// The pixels as they are to be seen.
struct Canvas {
    width: u16,
    side: u16,
    pixels: Vec<Rgb>,
}

impl Canvas {
    fn new(picture: &Picture) -> Self {
        let (width, _) = picture.size();
        Self {
            width,
            side: picture.side(),
            pixels: picture.pixels().to_vec(),
        }
    }

    fn at(&self, (column, row): (u16, u16)) -> usize {
        usize::from(row) * usize::from(self.width) + usize::from(column)
    }

    fn pixel(&self, at: (u16, u16)) -> Rgb {
        self.pixels.get(self.at(at)).copied().unwrap_or_default()
    }

    fn blend(&mut self, at: (u16, u16), color: Rgb, parts: u16) {
        let at = self.at(at);
        if let Some(pixel) = self.pixels.get_mut(at) {
            *pixel = mix(*pixel, color, parts);
        }
    }

    /// Darkens what is not there yet: an earlier picture shows through.
    fn veil(&mut self, spot: &Spot) {
        if !matches!(spot.stage, Stage::Done(..)) {
            self.fill(spot, [0, 0, 0], 130);
        }
    }

    fn fill(&mut self, spot: &Spot, color: Rgb, parts: u16) {
        let (left, top) = (spot.place.0 * self.side, spot.place.1 * self.side);
        for row in top..top + spot.tile.height {
            for column in left..left + spot.tile.width {
                self.blend((column, row), color, parts);
            }
        }
    }

    fn edge(&mut self, screen: &Screen, spot: &Spot, now: MonoTime) {
        let fading = |since: MonoTime, long: Duration| {
            let left = long.saturating_sub(now.since(since)).as_millis() * 256;
            // Nothing fades where nothing may move: it is there, and then it is not.
            if screen.offload.is_still {
                return if left > 0 { 256 } else { 0 };
            }
            u16::try_from(left / long.as_millis()).unwrap_or(256)
        };
        if screen.offload.depth == Depth::None {
            return;
        }
        if let Some(since) = spot.lost {
            let parts = fading(since, RED);
            self.fill(spot, LOST, parts * 3 / 4);
            self.frame(spot, LOST, parts);
        }
        match &spot.stage {
            Stage::Computing(hand) => {
                let ink = ink(screen, hand);
                self.fill(spot, ink, 28);
                self.frame(spot, ink, 230);
            }
            Stage::Done(hand, since) => {
                let parts = fading(*since, AFTER);
                self.frame(spot, ink(screen, hand), parts * 3 / 4);
            }
            Stage::Waiting | Stage::Given => {}
        }
    }

    fn frame(&mut self, spot: &Spot, color: Rgb, parts: u16) {
        if parts == 0 {
            return;
        }
        let (left, top) = (spot.place.0 * self.side, spot.place.1 * self.side);
        let (right, bottom) = (left + spot.tile.width - 1, top + spot.tile.height - 1);
        for column in left..=right {
            self.blend((column, top), color, parts);
            self.blend((column, bottom), color, parts);
        }
        for row in top + 1..bottom {
            self.blend((left, row), color, parts);
            self.blend((right, row), color, parts);
        }
    }
}

/// Writes into a tile who has it; without colours frames it, too.
fn label(screen: &Screen, picture: &Picture, spot: &Spot, area: Rect, buffer: &mut Buffer) {
    let is_lost = spot
        .lost
        .is_some_and(|since| screen.now.mono.since(since) < RED);
    let (text, color) = match &spot.stage {
        Stage::Computing(Hand::Parent) => ("parent".to_owned(), PARENT),
        Stage::Computing(hand @ Hand::Worker(id)) => (id.to_string(), ink(screen, hand)),
        Stage::Given if is_lost => ("✖ killed".to_owned(), PARENT),
        _ => return,
    };
    let side = picture.side();
    let tile = Rect {
        x: area.x + spot.place.0 * side,
        y: area.y + spot.place.1 * side / 2,
        width: spot.tile.width,
        height: spot.tile.height.div_ceil(2),
    }
    .intersection(area);
    if screen.offload.depth == Depth::None {
        lines(tile, buffer);
    }
    let taken = cells(text.chars().count());
    if tile.height < 3 || tile.width < taken + 2 {
        return;
    }
    let (x, y) = (tile.x + (tile.width - taken) / 2, tile.y + tile.height / 2);
    for (column, c) in (0..).zip(text.chars()) {
        if let Some(cell) = buffer.cell_mut((x + column, y)) {
            let ground = if cell.symbol() == "▀" {
                mean(cell.fg, cell.bg)
            } else {
                cell.bg
            };
            let style = Style::new().fg(fit(screen.offload.depth, color)).bg(ground);
            cell.set_char(c);
            cell.set_style(style.add_modifier(Modifier::BOLD));
        }
    }
}

/// What lies between two colours, where that can be said.
fn mean(one: Color, other: Color) -> Color {
    match (one, other) {
        (Color::Rgb(r1, g1, b1), Color::Rgb(r2, g2, b2)) => {
            let [r, g, b] = mix([r1, g1, b1], [r2, g2, b2], 128);
            Color::Rgb(r, g, b)
        }
        (_, other) => other,
    }
}

/// Frames a tile with lines.
fn lines(tile: Rect, buffer: &mut Buffer) {
    if tile.width < 2 || tile.height < 2 {
        return;
    }
    let (right, bottom) = (tile.right() - 1, tile.bottom() - 1);
    for y in tile.y..=bottom {
        for x in tile.x..=right {
            let sign = match (x == tile.x, x == right, y == tile.y, y == bottom) {
                (true, _, true, _) => '╭',
                (_, true, true, _) => '╮',
                (true, _, _, true) => '╰',
                (_, true, _, true) => '╯',
                (true, ..) | (_, true, ..) => '│',
                (_, _, true, _) | (.., true) => '─',
                _ => continue,
            };
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_char(sign);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_pixels_have_light_signs() {
        assert_eq!(shade(0, SHADES), ' ');
        assert_eq!(shade(255, SHADES), '█');
        assert_eq!(shade(0, SIGNS), ' ');
        assert_eq!(shade(255, SIGNS), '@');
        assert!(shade(60, SIGNS) != ' ');
    }

    #[test]
    fn two_pixels_share_a_cell() {
        let mut offload = Offload::default();
        let (c, style) = cell_of(&offload, [1, 2, 3], [4, 5, 6]);
        assert_eq!((c, style.fg), ('▀', Some(Color::Rgb(1, 2, 3))));
        assert_eq!(style.bg, Some(Color::Rgb(4, 5, 6)));

        offload.depth = Depth::None;
        let (c, style) = cell_of(&offload, [255; 3], [255; 3]);
        assert_eq!((c, style), ('█', Style::new()));

        offload.is_ascii = true;
        assert_eq!(cell_of(&offload, [255; 3], [255; 3]).0, '@');
    }
}
