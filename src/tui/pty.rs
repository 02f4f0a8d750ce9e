//! The dashboard on a real pseudo-terminal: taken, given back, lost. The test binary runs itself again as the child.

use std::fs;
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use memchr::memmem;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::termios::{LocalModes, tcgetattr};
use tokio::signal::unix::{SignalKind, signal};

use crate::deck::{Clock, Deck};
use crate::tui::terminal::{Held, Manner};
use crate::tui::{Options, run};

const MODE: &str = "FORKDECK_TUI_MODE";
const RESULT: &str = "FORKDECK_TUI_RESULT";
const PATIENCE: Duration = Duration::from_secs(10);

/// The child's side: does nothing in an ordinary test run.
#[test]
#[ignore = "run by the other tests of this file, on a pseudo-terminal"]
fn child() {
    let (Ok(mode), Ok(_)) = (std::env::var(MODE), std::env::var(RESULT)) else {
        return;
    };
    if mode == "panic" {
        let manner = Manner {
            is_ascii: false,
            has_mouse: true,
        };
        let _held = Held::take(None, manner).unwrap();
        panic!("a planned panic");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // A handler in place of the default, which would end the child before it notices anything.
    let _hangup = runtime.block_on(async { signal(SignalKind::hangup()).unwrap() });
    let (deck, requests, ended) = Deck::new();
    let options = Options::default();
    let shutdown = options.shutdown.clone();
    match mode.as_str() {
        "shutdown" => shutdown.cancel(),
        "gone" => {
            ended.cancel();
            drop(requests);
        }
        _ => {}
    }
    let quit = run(deck, Clock::start(), options);
    fs::write(std::env::var(RESULT).unwrap(), format!("{quit:?}")).unwrap();
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

struct Stage {
    master: Option<Box<dyn MasterPty + Send>>,
    slave: Option<Box<dyn SlavePty + Send>>,
    /// Kept: it types an end of file when it is dropped.
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(mode: &str) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "tui::pty::child", "--ignored", "--nocapture"]);
        command.env(MODE, mode);
        command.env(RESULT, folder.path().join("result"));
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        for name in [
            "NO_COLOR",
            "COLORTERM",
            "COLORFGBG",
            "TMUX",
            "TERM_PROGRAM",
            "WT_SESSION",
        ] {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            writer: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            slave: Some(pair.slave),
            child,
            output,
            screen: vt100::Parser::new(cells(24), cells(80), 0),
            raw: Vec::new(),
            folder,
        }
    }

    fn wait_for(&mut self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        while !holds(self.screen.screen()) {
            let bytes = self.output.recv_timeout(PATIENCE);
            let contents = self.screen.screen().contents();
            let bytes = bytes.unwrap_or_else(|_| panic!("{what} did not come:\n{contents}"));
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    fn wait_for_dashboard(&mut self) {
        self.wait_for("the dashboard", |screen| {
            screen.alternate_screen() && screen.contents().contains("No workers yet")
        });
    }

    fn type_in(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    fn result(&mut self) -> String {
        self.child.wait().unwrap();
        fs::read_to_string(self.folder.path().join("result")).unwrap_or_default()
    }

    fn assert_given_back(&mut self) {
        self.wait_for("the end", |screen| {
            screen.contents().contains("test result")
        });
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let tty = self.master.as_ref().unwrap().tty_name().unwrap();
        let modes = tcgetattr(fs::File::open(tty).unwrap()).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
    }
}

#[test]
fn two_interrupts_end_at_once_and_give_the_terminal_back() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    stage.type_in(b"\x03\x03");
    assert_eq!(stage.result(), "Ok(Now)");
    stage.assert_given_back();
}

#[test]
fn a_deck_that_is_gone_ends_the_dashboard() {
    let mut stage = Stage::new("gone");
    assert_eq!(stage.result(), "Ok(Ended)");
    stage.assert_given_back();
}

#[test]
fn a_shutdown_gives_the_terminal_back() {
    let mut stage = Stage::new("shutdown");
    assert_eq!(stage.result(), "Ok(Shutdown)");
    stage.assert_given_back();
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_readable() {
    let mut stage = Stage::new("panic");
    stage.child.wait().unwrap();
    stage.assert_given_back();
    assert!(stage.screen.screen().contents().contains("a planned panic"));
}

#[test]
fn a_lost_terminal_ends_the_dashboard() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    // The reader's copy of the master goes with its thread, which ends when nobody takes its output.
    drop(std::mem::replace(&mut stage.output, channel().1));
    // A key whose frame differs, whatever the writer types at its end.
    stage.type_in(b"z");
    stage.slave = None;
    stage.writer = None;
    stage.master = None;
    assert_eq!(stage.result(), "Ok(TerminalLost)");
}

#[test]
fn a_storm_of_sizes_ends_in_the_right_frame() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    for step in 0..200_u16 {
        let size = PtySize {
            rows: step % 50,
            cols: step * 7 % 200,
            pixel_width: 0,
            pixel_height: 0,
        };
        stage.master.as_ref().unwrap().resize(size).unwrap();
    }
    let size = PtySize {
        rows: 30,
        cols: 100,
        pixel_width: 0,
        pixel_height: 0,
    };
    stage.master.as_ref().unwrap().resize(size).unwrap();
    stage.screen.screen_mut().set_size(cells(30), cells(100));
    stage.wait_for("the last size", |screen| {
        let rows: Vec<String> = screen.rows(0, 100).collect();
        rows[1].ends_with('╮') && rows[1].chars().count() == 100 && rows[29].contains("q quit")
    });
    stage.type_in(b"\x03\x03");
    assert_eq!(stage.result(), "Ok(Now)");
}

#[test]
fn keys_and_pastes_reach_the_composer() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    stage.type_in(b"B\x1b[200~{\"q\":\n1}\x1b[201~");
    stage.wait_for("the paste", |screen| {
        let text = screen.contents();
        text.contains("Send to every worker")
            && text.contains("{\"q\":")
            && text.contains("valid JSON")
    });
}

#[test]
fn a_suspension_gives_the_terminal_back_in_between() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    stage.type_in(b"\x1a");
    // Nobody controls jobs here, so the stop does not happen and the dashboard comes back by itself.
    stage.wait_for("the terminal's return", |screen| !screen.alternate_screen());
    stage.wait_for_dashboard();
    stage.type_in(b"\x03\x03");
    assert_eq!(stage.result(), "Ok(Now)");
}

/// The colour of the program's name.
fn accent(screen: &vt100::Screen) -> vt100::Color {
    screen.cell(0, 1).unwrap().fgcolor()
}

const ON_DARK: vt100::Color = vt100::Color::Idx(81);
const ON_LIGHT: vt100::Color = vt100::Color::Idx(25);

#[test]
fn the_terminals_background_decides_about_the_theme_whenever_it_comes() {
    let mut stage = Stage::new("keys");
    // Nothing was answered, and all is drawn.
    stage.wait_for_dashboard();
    assert!(memmem::find(&stage.raw, b"\x1b]11;?\x1b\\\x1b[c").is_some());
    assert_eq!(accent(stage.screen.screen()), ON_DARK);

    stage.type_in(b"\x1b]11;rgb:ff");
    stage.type_in(b"ff/ffff/f0f0\x1b\\\x1b[?62;22c");
    stage.wait_for("the light theme", |screen| accent(screen) == ON_LIGHT);
    stage.type_in(b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07");
    stage.wait_for("the dark theme", |screen| accent(screen) == ON_DARK);

    stage.type_in(b"?");
    stage.wait_for("the keys", |screen| {
        screen.contents().contains("type a word or a key")
    });
    stage.type_in(b"\x03\x03");
    assert_eq!(stage.result(), "Ok(Now)");
}

#[test]
fn a_broken_answer_types_nothing() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    // Each of these letters would be a key: q asks, z zooms, B opens the composer.
    stage.type_in(b"\x1b]11;qzB\x1b\\\x1b]11;rgb:zz/qq/BB\x07\x1b[?62;22c?");
    stage.wait_for("the keys", |screen| {
        screen.contents().contains("type a word or a key")
    });
    stage.type_in(b"\x1b");
    stage.wait_for("the deck", |screen| {
        !screen.contents().contains("type a word or a key")
    });
    let text = stage.screen.screen().contents();
    assert!(
        text.contains("No workers yet") && !text.contains("Send to"),
        "{text}"
    );
    stage.type_in(b"\x03\x03");
    assert_eq!(stage.result(), "Ok(Now)");
}

#[test]
fn an_answer_to_a_dashboard_that_ends_stays_out_of_the_shell() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    stage.type_in(b"\x03\x03\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?62;22c");
    assert_eq!(stage.result(), "Ok(Now)");
    stage.assert_given_back();
    let text = stage.screen.screen().contents();
    assert!(!text.contains("rgb"), "{text}");
}

#[test]
fn a_key_that_changes_nothing_writes_nothing() {
    let mut stage = Stage::new("keys");
    stage.wait_for_dashboard();
    stage.raw.clear();
    // The first four do nothing; the help leaves the first line as it is.
    stage.type_in(b"]]]]?");
    stage.wait_for("the keys", |screen| {
        screen.contents().contains("type a word or a key")
    });
    assert!(memmem::find(&stage.raw, b"forkdeck").is_none());
    stage.type_in(b"\x03\x03");
    assert_eq!(stage.result(), "Ok(Now)");
}
