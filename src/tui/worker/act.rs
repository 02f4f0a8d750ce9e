//! What keys do in the workers table.

use crate::tui::action::Action;
use crate::tui::rows::{self, Row};
use crate::tui::screen::Screen;
use crate::tui::sort::Sort;
use crate::tui::update::Request;
use crate::tui::worker::{Column, columns};

/// Does what a key asked for; none where it is nothing of the table's own.
pub(crate) fn act(screen: &mut Screen, action: Action) -> Option<Vec<Request>> {
    match action {
        Action::Fold => fold(screen),
        Action::Unfold => unfold(screen),
        Action::FoldAll => fold_all(screen),
        Action::UnfoldAll => screen.table.folded.clear(),
        Action::Sort => turn(screen, false),
        Action::PreviousSort => turn(screen, true),
        Action::ReverseSort => {
            let sort = screen.table.sort.unwrap_or(Sort::by(Column::Worker));
            screen.table.sort = Some(sort.reversed());
        }
        Action::SortCpu => {
            let is_by_cpu = screen.table.sort.is_some_and(|sort| sort.by == Column::Cpu);
            screen.table.sort = (!is_by_cpu).then_some(Sort::by(Column::Cpu));
        }
        Action::CpuShare => screen.table.is_share = !screen.table.is_share,
        // The others are not about the table.
        _ => return None,
    }
    Some(Vec::new())
}

fn turn(screen: &mut Screen, is_back: bool) {
    screen.table.sort = Sort::turn(screen.table.sort, &columns(screen), is_back);
}

fn fold(screen: &mut Screen) {
    let Some(pool) = screen.selected.as_ref().map(|row| row.pool().clone()) else {
        return;
    };
    if rows::is_foldable(&screen.board, &pool) {
        screen.selected = Some(Row::Pool(pool.clone()));
        screen.table.folded.insert(pool);
    }
}

fn unfold(screen: &mut Screen) {
    if let Some(row) = &screen.selected {
        screen.table.folded.remove(row.pool());
    }
}

/// Folds every pool, the selection going to the row of its pool.
fn fold_all(screen: &mut Screen) {
    let pools = screen.board.pools.keys();
    let foldable = pools.filter(|pool| rows::is_foldable(&screen.board, pool));
    screen.table.folded.extend(foldable.cloned());
    if let Some(Row::Worker(id)) = &screen.selected
        && rows::is_foldable(&screen.board, &id.pool)
    {
        screen.selected = Some(Row::Pool(id.pool.clone()));
    }
}
