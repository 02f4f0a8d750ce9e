//! Colours of a picture: mixed, measured, and brought down to what the terminal has as the theme's are. Called by the view.

use ratatui::style::Color;

use crate::tui::theme::{Depth, Rgb};

/// The nearest colour that a terminal has.
pub(crate) fn fit(depth: Depth, [red, green, blue]: Rgb) -> Color {
    depth.fit(Color::Rgb(red, green, blue), None)
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
    fn colours_become_the_nearest_ones() {
        assert_eq!(fit(Depth::True, [1, 2, 3]), Color::Rgb(1, 2, 3));
        assert_eq!(fit(Depth::Indexed, [255, 0, 0]), Color::Indexed(196));
        assert_eq!(fit(Depth::Indexed, [128; 3]), Color::Indexed(244));
        assert_eq!(fit(Depth::Sixteen, [0, 0, 150]), Color::Blue);
        assert_eq!(fit(Depth::Sixteen, [250, 250, 240]), Color::White);
        assert_eq!(fit(Depth::None, [250, 250, 240]), Color::Reset);
    }

    #[test]
    fn colours_mix_by_parts() {
        assert_eq!(mix([0, 100, 255], [255, 100, 0], 0), [0, 100, 255]);
        assert_eq!(mix([0, 100, 255], [255, 100, 0], 256), [255, 100, 0]);
        assert_eq!(mix([0, 100, 200], [200, 100, 0], 128), [100, 100, 100]);
    }
}
