//! Going to what the search finds.

use crate::tui::action::Action;
use crate::tui::figures::count;
use crate::tui::hint::hint;
use crate::tui::reader::item::Spot;
use crate::tui::reader::scroll;
use crate::tui::reader::sieve::Sieve;
use crate::tui::reader::state::Reader;
use crate::tui::screen::Screen;

/// How many older lines are looked at before each frame.
const A_FRAME: usize = 10_000;

/// How many of them a key looks at before it leaves the rest to frames.
const A_KEY: usize = 100_000;

/// Where the search is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Jump {
    /// To the find at or nearest before the chosen item, else to the one after it.
    Nearest,
    /// To the next newer one; after the newest comes the oldest.
    Next,
    /// To the next older one; after the oldest comes the newest.
    Previous,
}

/// Where a jump ends.
enum Landing {
    /// At a find.
    Found(u64),
    /// At a find, past one end.
    Around(u64),
    /// Nowhere: there is none.
    Nowhere,
    /// It is not known yet.
    Open,
}

/// Looks at the lines that came and at some older ones; goes on with what was asked for. Called before each frame.
pub(crate) fn advance(screen: &mut Screen) {
    look(screen, A_FRAME);
    if let Some(jump) = screen.reader.jump {
        land(screen, jump);
    }
}

/// Begins to go somewhere.
pub(crate) fn jump(screen: &mut Screen, jump: Jump) {
    if screen.reader.search.in_force().is_empty() {
        let searches = hint(screen, Action::Filter, "searches");
        screen.say(format!("Nothing is searched for{searches}"), false);
        return;
    }
    look(screen, A_KEY);
    land(screen, jump);
}

fn look(screen: &mut Screen, most: usize) {
    let workers = screen.scope().workers(&screen.board);
    let reader = &mut screen.reader;
    reader.sieve.want(&reader.narrowed, None, &workers);
    reader.sieve.advance(&workers, most);
    if reader.search.is_empty() {
        reader.found = Sieve::default();
        return;
    }
    let search = Some(&reader.search);
    reader.found.want(&reader.narrowed, search, &workers);
    reader.found.let_go();
    reader.found.advance(&workers, most);
    reader.found.look_at_held(&reader.frozen, &workers);
}

fn land(screen: &mut Screen, jump: Jump) {
    let here = scroll::cursor(screen).unwrap_or(Spot::END);
    screen.reader.jump = None;
    match landing(&screen.reader.found, jump, here) {
        Landing::Open => screen.reader.jump = Some(jump),
        Landing::Found(order) => scroll::choose_found(screen, Spot::of(order)),
        Landing::Around(order) => {
            let end = if jump == Jump::Next {
                "Nothing newer: from the oldest again"
            } else {
                "Nothing older: from the newest again"
            };
            screen.say(end, false);
            scroll::choose_found(screen, Spot::of(order));
        }
        Landing::Nowhere => {
            let text = format!("No line contains {}", screen.reader.search.text());
            screen.say(text, true);
        }
    }
}

fn landing(found: &Sieve, jump: Jump, here: Spot) -> Landing {
    let hits = found.hits();
    let order = |index: usize| hits.get(index).map(|hit| hit.order);
    let end_of_here = if here.after > 0 {
        here.order.saturating_add(1)
    } else {
        here.order
    };
    let before = found.before(end_of_here);
    let after = found.before(here.order.saturating_add(1));
    let previous = before.checked_sub(1).and_then(order);
    let next = order(after);
    let wanted = match jump {
        Jump::Nearest => after.checked_sub(1).and_then(order),
        Jump::Next => next.filter(|_| found.has_looked_from(here.order)),
        Jump::Previous => previous,
    };
    if let Some(order) = wanted {
        return Landing::Found(order);
    }
    if found.is_searching() {
        return Landing::Open;
    }
    let around = match jump {
        Jump::Nearest => return next.map_or(Landing::Nowhere, Landing::Found),
        Jump::Next => hits.front(),
        Jump::Previous => hits.back(),
    };
    around.map_or(Landing::Nowhere, |hit| Landing::Around(hit.order))
}

/// Which of how many finds is chosen, as people say it; none where nothing is searched for.
pub(crate) fn counted(reader: &Reader, cursor: Option<Spot>) -> Option<String> {
    let found = &reader.found;
    if reader.search.is_empty() {
        return None;
    }
    let total = found.hits().len();
    let so_far = if found.is_searching() { "…" } else { "" };
    let here = cursor.filter(|here| here.after == 0);
    let at = here.map_or(0, |here| found.before(here.order));
    let is_there = here.is_some_and(|here| {
        found
            .hits()
            .get(at)
            .is_some_and(|hit| hit.order == here.order)
    });
    let count = |number: usize| count(number as u64);
    Some(match (total, is_there) {
        (0, _) if found.is_searching() => "searching…".to_owned(),
        (0, _) => "none".to_owned(),
        (_, true) => format!("{} of {}{so_far}", count(at + 1), count(total)),
        (_, false) => format!("{}{so_far} found", count(total)),
    })
}
