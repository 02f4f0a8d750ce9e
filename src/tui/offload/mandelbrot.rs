//! The work of the demo: one tile of a picture of the Mandelbrot set.
//!
//! Owns what a tile is and how it is computed. The demo's workers, the Node worker beside them (`cli/demo/worker.js`, line by
//! line the same) and the parent that does not off-load all compute this function, and come to the same pixels bit by bit:
//! it uses nothing but additions, multiplications, divisions and square roots, which IEEE 754 rounds alike everywhere.
//! Never reads a clock. Called by `cli/worker` and by the demo's painter.

use serde::{Deserialize, Serialize};

use crate::tui::theme::Rgb;

/// How many units of a tile's place are one: places are whole numbers, so that JSON carries them exactly.
pub(crate) const UNIT: i64 = 1 << 50;

/// How many points of one pixel are looked at, at the most.
const MOST_POINTS: u32 = 4096;

/// What a point costs beside its iterations, in iterations: its place and its colour.
const POINT: u64 = 32;

/// The square of the radius beyond which a point never comes back; large, so that colours run smoothly.
const FAR: f64 = 65_536.0;

/// How fast the colours change with the iterations, and where in their cycle they begin.
const PACE: f64 = 0.17;
const BEGIN: f64 = 0.75;

/// The colours and where they stand in their cycle.
const COLORS: [(f64, [f64; 3]); 6] = [
    (0.0, [0.0, 7.0, 100.0]),
    (0.16, [32.0, 107.0, 203.0]),
    (0.42, [237.0, 255.0, 255.0]),
    (0.6425, [255.0, 170.0, 0.0]),
    (0.8575, [0.0, 2.0, 0.0]),
    (1.0, [0.0, 7.0, 100.0]),
];

/// A tile: where it is, and how much work is put into it. It is the payload of a job as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// The left edge, in units of 2^-50.
    pub x: i64,
    /// The upper edge, in the same; down is more.
    pub y: i64,
    /// The side of a pixel, in the same.
    pub step: i64,
    /// Pixels in a row.
    pub width: u16,
    /// Rows of pixels.
    pub height: u16,
    /// After so many iterations a point counts as one of the set.
    pub iterations: u32,
    /// How many iterations a pixel is worth: as many of its points are looked at as they pay for, at least one.
    pub budget: u32,
}

/// A computed tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The pixels, row by row.
    pub pixels: Vec<Rgb>,
    /// The iterations it took.
    pub iterations: u64,
}

impl Tile {
    /// The most pixels in a row, and rows; and the most work in a pixel that a worker takes.
    const MOST: (u16, u32) = (64, 100_000_000);

    /// Whether it is one that a worker computes in a reasonable time.
    pub fn is_reasonable(&self) -> bool {
        let (side, work) = Self::MOST;
        let is_near = |at: i64| at.unsigned_abs() <= 8 * UNIT.unsigned_abs();
        let is_small = self.width <= side && self.height <= side;
        is_small
            && is_near(self.x)
            && is_near(self.y)
            && is_near(self.step)
            && self.iterations <= work
            && self.budget <= work
    }

    /// Computes it. This is the work.
    pub fn draw(&self) -> Drawn {
        let count = usize::from(self.width) * usize::from(self.height);
        let mut pixels = Vec::with_capacity(count);
        let mut iterations = 0;
        for row in 0..self.height {
            for column in 0..self.width {
                let (pixel, spent) = self.pixel(column.into(), row.into());
                pixels.push(pixel);
                iterations += spent;
            }
        }
        Drawn { pixels, iterations }
    }

    /// The mean colour of a pixel's points, and the iterations it took.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a mean of colours is between 0 and 255"
    )]
    fn pixel(&self, column: f64, row: f64) -> (Rgb, u64) {
        let mut sum = [0.0; 3];
        let mut points = 0;
        let mut spent = 0;
        let mut iterations = 0;
        while points < MOST_POINTS && (points == 0 || spent < u64::from(self.budget)) {
            let (dx, dy) = point(points);
            let x = place(self.x, column + dx, self.step);
            let y = place(self.y, row + dy, self.step);
            let (taken, color) = escape(x, y, self.iterations);
            for (sum, part) in sum.iter_mut().zip(color) {
                *sum += part;
            }
            points += 1;
            iterations += u64::from(taken);
            spent += u64::from(taken) + POINT;
        }
        let mean = sum.map(|part| (part / f64::from(points) + 0.5).floor() as u8);
        (mean, iterations)
    }
}

/// The place of a point of a pixel in it: a low-discrepancy sequence (R2, by Martin Roberts), the first in the middle.
fn point(number: u32) -> (f64, f64) {
    let number = f64::from(number);
    let part = |by: f64| {
        let at = 0.5 + by * number;
        at - at.floor()
    };
    (part(0.754_877_666_246_692_7), part(0.569_840_290_998_053_2))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "places are below 2^53, where they are exact"
)]
fn place(edge: i64, pixels: f64, step: i64) -> f64 {
    (edge as f64 + pixels * step as f64) / UNIT as f64
}

/// How many iterations a point takes, and its colour.
fn escape(x: f64, y: f64, limit: u32) -> (u32, [f64; 3]) {
    let (mut real, mut imaginary) = (0.0, 0.0);
    let (mut real2, mut imaginary2) = (0.0, 0.0);
    let mut taken = 0;
    while taken < limit && real2 + imaginary2 <= FAR {
        imaginary = 2.0 * real * imaginary + y;
        real = real2 - imaginary2 + x;
        real2 = real * real;
        imaginary2 = imaginary * imaginary;
        taken += 1;
    }
    if real2 + imaginary2 <= FAR {
        return (taken, [0.0; 3]);
    }
    let smooth = f64::from(taken) + 4.0 - log2(log2(real2 + imaginary2) * 0.5);
    (taken, color(smooth.max(0.0).sqrt() * PACE + BEGIN))
}

/// The logarithm to the base 2 of a number from 1 on, to five digits and alike on every machine.
fn log2(number: f64) -> f64 {
    let mut rest = number;
    let mut whole = 0.0;
    while rest >= 2.0 {
        rest *= 0.5;
        whole += 1.0;
    }
    let s = (rest - 1.0) / (rest + 1.0);
    let s2 = s * s;
    whole + s * (2.885_390_082 + s2 * (0.961_796_694 + s2 * (0.577_078_016 + s2 * 0.412_198_583)))
}

/// The colour at a place of the endless cycle.
fn color(at: f64) -> [f64; 3] {
    let at = at - at.floor();
    let mut from = COLORS[0];
    for to in COLORS {
        if at < to.0 {
            let share = (at - from.0) / (to.0 - from.0);
            let mut mixed = from.1;
            for (mixed, to) in mixed.iter_mut().zip(to.1) {
                *mixed += (to - *mixed) * share;
            }
            return mixed;
        }
        from = to;
    }
    from.1
}

/// Pixels in their compact form: six hexadecimal digits each.
pub fn to_hex(pixels: &[Rgb]) -> String {
    let digit = |value: u8| {
        char::from(
            b"0123456789abcdef"
                .get(usize::from(value))
                .copied()
                .unwrap_or(b'0'),
        )
    };
    let bytes = pixels.iter().flatten();
    bytes
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Pixels out of their compact form; none if it is not one.
pub fn from_hex(text: &str) -> Option<Vec<Rgb>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    let digits = digits?;
    let (pixels, []) = digits.as_chunks::<6>() else {
        return None;
    };
    let pixel = |[r1, r0, g1, g0, b1, b0]: &[u8; 6]| [r1 << 4 | r0, g1 << 4 | g0, b1 << 4 | b0];
    Some(pixels.iter().map(pixel).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pixel of the whole set around a point.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a place near the set, in units"
    )]
    fn at(x: f64, y: f64) -> Tile {
        let fixed = |value: f64| (value * UNIT as f64) as i64;
        Tile {
            x: fixed(x),
            y: fixed(y),
            step: UNIT >> 20,
            width: 1,
            height: 1,
            iterations: 500,
            budget: 1,
        }
    }

    #[test]
    fn points_of_the_set_are_black_and_cost_all_iterations() {
        for (x, y) in [(0.0, 0.0), (-1.0, 0.0), (-0.1, 0.7), (-1.3107, 0.0)] {
            let drawn = at(x, y).draw();

            assert_eq!(drawn.pixels, [[0, 0, 0]], "{x} {y}");
            assert_eq!(drawn.iterations, 500, "{x} {y}");
        }
    }

    #[test]
    fn points_outside_have_a_colour_and_leave_early() {
        for (x, y) in [(1.0, 0.0), (-0.7, 0.6), (0.4, 0.4)] {
            let drawn = at(x, y).draw();

            assert_ne!(drawn.pixels, [[0, 0, 0]], "{x} {y}");
            assert!(drawn.iterations < 100, "{x} {y}: {}", drawn.iterations);
        }
    }

    #[test]
    fn the_set_is_alike_above_and_below() {
        let tile = Tile {
            x: -2 * UNIT,
            y: -UNIT,
            step: UNIT / 16,
            width: 48,
            height: 32,
            iterations: 200,
            budget: 1,
        };
        let pixels = tile.draw().pixels;
        let rows: Vec<&[Rgb]> = pixels.chunks(48).collect();

        for row in 0..16 {
            assert_eq!(rows[row], rows[31 - row], "row {row}");
        }
    }

    #[test]
    fn a_pixel_is_worth_its_budget() {
        let poor = at(0.0, 0.0);
        let rich = Tile {
            budget: 50_000,
            ..poor
        };

        let work = rich.draw().iterations;

        assert!((46_000..=50_500).contains(&work), "{work}");
        assert_eq!(poor.draw().pixels, rich.draw().pixels);
    }

    #[test]
    fn the_logarithm_is_near() {
        for number in [1.0, 1.5, 2.0, 8.0, 65_537.0, 4.3e9] {
            assert!((log2(number) - f64::log2(number)).abs() < 1e-4, "{number}");
        }
    }

    #[test]
    fn pixels_are_written_and_read_back() {
        let pixels = vec![[0, 1, 254], [255, 16, 15]];
        let text = to_hex(&pixels);

        assert_eq!(text, "0001feff100f");
        assert_eq!(from_hex(&text), Some(pixels));
        for wrong in ["0001f", "0001fg", "000", "é00000"] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_tile_too_large_is_not_reasonable() {
        assert!(at(0.0, 0.0).is_reasonable());
        for tile in [
            Tile {
                width: 65,
                ..at(0.0, 0.0)
            },
            Tile {
                x: i64::MIN,
                ..at(0.0, 0.0)
            },
            Tile {
                budget: u32::MAX,
                ..at(0.0, 0.0)
            },
        ] {
            assert!(!tile.is_reasonable(), "{tile:?}");
        }
    }
}
