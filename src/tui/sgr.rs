//! SGR, the one escape sequence that a worker's output keeps: colours and attributes.
//!
//! Reads ECMA-48 8.3.117 with the 256-colour and truecolour forms of ITU T.416. Called by `sanitize`.

use ratatui::style::{Color, Modifier, Style};

/// The longest run of parameters that is looked at.
const LONGEST: usize = 64;

/// Splits a leading SGR sequence off: its parameters and the rest.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix("\u{1b}[")?;
    let end = body
        .bytes()
        .take(LONGEST)
        .position(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':'))?;
    let (parameters, rest) = body.split_at_checked(end)?;
    rest.strip_prefix('m').map(|rest| (parameters, rest))
}

/// The style after a sequence. Without `keeps_color` only attributes change.
pub(crate) fn apply(parameters: &str, style: Style, base: Style, keeps_color: bool) -> Style {
    let mut style = style;
    let mut codes = parameters
        .split([';', ':'])
        .map(|code| code.parse::<u16>().unwrap_or(0));
    while let Some(code) = codes.next() {
        style = match code {
            0 => base,
            38 => foreground(style, extended(&mut codes), keeps_color),
            48 => background(style, extended(&mut codes), keeps_color),
            30..=37 => foreground(style, indexed(code - 30), keeps_color),
            90..=97 => foreground(style, indexed(code - 90 + 8), keeps_color),
            40..=47 => background(style, indexed(code - 40), keeps_color),
            100..=107 => background(style, indexed(code - 100 + 8), keeps_color),
            39 => Style {
                fg: base.fg,
                ..style
            },
            49 => Style {
                bg: base.bg,
                ..style
            },
            code => attribute(code, style),
        };
    }
    style
}

fn attribute(code: u16, style: Style) -> Style {
    match code {
        1 => style.add_modifier(Modifier::BOLD),
        2 => style.add_modifier(Modifier::DIM),
        3 => style.add_modifier(Modifier::ITALIC),
        4 => style.add_modifier(Modifier::UNDERLINED),
        7 => style.add_modifier(Modifier::REVERSED),
        9 => style.add_modifier(Modifier::CROSSED_OUT),
        22 => style.remove_modifier(Modifier::BOLD | Modifier::DIM),
        23 => style.remove_modifier(Modifier::ITALIC),
        24 => style.remove_modifier(Modifier::UNDERLINED),
        27 => style.remove_modifier(Modifier::REVERSED),
        29 => style.remove_modifier(Modifier::CROSSED_OUT),
        // Blinking, hidden text and fonts: nothing that a log needs.
        _ => style,
    }
}

fn foreground(style: Style, color: Option<Color>, keeps_color: bool) -> Style {
    match color {
        Some(color) if keeps_color => style.fg(color),
        _ => style,
    }
}

fn background(style: Style, color: Option<Color>, keeps_color: bool) -> Style {
    match color {
        Some(color) if keeps_color => style.bg(color),
        _ => style,
    }
}

fn indexed(index: u16) -> Option<Color> {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    NAMED.get(usize::from(index)).copied()
}

fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<Color> {
    let mut byte = || codes.next().and_then(|code| u8::try_from(code).ok());
    match byte()? {
        5 => byte().map(Color::Indexed),
        2 => Some(Color::Rgb(byte()?, byte()?, byte()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(parameters: &str) -> Style {
        apply(parameters, Style::default(), Style::default(), true)
    }

    #[test]
    fn colours_of_all_depths_are_read() {
        assert_eq!(after("91").fg, Some(Color::LightRed));
        assert_eq!(after("38;5;200").fg, Some(Color::Indexed(200)));
        assert_eq!(after("48:2:1:2:3").bg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(after("38;5"), Style::default());
        assert_eq!(
            after("38;9;1"),
            Style::default().add_modifier(Modifier::BOLD)
        );
        assert_eq!(after("31;0"), Style::default());
    }

    #[test]
    fn only_sgr_is_split_off() {
        assert_eq!(split("\u{1b}[1;31mx"), Some(("1;31", "x")));
        assert_eq!(split("\u{1b}[mx"), Some(("", "x")));
        assert_eq!(split("\u{1b}[2J"), None);
        assert_eq!(split("\u{1b}[?25m"), None);
        assert_eq!(split("\u{1b}[1;3"), None);
    }
}
