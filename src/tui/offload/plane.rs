//! Where a picture lies on the plane, and how it is cut into tiles.
//!
//! Owns the arithmetic of places, in whole units, so that a picture that was moved by a tile has the same tiles again. Called by
//! `picture`.

use crate::tui::offload::mandelbrot::{Tile, UNIT};

/// How deep one can look: beyond that, the steps between pixels are lost in the numbers.
pub(crate) const DEEPEST: u32 = 36;

/// The point that the whole set lies around, and its width and height with some room, in hundredths. The point is the neck
/// between the two large parts, where going nearer shows something.
const WHOLE: ((i64, i64), (i64, i64)) = ((-75, 0), (330, 260));

/// How many pixels a tile may have on a side.
const SIDES: (u16, u16) = (4, 48);

/// Iterations of a picture of the whole set, and how many more with each doubling.
const ITERATIONS: (u32, u32) = (192, 56);

/// A rectangle of pixels on the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plane {
    /// Pixels in a row, and rows.
    pub(crate) size: (u16, u16),
    /// The side of a tile in pixels.
    pub(crate) side: u16,
    /// The upper left corner.
    pub(crate) corner: (i64, i64),
    /// The side of a pixel.
    pub(crate) step: i64,
    /// How often the whole set was doubled.
    pub(crate) depth: u32,
}

impl Plane {
    /// The whole set on so many pixels, in about so many tiles.
    pub(crate) fn whole(size: (u16, u16), tiles: u16) -> Self {
        let ((x, y), (wide, high)) = WHOLE;
        let hundredth = UNIT / 100;
        let (width, height) = (i64::from(size.0.max(1)), i64::from(size.1.max(1)));
        // A step that can be halved as often as is allowed.
        let step = (wide * hundredth / width).max(high * hundredth / height);
        let step = (step >> DEEPEST).max(1) << DEEPEST;
        Self {
            size,
            side: side(size, tiles),
            corner: (
                x * hundredth - width * step / 2,
                y * hundredth - height * step / 2,
            ),
            step,
            depth: 0,
        }
    }

    /// The same middle and depth on other pixels.
    pub(crate) fn resized(&self, size: (u16, u16), tiles: u16) -> Self {
        let mut plane = Self::whole(size, tiles);
        let middle = self.middle();
        for _ in 0..self.depth {
            plane = plane.nearer();
        }
        plane.around(middle)
    }

    /// The point in the middle.
    pub(crate) fn middle(&self) -> (i64, i64) {
        let half = |pixels: u16| i64::from(pixels) * self.step / 2;
        (
            self.corner.0 + half(self.size.0),
            self.corner.1 + half(self.size.1),
        )
    }

    /// The same around another point.
    pub(crate) fn around(self, (x, y): (i64, i64)) -> Self {
        let half = |pixels: u16| i64::from(pixels) * self.step / 2;
        let corner = (x - half(self.size.0), y - half(self.size.1));
        let most = 4 * UNIT;
        Self {
            corner: (corner.0.clamp(-most, most), corner.1.clamp(-most, most)),
            ..self
        }
    }

    /// Half of it, around the same middle; the same where it cannot be halved any more.
    pub(crate) fn nearer(self) -> Self {
        if self.depth >= DEEPEST {
            return self;
        }
        let middle = self.middle();
        let half = Self {
            step: self.step / 2,
            depth: self.depth + 1,
            ..self
        };
        half.around(middle)
    }

    /// Twice of it, around the same middle; the same where it is the whole already.
    pub(crate) fn farther(self) -> Self {
        if self.depth == 0 {
            return self;
        }
        let middle = self.middle();
        let double = Self {
            step: self.step * 2,
            depth: self.depth - 1,
            ..self
        };
        double.around(middle)
    }

    /// Moved by so many tiles.
    pub(crate) fn moved(self, (right, down): (i64, i64)) -> Self {
        let by = i64::from(self.side) * self.step;
        let (x, y) = self.middle();
        let reach = 3 * UNIT;
        let (to_x, to_y) = (x + right * by, y + down * by);
        if to_x.abs() > reach || to_y.abs() > reach {
            return self;
        }
        let corner = (self.corner.0 + right * by, self.corner.1 + down * by);
        Self { corner, ..self }
    }

    /// How many tiles there are in a row, and rows of tiles.
    pub(crate) fn tiles(&self) -> (u16, u16) {
        (
            self.size.0.div_ceil(self.side),
            self.size.1.div_ceil(self.side),
        )
    }

    /// The tile at a place, its pixels worth `budget` iterations each.
    pub(crate) fn tile(&self, (column, row): (u16, u16), budget: u32) -> Tile {
        let (left, top) = (column * self.side, row * self.side);
        Tile {
            x: self.corner.0 + i64::from(left) * self.step,
            y: self.corner.1 + i64::from(top) * self.step,
            step: self.step,
            width: self.side.min(self.size.0.saturating_sub(left)),
            height: self.side.min(self.size.1.saturating_sub(top)),
            iterations: ITERATIONS.0 + ITERATIONS.1 * self.depth,
            budget,
        }
    }

    /// The pixel of `self` in which the middle of a pixel of `other` lies, if it lies in one.
    pub(crate) fn pixel_of(&self, other: &Self, (column, row): (u16, u16)) -> Option<(u16, u16)> {
        let at = |corner: i64, pixel: u16, own: i64, size: u16| {
            let place = corner + i64::from(pixel) * other.step + other.step / 2 - own;
            let pixel = u16::try_from(place.div_euclid(self.step)).ok()?;
            (pixel < size).then_some(pixel)
        };
        Some((
            at(other.corner.0, column, self.corner.0, self.size.0)?,
            at(other.corner.1, row, self.corner.1, self.size.1)?,
        ))
    }
}

/// The side of a tile: even, so that a row of cells with two pixels each is never shared.
fn side((width, height): (u16, u16), tiles: u16) -> u16 {
    let area = u32::from(width) * u32::from(height) / u32::from(tiles.max(1));
    let side = u16::try_from(area.isqrt()).unwrap_or(SIDES.1);
    side.next_multiple_of(2).clamp(SIDES.0, SIDES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once() {
        for size in [(76, 74), (48, 42), (38, 16), (1, 1), (200, 120)] {
            let plane = Plane::whole(size, 48);
            let (columns, rows) = plane.tiles();
            let mut pixels = 0;
            for row in 0..rows {
                for column in 0..columns {
                    let tile = plane.tile((column, row), 1);
                    assert!(tile.width > 0 && tile.height > 0);
                    pixels += u32::from(tile.width) * u32::from(tile.height);
                }
            }
            assert_eq!(pixels, u32::from(size.0) * u32::from(size.1), "{size:?}");
        }
    }

    #[test]
    fn a_picture_moved_by_a_tile_has_the_same_tiles_again() {
        let plane = Plane::whole((96, 96), 36).nearer().nearer();
        let moved = plane.moved((1, -1));

        assert_eq!(moved.tile((2, 3), 7), plane.tile((3, 2), 7));
        assert_eq!(moved.moved((-1, 1)), plane);
    }

    #[test]
    fn going_nearer_and_back_ends_where_it_began() {
        let plane = Plane::whole((96, 80), 36);
        let mut near = plane;
        for _ in 0..DEEPEST + 5 {
            near = near.nearer();
        }
        assert_eq!(near.depth, DEEPEST);
        assert!(near.step >= 1);
        for _ in 0..DEEPEST + 5 {
            near = near.farther();
        }
        assert_eq!((near.step, near.depth), (plane.step, 0));
    }

    #[test]
    fn a_nearer_pixel_finds_itself_in_the_one_before() {
        let plane = Plane::whole((80, 80), 36);
        let near = plane.nearer();

        assert_eq!(plane.pixel_of(&near, (0, 0)), Some((20, 20)));
        assert_eq!(plane.pixel_of(&near, (79, 79)), Some((59, 59)));
        assert_eq!(near.pixel_of(&plane, (0, 0)), None);
    }

    #[test]
    fn nobody_moves_out_of_sight() {
        let mut plane = Plane::whole((80, 80), 36);
        for _ in 0..1000 {
            plane = plane.moved((1, 1));
        }
        assert!(plane.middle().0 < 4 * UNIT);
    }
}
