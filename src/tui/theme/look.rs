//! Which theme it is to be: what the person wants, what the terminal can, and whether its background is dark or light.
//!
//! Called by `app` and `update`.

use std::ffi::OsString;

use ratatui::style::Color;

use crate::tui::theme::depth::Depth;
use crate::tui::theme::palette::{CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, Row};
use crate::tui::theme::rgb::{self, Rgb};
use crate::tui::theme::{Role, Theme};

/// The shipped themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// Dark or light, as the terminal's background is.
    #[default]
    Auto,
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// White on black, or black on white where the background is light.
    HighContrast,
    /// Attributes and shapes only.
    Monochrome,
}

impl ThemeName {
    /// Each with its name in the config.
    pub const ALL: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("high-contrast", Self::HighContrast),
        ("monochrome", Self::Monochrome),
    ];
}

/// What a person wants of the theme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThemeSpec {
    /// Which one; [`ThemeName::Auto`] unless given.
    pub name: Option<ThemeName>,
    /// Colours that are other than the theme's; of several for one role the last counts.
    pub colors: Vec<(Role, Color)>,
}

/// The darkest of the usual light backgrounds.
const DARKEST_LIGHT: Rgb = [0xef, 0xf1, 0xf5];

/// All that decides about the theme.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    spec: ThemeSpec,
    depth: Depth,
    is_light: bool,
}

impl Default for Look {
    /// The dark theme on a terminal with all colours.
    fn default() -> Self {
        Self {
            spec: ThemeSpec::default(),
            depth: Depth::True,
            is_light: false,
        }
    }
}

impl Look {
    /// What is known before the terminal has answered anything.
    pub(crate) fn new(
        spec: ThemeSpec,
        has_color: bool,
        variable: &impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        let depth = if has_color {
            Depth::of(variable)
        } else {
            Depth::None
        };
        Self {
            spec,
            depth,
            is_light: variable("COLORFGBG").is_some_and(|value| is_light(&value.to_string_lossy())),
        }
    }

    /// How many colours are used: none where the theme has none, whatever the terminal can.
    pub(crate) fn depth(&self) -> Depth {
        match self.spec.name {
            Some(ThemeName::Monochrome) => Depth::None,
            _ => self.depth,
        }
    }

    /// Whether the terminal's background makes a difference.
    pub(crate) fn depends_on_background(&self) -> bool {
        let name = self.spec.name.unwrap_or_default();
        self.depth != Depth::None && matches!(name, ThemeName::Auto | ThemeName::HighContrast)
    }

    /// The terminal said what its background is.
    pub(crate) fn learn(&mut self, background: Rgb) {
        self.is_light = rgb::is_light(background);
    }

    /// The theme.
    pub(crate) fn theme(&self) -> Theme {
        let palette = match self.spec.name.unwrap_or_default() {
            _ if self.depth() == Depth::None => return Theme::plain(),
            ThemeName::Monochrome => return Theme::plain(),
            ThemeName::Auto if self.is_light => LIGHT,
            ThemeName::Auto | ThemeName::Dark => DARK,
            ThemeName::Light => LIGHT,
            ThemeName::HighContrast if self.is_light => CONTRAST_LIGHT,
            ThemeName::HighContrast => CONTRAST_DARK,
        };
        paint(palette, &self.spec.colors, self.depth)
    }
}

/// A theme out of a palette and a person's own colours, brought down to what the terminal can.
pub(crate) fn paint(palette: &[Row], own: &[(Role, Color)], depth: Depth) -> Theme {
    let chosen = |role: Role| {
        let own = own.iter().rev().find(|(wanted, _)| *wanted == role);
        if let Some((_, color)) = own {
            return Some(depth.fit(*color, None));
        }
        let shipped = palette.iter().find(|(shipped, ..)| *shipped == role);
        shipped.map(|(_, number, named)| {
            let [red, green, blue] = rgb::hex(*number);
            depth.fit(Color::Rgb(red, green, blue), Some(*named))
        })
    };
    let mut theme = Theme::plain();
    theme.has_color = true;
    // Text that matters less is darker than what it stands on, or lighter.
    let dim = palette.iter().find(|(role, ..)| *role == Role::Dim);
    let is_light = dim.is_some_and(|(_, number, _)| !rgb::is_light(rgb::hex(*number)));
    theme.light = is_light.then_some(DARKEST_LIGHT);
    for (ink, role) in theme.inks.iter_mut().zip(Role::ALL) {
        let color = chosen(role).or_else(|| role.parent().and_then(chosen));
        *ink = color.unwrap_or(Color::Reset);
    }
    theme
}

/// What `COLORFGBG` says, `FOREGROUND;BACKGROUND` or with another number between: 7 and those from 9 on are light.
fn is_light(value: &str) -> bool {
    let background = value
        .rsplit(';')
        .next()
        .and_then(|last| last.parse::<u8>().ok());
    background.is_some_and(|index| index == 7 || (9..16).contains(&index))
}
