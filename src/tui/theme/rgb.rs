//! Colours as numbers: written, measured, and brought down to palettes of 256 and of 16.
//!
//! Contrast is that of WCAG 2.2 (relative luminance of sRGB). Called by `theme`, by `decoder` for a terminal's answer, and by `offload`.

use ratatui::style::Color;

/// A colour in sRGB: red, green, blue.
pub type Rgb = [u8; 3];

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
    [0, 0, 0],
    [170, 0, 0],
    [0, 170, 0],
    [170, 85, 0],
    [0, 0, 170],
    [170, 0, 170],
    [0, 170, 170],
    [170, 170, 170],
    [85, 85, 85],
    [255, 85, 85],
    [85, 255, 85],
    [255, 255, 85],
    [85, 85, 255],
    [255, 85, 255],
    [85, 255, 255],
    [255, 255, 255],
];

/// The steps of each channel in the cube of the 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colour that is written `0xrrggbb`.
pub(crate) const fn hex(number: u32) -> Rgb {
    let [_, red, green, blue] = number.to_be_bytes();
    [red, green, blue]
}

/// How bright a colour is for the eye, 0 to 1.
pub(crate) fn luminance([red, green, blue]: Rgb) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// The contrast of WCAG 2.2, from 1 to 21.
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Whether dark text is read more easily on it than light text.
pub(crate) fn is_light(color: Rgb) -> bool {
    // Where the contrasts with black and with white are the same.
    luminance(color) > 0.179
}

/// A colour on a terminal of 256 colours; never one of the first sixteen, which everybody paints as they like.
pub(crate) fn indexed(color: Rgb) -> Color {
    let cube = color.map(nearest_step);
    let of_cube = cube.map(|step| STEPS.get(usize::from(step)).copied().unwrap_or(0));
    let [r, g, b] = cube;
    let mean = color.map(u16::from).iter().sum::<u16>() / 3;
    let gray = u8::try_from(mean.saturating_sub(3) / 10)
        .unwrap_or(23)
        .min(23);
    let of_gray = [8 + 10 * gray; 3];
    if distance(color, of_gray) < distance(color, of_cube) {
        Color::Indexed(232 + gray)
    } else {
        Color::Indexed(16 + 36 * r + 6 * g + b)
    }
}

/// A colour on a terminal of sixteen.
pub(crate) fn named(color: Rgb) -> Color {
    let nearest = CONSOLE
        .iter()
        .zip(NAMES)
        .min_by_key(|(there, _)| distance(color, **there));
    nearest.map_or(Color::Reset, |(_, (_, named))| named)
}

fn distance([r1, g1, b1]: Rgb, [r2, g2, b2]: Rgb) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    // The eye tells greens apart best, blues worst.
    3 * square(r1, r2) + 6 * square(g1, g2) + square(b1, b2)
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
            Some([gray, gray, gray])
        }
        _ => {
            let place = index - 16;
            Some([step(place / 36), step(place / 6 % 6), step(place % 6)])
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
        return hexadecimal(digits).map(|[red, green, blue]| Color::Rgb(red, green, blue));
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
        6 => Some(hex(number)),
        3 => {
            let twice = |shift: u32| u8::try_from((number >> shift & 0xf) * 17).unwrap_or(0);
            Some([twice(8), twice(4), twice(0)])
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
    let color = [next()?, next()?, next()?];
    Some(color)
}
