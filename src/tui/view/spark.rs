//! A number's history as a row of blocks.

use crate::model::{History, WorkerView};
use crate::tui::sanitize::Painter;
use crate::tui::theme::Theme;

const BLOCKS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The newest `width` samples of a history, oldest first.
pub(crate) fn newest(history: &History, width: usize) -> Vec<Option<f32>> {
    let mut samples: Vec<_> = history.iter().rev().take(width).collect();
    samples.resize(width, None);
    samples.reverse();
    samples
}

/// The newest `width` sums over several workers.
pub(crate) fn sum(workers: &[WorkerView], width: usize) -> Vec<Option<f32>> {
    let mut sums = vec![None; width];
    for worker in workers {
        for (sum, sample) in sums.iter_mut().zip(newest(&worker.cpu, width)) {
            if let Some(sample) = sample {
                *sum = Some(sum.unwrap_or(0.0) + sample);
            }
        }
    }
    sums
}

/// Paints samples, `full` being the highest block; what is not known stays blank.
pub(crate) fn paint(painter: &mut Painter, samples: &[Option<f32>], full: f32, theme: Theme) {
    for sample in samples {
        match sample {
            Some(sample) => {
                let share = (sample / full).clamp(0.0, 1.0);
                painter.text(block(share), theme.load(share * 100.0));
            }
            None => {
                painter.pad(1);
            }
        }
    }
}

/// Paints samples of a number that has no upper end: the highest of them is the highest block.
pub(crate) fn plain(painter: &mut Painter, samples: &[Option<f32>], theme: Theme) {
    let most = samples
        .iter()
        .flatten()
        .fold(0.0_f32, |most, one| most.max(*one));
    for sample in samples {
        match sample {
            Some(sample) => painter.text(block(sample / most.max(1.0)), theme.accent()),
            None => painter.pad(1),
        };
    }
}

/// The block that is so high, from 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share between 0 and 1 becomes one of eight blocks"
)]
pub(crate) fn block(share: f32) -> &'static str {
    let step = (share * 7.0).round() as usize;
    BLOCKS.get(step).copied().unwrap_or("█")
}

/// A bar of so many cells, `share` of them, from 0 to 1, filled.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share between 0 and 1 becomes a few cells"
)]
pub(crate) fn gauge(share: f32, cells: usize) -> String {
    let share = share.clamp(0.0, 1.0);
    let filled = (share * cells as f32).round() as usize;
    // What is there is seen.
    let filled = filled.max(usize::from(share > 0.0)).min(cells);
    "▇".repeat(filled) + &"▁".repeat(cells - filled)
}
