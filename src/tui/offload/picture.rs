//! The picture: which tiles it has, who computes them, and what is known of its pixels. A machine without clock and I/O.
//!
//! Tiles are named by where they are, so a result that comes late falls where it belongs, or nowhere. Changed by the painter
//! through [`Studio`](crate::tui::offload::Studio) and by orders of the dashboard; views read a copy.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{MonoTime, WorkerId};
use crate::tui::offload::mandelbrot::Tile;
use crate::tui::offload::meter::{Delay, Meter, Total};
use crate::tui::offload::plane::Plane;
use crate::tui::offload::tour::Tour;
use crate::tui::theme::Rgb;

/// What is shown where nothing is known yet.
const UNKNOWN: Rgb = [0, 3, 38];

/// How long a finished picture stays at the end of a way, in pauses.
const LONG: u32 = 3;

/// Who computes a tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The parent itself.
    Parent,
    /// A worker.
    Worker(WorkerId),
}

/// Where the work is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By workers, each tile a job.
    #[default]
    OffLoaded,
    /// By the parent, between its frames.
    Inside,
}

/// How the work is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// About how many tiles a picture has.
    pub tiles: u16,
    /// About how many iterations a tile is worth.
    pub work: u64,
    /// How long a finished picture is looked at before the tour goes on.
    pub pause: Duration,
}

/// What the dashboard may ask of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Be of so many pixels in a row, and rows.
    Size((u16, u16)),
    /// Move by so many tiles, to the right and down.
    Move((i64, i64)),
    /// Go twice as near.
    Nearer,
    /// Go twice as far away.
    Farther,
    /// Show the whole set.
    Whole,
    /// Compute inside the parent, or off-load.
    Switch,
    /// Go on with the tour, or stay.
    Tour,
    /// Never move by itself.
    Still,
}

/// How far a tile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has it.
    Waiting,
    /// It is a job that waits for a worker.
    Given,
    /// It is being computed.
    Computing(Hand),
    /// It is there.
    Done(Hand, MonoTime),
}

/// A tile and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The tile.
    pub(crate) tile: Tile,
    /// Its column and row of tiles.
    pub(crate) place: (u16, u16),
    /// How far it is.
    pub(crate) stage: Stage,
    /// When a worker last died over it.
    pub(crate) lost: Option<MonoTime>,
}

/// A picture in the making.
#[derive(Clone, Debug)]
pub struct Picture {
    effort: Effort,
    plane: Plane,
    spots: Vec<Spot>,
    /// Shared with the copies that are being looked at, until one of them changes.
    pixels: Arc<Vec<Rgb>>,
    mode: Mode,
    tour: Tour,
    is_touring: bool,
    /// Whether nothing is to move by itself: the tour goes from place to place, one with each order.
    is_still: bool,
    /// Whether anybody ever began with a tile: before, nobody is there to be measured.
    has_begun: bool,
    /// When the picture was complete.
    complete: Option<MonoTime>,
    pub(crate) meter: Meter,
    /// How late the deck's loop is.
    pub(crate) loop_delay: Delay,
}

impl Picture {
    /// An empty picture; an order gives it a size.
    pub fn new(effort: Effort) -> Self {
        Self {
            effort,
            plane: Plane::whole((0, 0), effort.tiles),
            spots: Vec::new(),
            pixels: Arc::default(),
            mode: Mode::default(),
            tour: Tour::default(),
            is_touring: true,
            is_still: false,
            has_begun: false,
            complete: None,
            meter: Meter::default(),
            loop_delay: Delay::default(),
        }
    }

    /// Does what was ordered.
    pub fn order(&mut self, order: Order) {
        let plane = match order {
            Order::Size(size) if size == self.plane.size => return,
            Order::Size(size) if self.spots.is_empty() => Plane::whole(size, self.effort.tiles),
            Order::Size(size) => self.plane.resized(size, self.effort.tiles),
            Order::Move(by) => self.plane.moved(by),
            Order::Nearer => self.plane.nearer(),
            Order::Farther => self.plane.farther(),
            Order::Whole => self.whole(),
            Order::Switch => {
                self.mode = match self.mode {
                    Mode::OffLoaded => Mode::Inside,
                    Mode::Inside => Mode::OffLoaded,
                };
                self.meter.restart();
                self.again();
                return;
            }
            Order::Tour if self.is_still => self.tour.jump(self.whole()),
            Order::Tour => {
                self.is_touring = !self.is_touring;
                return;
            }
            Order::Still => {
                (self.is_touring, self.is_still) = (false, true);
                return;
            }
        };
        if !matches!(order, Order::Size(_)) {
            self.is_touring = false;
        }
        self.show(plane);
    }

    /// Time goes on: a finished picture is followed by the next one of the tour. Answers whether it was.
    pub fn beat(&mut self, now: MonoTime) -> bool {
        self.meter.beat(now, self.has_work() && self.has_begun);
        if self.has_work() || self.spots.is_empty() {
            return false;
        }
        let since = *self.complete.get_or_insert(now);
        let is_end = self.plane.depth >= self.tour.sight().depth();
        let pause = self.effort.pause * if is_end { LONG } else { 1 };
        if !self.is_touring || now.since(since) < pause {
            return false;
        }
        let next = self.tour.next(self.plane, self.whole());
        self.show(next);
        true
    }

    /// Has the same picture made once more, so that one sees at once what another mode does to it.
    fn again(&mut self) {
        self.complete = None;
        for spot in &mut self.spots {
            if matches!(spot.stage, Stage::Done(..)) {
                spot.stage = Stage::Waiting;
            }
        }
    }

    fn whole(&self) -> Plane {
        Plane::whole(self.plane.size, self.effort.tiles)
    }

    /// Turns to another plane: what is known of it already is kept, sharp where tiles are the same ones.
    fn show(&mut self, plane: Plane) {
        if plane == self.plane {
            return;
        }
        let (width, height) = plane.size;
        let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height));
        for row in 0..height {
            for column in 0..width {
                let known = self.plane.pixel_of(&plane, (column, row));
                pixels.push(known.map_or(UNKNOWN, |at| self.pixel(at)));
            }
        }
        let area = u64::from(plane.side).pow(2).max(1);
        let budget = u32::try_from(self.effort.work / area).unwrap_or(u32::MAX);
        let (columns, rows) = plane.tiles();
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let mut spots: Vec<Spot> = places
            .map(|place| {
                let tile = plane.tile(place, budget);
                let known = self.spots.iter().find(|spot| spot.tile == tile);
                Spot {
                    tile,
                    place,
                    stage: known.map_or(Stage::Waiting, |spot| spot.stage.clone()),
                    lost: known.and_then(|spot| spot.lost),
                }
            })
            .collect();
        // From the middle outwards.
        let off = |at: u16, count: u16| (i32::from(at) * 2 + 1 - i32::from(count)).pow(2);
        spots.sort_by_key(|spot| off(spot.place.0, columns) + off(spot.place.1, rows));
        self.spots = spots;
        self.pixels = Arc::new(pixels);
        self.plane = plane;
        self.complete = None;
    }

    /// The next tile to be computed, which is given away.
    pub fn give(&mut self) -> Option<Tile> {
        let waiting = |spot: &&mut Spot| spot.stage == Stage::Waiting;
        let spot = self.spots.iter_mut().find(waiting)?;
        spot.stage = Stage::Given;
        Some(spot.tile)
    }

    /// Whether a tile is one of the picture and not there yet.
    pub fn is_wanted(&self, tile: &Tile) -> bool {
        let spot = self.spots.iter().find(|spot| spot.tile == *tile);
        spot.is_some_and(|spot| !matches!(spot.stage, Stage::Done(..)))
    }

    fn open(&mut self, tile: &Tile) -> Option<&mut Spot> {
        let open = |spot: &&mut Spot| spot.tile == *tile && !matches!(spot.stage, Stage::Done(..));
        self.spots.iter_mut().find(open)
    }

    /// Somebody began with a tile.
    pub fn began(&mut self, tile: &Tile, hand: Hand) {
        self.has_begun = true;
        if let Some(spot) = self.open(tile) {
            spot.stage = Stage::Computing(hand);
        }
    }

    /// The worker that had a tile died; its job goes to another one.
    pub fn lost(&mut self, tile: &Tile, now: MonoTime) {
        if let Some(spot) = self.open(tile) {
            spot.stage = Stage::Given;
            spot.lost = Some(now);
        }
    }

    /// A tile is nobody's any more.
    pub fn returned(&mut self, tile: &Tile) {
        if let Some(spot) = self.open(tile) {
            spot.stage = Stage::Waiting;
        }
    }

    /// A tile is there, and took so much CPU time. One that is not in the picture any more counts as work done.
    pub fn done(
        &mut self,
        tile: &Tile,
        pixels: &[Rgb],
        hand: Hand,
        (cpu, now): (Duration, MonoTime),
    ) {
        self.meter.note(cpu);
        let (width, _) = self.plane.size;
        let side = self.plane.side;
        let Some(spot) = self.open(tile) else {
            return;
        };
        spot.stage = Stage::Done(hand, now);
        let (left, top) = (
            usize::from(spot.place.0 * side),
            usize::from(spot.place.1 * side),
        );
        let known = Arc::make_mut(&mut self.pixels);
        let rows = pixels.chunks(usize::from(tile.width.max(1)));
        for (row, pixels) in rows.take(usize::from(tile.height)).enumerate() {
            let from = (top + row) * usize::from(width) + left;
            if let Some(there) = known.get_mut(from..from + pixels.len()) {
                there.copy_from_slice(pixels);
            }
        }
    }

    /// The deck's loop was so late.
    pub fn note_loop(&mut self, now: MonoTime, late: Duration) {
        self.loop_delay.note(now, late);
    }

    /// Whether a tile is missing.
    pub fn has_work(&self) -> bool {
        !self
            .spots
            .iter()
            .all(|spot| matches!(spot.stage, Stage::Done(..)))
    }

    /// Where the work is done.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// All that was done.
    pub fn total(&self) -> Total {
        self.meter.total()
    }

    /// How many tiles are there, of how many.
    pub fn progress(&self) -> (usize, usize) {
        let done = |spot: &&Spot| matches!(spot.stage, Stage::Done(..));
        (self.spots.iter().filter(done).count(), self.spots.len())
    }

    /// What the tour looks at, while it goes on.
    pub(crate) fn sight(&self) -> Option<&'static str> {
        self.is_touring.then(|| self.tour.sight().name)
    }

    /// How often the whole set was doubled.
    pub(crate) fn depth(&self) -> u32 {
        self.plane.depth
    }

    /// Pixels in a row, and rows.
    pub(crate) fn size(&self) -> (u16, u16) {
        self.plane.size
    }

    /// The side of a tile in pixels.
    pub(crate) fn side(&self) -> u16 {
        self.plane.side
    }

    /// The tiles.
    pub(crate) fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// How often a point is looked at before it counts as one of the set.
    pub(crate) fn iterations(&self) -> u32 {
        self.plane.tile((0, 0), 0).iterations
    }

    /// The pixels, row by row.
    pub(crate) fn pixels(&self) -> &[Rgb] {
        &self.pixels
    }

    /// What is known of a pixel.
    pub(crate) fn pixel(&self, (column, row): (u16, u16)) -> Rgb {
        let at = usize::from(row) * usize::from(self.plane.size.0) + usize::from(column);
        self.pixels.get(at).copied().unwrap_or(UNKNOWN)
    }
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
