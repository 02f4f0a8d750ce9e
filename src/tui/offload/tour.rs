//! Places that are worth a look, and the way to them. Called by `picture`.

use crate::tui::offload::mandelbrot::UNIT;
use crate::tui::offload::plane::Plane;

/// A place to look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sight {
    /// What people call it.
    pub(crate) name: &'static str,
    at: (f64, f64),
    depth: u32,
}

/// The places, in the order of the tour.
const SIGHTS: [Sight; 7] = [
    Sight {
        name: "seahorse valley",
        at: (-0.743_643_887_037_151, 0.131_825_904_205_330),
        depth: 17,
    },
    Sight {
        name: "a jewel on the needle",
        at: (-1.768_778_833, -0.001_738_996),
        depth: 22,
    },
    Sight {
        name: "elephant valley",
        at: (0.275_339_94, 0.006_757_33),
        depth: 12,
    },
    Sight {
        name: "triple spirals",
        at: (-0.088_075_06, 0.655_217_78),
        depth: 12,
    },
    Sight {
        name: "the great spiral",
        at: (-0.775_683_77, 0.136_467_37),
        depth: 18,
    },
    Sight {
        name: "northern lightning",
        at: (-0.170_337_18, -1.065_060_97),
        depth: 14,
    },
    Sight {
        name: "the coral garden",
        at: (0.324_504_641_849_769, 0.048_551_011_292_808),
        depth: 12,
    },
];

/// How far the tour has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tour {
    place: usize,
}

impl Tour {
    /// The place that it goes to.
    pub(crate) fn sight(self) -> Sight {
        let place = self.place % SIGHTS.len();
        SIGHTS.get(place).copied().unwrap_or(SIGHTS[0])
    }

    /// The picture that follows; beyond the end of a way comes the whole set, and another way.
    pub(crate) fn next(&mut self, plane: Plane, whole: Plane) -> Plane {
        let sight = self.sight();
        if plane.depth >= sight.depth {
            self.place += 1;
            return whole;
        }
        let target = sight.place();
        let (x, y) = plane.middle();
        // The place comes to the middle faster than the picture grows.
        let toward = |from: i64, to: i64| to + (from - to) / 4;
        plane
            .nearer()
            .around((toward(x, target.0), toward(y, target.1)))
    }
}

impl Tour {
    /// The end of the way to the next place, without the way.
    pub(crate) fn jump(&mut self, whole: Plane) -> Plane {
        let sight = self.sight();
        let mut plane = whole;
        while plane.depth < sight.depth {
            let nearer = self.next(plane, whole);
            if nearer.depth <= plane.depth {
                break;
            }
            plane = nearer;
        }
        self.place += 1;
        plane
    }
}

impl Sight {
    /// How deep it lies.
    pub(crate) fn depth(self) -> u32 {
        self.depth
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a place near the set, in units"
    )]
    fn place(self) -> (i64, i64) {
        let fixed = |at: f64| (at * UNIT as f64) as i64;
        (fixed(self.at.0), fixed(self.at.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::offload::plane::DEEPEST;

    #[test]
    fn each_way_ends_at_its_place_and_begins_with_the_whole() {
        let whole = Plane::whole((80, 80), 36);
        let mut plane = whole;
        let mut tour = Tour::default();
        for sight in SIGHTS {
            assert!(sight.depth <= DEEPEST);
            for _ in 0..sight.depth {
                plane = tour.next(plane, whole);
            }
            let (x, y) = plane.middle();
            let off = |at: i64, to: i64| (at - to).abs() / plane.step;
            let target = sight.place();
            assert!(off(x, target.0) < 40 && off(y, target.1) < 40, "{sight:?}");
            plane = tour.next(plane, whole);
            assert_eq!(plane, whole);
        }
        assert_eq!(tour.sight(), SIGHTS[0], "and again");
    }
}
