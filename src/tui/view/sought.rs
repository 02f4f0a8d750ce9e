//! A list's filter at the foot of its frame: what is typed or in force, and in words what is wrong with it.

use ratatui::style::Style;

use crate::tui::filter::Filter;
use crate::tui::theme::Theme;

/// The words of a filter; none where there is none and none is typed. With `says` they tell what is wrong with it and what
/// is in force instead.
pub(super) fn foot(
    filter: &Filter,
    is_typed: bool,
    says: bool,
    theme: Theme,
) -> Option<(String, Style)> {
    if !is_typed && filter.is_empty() {
        return None;
    }
    let cursor = if is_typed { "▌" } else { "" };
    let text = format!("filter: {}{cursor}", filter.text());
    let verdict = filter.verdict("no filter").filter(|_| says);
    Some(match verdict {
        Some(verdict) => (format!("{text} · {verdict}"), theme.bad()),
        None if is_typed => (text, theme.accent()),
        None => (text, theme.warning()),
    })
}
