//! Going from one line that says that something went wrong to the next one.

use crate::tui::figures::count;
use crate::tui::reader::item::Spot;
use crate::tui::reader::level::Level;
use crate::tui::reader::scroll;
use crate::tui::reader::walk::{Down, Step, Up};
use crate::tui::screen::Screen;

/// How many lines one key looks at.
const MOST: usize = 100_000;

/// Goes to the next one, or to the one before; lines that are not let through are passed over.
pub(crate) fn go(screen: &mut Screen, is_back: bool) {
    let here = scroll::cursor(screen).unwrap_or(Spot::END);
    let workers = screen.scope().workers(&screen.board);
    let narrowed = &screen.reader.narrowed;
    let is_meant = |step: &Step<'_>| {
        workers.get(step.slot).is_some_and(|worker| {
            let level = Level::within(&worker.logs, step.index);
            level >= Some(Level::Error) && narrowed.admits(&worker.logs, step.index, step.line)
        })
    };
    let found = if is_back {
        let upto = if here.after > 0 {
            Some(here.order)
        } else {
            here.order.checked_sub(1)
        };
        upto.and_then(|upto| Down::from(&workers, upto).take(MOST).find(is_meant))
    } else {
        let from = here.order.saturating_add(1);
        Up::from(&workers, from).take(MOST).find(is_meant)
    };
    let spot = found.map(|step| Spot::of(step.line.order));
    if let Some(spot) = spot {
        scroll::choose_found(screen, spot);
    } else {
        let way = if is_back { "older" } else { "newer" };
        let most = count(MOST as u64);
        let text = format!("None of the {way} lines, up to {most}, says ERROR or worse");
        screen.say(text, false);
    }
}
