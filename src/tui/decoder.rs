//! What a terminal sends, from bytes to keys, mouse and pasted text.
//!
//! Reads xterm's sequences as `ctlseqs` describes them. Bytes may be cut anywhere: what is not complete waits, and a lone
//! Escape becomes a key when [`Decoder::flush`] says that nothing more came. What is not known is left out. Sans-IO; called
//! by `app`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::update::Msg;

const ESCAPE: u8 = 0x1b;
const PASTE_END: &[u8] = b"\x1b[201~";

/// The longest sequence that is waited for.
const LONGEST: usize = 64;

/// How much of one paste is taken, in bytes; the rest is left out.
const PASTE: usize = 1 << 20;

/// Takes bytes, gives messages.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    bytes: Vec<u8>,
    paste: Option<Vec<u8>>,
}

/// How the bytes begin.
enum Piece {
    /// A whole sequence of this length, and what it means.
    Whole(usize, Option<Msg>),
    /// A paste begins after this length.
    Paste(usize),
    /// More is needed to tell.
    Part,
}

impl Decoder {
    /// Takes what was read; what it means so far.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Msg> {
        self.bytes.extend_from_slice(bytes);
        let mut msgs = Vec::new();
        loop {
            if self.paste.is_some() {
                match self.pasted() {
                    Some(text) => msgs.push(Msg::Paste(text)),
                    None => return msgs,
                }
            }
            match piece(&self.bytes) {
                Piece::Whole(length, msg) => {
                    self.bytes.drain(..length.min(self.bytes.len()));
                    msgs.extend(msg);
                }
                Piece::Paste(length) => {
                    self.bytes.drain(..length.min(self.bytes.len()));
                    self.paste = Some(Vec::new());
                }
                Piece::Part => return msgs,
            }
        }
    }

    /// Whether something waits for more.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.bytes.is_empty() && self.paste.is_none()
    }

    /// Nothing more came: an Escape that waits was a key, everything else is broken.
    pub(crate) fn flush(&mut self) -> Vec<Msg> {
        let waiting = std::mem::take(&mut self.bytes);
        match waiting.as_slice() {
            [ESCAPE] => vec![key(KeyCode::Esc, KeyModifiers::NONE)],
            [ESCAPE, byte @ (b'[' | b'O')] => {
                vec![key(KeyCode::Char(char::from(*byte)), KeyModifiers::ALT)]
            }
            _ => Vec::new(),
        }
    }

    /// Moves what belongs to the paste; its text once its end is there.
    fn pasted(&mut self) -> Option<String> {
        let end = memchr::memmem::find(&self.bytes, PASTE_END);
        // The end may be cut: keep as much as could be its beginning.
        let take = end.unwrap_or_else(|| self.bytes.len().saturating_sub(PASTE_END.len() - 1));
        let taken: Vec<u8> = self.bytes.drain(..take).collect();
        let paste = self.paste.as_mut()?;
        let room = PASTE.saturating_sub(paste.len());
        paste.extend(taken.into_iter().take(room));
        end?;
        self.bytes.drain(..PASTE_END.len().min(self.bytes.len()));
        let paste = self.paste.take()?;
        Some(String::from_utf8_lossy(&paste).into_owned())
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Msg {
    Msg::Key(KeyEvent::new(code, modifiers))
}

fn piece(bytes: &[u8]) -> Piece {
    match bytes {
        [] | [ESCAPE] | [ESCAPE, b'O'] => Piece::Part,
        [ESCAPE, b'[', rest @ ..] => control(rest),
        [ESCAPE, b'O', byte, ..] => {
            let code = cursor(*byte);
            Piece::Whole(3, code.map(|code| key(code, KeyModifiers::NONE)))
        }
        [ESCAPE, ESCAPE, ..] => Piece::Whole(1, Some(key(KeyCode::Esc, KeyModifiers::NONE))),
        [ESCAPE, rest @ ..] => match plain(rest, KeyModifiers::ALT) {
            Piece::Whole(length, msg) => Piece::Whole(length + 1, msg),
            other => other,
        },
        bytes => plain(bytes, KeyModifiers::NONE),
    }
}

/// A character or a control character.
fn plain(bytes: &[u8], modifiers: KeyModifiers) -> Piece {
    let Some(&first) = bytes.first() else {
        return Piece::Part;
    };
    let one = |code, more| Piece::Whole(1, Some(key(code, modifiers | more)));
    match first {
        b'\r' | b'\n' => one(KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => one(KeyCode::Tab, KeyModifiers::NONE),
        0x7f | 0x08 => one(KeyCode::Backspace, KeyModifiers::NONE),
        0 => one(KeyCode::Char(' '), KeyModifiers::CONTROL),
        0x01..=0x1a => one(
            KeyCode::Char(char::from(first - 1 + b'a')),
            KeyModifiers::CONTROL,
        ),
        0x1b..=0x1f => Piece::Whole(1, None),
        _ => character(bytes, modifiers),
    }
}

fn character(bytes: &[u8], modifiers: KeyModifiers) -> Piece {
    let head = bytes.get(..bytes.len().min(4)).unwrap_or_default();
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() == 0 => {
            return match error.error_len() {
                Some(bad) => Piece::Whole(bad, None),
                None => Piece::Part,
            };
        }
        Err(error) => {
            let valid = head.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
    };
    match valid.chars().next() {
        Some(c) => Piece::Whole(c.len_utf8(), Some(key(KeyCode::Char(c), modifiers))),
        None => Piece::Whole(1, None),
    }
}

/// What follows `ESC [`.
fn control(rest: &[u8]) -> Piece {
    let body = rest
        .iter()
        .position(|byte| !matches!(byte, 0x20..=0x3f))
        .filter(|at| *at < LONGEST);
    let Some(at) = body else {
        return if rest.len() >= LONGEST {
            Piece::Whole(2, None)
        } else {
            Piece::Part
        };
    };
    let (parameters, after) = rest.split_at(at);
    let last = after.first().copied().unwrap_or_default();
    let length = 2 + at + 1;
    if !(0x40..=0x7e).contains(&last) {
        // A sequence cut short by another: what comes is read anew.
        return Piece::Whole(length - 1, None);
    }
    let parameters = std::str::from_utf8(parameters).unwrap_or_default();
    match (last, parameters) {
        (b'~', "200") => Piece::Paste(length),
        // The mouse protocol of before SGR: three bytes follow.
        (b'M', "") if after.len() < 4 => Piece::Part,
        (b'M', "") => Piece::Whole(length + 3, None),
        (b'M' | b'm', _) => Piece::Whole(length, mouse(parameters, last == b'm')),
        _ => Piece::Whole(length, special(parameters, last)),
    }
}

fn special(parameters: &str, last: u8) -> Option<Msg> {
    let mut numbers = parameters
        .split(';')
        .map(|number| number.parse::<u32>().ok());
    let first = numbers.next().flatten();
    let modifiers = modifiers(numbers.next().flatten().unwrap_or(1));
    let code = match (last, first) {
        (b'Z', _) => KeyCode::BackTab,
        (b'~', Some(1 | 7)) => KeyCode::Home,
        (b'~', Some(2)) => KeyCode::Insert,
        (b'~', Some(3)) => KeyCode::Delete,
        (b'~', Some(4 | 8)) => KeyCode::End,
        (b'~', Some(5)) => KeyCode::PageUp,
        (b'~', Some(6)) => KeyCode::PageDown,
        (b'u', Some(13)) => KeyCode::Enter,
        (b'u', Some(code)) => KeyCode::Char(char::from_u32(code)?),
        _ => cursor(last)?,
    };
    Some(key(code, modifiers))
}

fn cursor(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        _ => return None,
    })
}

/// Modifiers as xterm counts them: one more than a set of bits.
fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
    modifiers.set(KeyModifiers::ALT, bits & 2 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
    modifiers
}

fn mouse(parameters: &str, is_release: bool) -> Option<Msg> {
    let mut numbers = parameters.strip_prefix('<')?.split(';');
    let mut number = || numbers.next().and_then(|number| number.parse::<u16>().ok());
    let (button, column, row) = (number()?, number()?, number()?);
    let kind = match button & 0b1110_0011 {
        0 if is_release => MouseEventKind::Up(MouseButton::Left),
        0 => MouseEventKind::Down(MouseButton::Left),
        64 => MouseEventKind::ScrollUp,
        65 => MouseEventKind::ScrollDown,
        // Other buttons and movements do nothing here.
        _ => return None,
    };
    Some(Msg::Mouse(MouseEvent {
        kind,
        column: column.saturating_sub(1),
        row: row.saturating_sub(1),
        modifiers: KeyModifiers::NONE,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], cut: usize) -> String {
        let mut decoder = Decoder::default();
        let mut msgs = Vec::new();
        for part in bytes.chunks(cut) {
            msgs.extend(decoder.feed(part));
        }
        msgs.extend(decoder.flush());
        format!("{msgs:?}")
    }

    #[test]
    fn bytes_mean_the_same_wherever_they_are_cut() {
        let bytes = "a\x1b[A\x1b[1;5Cé日\x1b[<0;10;5M\x1b[<65;1;1M\x1b[200~q\x1b[A\r\x1b[201~\x03\x1b\r\x1bOB\x1b[Z\x1b";
        let whole = read(bytes.as_bytes(), 1000);
        for cut in 1..20 {
            assert_eq!(read(bytes.as_bytes(), cut), whole, "cut at {cut}");
        }
        assert!(whole.contains("Paste(\"q\\u{1b}[A\\r\")"), "{whole}");
        assert!(whole.contains("ScrollDown") && whole.contains("'日'"));
        assert!(whole.contains("Esc") && whole.contains("BackTab"));
    }

    #[test]
    fn rubbish_is_left_out() {
        for bytes in [
            &b"\x1b[999;999;999R"[..],
            b"\xff\xfe\xc3",
            b"\x1b[I\x1b[O",
            b"\x1b[?62;1c",
            b"\x1b[M abc"[..6].as_ref(),
        ] {
            assert_eq!(read(bytes, 1000), "[]", "{bytes:?}");
        }
        assert!(read(&[b"\x1b[", vec![b'1'; 200].as_slice(), b"x"].concat(), 7).contains('x'));
    }

    #[test]
    fn a_long_paste_is_cut() {
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b[200~");
        for _ in 0..300 {
            assert!(decoder.feed(&[b'x'; 8192]).is_empty());
        }
        let msgs = decoder.feed(b"\x1b[201~");
        assert!(matches!(msgs.as_slice(), [Msg::Paste(text)] if text.len() == PASTE));
    }
}
