//! The whole screen, region by region.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::overlay::Pieces;
use crate::tui::place::Place;
use crate::tui::screen::{Overlay, Pane, Screen, ViewState};
use crate::tui::view::{
    composer, footer, header, help, history, inspector, jobs, layout, logs, messages, offload,
    overlay, palette, reader, stopping, toast, worker, workers,
};

/// Draws the screen into `area`.
pub(crate) fn render(screen: &mut Screen, area: Rect, buffer: &mut Buffer) {
    screen.settle();
    let mut view = std::mem::take(&mut screen.view);
    draw(screen, &mut view, area, buffer);
    screen.view = view;
    screen.theme.cover(buffer);
}

fn draw(screen: &Screen, view: &mut ViewState, area: Rect, buffer: &mut Buffer) {
    view.panes.clear();
    view.footer.clear();
    let Some(layout) = layout::arrange(screen, area) else {
        layout::too_small(area, buffer);
        return;
    };
    header::render(screen, layout.header, buffer);
    for (pane, area) in &layout.panes {
        match pane {
            Pane::Workers => workers::render(screen, view, *area, buffer),
            Pane::Messages => messages::render(screen, view, *area, buffer),
            Pane::Logs => logs::render(screen, view, *area, buffer),
        }
    }
    if let Some(area) = layout.instead {
        match screen.place {
            Place::Messages => inspector::render(screen, view, area, buffer),
            Place::Logs => reader::render(screen, view, area, buffer),
            Place::OffLoad => offload::render(screen, view, area, buffer),
            Place::Deck | Place::Jobs => jobs::render(screen, view, area, buffer),
        }
    }
    view.panes.clone_from(&layout.panes);
    if let Some(area) = layout.composer {
        composer::render(screen, area, buffer);
    }
    view.footer = footer::render(screen, layout.footer, buffer);
    if let Some(top) = screen.overlays.last() {
        view.overlay_end = on_top(screen, top, view, layout.body, buffer);
    }
    if !matches!(screen.overlays.last(), Some(Overlay::Text { .. })) {
        view.text = Pieces::default();
    }
    toast::render(screen, layout.toasts, buffer);
}

/// Draws the topmost overlay; how far it can be scrolled.
fn on_top(
    screen: &Screen,
    top: &Overlay,
    view: &mut ViewState,
    area: Rect,
    buffer: &mut Buffer,
) -> usize {
    match top {
        Overlay::Help { query, top } => help::render(screen, (query, *top), area, buffer),
        Overlay::Worker { id, top } => worker::render(screen, id, *top, area, buffer),
        Overlay::Pool { name, top } => worker::render_pool(screen, name, *top, area, buffer),
        Overlay::Text { title, lines, top } => {
            overlay::text(screen, &mut view.text, (title, lines, *top), area, buffer)
        }
        Overlay::Job { opened, top } => {
            jobs::render_job(screen, &mut view.job, (opened, *top), area, buffer)
        }
        Overlay::Sure(question) => {
            overlay::sure(screen, question, area, buffer);
            0
        }
        Overlay::History { query, at } => {
            history::render(screen, query, *at, area, buffer);
            0
        }
        Overlay::Palette(written) => {
            palette::render(screen, written, area, buffer);
            0
        }
        Overlay::Quit => {
            overlay::quit(screen, area, buffer);
            0
        }
        Overlay::KillPool(pool) => {
            overlay::kill_pool(screen, pool, area, buffer);
            0
        }
        Overlay::Stopping { since, at } => {
            stopping::render(screen, *since, *at, area, buffer);
            0
        }
    }
}
