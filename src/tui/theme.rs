//! The look: colours, attributes, marks. Four shipped themes, in as many colours as the terminal has.
//!
//! Without colour only attributes are left; every mark differs by shape. Called by every view.

mod depth;
mod look;
mod palette;
mod rgb;
mod role;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::model::{Direction, JobState, State};
use crate::tui::json::Token;

pub(crate) use depth::Depth;
pub(crate) use look::Look;
pub use look::{ThemeName, ThemeSpec};
pub use rgb::{Rgb, color_names, parse_color};
pub(crate) use rgb::{answered, contrast, luminance};
pub use role::Role;

/// How things look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Theme {
    /// A colour for each role, in their order; the terminal's own where it has none.
    inks: [Color; Role::ALL.len()],
    has_color: bool,
    /// The background that others' colours have to be read on, where that is a light one.
    light: Option<Rgb>,
}

#[expect(
    clippy::unused_self,
    reason = "a theme that has no say in a style today may have one tomorrow"
)]
impl Theme {
    /// The dark theme in all colours, or one without any.
    #[cfg(test)]
    pub(crate) fn new(has_color: bool) -> Self {
        if has_color {
            Look::default().theme()
        } else {
            Self::plain()
        }
    }

    /// A theme without colours.
    pub(crate) fn plain() -> Self {
        Self {
            inks: [Color::Reset; Role::ALL.len()],
            has_color: false,
            light: None,
        }
    }

    /// A colour that is no theme's, for text: on a light background so dark that it can be read.
    pub(crate) fn legible(self, color: Rgb, depth: Depth) -> Rgb {
        let Some(ground) = self.light else {
            return color;
        };
        // A background of its own comes with high contrast.
        let least = match self.ink(Role::Background) {
            Color::Reset => 4.5,
            _ => 7.0,
        };
        let darker = (0..=32_u16).rev().map(|parts| {
            color.map(|channel| u8::try_from(u16::from(channel) * parts / 32).unwrap_or(channel))
        });
        let shown = |[red, green, blue]: Rgb| match depth.fit(Color::Rgb(red, green, blue), None) {
            Color::Indexed(index) => rgb::of_index(index).unwrap_or_default(),
            _ => [red, green, blue],
        };
        let mut fitting = darker.filter(|darker| contrast(shown(*darker), ground) >= least);
        fitting.next().unwrap_or_default()
    }

    /// Whether colours are used, a worker's own included.
    pub(crate) fn has_color(self) -> bool {
        self.has_color
    }

    /// The colour of a role; [`Color::Reset`] is the terminal's own.
    pub(crate) fn ink(self, role: Role) -> Color {
        self.inks.get(role as usize).copied().unwrap_or_default()
    }

    /// Text in the colour of a role.
    pub(crate) fn role(self, role: Role) -> Style {
        match self.ink(role) {
            Color::Reset => Style::new(),
            color => Style::new().fg(color),
        }
    }

    /// Paints what has no colour of its own in the theme's text and background, where it has them.
    pub(crate) fn cover(self, buffer: &mut Buffer) {
        let (text, background) = (self.ink(Role::Text), self.ink(Role::Background));
        if (text, background) == (Color::Reset, Color::Reset) {
            return;
        }
        for cell in &mut buffer.content {
            if cell.fg == Color::Reset {
                cell.fg = text;
            }
            if cell.bg == Color::Reset {
                cell.bg = background;
            }
        }
    }

    /// Plain text.
    pub(crate) fn text(self) -> Style {
        Style::new()
    }

    /// Text that matters less.
    pub(crate) fn dim(self) -> Style {
        if self.has_color {
            self.role(Role::Dim)
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
        self.role(Role::Accent).add_modifier(Modifier::BOLD)
    }

    /// What went well.
    pub(crate) fn good(self) -> Style {
        self.role(Role::Good)
    }

    /// What needs a look.
    pub(crate) fn warning(self) -> Style {
        self.role(Role::Warning)
    }

    /// What went wrong.
    pub(crate) fn bad(self) -> Style {
        self.role(Role::Bad).add_modifier(Modifier::BOLD)
    }

    /// What waits for its time.
    pub(crate) fn waiting(self) -> Style {
        self.role(Role::Waiting)
    }

    /// What is worth knowing.
    pub(crate) fn info(self) -> Style {
        self.role(Role::Info)
    }

    /// What is behind the chosen line of the pane that takes the keys; patch it under the line's own styles. Nothing where
    /// there are too few colours: a mark says it there.
    pub(crate) fn selection(self) -> Style {
        match self.ink(Role::Selection) {
            Color::Reset => Style::new(),
            color => Style::new().bg(color),
        }
    }

    /// A pane's border.
    pub(crate) fn border(self, is_focused: bool) -> Style {
        match (self.has_color, is_focused) {
            (true, true) => self.role(Role::Focus),
            (true, false) => self.role(Role::Border),
            (false, true) => Style::new().add_modifier(Modifier::BOLD),
            (false, false) => self.dim(),
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
            State::Backoff => self.waiting(),
            State::Stalled | State::Failed => self.bad(),
            State::Finished => self.info(),
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
            p if p >= 85.0 => self.role(Role::LoadHigh),
            p if p >= 50.0 => self.role(Role::LoadMid),
            _ => self.role(Role::LoadLow),
        }
    }

    /// A direction's arrow.
    pub(crate) fn direction(self, direction: Direction) -> Style {
        match direction {
            Direction::Out => self.role(Role::Sent),
            Direction::In => self.role(Role::Received),
        }
    }

    /// One worker's name among others, by its place.
    pub(crate) fn name(self, place: usize) -> Style {
        let roles = Role::WORKERS;
        let role = roles.get(place % roles.len());
        role.map_or_else(Style::new, |role| self.role(*role))
    }

    /// A token of JSON.
    pub(crate) fn token(self, token: Token) -> Style {
        match token {
            Token::Key => self.role(Role::JsonKey),
            Token::String => self.role(Role::JsonString),
            Token::Number => self.role(Role::Number),
            Token::Word => self.role(Role::JsonWord),
            Token::Mark | Token::Space if self.has_color => self.role(Role::JsonMark),
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
