//! How many colours a terminal has, by what its environment says, and colours brought down to that.
//!
//! Called by `theme`, and by `offload` for the picture.

use std::ffi::OsString;

use ratatui::style::Color;

use crate::tui::theme::rgb::{self, of_index, of_sixteen};

/// How many colours there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// None: attributes and shapes only.
    None,
    /// Sixteen, painted as their owner likes.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Sixteen million.
    #[default]
    True,
}

/// Terminals that have all colours, and say so by their name only.
const TRUE: [&str; 8] = [
    "xterm-kitty",
    "xterm-ghostty",
    "alacritty",
    "wezterm",
    "foot",
    "contour",
    "rio",
    "ms-terminal",
];

/// Programs that have all colours and name themselves in `TERM_PROGRAM`.
const PROGRAMS: [&str; 6] = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"];

impl Depth {
    /// What the environment says. Wrong guesses are possible in one direction only: fewer colours than there are.
    pub(crate) fn of(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            let value = variable(name).unwrap_or_default();
            value.to_string_lossy().into_owned()
        };
        let (term, program) = (text("TERM"), text("TERM_PROGRAM"));
        let is_tmux = !text("TMUX").is_empty() || term.starts_with("tmux");
        let is_true = matches!(text("COLORTERM").as_str(), "truecolor" | "24bit");
        let has_256 = term.contains("256color");
        if term.starts_with("screen") && !is_tmux {
            // GNU screen before 5 garbles colours that it does not know, whatever the terminal around it says.
            return if has_256 {
                Self::Indexed
            } else {
                Self::Sixteen
            };
        }
        if is_tmux {
            // tmux brings all colours down to what its own terminal has.
            return if is_true || term.contains("direct") {
                Self::True
            } else {
                Self::Indexed
            };
        }
        if is_true
            || term.contains("direct")
            || TRUE.iter().any(|name| term.starts_with(name))
            || PROGRAMS.contains(&program.as_str())
            || !text("WT_SESSION").is_empty()
        {
            return Self::True;
        }
        if has_256 {
            return Self::Indexed;
        }
        // `xterm` is what containers and ssh call any terminal of today.
        match term.as_str() {
            "xterm" | "xterm-color" => Self::Indexed,
            _ => Self::Sixteen,
        }
    }

    /// A colour as this terminal can show it; `named` is its stand-in among sixteen, where one was chosen.
    pub(crate) fn fit(self, color: Color, named: Option<Color>) -> Color {
        match (self, color) {
            (Self::None, _) => Color::Reset,
            (Self::Indexed, Color::Rgb(red, green, blue)) => rgb::indexed([red, green, blue]),
            (Self::Sixteen, Color::Rgb(red, green, blue)) => {
                named.unwrap_or_else(|| rgb::named([red, green, blue]))
            }
            (Self::Sixteen, Color::Indexed(index)) => of_sixteen(index)
                .or_else(|| of_index(index).map(rgb::named))
                .unwrap_or(Color::Reset),
            (_, color) => color,
        }
    }
}
