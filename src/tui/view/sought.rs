//! A list's filter at the foot of its frame: what is typed or in force, and in words what is wrong with it.

use ratatui::style::Style;

use crate::tui::filter::Filter;
use crate::tui::sanitize::{plain, width};
use crate::tui::theme::Theme;

/// Before what is in force while what is typed is wrong.
const STILL: &str = " · still: ";

/// The words of a filter; none where there is none and none is typed. They tell what is wrong with it and what is in force
/// instead.
pub(super) fn foot(filter: &Filter, is_typed: bool, theme: Theme) -> Option<(String, Style)> {
    let (text, style) = named("filter", filter, is_typed, theme)?;
    Some(match filter.verdict("no filter") {
        Some(verdict) => (format!("{text} · {verdict}"), theme.bad()),
        None => (text, style),
    })
}

/// The same for a list in which a text is looked for as it is: none is wrong.
pub(super) fn plain_foot(filter: &Filter, is_typed: bool, theme: Theme) -> Option<(String, Style)> {
    let (text, style) = named("contains", filter, is_typed, theme)?;
    let how = if is_typed {
        " · as it is, no pattern"
    } else {
        ""
    };
    Some((format!("{text}{how}"), style))
}

fn named(name: &str, filter: &Filter, is_typed: bool, theme: Theme) -> Option<(String, Style)> {
    if !is_typed && filter.is_empty() {
        return None;
    }
    let (cursor, style) = if is_typed {
        ("▌", theme.accent())
    } else {
        ("", theme.warning())
    };
    Some((format!("{name}: {}{cursor}", filter.text()), style))
}

/// Words that tell what is wrong, in `room` cells: why it is wrong gives way first, then the filters. None for other words
/// and for those that fit.
pub(super) fn fitted(words: &str, room: usize) -> Option<String> {
    if width(words) <= room {
        return None;
    }
    let (head, still) = words.rsplit_once(STILL)?;
    let (filter, why) = head.split_at(head.rfind('✖')?);
    let most = room.saturating_sub(width(STILL));
    // Half of what the filters have goes to each, as far as it needs it.
    let short = plain(still, most.saturating_sub(width(filter) + 1).max(most / 2));
    let filter = plain(filter, most.saturating_sub(width(&short) + 1));
    let left = most.saturating_sub(width(&filter) + width(&short));
    let why = if left < 6 {
        "✖".to_owned()
    } else {
        plain(why, left)
    };
    Some(format!("{filter}{why}{STILL}{short}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_is_the_last_to_give_way() {
        let words = "filter: ok && · ✖ && stands between two filters · still: ok";
        assert_eq!(fitted(words, 80), None);
        assert_eq!(fitted("filter: ok · newest", 8), None);
        for room in 29..width(words) {
            let text = fitted(words, room).unwrap_or_default();
            assert!(text.ends_with(" · still: ok"), "{text}");
            assert!(text.contains("ok && · ✖") && width(&text) <= room, "{text}");
        }
        let words = format!("filter: {0} && · ✖ && stands · still: {0}", "a".repeat(60));
        let text = fitted(&words, 40).unwrap_or_default();
        assert!(
            text.contains("✖ · still: aaaa") && width(&text) <= 40,
            "{text}"
        );
    }
}
