//! What the off-load view shows, and how.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{MonoTime, PoolName};
use crate::tui::offload::meter::Delay;
use crate::tui::offload::picture::{Order, Picture};
use crate::tui::offload::studio::Studio;
use crate::tui::theme::Depth;

/// The time from one step of the runner to the next: smooth enough to show a stutter, rare enough to cost nothing.
const STEP: Duration = Duration::from_millis(50);

/// This view's part of the model.
#[derive(Debug, Default)]
pub(crate) struct Offload {
    /// The picture; none on a deck that draws none.
    pub(crate) picture: Option<Arc<Picture>>,
    /// The pools that draw it.
    pub(crate) pools: Vec<PoolName>,
    /// How many colours it has: as many as the theme.
    pub(crate) depth: Depth,
    /// Whether it shows nothing but ASCII.
    pub(crate) is_ascii: bool,
    /// Whether nothing moves by itself.
    pub(crate) is_still: bool,
    /// How late frames are.
    pub(crate) frames: Delay,
    /// When the newest frame was drawn.
    pub(crate) drawn: MonoTime,
    /// The size that was ordered last.
    pub(super) told: (u16, u16),
    /// Whether the studio knows that nothing is to move by itself.
    pub(super) told_still: bool,
    /// What is to be ordered of the studio.
    pub(super) orders: VecDeque<Order>,
}

impl Offload {
    /// The view of a studio's picture; without one there is no such view.
    pub(crate) fn of(studio: Option<&Studio>, depth: Depth) -> Self {
        Self {
            picture: studio.map(Studio::look),
            pools: studio
                .map(|studio| studio.pools().to_vec())
                .unwrap_or_default(),
            depth,
            ..Self::default()
        }
    }

    /// A frame was drawn, so long after it was due.
    pub(crate) fn framed(&mut self, now: MonoTime, late: Duration) {
        self.drawn = now;
        self.frames.note(now, late);
    }

    /// When the runner moves next, if it runs.
    pub(crate) fn step_at(&self) -> Option<MonoTime> {
        (self.picture.is_some() && !self.is_still).then(|| self.drawn + STEP)
    }
}
