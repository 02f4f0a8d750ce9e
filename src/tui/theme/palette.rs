//! The shipped palettes: for dark and for light backgrounds, each quiet and with high contrast.
//!
//! The quiet ones leave the terminal's own background and text; their colours have at least WCAG's AA contrast (4.5) on
//! every usual background of their kind. Those with high contrast paint their background and have AAA (7)
//! where there are enough colours. `theme`'s tests hold both. Called by `theme`.

use ratatui::style::Color;

use crate::tui::theme::role::Role;
use crate::tui::theme::role::Role::{
    Accent, Background, Bad, Border, Dim, Good, Info, Number, Selection, Text, Waiting, Warning,
    Worker1, Worker2, Worker3, Worker4, Worker5, Worker6,
};

/// A role with its colour, and that colour's stand-in among sixteen.
pub(crate) type Row = (Role, u32, Color);

/// For dark backgrounds.
pub(crate) const DARK: &[Row] = &[
    (Dim, 0x009a_a3b2, Color::Gray),
    (Accent, 0x006c_c7f5, Color::Cyan),
    (Good, 0x0094_cf73, Color::Green),
    (Warning, 0x00e5_b567, Color::LightYellow),
    (Bad, 0x00ff_7f8f, Color::LightRed),
    (Waiting, 0x00c5_a5f7, Color::LightMagenta),
    (Info, 0x0086_abf9, Color::LightBlue),
    (Number, 0x00f5_a46c, Color::LightYellow),
    (Border, 0x0066_7085, Color::DarkGray),
    (Selection, 0x0028_3145, Color::Reset),
    (Worker1, 0x0056_d4c4, Color::Cyan),
    (Worker2, 0x00d3_a4f9, Color::LightMagenta),
    (Worker3, 0x0086_abf9, Color::LightBlue),
    (Worker4, 0x00f5_a46c, Color::LightYellow),
    (Worker5, 0x00b4_d87a, Color::Green),
    (Worker6, 0x00f7_9dc6, Color::LightRed),
];

/// For light backgrounds.
pub(crate) const LIGHT: &[Row] = &[
    (Dim, 0x005a_6070, Color::DarkGray),
    (Accent, 0x0000_639c, Color::Blue),
    (Good, 0x0024_6e2a, Color::Reset),
    (Warning, 0x0085_5600, Color::Magenta),
    (Bad, 0x00c0_1c28, Color::Red),
    (Waiting, 0x006b_22b0, Color::Magenta),
    (Info, 0x002a_59c4, Color::Blue),
    (Number, 0x0098_4600, Color::Magenta),
    (Border, 0x0087_8e9c, Color::DarkGray),
    (Selection, 0x00d9_e8f7, Color::Reset),
    (Worker1, 0x0000_6b70, Color::Blue),
    (Worker2, 0x006b_22b0, Color::Magenta),
    (Worker3, 0x002a_59c4, Color::Blue),
    (Worker4, 0x0098_4600, Color::Red),
    (Worker5, 0x0047_6900, Color::Black),
    (Worker6, 0x00a8_2277, Color::Magenta),
];

/// White and strong colours on black.
pub(crate) const CONTRAST_DARK: &[Row] = &[
    (Text, 0x00ff_ffff, Color::White),
    (Background, 0x0000_0000, Color::Black),
    (Dim, 0x00d0_d0d0, Color::Gray),
    (Accent, 0x0000_e5ff, Color::LightCyan),
    (Good, 0x005f_ff5f, Color::LightGreen),
    (Warning, 0x00ff_d700, Color::LightYellow),
    (Bad, 0x00ff_8787, Color::LightRed),
    (Waiting, 0x00e4_b0ff, Color::LightMagenta),
    (Info, 0x00a3_c8ff, Color::LightCyan),
    (Number, 0x00ff_af5f, Color::LightYellow),
    (Border, 0x00b0_b0b0, Color::Gray),
    (Selection, 0x0000_3a5c, Color::Reset),
    (Worker1, 0x0000_e5ff, Color::LightCyan),
    (Worker2, 0x00e4_b0ff, Color::LightMagenta),
    (Worker3, 0x00a3_c8ff, Color::LightCyan),
    (Worker4, 0x00ff_af5f, Color::LightYellow),
    (Worker5, 0x00af_ff5f, Color::LightGreen),
    (Worker6, 0x00ff_a7d1, Color::LightRed),
];

/// Black and deep colours on white.
pub(crate) const CONTRAST_LIGHT: &[Row] = &[
    (Text, 0x0000_0000, Color::Black),
    (Background, 0x00ff_ffff, Color::White),
    (Dim, 0x003a_3a3a, Color::Black),
    (Accent, 0x0000_4b87, Color::Blue),
    (Good, 0x0000_5a00, Color::Black),
    (Warning, 0x0066_4000, Color::Red),
    (Bad, 0x0098_0014, Color::Red),
    (Waiting, 0x005d_0a96, Color::Blue),
    (Info, 0x0015_3aa0, Color::Blue),
    (Number, 0x007a_3000, Color::Red),
    (Border, 0x0058_5858, Color::Black),
    (Selection, 0x00cf_e4ff, Color::Reset),
    (Worker1, 0x0000_5055, Color::Blue),
    (Worker2, 0x005d_0a96, Color::Red),
    (Worker3, 0x0015_3aa0, Color::Blue),
    (Worker4, 0x007a_3000, Color::Red),
    (Worker5, 0x0036_5000, Color::Black),
    (Worker6, 0x0082_0a5a, Color::Red),
];
