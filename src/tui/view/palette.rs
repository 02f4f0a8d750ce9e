//! The palette: its line, what is wrong with it, and what could stand in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::palette::{Fault, Offer, Palette, offers, read};
use crate::tui::sanitize::{Painter, width};
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use crate::tui::view::frame::{dialog, line};

/// The widest the palette gets, and how many offers it shows.
const WIDEST: usize = 96;
const OFFERS: usize = 12;

/// Draws the palette.
pub(crate) fn render(screen: &Screen, palette: &Palette, body: Rect, buffer: &mut Buffer) {
    let theme = screen.theme;
    let text = palette.field.text();
    let offers = offers(screen, text);
    let size = (usize::from(body.width).min(WIDEST), OFFERS + 2);
    let below = match (offers.len(), palette.at + 1) {
        (0, _) => String::new(),
        (all, at) => format!("{at} of {all}"),
    };
    let inner = dialog(theme, "Command", &below, size, body, buffer);
    let wide = usize::from(inner.width);
    let mut field = Painter::new(wide);
    field.text(":", theme.accent());
    palette.field.paint(&mut field, theme);
    line(buffer, inner, 0, &field.finish());
    let mut told = Painter::new(wide);
    match read(screen, text) {
        Ok(meaning) => told.text(&format!("Enter: {}", meaning.words()), theme.good()),
        Err(Fault::Unfinished(text)) => told.text(&text, theme.dim()),
        // Of a word that is being written only what cannot become one is wrong.
        Err(Fault::Wrong(text)) if offers.is_empty() => told.text(&text, theme.bad()),
        Err(Fault::Wrong(_)) => told.text("Tab completes", theme.dim()),
    };
    line(buffer, inner, 1, &told.finish());
    let height = usize::from(inner.height).saturating_sub(2);
    let first = (palette.at + 1).saturating_sub(height);
    let shown = offers.iter().enumerate().skip(first).take(height);
    let names = shown.clone().map(|(_, offer)| width(&offer.shown)).max();
    let names = names.unwrap_or(0).clamp(10, 24).min(wide / 2);
    for (place, offer) in shown {
        let is_chosen = place == palette.at;
        let painter = row(theme, offer, (names, wide), is_chosen);
        line(buffer, inner, place - first + 2, &painter.finish());
    }
}

fn row(theme: Theme, offer: &Offer, (names, wide): (usize, usize), is_chosen: bool) -> Painter {
    let mut painter = Painter::new(wide);
    painter.text(if is_chosen { "▌" } else { " " }, theme.border(true));
    let style = match (is_chosen, offer.works_here) {
        (true, _) => theme.accent(),
        (false, true) => theme.text(),
        (false, false) => theme.dim(),
    };
    painter.left(&offer.shown, names, style).pad(1);
    let keys = if wide > 50 { 12 } else { 6 };
    painter.left(&offer.keys, keys, theme.dim()).pad(1);
    painter.text(&offer.help, theme.dim());
    painter
}
