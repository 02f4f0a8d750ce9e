//! Colours of a picture on terminals that have few of them.
//!
//! Owns the way from red, green and blue to what a terminal can show. Called by the view.

use std::ffi::OsString;

use ratatui::style::Color;

use crate::tui::offload::mandelbrot::Rgb;

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All.
    #[default]
    True,
    /// 256, of which 240 are known.
    Indexed,
    /// 16.
    Sixteen,
    /// None: light and dark by shape.
    None,
}

impl Depth {
    /// What the environment says of the terminal.
    pub(crate) fn of(has_color: bool, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let says = |name: &str, words: &[&str]| {
            let value = variable(name).unwrap_or_default();
            let value = value.to_string_lossy().to_ascii_lowercase();
            words.iter().any(|word| value.contains(word))
        };
        match () {
            () if !has_color => Self::None,
            () if says("COLORTERM", &["truecolor", "24bit"]) => Self::True,
            () if says("TERM", &["direct", "kitty", "alacritty", "ghostty", "foot"]) => Self::True,
            () if says("TERM", &["256"]) => Self::Indexed,
            () => Self::Sixteen,
        }
    }

    /// The nearest colour that the terminal has.
    pub(crate) fn color(self, rgb: Rgb) -> Color {
        let [red, green, blue] = rgb;
        match self {
            Self::True => Color::Rgb(red, green, blue),
            Self::Indexed => Color::Indexed(indexed(rgb)),
            Self::Sixteen => sixteen(rgb),
            Self::None => Color::Reset,
        }
    }
}

/// The steps of the 256 colours' cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn indexed(rgb: Rgb) -> u8 {
    let nearest = rgb.map(|part| {
        let off = |step: &u8| step.abs_diff(part);
        let step = (0_u8..).zip(STEPS).min_by_key(|(_, step)| off(step));
        step.unwrap_or_default()
    });
    let cube = nearest.map(|(_, step)| step);
    let [red, green, blue] = nearest.map(|(place, _)| place);
    let mean = rgb.iter().map(|part| u16::from(*part)).sum::<u16>() / 3;
    let gray = u8::try_from(mean.saturating_sub(3) / 10)
        .unwrap_or(23)
        .min(23);
    if distance(rgb, [8 + 10 * gray; 3]) < distance(rgb, cube) {
        232 + gray
    } else {
        16 + 36 * red + 6 * green + blue
    }
}

/// The 16 colours as most terminals have them.
const NAMED: [(Color, Rgb); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [170, 0, 0]),
    (Color::Green, [0, 170, 0]),
    (Color::Yellow, [170, 120, 0]),
    (Color::Blue, [0, 0, 170]),
    (Color::Magenta, [170, 0, 170]),
    (Color::Cyan, [0, 170, 170]),
    (Color::Gray, [190, 190, 190]),
    (Color::DarkGray, [90, 90, 90]),
    (Color::LightRed, [255, 85, 85]),
    (Color::LightGreen, [85, 255, 85]),
    (Color::LightYellow, [255, 240, 85]),
    (Color::LightBlue, [85, 120, 255]),
    (Color::LightMagenta, [255, 85, 255]),
    (Color::LightCyan, [85, 255, 255]),
    (Color::White, [255, 255, 255]),
];

fn sixteen(rgb: Rgb) -> Color {
    let nearest = NAMED.iter().min_by_key(|(_, named)| distance(rgb, *named));
    nearest.map_or(Color::Reset, |(color, _)| *color)
}

/// How different two colours look, about: the eye is keener on green than on blue.
fn distance(one: Rgb, other: Rgb) -> u32 {
    let weights = [3, 5, 2];
    let parts = one.iter().zip(other).zip(weights);
    parts
        .map(|((one, other), weight)| u32::from(one.abs_diff(other)).pow(2) * weight)
        .sum()
}

/// How light a colour is, from 0 to 255.
pub(crate) fn lightness([red, green, blue]: Rgb) -> u8 {
    let sum = u32::from(red) * 3 + u32::from(green) * 6 + u32::from(blue);
    u8::try_from(sum / 10).unwrap_or(u8::MAX)
}

/// One colour with so many parts of 256 of another in it.
pub(crate) fn mix(one: Rgb, other: Rgb, parts: u16) -> Rgb {
    let parts = parts.min(256);
    let mut mixed = one;
    for (mixed, other) in mixed.iter_mut().zip(other) {
        let sum = (u32::from(*mixed) * u32::from(256 - parts)
            + u32::from(other) * u32::from(parts))
            / 256;
        *mixed = u8::try_from(sum).unwrap_or(u8::MAX);
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let depth = |has_color, term: &'static str, colorterm: &'static str| {
            Depth::of(has_color, move |name| match name {
                "TERM" => Some(term.into()),
                "COLORTERM" => Some(colorterm.into()),
                _ => None,
            })
        };
        assert_eq!(depth(true, "xterm-256color", "truecolor"), Depth::True);
        assert_eq!(depth(true, "xterm-kitty", ""), Depth::True);
        assert_eq!(depth(true, "xterm-256color", ""), Depth::Indexed);
        assert_eq!(depth(true, "linux", ""), Depth::Sixteen);
        assert_eq!(depth(false, "xterm-256color", "truecolor"), Depth::None);
    }

    #[test]
    fn colours_become_the_nearest_ones() {
        assert_eq!(Depth::True.color([1, 2, 3]), Color::Rgb(1, 2, 3));
        assert_eq!(Depth::Indexed.color([255, 0, 0]), Color::Indexed(196));
        assert_eq!(Depth::Indexed.color([128, 128, 128]), Color::Indexed(244));
        assert_eq!(Depth::Indexed.color([255, 255, 255]), Color::Indexed(231));
        assert_eq!(Depth::Sixteen.color([0, 0, 150]), Color::Blue);
        assert_eq!(Depth::Sixteen.color([250, 250, 240]), Color::White);
        assert_eq!(Depth::None.color([250, 250, 240]), Color::Reset);
    }

    #[test]
    fn colours_mix_by_parts() {
        assert_eq!(mix([0, 100, 255], [255, 100, 0], 0), [0, 100, 255]);
        assert_eq!(mix([0, 100, 255], [255, 100, 0], 256), [255, 100, 0]);
        assert_eq!(mix([0, 100, 200], [200, 100, 0], 128), [100, 100, 100]);
    }
}
