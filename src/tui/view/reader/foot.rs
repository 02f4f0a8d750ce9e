//! What the frame says: whose lines, whether the list follows, what narrows it, how many there are.

use ratatui::style::Style;

use crate::tui::action::Action;
use crate::tui::figures::{count, plural};
use crate::tui::hint::{hint, key, keys};
use crate::tui::reader::{self, Field, List, Spot};
use crate::tui::rows::{Row, Scope};
use crate::tui::screen::Screen;

/// What works on the selected worker or pool here.
const WORKS: [Action; 4] = [
    Action::Message,
    Action::Restart,
    Action::StopStart,
    Action::Kill,
];

/// Whose lines are shown; whom the keys are for, where that is not the same.
pub(super) fn title(screen: &Screen, scope: &Scope, columns: usize) -> String {
    let keys = keys(screen, &WORKS);
    let selected = match (scope, &screen.selected) {
        _ if columns < 60 || keys.is_empty() => String::new(),
        (Scope::Deck, Some(Row::Worker(id))) => format!(" · {keys} for {id}"),
        (Scope::Deck, Some(Row::Pool(pool))) => format!(" · {keys} for {pool}"),
        _ => String::new(),
    };
    format!("Logs · {}{selected}", scope.title())
}

/// Whether the list follows, and what came since it was held.
pub(super) fn note(screen: &Screen, scope: &Scope) -> (String, Style) {
    let theme = screen.theme;
    let reader = &screen.reader;
    let (mut text, style) = match reader.hold {
        None => ("following".to_owned(), theme.dim()),
        Some(hold) => {
            let new = reader::lines(&screen.board, scope).saturating_sub(hold.lines);
            let follows = hint(screen, Action::FollowLines, "follows");
            let text = match new {
                0 => format!("held{follows}"),
                new => format!("held · {} new{follows}", count(new)),
            };
            (text, theme.warning())
        }
    };
    if reader.column > 0 {
        text = format!("from column {} · {text}", count(reader.column as u64 + 1));
    }
    (text, style)
}

/// What narrows the list and what is found; what is being written comes first.
pub(super) fn foot(screen: &Screen, cursor: Option<Spot>) -> (String, Style) {
    let theme = screen.theme;
    let reader = &screen.reader;
    let mut parts = Vec::new();
    let mut is_wrong = false;
    let written = reader.writing.as_ref().map(|writing| writing.field);
    for (field, sign) in [
        (Field::Search, "/"),
        (Field::With, "&"),
        (Field::Without, "!"),
    ] {
        let text = reader.text(field).text();
        let is_written = written == Some(field);
        if text.is_empty() && !is_written {
            continue;
        }
        let end = if is_written { "▌" } else { "" };
        let mut part = format!("{sign} {text}{end}");
        let none = if field == Field::Search {
            "no search"
        } else {
            "no filter"
        };
        if let Some(verdict) = reader.text(field).verdict(none) {
            is_wrong = true;
            part = format!("{part} · {verdict}");
        } else if field == Field::Search
            && let Some(counted) = reader::counted(reader, cursor)
        {
            part = format!("{part} {counted}");
        }
        if is_written {
            parts.insert(0, part);
        } else {
            parts.push(part);
        }
    }
    parts.extend(
        reader
            .narrowed
            .least
            .map(|least| format!("{} {} and worse", least.mark(), least.name())),
    );
    if reader.sieve.is_searching() && !parts.is_empty() {
        parts.push("searching…".to_owned());
    }
    match (parts.is_empty(), written) {
        (true, _) => (begins(screen), theme.dim()),
        (false, _) if is_wrong => (parts.join(" · "), theme.bad()),
        (false, Some(_)) => (parts.join(" · "), theme.accent()),
        (false, None) => (parts.join(" · "), theme.warning()),
    }
}

/// The keys that begin a search or a filter.
fn begins(screen: &Screen) -> String {
    let begins = [
        (Action::Filter, "search"),
        (Action::LinesWith, "only"),
        (Action::LinesWithout, "without"),
    ];
    let begins = begins.into_iter().filter_map(|(action, what)| {
        let key = key(screen, action)?;
        Some(format!("{key} {what}"))
    });
    begins.collect::<Vec<_>>().join(" · ")
}

/// How many lines are kept, or let through of those, and how many were lost.
pub(super) fn below(screen: &Screen, scope: &Scope, list: &List<'_>, columns: usize) -> String {
    let all = reader::lines(&screen.board, scope);
    let kept = list.workers().iter().map(|one| one.logs.len()).sum();
    let reader = &screen.reader;
    let is_open = reader.narrowed.is_open() && reader.search.is_empty();
    if columns < 60 && (!is_open || reader.writing.is_some()) {
        // What narrows the list matters more than how long it is.
        return String::new();
    }
    let dropped: u64 = list.workers().iter().map(|one| one.dropped_lines).sum();
    let lines = plural(kept, "line");
    let is_all = kept as u64 >= all;
    let total = if !reader.narrowed.is_open() {
        let through = count(reader.sieve.hits().len() as u64);
        let kept = if is_all { "" } else { " kept" };
        format!("{through} of {lines}{kept}")
    } else if is_all {
        lines
    } else {
        format!("{} of {} lines kept", count(kept as u64), count(all))
    };
    match dropped {
        0 => total,
        dropped => format!("{total} · {} dropped", count(dropped)),
    }
}
