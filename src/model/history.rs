//! One number over time.

use std::collections::VecDeque;

/// How many samples a history keeps: two minutes at one a second.
const SAMPLES: usize = 120;

/// The newest samples of one number, oldest first. A sample that is not known is a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    samples: VecDeque<Option<f32>>,
}

impl History {
    /// Adds the newest sample.
    pub fn push(&mut self, sample: Option<f32>) {
        if self.samples.len() >= SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// The samples, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Option<f32>> + ExactSizeIterator + '_ {
        self.samples.iter().copied()
    }

    /// The newest sample.
    pub fn last(&self) -> Option<f32> {
        self.samples.back().copied().flatten()
    }
}
