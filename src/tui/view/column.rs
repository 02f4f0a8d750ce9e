//! Which columns of the workers table fit, and how wide everything is.

use crate::tui::sanitize::{Painter, width};
use crate::tui::sort::Sort;
use crate::tui::theme::Theme;
use crate::tui::worker::Column;

/// The widest history of CPU: a minute.
const WIDEST_SPARK: usize = 60;

/// The cells of a history that are kept free for it where there is any room.
const LEAST_SPARK: usize = 7;

/// From this length on the head says how long the history is.
const TOLD_SPARK: usize = 16;

/// How wide everything is.
#[derive(Debug)]
pub(crate) struct Widths {
    /// The name with its mark.
    pub(crate) name: usize,
    /// The state.
    pub(crate) state: usize,
    /// The history of CPU, without its number.
    pub(crate) spark: usize,
    /// The columns that fit, in their order, without name and state.
    pub(crate) columns: Vec<Column>,
    /// Everything.
    pub(crate) whole: usize,
}

impl Widths {
    /// Divides a table's width, the longest name being known, among the columns that are wanted. The last ones go first;
    /// name, state and CPU always stay.
    pub(crate) fn of(whole: usize, longest: usize, wanted: &[Column]) -> Self {
        let name = longest.clamp(8, (whole / 3).clamp(10, 28));
        let state = match whole {
            0..50 => 11,
            50..100 => 14,
            _ => 16,
        };
        let mut rest = whole.saturating_sub(2 + name + 1 + state + Column::Cpu.width());
        let mut spark = rest.min(LEAST_SPARK);
        rest -= spark;
        let mut columns = Vec::new();
        let mut has_room = true;
        for column in wanted {
            match column {
                Column::Worker | Column::State => {}
                Column::Cpu => columns.push(*column),
                _ => match rest.checked_sub(column.width()).filter(|_| has_room) {
                    Some(left) => {
                        rest = left;
                        columns.push(*column);
                    }
                    None => has_room = false,
                },
            }
        }
        let grown = (spark + rest).min(WIDEST_SPARK);
        spark = if spark < LEAST_SPARK { spark } else { grown };
        Self {
            name,
            state,
            spark,
            columns,
            whole,
        }
    }

    /// How wide the columns right of the state are.
    pub(crate) fn after_state(&self) -> usize {
        self.whole.saturating_sub(2 + self.name + 1 + self.state)
    }

    /// Paints the table's head; `key` is the one that sorts by CPU.
    pub(crate) fn head(&self, theme: Theme, sort: Option<Sort>, key: &str) -> Painter {
        let look = |column: Column| match sort {
            Some(sort) if sort.by == column => (sort.mark(), theme.accent()),
            _ => ("", theme.dim()),
        };
        let mut painter = Painter::new(self.whole);
        painter.pad(2);
        for (column, cells) in [(Column::Worker, self.name + 1), (Column::State, self.state)] {
            let (mark, style) = look(column);
            painter.left(&format!("{}{mark}", column.title()), cells, style);
        }
        for column in &self.columns {
            let (mark, style) = look(*column);
            let title = format!("{}{mark}", column.title());
            match column {
                Column::Cpu => {
                    let cells = self.spark + column.width() - 1;
                    painter.pad(1);
                    painter.left(&self.cpu_title(key, mark, cells), cells, style);
                }
                _ if column.is_text() => {
                    painter.pad(1).left(&title, column.width() - 1, style);
                }
                Column::Queue => {
                    painter.right(&title, column.width() - 1, style).pad(1);
                }
                _ => {
                    painter.right(&title, column.width(), style);
                }
            }
        }
        painter
    }

    /// `cpu(c)▼ · last 19 s`, as far as it fits.
    fn cpu_title(&self, key: &str, mark: &str, cells: usize) -> String {
        let short = format!("cpu{mark}");
        if key.is_empty() {
            return short;
        }
        let keyed = format!("cpu({key}){mark}");
        let whole = format!("{keyed} · last {} s", self.spark);
        if self.spark >= TOLD_SPARK && width(&whole) <= cells {
            whole
        } else if width(&keyed) <= cells {
            keyed
        } else {
            short
        }
    }
}
