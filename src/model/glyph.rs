//! Characters that a terminal would obey, and what is shown in their place.
//!
//! Owns only the tables. Called by whatever shows what workers wrote.

/// The picture of an ASCII control character, `␀` to `␡`; none for every other character.
pub fn control_picture(c: char) -> Option<char> {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('\u{2421}'),
        _ => None, // Has no picture.
    }
}

/// Whether a character changes the direction of text around it.
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
}
