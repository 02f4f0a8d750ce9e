//! Copying: to the terminal's clipboard by OSC 52, and to the machine's by its own program.
//!
//! Decides and encodes; `app` writes, `errand` runs the program.

use std::ffi::OsString;

/// The longest text that a terminal is given: what is 100,000 bytes once encoded, which is where several of them give up.
const LONGEST: usize = 74_994;

/// How much of a sequence GNU screen lets through at once.
const SCREEN_PIECE: usize = 240;

/// What a terminal is drawn by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Within {
    /// A window, or a console.
    #[default]
    Terminal,
    /// A pane of tmux.
    Tmux,
    /// A window of GNU screen.
    Screen,
}

/// What of the environment matters for copying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Around {
    /// What the dashboard's terminal is.
    pub(crate) within: Within,
    /// A Wayland display.
    pub(crate) is_wayland: bool,
    /// An X display.
    pub(crate) is_x: bool,
    /// A Mac, which always has a clipboard.
    pub(crate) is_mac: bool,
}

impl Around {
    /// What this environment says.
    pub(crate) fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        Self {
            within: match (is_set("TMUX"), is_set("STY")) {
                (true, _) => Within::Tmux,
                (false, true) => Within::Screen,
                (false, false) => Within::Terminal,
            },
            is_wayland: is_set("WAYLAND_DISPLAY"),
            is_x: is_set("DISPLAY"),
            is_mac: cfg!(target_os = "macos"),
        }
    }

    /// The programs that could take the text on standard input, the best first.
    pub(crate) fn programs(self) -> Vec<&'static [&'static str]> {
        let mut programs: Vec<&'static [&'static str]> = Vec::new();
        if self.is_mac {
            programs.push(&["pbcopy"]);
        }
        if self.is_wayland {
            programs.push(&["wl-copy"]);
        }
        if self.is_x {
            programs.push(&["xclip", "-selection", "clipboard", "-in"]);
            programs.push(&["xsel", "--clipboard", "--input"]);
        }
        if self.within == Within::Tmux {
            // tmux takes no OSC 52 from within unless it is told to; with -w it writes one itself.
            programs.push(&["tmux", "load-buffer", "-w", "-"]);
        }
        programs
    }
}

/// What makes the terminal take a text, or none where it is too long for that.
pub(crate) fn sequence(text: &str, around: Around) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", base64(text.as_bytes()));
    if around.within == Within::Tmux {
        // `set-clipboard on` takes the plain one, `allow-passthrough on` the wrapped one.
        let wrapped = plain.replace('\x1b', "\x1b\x1b");
        return Some(format!("{plain}\x1bPtmux;{wrapped}\x1b\\").into_bytes());
    }
    if around.within == Within::Screen {
        let pieces = plain.as_bytes().chunks(SCREEN_PIECE);
        let wrapped = pieces.flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat());
        return Some(wrapped.collect());
    }
    Some(plain.into_bytes())
}

/// Bytes as RFC 4648, section 4, writes them.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) as usize & 63;
            let is_there = place <= three.len();
            let digit = DIGITS.get(digit).filter(|_| is_there);
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(around: Around) -> String {
        String::from_utf8(sequence("hi", around).unwrap()).unwrap()
    }

    #[test]
    fn bytes_are_encoded_as_the_standard_shows() {
        let pairs = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{ff}\u{fe}", "w7/Dvg=="),
        ];
        for (plain, encoded) in pairs {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn a_terminal_is_given_the_text() {
        assert_eq!(text(Around::default()), "\x1b]52;c;aGk=\x07");
    }

    #[test]
    fn multiplexers_are_asked_to_pass_it_on() {
        let tmux = Around {
            within: Within::Tmux,
            ..Around::default()
        };
        let both = "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\";
        assert_eq!(text(tmux), both);
        let screen = Around {
            within: Within::Screen,
            ..Around::default()
        };
        assert_eq!(text(screen), "\x1bP\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn no_terminal_is_given_more_than_it_takes() {
        assert!(sequence(&"x".repeat(LONGEST), Around::default()).is_some());
        assert!(sequence(&"x".repeat(LONGEST + 1), Around::default()).is_none());
    }

    #[test]
    fn a_program_is_meant_only_where_it_has_a_display() {
        assert!(Around::of(|_| None).programs().is_empty() || cfg!(target_os = "macos"));
        let around = Around::of(|name| (name == "DISPLAY").then(|| ":0".into()));
        assert!(
            around
                .programs()
                .iter()
                .any(|program| program[0] == "xclip")
        );
        assert!(!Around::of(|_| Some("".into())).is_x);
    }
}
