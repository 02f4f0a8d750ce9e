//! The look: colours, attributes, marks. One theme for dark and light backgrounds, out of the terminal's own 16 colours.
//!
//! Without colour only attributes are left; every mark differs by shape. Called by every view.

use ratatui::style::{Color, Modifier, Style};

use crate::model::{Direction, JobState, State};
use crate::tui::json::Token;

/// How things look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    has_color: bool,
}

#[expect(
    clippy::unused_self,
    reason = "a theme that has no say in a style today may have one tomorrow"
)]
impl Theme {
    /// A theme with or without colours.
    pub(crate) fn new(has_color: bool) -> Self {
        Self { has_color }
    }

    /// Whether colours are used, a worker's own included.
    pub(crate) fn has_color(self) -> bool {
        self.has_color
    }

    fn color(self, color: Color) -> Style {
        if self.has_color {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    /// Plain text.
    pub(crate) fn text(self) -> Style {
        Style::new()
    }

    /// Text that matters less.
    pub(crate) fn dim(self) -> Style {
        if self.has_color {
            Style::new().fg(Color::DarkGray)
        } else {
            Style::new().add_modifier(Modifier::DIM)
        }
    }

    /// Text that matters more.
    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What the eye is to find: the product's name, the selection, keys.
    pub(crate) fn accent(self) -> Style {
        self.color(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// What went well.
    pub(crate) fn good(self) -> Style {
        self.color(Color::Green)
    }

    /// What needs a look.
    pub(crate) fn warning(self) -> Style {
        self.color(Color::Yellow)
    }

    /// What went wrong.
    pub(crate) fn bad(self) -> Style {
        self.color(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// A pane's border.
    pub(crate) fn border(self, is_focused: bool) -> Style {
        if is_focused {
            self.color(Color::Cyan)
        } else {
            self.dim()
        }
    }

    /// The typist's cursor.
    pub(crate) fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A state.
    pub(crate) fn state(self, state: State) -> Style {
        match state {
            State::Ready => self.good(),
            State::Starting | State::Stopping | State::Suspended | State::Disconnected => {
                self.warning()
            }
            State::Backoff => self.color(Color::Magenta),
            State::Stalled | State::Failed => self.bad(),
            State::Finished => self.color(Color::Blue),
            State::Stopped => self.dim(),
        }
    }

    /// A job's state.
    pub(crate) fn job(self, state: JobState) -> Style {
        match state {
            JobState::Running => self.accent(),
            JobState::Ready => self.text(),
            JobState::Scheduled => self.warning(),
            JobState::Done => self.good(),
            JobState::Failed | JobState::Dead => self.bad(),
            JobState::Cancelled => self.dim(),
        }
    }

    /// What must not be overlooked.
    pub(crate) fn loud(self) -> Style {
        self.warning()
            .add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// A load in percent of what there is.
    pub(crate) fn load(self, percent: f32) -> Style {
        match percent {
            p if p >= 85.0 => self.color(Color::Red),
            p if p >= 50.0 => self.color(Color::Yellow),
            _ => self.color(Color::Green),
        }
    }

    /// A direction's arrow.
    pub(crate) fn direction(self, direction: Direction) -> Style {
        match direction {
            Direction::Out => self.color(Color::Blue),
            Direction::In => self.color(Color::Green),
        }
    }

    /// One worker's name among others, by its place.
    pub(crate) fn name(self, place: usize) -> Style {
        const COLORS: [Color; 5] = [
            Color::Cyan,
            Color::Magenta,
            Color::Blue,
            Color::Green,
            Color::Yellow,
        ];
        COLORS
            .get(place % COLORS.len())
            .map_or_else(Style::new, |color| self.color(*color))
    }

    /// A token of JSON.
    pub(crate) fn token(self, token: Token) -> Style {
        match token {
            Token::Key => self.color(Color::Cyan),
            Token::String => self.color(Color::Green),
            Token::Number => self.color(Color::Magenta),
            Token::Word => self.color(Color::Blue),
            Token::Mark | Token::Space => self.dim(),
            Token::Other => self.text(),
        }
    }
}

/// A state's mark; each differs by shape.
pub(crate) fn mark(state: State) -> &'static str {
    match state {
        State::Stopped => "○",
        State::Starting => "◌",
        State::Ready => "●",
        State::Stalled => "■",
        State::Suspended => "‖",
        State::Disconnected => "⌁",
        State::Stopping => "◑",
        State::Backoff => "◐",
        State::Failed => "✖",
        State::Finished => "✔",
    }
}

/// The mark of a job's state; each differs by shape.
pub(crate) fn job_mark(state: JobState) -> &'static str {
    match state {
        JobState::Running => "▸",
        JobState::Ready => "○",
        JobState::Scheduled => "◌",
        JobState::Failed => "↻",
        JobState::Dead => "✖",
        JobState::Done => "✔",
        JobState::Cancelled => "◇",
    }
}
