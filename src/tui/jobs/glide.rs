//! Moving through the jobs, by keys and by mouse.

use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::filtering;
use crate::tui::jobs::act;
use crate::tui::screen::Screen;

/// Moves in the list.
pub(crate) fn glide(screen: &mut Screen, action: Action) {
    let page = usize::from(screen.view.jobs.height)
        .saturating_sub(1)
        .max(1);
    match action {
        Action::Up => step(screen, 1, true),
        Action::Down => step(screen, 1, false),
        Action::PageUp => step(screen, page, true),
        Action::PageDown => step(screen, page, false),
        Action::Top => screen.jobs.select(0),
        Action::Bottom => screen.jobs.select(usize::MAX),
        // The other actions do not move.
        _ => {}
    }
}

/// Moves by so many jobs.
pub(crate) fn step(screen: &mut Screen, by: usize, is_up: bool) {
    let at = screen.jobs.at();
    let to = if is_up {
        at.saturating_sub(by)
    } else {
        at.saturating_add(by)
    };
    screen.jobs.select(to);
}

/// Selects the job under the pointer, opens the one that is selected, or shows the jobs of the state that is pointed at.
pub(crate) fn click(screen: &mut Screen, at: Position) {
    let area = screen.view.jobs;
    filtering::keep(screen);
    let mut states = screen.view.job_states.iter();
    if let Some((_, state)) = states.find(|(area, _)| area.contains(at)) {
        let state = *state;
        screen.jobs.show_state(state);
    } else if area.contains(at) {
        let place = screen.view.jobs_top + usize::from(at.y - area.y);
        if place == screen.jobs.at() {
            act::open_job(screen);
        } else if place < screen.jobs.count() {
            screen.jobs.select(place);
        }
    }
}
