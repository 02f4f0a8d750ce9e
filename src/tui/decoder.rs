//! What a terminal sends, from bytes to keys, mouse and pasted text.
//!
//! Reads xterm's sequences as `ctlseqs` describes them. Bytes may be cut anywhere: what is not complete waits, and a lone
//! Escape becomes a key when [`Decoder::flush`] says that nothing more came. What is not known is left out; of a terminal's
//! answers nothing ever becomes a key, however late, cut or broken they are. Sans-IO; called by `app`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::theme::answered;
use crate::tui::update::Msg;

const ESCAPE: u8 = 0x1b;
const PASTE_END: &[u8] = b"\x1b[201~";

/// The longest sequence that is waited for.
const LONGEST: usize = 64;

/// The longest answer that is waited for.
const ANSWER: usize = 128;

/// How much of one paste is taken, in bytes; the rest is left out.
const PASTE: usize = 1 << 20;

/// Takes bytes, gives messages.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    bytes: Vec<u8>,
    paste: Option<Vec<u8>>,
    /// Whether the terminal was asked something and has not answered to the end.
    is_asked: bool,
    /// Whether the beginning of an answer has been waited for once already.
    is_late: bool,
    /// Whether the last that waited was an Escape and became the key, while an answer was to come.
    was_escape: bool,
}

/// How the bytes begin.
enum Piece {
    /// A whole sequence of this length, and what it means.
    Whole(usize, Option<Msg>),
    /// A paste begins after this length.
    Paste(usize),
    /// The terminal's last answer ends after this length.
    Answered(usize),
    /// More is needed to tell.
    Part,
}

impl Decoder {
    /// Takes what was read; what it means so far.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Msg> {
        // An answer cut behind its first byte: the key was none.
        if std::mem::take(&mut self.was_escape) && matches!(bytes, [b'[' | b']', ..]) {
            self.bytes.push(ESCAPE);
        }
        self.bytes.extend_from_slice(bytes);
        self.is_late = false;
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
                Piece::Answered(length) => {
                    self.bytes.drain(..length.min(self.bytes.len()));
                    self.is_asked = false;
                }
                Piece::Part => return msgs,
            }
        }
    }

    /// The terminal was asked for its background, then for its kind, which every terminal tells.
    pub(crate) fn asked(&mut self) {
        self.is_asked = true;
    }

    /// The terminal had its time to answer. What comes later is still understood.
    pub(crate) fn give_up(&mut self) {
        self.is_asked = false;
    }

    /// Whether an answer is to come.
    pub(crate) fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// Whether something waits for more.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.bytes.is_empty() && self.paste.is_none()
    }

    /// Nothing more came: an Escape that waits was a key, everything else is broken.
    pub(crate) fn flush(&mut self) -> Vec<Msg> {
        if self.is_answer() && !self.is_late {
            // Its rest may be late: it gets one more such time.
            self.is_late = true;
            return Vec::new();
        }
        self.is_late = false;
        let waiting = std::mem::take(&mut self.bytes);
        match waiting.as_slice() {
            [ESCAPE] => {
                self.was_escape = self.is_asked;
                vec![key(KeyCode::Esc, KeyModifiers::NONE)]
            }
            [ESCAPE, byte @ (b'[' | b'O' | b']')] => {
                vec![key(KeyCode::Char(char::from(*byte)), KeyModifiers::ALT)]
            }
            _ => Vec::new(),
        }
    }

    /// Whether what waits is the beginning of an answer, and no key.
    fn is_answer(&self) -> bool {
        match self.bytes.as_slice() {
            [ESCAPE, b'[' | b']'] => self.is_asked,
            [ESCAPE, b']', ..] | [ESCAPE, b'[', b'?', ..] => true,
            _ => false,
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
        [] | [ESCAPE] | [ESCAPE, b'O' | b']'] | [ESCAPE, b'[', b'['] => Piece::Part,
        // The Linux console's F1 to F5.
        [ESCAPE, b'[', b'[', byte, ..] => {
            let code = (b'A'..=b'E').contains(byte).then(|| byte - b'A' + 1);
            Piece::Whole(
                4,
                code.map(|number| key(KeyCode::F(number), KeyModifiers::NONE)),
            )
        }
        [ESCAPE, b'[', rest @ ..] => control(rest),
        [ESCAPE, b']', b'0'..=b'9', ..] => system(bytes.get(2..).unwrap_or_default()),
        [ESCAPE, b'O', byte, ..] => {
            let code = cursor(*byte).or_else(|| first_four(*byte));
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

/// What follows `ESC ]`: an answer, up to BEL or `ESC \`. Whatever else cannot stand in one ends it.
fn system(rest: &[u8]) -> Piece {
    let end = rest
        .iter()
        .take(ANSWER)
        .position(|byte| !matches!(byte, 0x20..=0x7e));
    let Some(end) = end else {
        return if rest.len() < ANSWER {
            Piece::Part
        } else {
            Piece::Whole(2 + ANSWER, None)
        };
    };
    let (text, after) = rest.split_at(end);
    let text = std::str::from_utf8(text).unwrap_or_default();
    let background = || {
        text.strip_prefix("11;")
            .and_then(answered)
            .map(Msg::Background)
    };
    match after {
        [0x07, ..] => Piece::Whole(2 + end + 1, background()),
        [ESCAPE] => Piece::Part,
        [ESCAPE, b'\\', ..] => Piece::Whole(2 + end + 2, background()),
        _ => Piece::Whole(2 + end, None),
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
        // What kind of terminal it is: the end of all that was asked.
        (b'c', kind) if kind.starts_with('?') => Piece::Answered(length),
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
        (b'~', Some(number @ 11..=24)) => KeyCode::F(function(number)?),
        // With other numbers an R tells where the cursor is.
        (b'P'..=b'S', None | Some(1)) => first_four(last)?,
        (b'u', Some(code)) => character_of(code)?,
        _ => cursor(last)?,
    };
    Some(key(code, modifiers))
}

/// The key of a character's number, where it is told as one: the control characters are keys of their own, or none.
fn character_of(number: u32) -> Option<KeyCode> {
    match number {
        8 | 127 => Some(KeyCode::Backspace),
        9 => Some(KeyCode::Tab),
        13 => Some(KeyCode::Enter),
        27 => Some(KeyCode::Esc),
        _ => char::from_u32(number)
            .filter(|c| !c.is_control())
            .map(KeyCode::Char),
    }
}

/// The function key of a VT220's number; some are left out, as they were on its keyboard.
fn function(number: u32) -> Option<u8> {
    const NUMBERS: [u32; 12] = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24];
    let keys = (1_u8..).zip(NUMBERS);
    keys.into_iter()
        .find(|(_, known)| *known == number)
        .map(|(key, _)| key)
}

/// F1 to F4, as a VT100's PF keys.
fn first_four(last: u8) -> Option<KeyCode> {
    (b'P'..=b'S')
        .contains(&last)
        .then(|| KeyCode::F(last - b'P' + 1))
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
        32 => MouseEventKind::Drag(MouseButton::Left),
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
#[path = "decoder_tests.rs"]
mod tests;
