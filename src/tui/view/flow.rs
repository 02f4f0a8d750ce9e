//! Facts one after the other, over as few lines as they need. Called by the jobs view and the workers table.

use ratatui::text::Line;

use crate::tui::sanitize::Painter;

/// Lays out facts; one that does not fit begins the next line.
#[derive(Debug)]
pub(crate) struct Flow {
    lines: Vec<Line<'static>>,
    painter: Painter,
    wide: usize,
}

impl Flow {
    /// No facts yet, for lines of `wide` cells.
    pub(crate) fn new(wide: usize) -> Self {
        Self {
            lines: Vec::new(),
            painter: Painter::new(wide),
            wide,
        }
    }

    /// Adds a fact.
    pub(crate) fn add(&mut self, paint: impl FnOnce(&mut Painter)) -> &mut Self {
        let mut fact = Painter::new(self.wide.saturating_sub(1));
        paint(&mut fact);
        let gap = if self.painter.used() == 0 { 1 } else { 2 };
        if gap == 2 && self.painter.left_over() < fact.used() + gap {
            self.next_line();
            self.painter.pad(1).append(fact);
        } else {
            self.painter.pad(gap).append(fact);
        }
        self
    }

    /// Begins the next line.
    pub(crate) fn next_line(&mut self) {
        if self.painter.used() > 0 {
            let line = std::mem::replace(&mut self.painter, Painter::new(self.wide));
            self.lines.push(line.finish());
        }
    }

    /// The lines.
    pub(crate) fn finish(mut self) -> Vec<Line<'static>> {
        self.next_line();
        self.lines
    }
}
