//! Colours as numbers: written, measured, and brought down to palettes of 256 and of 16.
//!
//! Contrast is that of WCAG 2.2 (relative luminance of sRGB). Called by `theme`, and by `decoder` for a terminal's answer.

use ratatui::style::Color;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// The sixteen colours by their names in the config, in the order of the palette.
const NAMES: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// Other names of the same.
const ALIASES: [(&str, Color); 5] = [
    ("gray", Color::DarkGray),
    ("grey", Color::DarkGray),
    ("orange", Color::Indexed(208)),
    ("purple", Color::Indexed(141)),
    ("default", Color::Reset),
];

/// The palette of the Linux console, to find the nearest of sixteen by.
const CONSOLE: [Rgb; 16] = [
    Rgb(0, 0, 0),
    Rgb(170, 0, 0),
    Rgb(0, 170, 0),
    Rgb(170, 85, 0),
    Rgb(0, 0, 170),
    Rgb(170, 0, 170),
    Rgb(0, 170, 170),
    Rgb(170, 170, 170),
    Rgb(85, 85, 85),
    Rgb(255, 85, 85),
    Rgb(85, 255, 85),
    Rgb(255, 255, 85),
    Rgb(85, 85, 255),
    Rgb(255, 85, 255),
    Rgb(85, 255, 255),
    Rgb(255, 255, 255),
];

/// The steps of each channel in the cube of the 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Rgb {
    /// From `0xrrggbb`.
    pub(crate) const fn hex(number: u32) -> Self {
        let [_, red, green, blue] = number.to_be_bytes();
        Self(red, green, blue)
    }

    /// How bright it is for the eye, 0 to 1.
    pub(crate) fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Whether dark text is read more easily on it than light text.
    pub(crate) fn is_light(self) -> bool {
        // Where the contrasts with black and with white are the same.
        self.luminance() > 0.179
    }

    /// The same on a terminal of 256 colours; never one of the first sixteen, which everybody paints as they like.
    pub(crate) fn indexed(self) -> Color {
        let cube = [self.0, self.1, self.2].map(nearest_step);
        let [red, green, blue] =
            cube.map(|step| STEPS.get(usize::from(step)).copied().unwrap_or(0));
        let of_cube = Self(red, green, blue);
        let [r, g, b] = cube;
        let mean = (u16::from(self.0) + u16::from(self.1) + u16::from(self.2)) / 3;
        let gray = u8::try_from(mean.saturating_sub(3) / 10)
            .unwrap_or(23)
            .min(23);
        let of_gray = Self(8 + 10 * gray, 8 + 10 * gray, 8 + 10 * gray);
        if self.distance(of_gray) < self.distance(of_cube) {
            Color::Indexed(232 + gray)
        } else {
            Color::Indexed(16 + 36 * r + 6 * g + b)
        }
    }

    /// The same on a terminal of sixteen.
    pub(crate) fn named(self) -> Color {
        let nearest = CONSOLE
            .iter()
            .zip(NAMES)
            .min_by_key(|(there, _)| self.distance(**there));
        nearest.map_or(Color::Reset, |(_, (_, color))| color)
    }

    fn distance(self, other: Self) -> u32 {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        // The eye tells greens apart best, blues worst.
        3 * square(self.0, other.0) + 6 * square(self.1, other.1) + square(self.2, other.2)
    }
}

fn nearest_step(channel: u8) -> u8 {
    let steps = (0_u8..).zip(STEPS);
    let nearest = steps.min_by_key(|(_, step)| channel.abs_diff(*step));
    nearest.map_or(0, |(place, _)| place)
}

/// A colour of the 256 as it is everywhere; of the first sixteen nobody knows.
pub(crate) fn of_index(index: u8) -> Option<Rgb> {
    let step = |place: u8| STEPS.get(usize::from(place)).copied().unwrap_or(0);
    match index {
        0..16 => None,
        232.. => {
            let gray = 8 + 10 * (index - 232);
            Some(Rgb(gray, gray, gray))
        }
        _ => {
            let place = index - 16;
            Some(Rgb(step(place / 36), step(place / 6 % 6), step(place % 6)))
        }
    }
}

/// The colour of that number among the first sixteen.
pub(crate) fn of_sixteen(index: u8) -> Option<Color> {
    NAMES.get(usize::from(index)).map(|(_, color)| *color)
}

/// A colour as people write it: `#88c0d0`, `#8cd`, `bright-cyan`, `default`, `208`.
pub fn parse_color(text: &str) -> Option<Color> {
    let named = NAMES.iter().chain(&ALIASES);
    if let Some((_, color)) = named.into_iter().find(|(name, _)| *name == text) {
        return Some(*color);
    }
    if let Some(digits) = text.strip_prefix('#') {
        return hexadecimal(digits).map(|Rgb(red, green, blue)| Color::Rgb(red, green, blue));
    }
    let index: u8 = text.parse().ok()?;
    Some(of_sixteen(index).unwrap_or(Color::Indexed(index)))
}

/// The names that a colour may be written as.
pub fn color_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().chain(&ALIASES).map(|(name, _)| *name)
}

fn hexadecimal(digits: &str) -> Option<Rgb> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some(Rgb::hex(number)),
        3 => {
            let twice = |shift: u32| u8::try_from((number >> shift & 0xf) * 17).unwrap_or(0);
            Some(Rgb(twice(8), twice(4), twice(0)))
        }
        _ => None,
    }
}

/// A colour as terminals answer, X11's way: `rgb:1e1e/1e1e/2e2e`, `rgba:…`, `#1e1e2e`.
pub(crate) fn answered(text: &str) -> Option<Rgb> {
    if let Some(digits) = text.strip_prefix('#') {
        return hexadecimal(digits);
    }
    let channels = text.strip_prefix("rgb:").or(text.strip_prefix("rgba:"))?;
    let mut channels = channels.split('/').map(|digits| {
        let number = u32::from_str_radix(digits, 16).ok()?;
        let most = match digits.len() {
            length @ 1..=4 => (1_u32 << (4 * length)) - 1,
            _ => return None,
        };
        u8::try_from(number * 255 / most).ok()
    });
    let mut next = || channels.next().flatten();
    let color = Rgb(next()?, next()?, next()?);
    Some(color)
}
