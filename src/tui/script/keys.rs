//! Keys as a terminal sends them.

/// The bytes of a key by its name; none of a name that no key has.
pub(crate) fn bytes(name: &str) -> Option<Vec<u8>> {
    if let Some(rest) = name.strip_prefix("Ctrl-") {
        let letter = rest.chars().next().filter(char::is_ascii_alphabetic)?;
        let is_one = rest.len() == 1;
        return is_one.then(|| vec![letter.to_ascii_uppercase() as u8 & 0x1f]);
    }
    if let Some(rest) = name.strip_prefix("Alt-") {
        let mut bytes = vec![0x1b];
        bytes.extend(self::bytes(rest)?);
        return Some(bytes);
    }
    let named: &[u8] = match name {
        "Enter" => b"\r",
        "Esc" => b"\x1b",
        "Tab" => b"\t",
        "Shift-Tab" => b"\x1b[Z",
        "Space" => b" ",
        "Backspace" => b"\x7f",
        "Delete" => b"\x1b[3~",
        "Up" => b"\x1b[A",
        "Down" => b"\x1b[B",
        "Right" => b"\x1b[C",
        "Left" => b"\x1b[D",
        "Home" => b"\x1b[H",
        "End" => b"\x1b[F",
        "PgUp" => b"\x1b[5~",
        "PgDn" => b"\x1b[6~",
        "F1" => b"\x1bOP",
        "F2" => b"\x1bOQ",
        "F3" => b"\x1bOR",
        "F4" => b"\x1bOS",
        "F5" => b"\x1b[15~",
        "F6" => b"\x1b[17~",
        "F7" => b"\x1b[18~",
        "F8" => b"\x1b[19~",
        "F9" => b"\x1b[20~",
        "F10" => b"\x1b[21~",
        "F11" => b"\x1b[23~",
        "F12" => b"\x1b[24~",
        _ => {
            let mut chars = name.chars();
            let is_one = chars.next().is_some() && chars.next().is_none();
            return is_one.then(|| name.as_bytes().to_vec());
        }
    };
    Some(named.to_vec())
}

/// The bytes of a click of the left button, from column and row 1.
pub(crate) fn click(column: u16, row: u16) -> Vec<u8> {
    format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m").into_bytes()
}
