//! The dashboard as it starts: what the person likes, what the environment says. Called by `app`.

use std::ffi::OsString;

use crate::tui::ascii;
use crate::tui::keymap::Keymap;
use crate::tui::offload::Offload;
use crate::tui::options::Options;
use crate::tui::screen::Screen;
use crate::tui::terminal::Manner;
use crate::tui::theme::Look;
use crate::tui::worker::Column;

/// The screen of a deck that has told nothing yet, and how the terminal is to be used.
pub(crate) fn dress(
    options: &Options,
    variable: &impl Fn(&str) -> Option<OsString>,
) -> (Screen, Manner) {
    let taste = &options.taste;
    let has_color = options.color.is_used(variable);
    let look = Look::new(taste.theme.clone(), has_color, variable);
    let mut screen = Screen::new("", look.theme(), Vec::new());
    screen.look = look;
    screen.keymap = Keymap::with(&taste.keys);
    let names = taste.columns.iter().flatten();
    let columns: Vec<Column> = names.filter_map(|name| Column::from_name(name)).collect();
    screen.columns = Some(columns).filter(|columns| !columns.is_empty());
    let is_still = said(variable("FORKDECK_REDUCED_MOTION"))
        .or(taste.reduced_motion)
        .unwrap_or(false);
    screen.cores = std::thread::available_parallelism().map_or(1, usize::from);
    screen.jobs.are_kept = options.keeps_jobs;
    screen.offload = Offload::of(options.studio.as_ref(), screen.look.depth());
    let is_ascii = said(variable("FORKDECK_ASCII")).or(taste.ascii);
    let manner = Manner {
        is_ascii: is_ascii.unwrap_or_else(|| !ascii::is_utf8(variable)),
        has_mouse: taste.mouse.unwrap_or(true),
    };
    screen.offload.is_still = is_still;
    screen.offload.is_ascii = manner.is_ascii;
    (screen, manner)
}

/// A variable of the environment.
pub(crate) fn of_terminal(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// A variable as a stage has it: it shows colours, whatever the terminal is that it is started from.
pub(crate) fn of_stage(name: &str) -> Option<OsString> {
    match name {
        "COLORTERM" => Some("truecolor".into()),
        "TERM" => Some("xterm-256color".into()),
        "LANG" | "LC_ALL" | "LC_CTYPE" => Some("C.UTF-8".into()),
        "COLORFGBG" | "NO_COLOR" | "TMUX" | "STY" => None,
        _ => std::env::var_os(name),
    }
}

/// Yes or no, by a variable; nothing where it is empty or not set.
fn said(value: Option<OsString>) -> Option<bool> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(!matches!(value.to_str(), Some("0" | "false" | "no")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::options::{Color, Taste};
    use crate::tui::theme::{Depth, Theme, ThemeName};

    fn dressed(options: &Options, variables: &[(&str, &str)]) -> (Screen, Manner) {
        dress(options, &|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_environment_counts_more_than_the_config() {
        let mut options = Options::default();
        let utf8 = ("LANG", "C.UTF-8");
        let (screen, manner) = dressed(&options, &[utf8]);
        assert!(!screen.offload.is_still && !manner.is_ascii && manner.has_mouse);
        assert!(dressed(&options, &[("LANG", "C")]).1.is_ascii);
        assert!(
            dressed(&options, &[utf8, ("FORKDECK_ASCII", "1")])
                .1
                .is_ascii
        );

        options.taste = Taste {
            ascii: Some(true),
            reduced_motion: Some(true),
            mouse: Some(false),
            ..Taste::default()
        };
        let (screen, manner) = dressed(&options, &[utf8]);
        assert!(screen.offload.is_still && manner.is_ascii && !manner.has_mouse);
        let (screen, manner) = dressed(
            &options,
            &[
                utf8,
                ("FORKDECK_ASCII", "0"),
                ("FORKDECK_REDUCED_MOTION", "0"),
            ],
        );
        assert!(!screen.offload.is_still && !manner.is_ascii);
    }

    #[test]
    fn the_picture_has_the_colours_of_the_theme() {
        let mut options = Options::default();
        let within = |options: &Options, term| {
            let variables = [("TERM", term), ("COLORTERM", "truecolor")];
            dressed(options, &variables).0.offload.depth
        };
        assert_eq!(within(&options, "xterm-256color"), Depth::True);
        assert_eq!(within(&options, "screen"), Depth::Sixteen);
        options.taste.theme.name = Some(ThemeName::Monochrome);
        assert_eq!(within(&options, "xterm-256color"), Depth::None);
        options = Options {
            color: Color::Never,
            ..Options::default()
        };
        assert_eq!(within(&options, "xterm-256color"), Depth::None);
    }

    #[test]
    fn no_color_is_honoured_unless_colours_are_asked_for() {
        let mut options = Options::default();
        let theme = |options: &Options, value| dressed(options, &[("NO_COLOR", value)]).0.theme;
        assert_eq!(theme(&options, "1"), Theme::plain());
        assert!(theme(&options, "").has_color());
        options.color = Color::Always;
        assert!(theme(&options, "1").has_color());
        options.color = Color::Never;
        assert_eq!(theme(&options, ""), Theme::plain());
    }
}
