//! The colours of a picture: what a terminal's colours look like on its background.

use ratatui::style::{Color, Modifier, Style};

/// Sixteen colours, the background and the foreground, as hexadecimal numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    named: [u32; 16],
    /// What is behind everything.
    pub(crate) background: u32,
    /// What text is written in.
    pub(crate) foreground: u32,
}

/// How a run of cells is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ink {
    /// The colour of what is written.
    pub(crate) fore: u32,
    /// What is behind it, where that is not the background.
    pub(crate) back: Option<u32>,
    /// Whether it is heavy or faint, leans, is underlined.
    pub(crate) manner: Modifier,
}

impl Paint {
    /// A terminal with a dark background.
    pub(crate) const DARK: Self = Self {
        named: [
            0x003b_4048,
            0x00e0_6c75,
            0x0098_c379,
            0x00e5_c07b,
            0x0061_afef,
            0x00c6_78dd,
            0x0056_b6c2,
            0x00ab_b2bf,
            0x007a_818e,
            0x00ff_7b86,
            0x00b5_e890,
            0x00ff_d68a,
            0x007c_c4ff,
            0x00e0_8cff,
            0x006f_dfec,
            0x00ff_ffff,
        ],
        background: 0x0016_181d,
        foreground: 0x00d7_dae0,
    };

    /// A terminal with a light background.
    pub(crate) const LIGHT: Self = Self {
        named: [
            0x0038_3a42,
            0x00ca_1243,
            0x0034_7a34,
            0x008a_6200,
            0x0022_66c9,
            0x00a6_26a4,
            0x0000_7d8c,
            0x0060_636b,
            0x0078_7b84,
            0x00b0_0f3a,
            0x002c_6a2c,
            0x0076_5400,
            0x001c_58b0,
            0x0090_2090,
            0x0000_6a78,
            0x0010_1114,
        ],
        background: 0x00fa_fafa,
        foreground: 0x0024_262c,
    };

    /// What a terminal with these colours says when it is asked for its background (OSC 11).
    pub(crate) fn answer(&self) -> Vec<u8> {
        let [_, r, g, b] = self.background.to_be_bytes();
        format!("\x1b]11;rgb:{r:02x}{r:02x}/{g:02x}{g:02x}/{b:02x}{b:02x}\x1b\\").into_bytes()
    }

    /// How a style is drawn.
    pub(crate) fn ink(&self, style: Style) -> Ink {
        let fore = style.fg.and_then(|color| self.color(color));
        let back = style.bg.and_then(|color| self.color(color));
        let (fore, back) = if style.add_modifier.contains(Modifier::REVERSED) {
            let behind = fore.unwrap_or(self.foreground);
            (back.or(Some(self.background)), Some(behind))
        } else {
            (fore, back)
        };
        Ink {
            fore: fore.unwrap_or(self.foreground),
            back: back.filter(|back| *back != self.background),
            manner: style.add_modifier,
        }
    }

    /// A colour; none is the terminal's own.
    fn color(&self, color: Color) -> Option<u32> {
        let index = match color {
            Color::Reset => return None,
            Color::Rgb(r, g, b) => return Some(u32::from_be_bytes([0, r, g, b])),
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
            Color::Indexed(index) => index,
        };
        Some(self.indexed(index))
    }

    /// A colour of the 256: sixteen named ones, a cube of six levels, a ladder of greys.
    fn indexed(&self, index: u8) -> u32 {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        if let Some(named) = self.named.get(usize::from(index)) {
            return *named;
        }
        if index >= 232 {
            let grey = 8 + 10 * (index - 232);
            return u32::from_be_bytes([0, grey, grey, grey]);
        }
        let place = usize::from(index - 16);
        let level = |place: usize| LEVELS.get(place % 6).copied().unwrap_or_default();
        u32::from_be_bytes([0, level(place / 36), level(place / 6), level(place)])
    }
}
